package table

import (
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// repetitionText tells how many segments a side sent again, and why.
func repetitionText(c *Connection, s reconstruct.Side) string {
	var why []string
	for _, cause := range loss.Retransmissions {
		if n := c.Sides[s].Causes[cause]; n > 0 {
			why = append(why, strconv.Itoa(int(n))+" "+cause.String())
		}
	}
	total := strconv.Itoa(int(c.Half[s].Counts[reconstruct.Retransmission]))
	if len(why) == 0 {
		return total
	}
	total += " (" + strings.Join(why, ", ")
	for _, more := range [...]struct {
		n    uint32
		said string
	}{
		{c.Sides[s].NotNeeded, " not needed"},
		{c.Sides[s].Lost[loss.BeforeTap], " lost before the tap"},
		{c.Sides[s].Lost[loss.AfterTap], " lost after the tap"},
	} {
		if more.n > 0 {
			total += "; " + strconv.Itoa(int(more.n)) + more.said
		}
	}
	return total + ")"
}

// roundTripText tells the median and the spread of round trips.
func roundTripText(r *rtt.Result) Value {
	if r.Method == rtt.None {
		return Value{}
	}
	s := &r.Samples[r.Method]
	line := appendFixed(nil, time.Duration(s.Median), 6)
	line = append(appendFixed(append(line, " s ("...), time.Duration(s.Min), 6), " to "...)
	line = append(appendFixed(line, time.Duration(s.Max), 6), "; "...)
	line = strconv.AppendInt(line, s.N, 10)
	return text(string(append(append(append(line, " by "...), r.Method.String()...), ')')))
}

// windowText tells the least, median and largest window.
func windowText(s *quantile.Summary) Value {
	switch {
	case s.N == 0:
		return Value{}
	case s.Min == s.Max:
		return num(s.Min)
	}
	return text(strconv.FormatInt(s.Median, 10) + " (" + strconv.FormatInt(s.Min, 10) + " to " + strconv.FormatInt(s.Max, 10) + ")")
}
