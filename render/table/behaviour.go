package table

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// agreedFields are the columns about what both sides agreed on.
func agreedFields() fields[Connection] {
	return fields[Connection]{
		{Column{"options_common", "", "TCP options that both sides offered in their SYNs"}, func(c *Connection) Value {
			both, ok := common(c)
			return when(ok, names(OptionNames(both.Set)))
		}},
		{Column{"options_common_kinds", "", "their IANA kind numbers, in the same order"}, func(c *Connection) Value {
			both, ok := common(c)
			return when(ok, numbers(optionKinds(&both)))
		}},
		{Column{"ecn", "", "explicit congestion notification: not-offered, refused, rfc3168 or accecn (RFC 9768)"}, func(c *Connection) Value {
			return when(c.ECN != behaviour.ECNUnknown, text(c.ECN.String()))
		}},
	}
}

// behaviourFields are the columns about how a side's TCP behaves.
func behaviourFields(side reconstruct.Side) fields[Connection] {
	var all fields[Connection]
	add := func(name, unit, meaning string, of func(b *behaviour.Result) Value) {
		all = append(all, field[Connection]{
			Column{side.String() + ".behaviour." + name, unit, meaning},
			func(c *Connection) Value { return of(&c.Sides[side].Behaviour) },
		})
	}
	addDelayed(add)
	add("nagle", "", "whether it holds small segments back: on or off", func(b *behaviour.Result) Value {
		return when(b.Nagle != behaviour.NagleUnknown, text(b.Nagle.String()))
	})
	add("nagle_n", "packets", "that show it", func(b *behaviour.Result) Value { return when(b.Nagle != behaviour.NagleUnknown, num(b.NagleSeen)) })
	add("segment_bytes", "bytes", "payload of its largest segment that offload did not join, where that is more than half of segment_room", func(b *behaviour.Result) Value { return when(b.Segment > 0, num(b.Segment)) })
	add("segment_room", "bytes", "payload that its peer's MSS leaves beside the options", func(b *behaviour.Result) Value { return num(b.Room) })
	addInitial(add)
	add("rto_min_s", "s", "least time from what it sent or heard to a retransmission by its timer, at the tap", func(b *behaviour.Result) Value { return when(b.Timeouts > 0, span(b.LeastTimeout)) })
	add("rto_n", "samples", "such retransmissions", func(b *behaviour.Result) Value { return num(b.Timeouts) })
	all = append(all, timerFields(side)...)
	add("ecn_capable", "packets", "marked as capable of ECN, ECT(0) or ECT(1)", func(b *behaviour.Result) Value { return num(b.Marks.Capable) })
	add("ecn_ce", "packets", "that a router marked: congestion experienced", func(b *behaviour.Result) Value { return num(b.Marks.CE) })
	add("ecn_ece", "packets", "that report such marks, SYNs left out", func(b *behaviour.Result) Value { return num(b.Marks.ECE) })
	add("ecn_cwr", "packets", "that say that its window was reduced", func(b *behaviour.Result) Value { return num(b.Marks.CWR) })
	return append(all, probeFields(side)...)
}

// timerFields are the columns about the kind of retransmission timer by which
// the causes of retransmissions were judged.
func timerFields(side reconstruct.Side) fields[Connection] {
	timer := func(name, meaning string, of func(t rtt.Timer) string) field[Connection] {
		return field[Connection]{Column{side.String() + ".behaviour." + name, "", meaning}, func(c *Connection) Value {
			t := c.Sides[side].Timer
			return when(t != rtt.AnyTimer, text(of(t)))
		}}
	}
	return fields[Connection]{
		timer("rto_profile", "kind of retransmission timer that its causes were judged by: linux, bsd or windows; absent: the least of all", rtt.Timer.String),
		timer("rto_profile_certainty", "assumed: a guess from the TTL and window of its SYN", func(rtt.Timer) string { return state.Assumed.String() }),
	}
}

type adder func(name, unit, meaning string, of func(b *behaviour.Result) Value)

