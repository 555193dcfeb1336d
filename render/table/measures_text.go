package table

import (
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// repetitionText tells how many segments a side sent again, and why.
func repetitionText(c *Connection, s reconstruct.Side) string {
	var why []string
	all := 0
	for _, cause := range loss.Retransmissions {
		if n := c.Sides[s].Causes[cause]; n > 0 {
			why = append(why, strconv.Itoa(int(n))+" "+cause.String())
			all += int(n)
		}
	}
	if len(why) == 0 {
		return "0"
	}
	total := strconv.Itoa(all) + " (" + strings.Join(why, ", ")
	for _, more := range [...]struct {
		n    uint32
		said string
	}{
		{c.Sides[s].Sure[state.Proven], " proven"},
		{c.Sides[s].Sure[state.Strong], " strong"},
		{c.Sides[s].Sure[state.Assumed], " assumed"},
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

// roundTripText tells the median and the spread of round trips by the better
// method, and the median by the other one.
func roundTripText(r *rtt.Result) Value {
	if r.Method == rtt.None {
		return Value{}
	}
	s := &r.Samples[r.Method]
	line := appendFixed(nil, time.Duration(s.Median), 6)
	line = append(appendFixed(append(line, " s ("...), time.Duration(s.Min), 6), " to "...)
	line = append(appendFixed(line, time.Duration(s.Max), 6), "; "...)
	line = strconv.AppendInt(line, s.N, 10)
	line = append(append(append(line, " by "...), r.Method.String()...), ')')
	if r.Method != rtt.Timestamps && r.Samples[rtt.Timestamps].N > 0 {
		stamps := &r.Samples[rtt.Timestamps]
		line = append(appendFixed(append(line, ", "...), time.Duration(stamps.Median), 6), " s by timestamps"...)
	}
	return text(string(line))
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

// bytesText tells how much of the stream a side sent, and how much more payload
// that took.
func bytesText(h *reconstruct.Half) string {
	line := strconv.FormatInt(h.Unique, 10)
	if h.Payload != h.Unique {
		line += " (payload sent " + strconv.FormatInt(h.Payload, 10) + ")"
	}
	return line
}

// goodputText tells the goodput, and the throughput where that is more.
func goodputText(r *flight.Result) Value {
	if r.Goodput <= 0 {
		return Value{}
	}
	goodput, throughput := rounded(r.Goodput), rounded(r.Throughput)
	line := goodput.appendFlat(nil)
	if throughput != goodput {
		line = append(throughput.appendFlat(append(line, " (throughput "...)), ')')
	}
	return text(string(line))
}

// flightText tells the most in flight, and in the network where that was less.
func flightText(r *flight.Result) string {
	line := strconv.FormatInt(r.MaxInFlight, 10)
	if r.MaxPipe != r.MaxInFlight {
		line += " (pipe " + strconv.FormatInt(r.MaxPipe, 10) + ")"
	}
	return line
}
