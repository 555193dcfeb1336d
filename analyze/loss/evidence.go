package loss

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// evidence is what there is on one segment.
type evidence struct {
	step  *reconstruct.Step
	side  *side
	board *flight.Board
	old   *flight.Segment // that holds its first octet, nil for none

	round   time.Duration // a whole round trip, both halves
	timeout time.Duration // of the hastiest timer in use
	age     time.Duration // since the octets were sent last, as far as known
	silence time.Duration // since the sender's timer was set last at the latest
}

// dupThresh is the number of duplicate acknowledgements that tell of a loss
// (RFC 5681 section 3.2).
const dupThresh = 3

// measure finds the times that matter.
func (e *evidence) measure(times *rtt.Tracker) {
	s := e.step
	near, far := times.Estimate(s.From), times.Estimate(s.From.Peer())
	e.round = near.SRTT + far.SRTT
	e.timeout = near.ShortestRTO() + far.SRTT
	e.old = e.board.Covering(s.Seq)
	now := s.Segment.Time
	spoke := since(now, e.side.spoke, e.side.hasSent)
	e.age = spoke
	if e.old != nil && !e.old.Hole() {
		e.age = now.Sub(e.old.Last)
	}
	e.silence = e.age
	if e.side.hasHeard {
		e.silence = min(e.age, now.Sub(e.side.heard))
	}
}

// judge says what the segment is.
func (e *evidence) judge() Verdict {
	marks := e.step.Marks
	switch {
	case marks.Has(reconstruct.Duplicate):
		return e.because(CaptureDuplicate, e.copyWitness())
	case marks.Has(reconstruct.SYNRetransmission):
		return e.because(Handshake, Numbers)
	case marks.Has(reconstruct.Retransmission):
		return e.repeated()
	case marks.Has(reconstruct.OutOfOrder):
		return e.late()
	case marks.Has(reconstruct.WindowProbe):
		return e.because(WindowProbe, Numbers)
	}
	return e.because(KeepAlive, Numbers)
}

// because returns a verdict, naming the earlier frame.
func (e *evidence) because(c Cause, w Witness) Verdict {
	v := Verdict{Cause: c, Witness: w}
	if e.old != nil {
		v.OfFrame = e.old.Frame
	}
	return v
}

// copyWitness tells by what package reconstruct knows a copy.
func (e *evidence) copyWitness() Witness {
	if g := e.step.Segment; g.Quirks&decode.HasIPID != 0 && g.IPID != 0 {
		return IPID
	}
	return Timing
}

// late judges a segment that fills a hole at the tap.
func (e *evidence) late() Verdict {
	if e.step.Late != reconstruct.Overtaken {
		return e.resent()
	}
	return e.because(Reordering, e.orderWitness())
}

// orderWitness tells by what package reconstruct knows that it was overtaken.
func (e *evidence) orderWitness() Witness {
	g := e.step.Segment
	switch {
	case g.Options.Set&decode.OptTimestamps != 0:
		return TSval
	case g.Quirks&decode.HasIPID != 0 && g.IPID != 0:
		return IPID
	}
	return Timing
}

// repeated judges a segment of which something passed the tap before.
func (e *evidence) repeated() Verdict {
	if e.step.Marks.Has(reconstruct.Spurious) {
		return e.because(Spurious, Numbers)
	}
	if v, ok := e.byOrder(); ok {
		return v
	}
	if e.reported() {
		return e.because(Spurious, SACK)
	}
	return e.resent()
}

// byOrder compares the segment with the transmission that it repeats: the same
// one again, or one that was sent before it.
func (e *evidence) byOrder() (v Verdict, ok bool) {
	g, old := e.step.Segment, e.old
	if old == nil || old.Hole() {
		return v, false
	}
	stamped := g.Options.Set&decode.OptTimestamps != 0 && old.HasTS()
	if order := int32(g.Options.TSval - old.TSval); stamped && order != 0 {
		return e.because(Reordering, TSval), order < 0
	}
	if g.Quirks&decode.HasIPID == 0 || g.IPID == 0 || !old.HasIPID() || !e.side.ids.regular() {
		return v, false
	}
	order := int16(uint16(g.IPID) - old.IPID)
	if order == 0 && old.Lo == e.step.Seq && old.Hi == e.step.End {
		return e.because(NetworkDuplicate, IPID), true
	}
	return e.because(Reordering, IPID), order < 0
}

// reported tells whether the receiver has reported all of the segment by SACK.
func (e *evidence) reported() bool {
	for at := e.step.Seq; at < e.step.End; {
		s := e.board.Covering(at)
		if s == nil || !s.SACKed() {
			return false
		}
		at = s.Hi
	}
	return true
}

// resent judges a segment that was sent again because its sender took it for
// lost.
func (e *evidence) resent() Verdict {
	top := e.step.Before[e.step.From]
	sackedAbove := e.board.SACKed() > 0 && e.board.High() > e.step.Seq
	patient := e.timeout * 4 / 5
	switch {
	case e.step.Seq <= top.Acked && e.silence >= patient:
		return e.because(RTO, Timing)
	case top.Acked < e.side.recover:
		return e.because(Recovery, e.reason(sackedAbove))
	case sackedAbove:
		return e.because(Fast, SACK)
	case e.side.dups >= dupThresh:
		return e.because(Fast, DupACKs)
	case e.isTailProbe(top.Max):
		return e.because(TLP, Timing)
	case e.age >= patient:
		return e.because(RTO, Timing)
	case e.side.dups > 0:
		return e.because(Fast, DupACKs) // early retransmit (RFC 5827)
	}
	return e.because(Unknown, Nothing)
}

// reason is what a continued recovery rests on.
func (e *evidence) reason(sackedAbove bool) Witness {
	if sackedAbove {
		return SACK
	}
	return DupACKs
}

// isTailProbe: RFC 8985 section 7.3. The last segment, nothing reported beyond
// it, after about two round trips in which nothing came.
func (e *evidence) isTailProbe(max seq.Offset) bool {
	offered := e.step.Conn.Half[e.step.From].Options.Set & e.step.Conn.Half[e.step.Conn.Peer(e.step.From)].Options.Set
	return e.step.End == max && e.age > e.round && offered&decode.OptSACKPermitted != 0
}