func addDelayed(add adder) {
	timed := func(b *behaviour.Result, d time.Duration) Value { return when(b.Delayed.Timed > 0, span(d)) }
	add("acks", "packets", "that acknowledge data and carry none", func(b *behaviour.Result) Value { return num(b.ACKs) })
	add("ack_segments", "packets", "full segments that the median of them acknowledges", func(b *behaviour.Result) Value { return when(b.ACKs > 0, num(b.SegmentsEach)) })
	add("delayed_ack.alone", "samples", "segments that reached it alone, where the way from the tap to it is known", func(b *behaviour.Result) Value { return num(b.Delayed.Alone) })
	add("delayed_ack.timed", "samples", "of them, those that it acknowledged after 5 ms or more", func(b *behaviour.Result) Value { return num(b.Delayed.Timed) })
	add("delayed_ack.p10_s", "s", "of these, 10 % took no longer; the way to it is taken off; to 6 %", func(b *behaviour.Result) Value { return timed(b, b.Delayed.P10) })
	add("delayed_ack.median_s", "s", "half took no longer: the timer", func(b *behaviour.Result) Value { return timed(b, b.Delayed.Median) })
	add("delayed_ack.p90_s", "s", "90 % took no longer", func(b *behaviour.Result) Value { return timed(b, b.Delayed.P90) })
}

func addInitial(add adder) {
	add("initial_window.bytes", "bytes", "sent before the first acknowledgement of data can have arrived", func(b *behaviour.Result) Value { return when(b.Initial.Known, num(b.Initial.Octets)) })
	add("initial_window.segments", "packets", "full segments that they fill", func(b *behaviour.Result) Value { return when(b.Initial.Known, num(b.Initial.Segments)) })
	add("initial_window.bound", "", "exact, or at-least where it may have had no more to send", func(b *behaviour.Result) Value { return when(b.Initial.Known, text(boundName(b.Initial.Exact))) })
}

func boundName(exact bool) string {
	if exact {
		return "exact"
	}
	return "at-least"
}

// probeFields are the columns about full and closed windows, probes and
// keep-alives of one side.
func probeFields(side reconstruct.Side) fields[Connection] {
	prefix := side.String() + ".behaviour."
	of := func(name, unit, meaning string, value func(c *Connection) Value) field[Connection] {
		return field[Connection]{Column{prefix + name, unit, meaning}, value}
	}
	count := func(name, meaning string, whose reconstruct.Side, mark reconstruct.Mark) field[Connection] {
		return of(name, "packets", meaning, func(c *Connection) Value { return num(c.Half[whose].Counts[mark]) })
	}
	took := func(name, meaning string, d func(b *behaviour.Result) (time.Duration, bool)) field[Connection] {
		return of(name, "s", meaning, func(c *Connection) Value {
			value, known := d(&c.Sides[side].Behaviour)
			return when(known, span(value))
		})
	}
	return fields[Connection]{
		of("zero_windows", "times", "at which it closed its window", func(c *Connection) Value { return num(c.Sides[side].Behaviour.ZeroWindows) }),
		took("zero_window_s", "how long its window stayed closed, in all", func(b *behaviour.Result) (time.Duration, bool) { return b.ZeroWindow, b.ZeroWindows > 0 }),
		count("window_updates", "segments that change nothing but its window", side, reconstruct.WindowUpdate),
		of("full_windows", "times", "at which it had filled its peer's window", func(c *Connection) Value { return num(c.Sides[side].Behaviour.FullWindows) }),
		took("full_window_s", "how long it had to wait then, at the tap, in all", func(b *behaviour.Result) (time.Duration, bool) { return b.FullWindow, b.FullWindows > 0 }),
		count("window_probes", "probes of its peer's closed window", side, reconstruct.WindowProbe),
		count("window_probe_answers", "answers to them", side.Peer(), reconstruct.WindowProbeACK),
		count("keep_alive.n", "keep-alives that it sent", side, reconstruct.KeepAlive),
		count("keep_alive.answers", "answers to them", side.Peer(), reconstruct.KeepAliveACK),
		took("keep_alive.min_s", "least time between two in a row", func(b *behaviour.Result) (time.Duration, bool) { return b.KeepAlives.Min, b.KeepAlives.N > 0 }),
		took("keep_alive.mean_s", "mean of these times", func(b *behaviour.Result) (time.Duration, bool) { return b.KeepAlives.Mean, b.KeepAlives.N > 0 }),
		took("keep_alive.max_s", "longest of them", func(b *behaviour.Result) (time.Duration, bool) { return b.KeepAlives.Max, b.KeepAlives.N > 0 }),
	}
}
