package table

import (
	"math"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Joined is a row about a connection that two captures hold.
type Joined struct {
	Files [2]string
	Clock *join.Clock
	*join.Connection
}

// JoinedPacket is a row about a packet that one or both of them hold.
type JoinedPacket struct {
	Files [2]string
	*join.Packet
}

// Joins returns the table of joined connections in a format other than Text.
func Joins(format Format) *Table[Joined] { return newTable(format, joinedFields()) }

// JoinedPackets returns the table of their packets in a format other than Text.
func JoinedPackets(format Format) *Table[JoinedPacket] {
	return newTable(format, joinedPacketFields())
}

func joinedFields() fields[Joined] {
	type J = Joined
	all := fields[J]{schema[J]("flowstate.join/1")}
	for _, tap := range join.Taps {
		all = append(all, captureOf(tap)...)
	}
	all = append(all, fields[J]{
		{Column{"match", "", "by what the two are one: sockets-and-isn, sockets-and-packets, isn, packets or sockets-and-range"}, func(j *J) Value { return text(j.Match.String()) }},
		{Column{"certainty", "", "of that: proven, strong or assumed"}, func(j *J) Value { return text(j.Match.Certainty()) }},
		{Column{"nearer_client", "", "which capture was taken nearer to the client: a or b"}, func(j *J) Value { return when(j.FlowKnown, text(j.Nearer.String())) }},
	}...)
	all = append(all, clockFields()...)
	for _, side := range reconstruct.Sides {
		all = append(all, directionFields(side)...)
		all = append(all, delayFields(side)...)
	}
	return all
}

// captureOf are the columns that say which connection of a capture it is.
func captureOf(tap join.Tap) fields[Joined] {
	type J = Joined
	name := tap.String()
	all := fields[J]{
		{Column{name + ".file", "", "capture " + name + ", as it was named on the command line"}, func(j *J) Value { return text(j.Files[tap]) }},
		{Column{name + ".conn", "", "number of the connection in it"}, func(j *J) Value { return num(j.In[tap].Number) }},
	}
	for _, side := range reconstruct.Sides {
		end := func(j *J) (reconstruct.Side, join.Tap) { return j.role(tap, side), tap }
		all = append(all,
			field[J]{Column{name + "." + side.String() + ".ip", "", "address of the " + side.String() + " in it"}, func(j *J) Value {
				s, t := end(j)
				return text(j.In[t].Ends[s].IP.String())
			}},
			field[J]{Column{name + "." + side.String() + ".port", "", "port of the " + side.String() + " in it"}, func(j *J) Value {
				s, t := end(j)
				return num(j.In[t].Ends[s].Port)
			}})
	}
	return all
}

// role is what a capture calls a side, whose role is that in A.
func (j *Joined) role(tap join.Tap, side reconstruct.Side) reconstruct.Side {
	if tap == join.B && j.Cross {
		return side.Peer()
	}
	return side
}

// clockFields are about the clocks of both captures.
func clockFields() fields[Joined] {
	add := func(name, unit, meaning string, of func(s *join.Stretch) Value) field[Joined] {
		return field[Joined]{Column{"clock." + name, unit, meaning}, func(j *Joined) Value {
			s, ok := j.Clock.Longest()
			if !ok {
				return Value{}
			}
			return of(&s)
		}}
	}
	return fields[Joined]{
		add("method", "", "both-ways (the shortest delays of both ways are taken to be equal) or one-way (the shortest delay is taken to be 0)", func(s *join.Stretch) Value {
			if s.Sided {
				return text("one-way")
			}
			return text("both-ways")
		}),
		add("n", "packets", "packets that the clocks were compared by, between two settings of a clock", func(s *join.Stretch) Value { return num(s.N) }),
		add("offset_s", "s", "how far b's clock is ahead of a's, at the first of these packets", func(s *join.Stretch) Value { return span(s.Offset) }),
		add("error_s", "s", "how wrong that can be at most, no delay being negative", func(s *join.Stretch) Value { return when(!s.Sided, span(s.Error)) }),
		add("drift_ppm", "ppm", "how much faster b's clock is; 0 where it cannot be told from none", func(s *join.Stretch) Value { return when(s.DriftKnown, thousandths(1e6*s.Drift)) }),
		add("drift_spread_ppm", "ppm", "how far estimates of that from the packets of each way are off", func(s *join.Stretch) Value { return when(s.DriftKnown, thousandths(1e6*s.DriftSpread)) }),
		{Column{"clock.steps", "", "how often one of the clocks was set"}, func(j *Joined) Value { return num(j.Clock.Steps()) }},
	}
}

// thousandths is a measurement of which three places after the point are
// enough.
func thousandths(v float64) Value {
	return Value{kind: seconds, number: int64(math.Round(1000*v)) * int64(time.Millisecond)}
}

// directionFields are what became of the packets of one side.
func directionFields(side reconstruct.Side) fields[Joined] {
	var all fields[Joined]
	add := func(name, unit, meaning string, of func(d *join.Direction) Value) {
		all = append(all, field[Joined]{Column{side.String() + "." + name, unit, meaning}, func(j *Joined) Value { return of(&j.Sides[side]) }})
	}
	each := func(name, meaning string, of func(d *join.Direction) *[2]int64) {
		for _, tap := range join.Taps {
			add(name+"."+tap.String(), "packets", meaning+" "+tap.String(), func(d *join.Direction) Value { return num(of(d)[tap]) })
		}
	}
	each("packets", "that it sent, in capture", func(d *join.Direction) *[2]int64 { return &d.Packets })
	add("matched", "packets", "in both captures", func(d *join.Direction) Value { return num(d.Matched) })
	add("split", "packets", "part of a larger packet in the other capture, as offloading leaves them", func(d *join.Direction) Value { return num(d.Split) })
	add("lost", "packets", "lost between the captures", func(d *join.Direction) Value { return num(d.Lost) })
	add("lost_bytes", "bytes", "their payload", func(d *join.Direction) Value { return num(d.LostBytes) })
	each("unrecorded", "passed, or reached their receiver, but are not in capture", func(d *join.Direction) *[2]int64 { return &d.Missing })
	each("duplicated", "second copies, in capture", func(d *join.Direction) *[2]int64 { return &d.Duplicated })
	each("outside", "seen while the other was not recording, in capture", func(d *join.Direction) *[2]int64 { return &d.Outside })
	add("reordered", "packets", "passed the second capture after one that passed the first later", func(d *join.Direction) Value { return num(d.Reordered) })
	add("ce_marked", "packets", "got the mark Congestion Experienced (RFC 3168) between the captures", func(d *join.Direction) Value { return num(d.Marked) })
	add("hops.min", "", "least by which the TTL was less at the second capture", func(d *join.Direction) Value { return when(d.Hops.N > 0, num(d.Hops.Min)) })
	add("hops.max", "", "most of that", func(d *join.Direction) Value { return when(d.Hops.N > 0, num(d.Hops.Max)) })
	add("rewritten", "", "options of its SYN that differ at the second capture", func(d *join.Direction) Value { return names(d.Changes) })
	return all
}

// delayFields are the one-way delays of what one side sent.
func delayFields(side reconstruct.Side) fields[Joined] {
	spread := func(name, meaning string, of func(s *quantile.Summary) int64) field[Joined] {
		return field[Joined]{Column{side.String() + ".delay." + name, "s", meaning}, func(j *Joined) Value {
			s := &j.Sides[side].Delay
			return when(s.N > 0, span(time.Duration(of(s))))
		}}
	}
	return fields[Joined]{
		{Column{side.String() + ".delay.n", "samples", "one-way delays measured, from the first capture to the second"}, func(j *Joined) Value { return num(j.Sides[side].Delay.N) }},
		spread("min_s", "the least", func(s *quantile.Summary) int64 { return s.Min }),
		spread("p10_s", "10 % of them are no longer", func(s *quantile.Summary) int64 { return s.P10 }),
		spread("median_s", "half of them are no longer", func(s *quantile.Summary) int64 { return s.Median }),
		spread("p90_s", "90 % of them are no longer", func(s *quantile.Summary) int64 { return s.P90 }),
		spread("p99_s", "99 % of them are no longer", func(s *quantile.Summary) int64 { return s.P99 }),
		spread("max_s", "the longest", func(s *quantile.Summary) int64 { return s.Max }),
		spread("mean_s", "their mean", func(s *quantile.Summary) int64 { return int64(s.Mean) }),
		{Column{side.String() + ".delay.sd_s", "s", "their standard deviation, of two or more"}, func(j *Joined) Value {
			s := &j.Sides[side].Delay
			return when(s.N > 1, span(time.Duration(s.SD)))
		}},
	}
}

func joinedPacketFields() fields[JoinedPacket] {
	type P = JoinedPacket
	var all fields[P]
	for _, tap := range join.Taps {
		name := tap.String()
		all = append(all, fields[P]{
			{Column{name + ".conn", "", "number of its connection in capture " + name}, func(p *P) Value { return num(p.Conns[tap]) }},
			{Column{name + ".frame", "", "frame number in capture " + name}, func(p *P) Value { return frame(p.Frames[tap]) }},
			{Column{name + ".time", "RFC 3339", "when capture " + name + " saw it, by a's clock"}, func(p *P) Value {
				return when(p.Joined[tap] != capture.NoTime, moment(p.Joined[tap]))
			}},
		}...)
	}
	return append(all, fields[P]{
		{Column{"from", "", "who sent it, by the roles in a: client or server"}, func(p *P) Value { return text(p.From.String()) }},
		{Column{"first", "", "which capture it passes first: a or b"}, func(p *P) Value { return text(p.Up.String()) }},
		{Column{"fate", "", "passed, split (its bytes are in a larger packet of the other capture), lost, unrecorded (not in the second capture although its receiver got it), unseen (not in the first capture), duplicated or outside (the other was not recording)"}, func(p *P) Value { return text(p.Fate.String()) }},
		{Column{"marks", "", "reordered: it passed the second capture after one that passed the first later"}, func(p *P) Value {
			if p.Reordered {
				return names([]string{"reordered"})
			}
			return names(noMarks)
		}},
		{Column{"delay_s", "s", "from the first capture to the second"}, func(p *P) Value { return when(p.HasDelay, span(p.Delay)) }},
		{Column{"flags", "", "names of its flags, joined by commas; none if there is none"}, func(p *P) Value { return text(flagNames(p.Flags)) }},
		{Column{"seq", "", "sequence number as in the header"}, func(p *P) Value { return num(p.Seq) }},
		{Column{"len", "bytes", "payload on the wire"}, func(p *P) Value { return num(p.Len) }},
	}...)
}
