package table

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// limitMeanings says what each limit is.
var limitMeanings = [limit.NumLimits]string{
	limit.Rwnd:    "its peer's receive window",
	limit.Cwnd:    "its congestion window",
	limit.App:     "its application, which had nothing to send",
	limit.Path:    "the rate of the path, to which it paced itself",
	limit.Unknown: "nothing that the capture shows",
}

// phaseMeanings says what each phase of a congestion-window-limited sender is.
var phaseMeanings = [limit.NumPhases]string{
	limit.SlowStart:   "slow start",
	limit.Avoidance:   "congestion avoidance",
	limit.Recovery:    "recovery from a loss",
	limit.TimeoutWait: "waiting for the retransmission timer, or for the acknowledgement of what it sent",
}

// bound is the JSON name for how a congestion window is to be read.
func bound(estimate bool) Value {
	if estimate {
		return text("estimate")
	}
	return text("at-least")
}

// windowColumns are what was thought of the sender at a segment.
func windowColumns() fields[Segment] {
	type S = Segment
	return fields[S]{
		{Column{"cwnd", "bytes", "congestion window of that side, payload only: an estimate where it binds, elsewhere the most seen in the pipe lately"}, func(s *S) Value {
			return when(s.Limit.Cwnd > 0, num(s.Limit.Cwnd))
		}},
		{Column{"cwnd_bound", "", "estimate, or at-least"}, func(s *S) Value { return when(s.Limit.Cwnd > 0, bound(s.Limit.Estimate)) }},
		{Column{"ssthresh", "bytes", "slow start threshold of that side, once a recovery or a slow start has shown it"}, func(s *S) Value {
			return when(s.Limit.Ssthresh > 0, num(s.Limit.Ssthresh))
		}},
		{Column{"limit", "", "what keeps that side from sending more: rwnd, cwnd, app, path or unknown"}, func(s *S) Value {
			return when(s.LimitKnown, text(s.Limit.Limit.String()))
		}},
		{Column{"phase", "", "of its congestion control: slow-start, avoidance, recovery or timeout-wait"}, func(s *S) Value {
			return when(s.Limit.PhaseKnown, text(s.Limit.Phase.String()))
		}},
	}
}

// limitFields are the columns about what limited one side.
func limitFields(side reconstruct.Side) fields[Connection] {
	var all fields[Connection]
	add := func(name, unit, meaning string, of func(r *limit.Result) Value) {
		all = append(all, field[Connection]{
			Column{side.String() + "." + name, unit, meaning},
			func(c *Connection) Value { return of(&c.Sides[side].Limit) },
		})
	}
	add("max_cwnd", "bytes", "largest congestion window, payload only", func(r *limit.Result) Value { return when(r.MaxCwnd > 0, num(r.MaxCwnd)) })
	add("max_cwnd_bound", "", "estimate, or at-least", func(r *limit.Result) Value { return when(r.MaxCwnd > 0, bound(r.Estimate)) })
	for l := limit.Rwnd; int(l) < limit.NumLimits; l++ {
		add("limits."+l.String(), "", "share of its transfer's time in which it was kept from sending more by "+limitMeanings[l], func(r *limit.Result) Value {
			return share(int64(r.Time[l]), int64(r.Span()))
		})
	}
	for l := limit.Rwnd; int(l) < limit.NumLimits; l++ {
		add("limits_of_bytes."+l.String(), "", "share of its payload sent in such time", func(r *limit.Result) Value {
			return share(r.Bytes[l], r.Payload())
		})
	}
	for p := limit.SlowStart; int(p) < limit.NumPhases; p++ {
		add("cwnd_phases."+p.String(), "", "share of its transfer's time in which the congestion window limited it, in "+phaseMeanings[p], func(r *limit.Result) Value {
			return share(int64(r.Phases[p]), int64(r.Span()))
		})
	}
	all = append(all, exitFields(side)...)
	add("recoveries.count", "", "begun by a fast retransmission, or by the sender's answer to an ECN mark", func(r *limit.Result) Value { return when(r.Known, num(r.Recoveries)) })
	add("recoveries.time_s", "s", "in them", func(r *limit.Result) Value { return when(r.Known, span(r.Recovering)) })
	add("timeouts", "", "of the retransmission timer, its back-offs not counted", func(r *limit.Result) Value { return when(r.Known, num(r.Timeouts)) })
	return all
}

