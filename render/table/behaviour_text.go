package table

import (
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/phrase"
)

// behaviourLines are the facts about how each side's TCP behaves.
var behaviourLines = [...]sideLine{
	{"acknowledges", of(ackText)},
	{"nagle", of(func(b *behaviour.Result) Value {
		return when(b.Nagle != behaviour.NagleUnknown, text(b.Nagle.String()+", shown by "+phrase.Counted(b.NagleSeen, "segment")))
	})},
	{"largest segment", of(func(b *behaviour.Result) Value {
		return when(b.Segment > 0, text(strconv.FormatInt(b.Segment, 10)+" of at most "+strconv.FormatInt(b.Room, 10)))
	})},
	{"first flight", of(firstFlightText)},
	{"least time-out", of(func(b *behaviour.Result) Value {
		return when(b.Timeouts > 0, text(shortTime(b.LeastTimeout)+" (of "+strconv.FormatInt(b.Timeouts, 10)+")"))
	})},
	{"window closed", of(func(b *behaviour.Result) Value { return episodeText(b.ZeroWindows, b.ZeroWindow) })},
	{"peer's window full", of(func(b *behaviour.Result) Value { return episodeText(b.FullWindows, b.FullWindow) })},
	{"window probes", func(c *Connection, s reconstruct.Side) Value {
		return probeText(c, s, reconstruct.WindowProbe, reconstruct.WindowProbeACK)
	}},
	{"keep-alives", keepAliveText},
}

func of(tell func(*behaviour.Result) Value) func(*Connection, reconstruct.Side) Value {
	return func(c *Connection, s reconstruct.Side) Value { return tell(&c.Sides[s].Behaviour) }
}

// shortTime tells a time to three digits or so.
func shortTime(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond).String()
	case d >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

// ackText tells how a side acknowledges: how much in the median, for many a
// receiver acknowledges single segments between long bursts.
func ackText(b *behaviour.Result) Value {
	if b.ACKs == 0 {
		return Value{}
	}
	line := "every " + phrase.Counted(b.SegmentsEach, "segment")
	if b.SegmentsEach <= 1 {
		line = "every segment"
	}
	line += " (median of " + strconv.FormatInt(b.ACKs, 10) + ")"
	if d := &b.Delayed; d.Timed > 0 {
		line += "; one alone after " + shortTime(d.Median) + " (" + strconv.FormatInt(d.Timed, 10) + " of " + strconv.FormatInt(d.Alone, 10) + ")"
	}
	return text(line)
}

func firstFlightText(b *behaviour.Result) Value {
	if !b.Initial.Known {
		return Value{}
	}
	bound := ""
	if !b.Initial.Exact {
		bound = "at least "
	}
	return text(bound + phrase.Counted(b.Initial.Octets, "byte") + ", " + phrase.Counted(b.Initial.Segments, "segment"))
}

func episodeText(n int64, took time.Duration) Value {
	if n == 0 {
		return Value{}
	}
	return text(phrase.Counted(n, "time") + ", for " + shortTime(took))
}

func probeText(c *Connection, s reconstruct.Side, asks, answers reconstruct.Mark) Value {
	n := c.Half[s].Counts[asks]
	if n == 0 {
		return Value{}
	}
	return text(strconv.Itoa(int(n)) + ", " + strconv.Itoa(int(c.Half[s.Peer()].Counts[answers])) + " answered")
}

func keepAliveText(c *Connection, s reconstruct.Side) Value {
	v := probeText(c, s, reconstruct.KeepAlive, reconstruct.KeepAliveACK)
	if k := &c.Sides[s].Behaviour.KeepAlives; v.kind != unknown && k.N > 0 {
		v.word += ", every " + shortTime(k.Mean)
	}
	return v
}

// wrapped breaks text into lines of at most n columns, at its blanks, within
// words only where one is longer; a number keeps its unit.
func wrapped(line string, n int) (lines []string) {
	var now string
	words := strings.Fields(line)
	for i := 0; i < len(words); i++ {
		word := words[i]
		if i+1 < len(words) && strings.TrimRight(words[i+1], ",;)") == "s" {
			i++
			word += " " + words[i]
		}
		if now != "" && width(now)+1+width(word) > n {
			lines, now = append(lines, now), ""
		}
		if now != "" {
			now += " "
		}
		now += word
		for width(now) > n {
			at := breakAt(now, n)
			lines, now = append(lines, now[:at]), now[at:]
		}
	}
	return append(lines, now)
}

// breakAt returns where a word that is longer than n columns is broken: behind
// a colon, as IPv6 addresses have them, or after n columns.
func breakAt(word string, n int) int {
	columns, colon, end := 0, 0, len(word)
	for i, r := range word {
		if columns++; columns > n {
			end = i
			break
		}
		if r == ':' {
			colon = i + 1
		}
	}
	if colon > 0 && colon <= end {
		return colon
	}
	return max(end, 1)
}