// exitFields are the columns about the end of one side's first slow start.
func exitFields(side reconstruct.Side) fields[Connection] {
	exit := func(name, unit, meaning string, of func(c *Connection, e *limit.Exit) Value) field[Connection] {
		return field[Connection]{Column{side.String() + ".slow_start_exit." + name, unit, meaning}, func(c *Connection) Value {
			e := &c.Sides[side].Limit.SlowStart
			return when(e.Why != limit.Still, of(c, e))
		}}
	}
	return fields[Connection]{
		exit("why", "", "what ended the first slow start: loss, ecn, timeout, or growth (the window grew slowly all at once)", func(_ *Connection, e *limit.Exit) Value { return text(e.Why.String()) }),
		exit("t_s", "s", "when, since the connection's first packet", func(c *Connection, e *limit.Exit) Value { return span(e.Time.Sub(c.Start)) }),
		exit("frame", "", "at which frame", func(_ *Connection, e *limit.Exit) Value { return frame(e.Frame) }),
		exit("bytes", "bytes", "of the stream that had been sent", func(_ *Connection, e *limit.Exit) Value { return num(e.Bytes) }),
		exit("cwnd", "bytes", "congestion window then", func(_ *Connection, e *limit.Exit) Value { return when(e.Cwnd > 0, num(e.Cwnd)) }),
	}
}

// limitText tells what limited a side, the largest share of time first.
func limitText(r *limit.Result) Value {
	total := r.Span()
	if total <= 0 {
		return Value{}
	}
	var parts []string
	rest := r.Time
	for {
		top := limit.Rwnd
		for l := range rest {
			if rest[l] > rest[top] {
				top = limit.Limit(l)
			}
		}
		percent := math.Round(100 * float64(rest[top]) / float64(total))
		if percent == 0 {
			return text(strings.Join(parts, ", "))
		}
		parts = append(parts, top.String()+" "+strconv.Itoa(int(percent))+" %")
		rest[top] = 0
	}
}

// cwndText tells the largest congestion window.
func cwndText(r *limit.Result) Value {
	if r.MaxCwnd == 0 || r.Estimate {
		return when(r.MaxCwnd > 0, num(r.MaxCwnd))
	}
	return text("at least " + strconv.FormatInt(r.MaxCwnd, 10))
}

// exitText tells where the first slow start ended.
func exitText(c *Connection, side reconstruct.Side) Value {
	e := &c.Sides[side].Limit.SlowStart
	if e.Why == limit.Still {
		return Value{}
	}
	line := append(appendFixed(nil, e.Time.Sub(c.Start), 6), " s by "+e.Why.String()...)
	if e.Cwnd > 0 {
		line = append(strconv.AppendInt(append(line, ", at "...), e.Cwnd, 10), " bytes"...)
	}
	return text(string(line))
}

// recoveryText tells how often a side recovered from losses.
func recoveryText(r *limit.Result) Value {
	if r.Recoveries == 0 && r.Timeouts == 0 {
		return when(r.Known, num(r.Recoveries))
	}
	line := strconv.AppendInt(nil, r.Recoveries, 10)
	if r.Recoveries > 0 {
		line = append(appendFixed(append(line, " in "...), r.Recovering.Round(time.Microsecond), 6), " s"...)
	}
	return text(string(strconv.AppendInt(append(line, ", time-outs "...), r.Timeouts, 10)))
}
