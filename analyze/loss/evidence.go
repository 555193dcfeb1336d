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
	least   time.Duration // the shortest such; 0 where it is not known
	back    time.Duration // the shortest from the tap to the sender and back, 0 where it is not known
	timeout time.Duration // of the sender's timer
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
	e.least, e.back = near.Least+far.Least, far.Least
	e.timeout = near.Timeout(e.side.timer) + far.SRTT
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
		return e.copied()
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

// because returns a verdict, naming the earlier frame and where that was lost.
func (e *evidence) because(c Cause, w Witness) Verdict {
	v := Verdict{Cause: c, Witness: w}
	if e.old != nil {
		v.OfFrame = e.old.Frame
	}
	if c.repairs() && c != Handshake && e.old != nil {
		if v.Lost = AfterTap; e.old.Hole() {
			v.Lost = BeforeTap
		}
	}
	return v
}

// mirror is the least share of packets, one in so many, that are recorded twice
// where the capture does it: a mirror port does so to all it sees, a path to
// few.
const mirror = 8

// copied judges a second record of a packet that followed at once: made by the
// capture or by the path. A receiver reports what arrives twice (RFC 2883).
func (e *evidence) copied() Verdict {
	c := e.step.Conn
	copies := int64(c.Half[reconstruct.Client].Counts[reconstruct.Duplicate] + c.Half[reconstruct.Server].Counts[reconstruct.Duplicate])
	switch {
	case e.couldBeSentAgain():
		return e.resent()
	case e.side.copies > 0:
		return e.because(NetworkDuplicate, DSACK)
	case copies*mirror >= c.Packets():
		return e.because(CaptureDuplicate, Share)
	}
	return e.because(NetworkDuplicate, Share)
}

// couldBeSentAgain tells whether what looks like a copy may be a retransmission
// over a short path: nothing in it tells them apart without IP identification.
// A round trip has passed, or without timestamps duplicate acknowledgements.
func (e *evidence) couldBeSentAgain() bool {
	now := stampOf(e.step.Segment)
	if now.hasIPID || e.step.Segment.Len == 0 {
		return false
	}
	return e.least > 0 && e.age >= e.least*3/4 || !now.hasTS && e.side.dups >= dupThresh-1
}

// late judges a segment that fills a hole at the tap: it was overtaken, or lost
// before the tap and sent again.
func (e *evidence) late() Verdict {
	order, by := stampOf(e.step.Segment).compare(e.side.top, &e.side.ids)
	if e.side.reach <= e.step.Seq {
		order = 0 // the acknowledgement alone was here before it, and nothing that follows it
	}
	switch {
	case order < 0:
		return e.because(Reordering, by)
	case e.step.End <= e.step.Before[e.step.From].Acked:
		return e.lateAfterReport(order > 0)
	case order > 0 || e.repairable():
		return e.resent()
	}
	return e.because(Reordering, Timing)
}

// lateAfterReport judges what fills a hole though the receiver had acknowledged
// it: the capture lacks the first transmission, or has it too late.
func (e *evidence) lateAfterReport(resent bool) Verdict {
	if !resent && e.side.hasHeard && e.step.Segment.Time.Sub(e.side.heard) <= e.round {
		return e.because(Reordering, Timing)
	}
	return e.because(Spurious, Numbers)
}

// usualRound stands for a round trip where the capture shows none.
const usualRound = 3 * time.Millisecond

// repairable tells whether the hole has stood for so long that it can have been
// reported and repaired: a round trip, less a tenth for one that was measured
// while the path was slower.
func (e *evidence) repairable() bool {
	if e.old == nil || !e.old.Hole() {
		return true
	}
	round := e.least
	if round == 0 {
		round = usualRound
	}
	return e.step.Segment.Time.Sub(e.old.First) >= round*9/10
}

// repeated judges a segment of which something passed the tap before.
func (e *evidence) repeated() Verdict {
	if v, ok := e.byOrder(); ok {
		return v
	}
	switch {
	case e.step.Marks.Has(reconstruct.Spurious):
		return e.because(Spurious, Numbers)
	case e.reported():
		return e.because(Spurious, SACK)
	case e.premature():
		return e.because(Spurious, Timing)
	}
	return e.resent()
}

// byOrder compares the segment with the transmission that it repeats: the same
// one again, or one that was sent before it.
func (e *evidence) byOrder() (v Verdict, ok bool) {
	old, same, known := e.earlier()
	if !known {
		return v, false
	}
	now := stampOf(e.step.Segment)
	order, by := now.compare(old, &e.side.ids)
	switch {
	case order < 0:
		return e.because(Reordering, by), true
	case order == 0 && same && by == IPID && (now.hasTS || e.age < e.patience()):
		return e.because(NetworkDuplicate, IPID), true
	case by == Nothing && same && now.hasTS && old.hasTS && e.age > e.side.clock.stands(now, e.step.Segment.Time):
		return e.because(NetworkDuplicate, TSval), true
	}
	return v, false
}

// patience is how long the sender waits at least before its timer runs out. Some
// systems send with the same IP identification again then, so that from here on
// an equal one shows no copy.
func (e *evidence) patience() time.Duration { return e.timeout * 4 / 5 }

// earlier returns the stamp of the transmission that the segment repeats: the
// latest, or once that is acknowledged the latest that was a retransmission
// itself. same tells that both hold the same octets.
func (e *evidence) earlier() (s stamp, same, known bool) {
	lo, hi := e.step.Seq, e.step.End
	if old := e.old; old != nil {
		s = stamp{tsval: old.TSval, ipid: old.IPID, hasTS: old.HasTS(), hasIPID: old.HasIPID()}
		return s, old.Lo == lo && old.Hi == hi, !old.Hole()
	}
	if r := e.side.history.newest(lo, func(*repetition) bool { return true }); r != nil {
		return r.stamp, r.lo == lo && r.hi == hi, true
	}
	return s, false, false
}

// premature tells whether the octets passed the tap so shortly before that
// their sender cannot know yet what became of them beyond it: it sent them
// again for another reason, and they may well have arrived. Enough duplicate
// acknowledgements are word of it: then the way back is shorter than it seemed.
func (e *evidence) premature() bool {
	return e.side.dups < dupThresh && e.old != nil && !e.old.Hole() && e.age < e.back*3/4
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
	switch {
	case e.step.Seq <= top.Acked && e.silence >= e.patience() && !e.answersDups():
		return e.because(RTO, Timing)
	case top.Acked < e.side.recover:
		return e.because(Recovery, e.reason(sackedAbove))
	case sackedAbove:
		return e.because(Fast, SACK)
	case e.side.dups >= dupThresh:
		return e.because(Fast, DupACKs)
	case e.outrun():
		return e.because(Fast, Arrival)
	case e.isTailProbe(top.Max):
		return e.because(TLP, Timing)
	case e.silence >= e.patience():
		return e.because(RTO, Timing)
	case e.side.dups > 0:
		return e.because(Fast, DupACKs) // early retransmit (RFC 5827)
	case e.goesOn():
		return e.because(Recovery, Timing)
	}
	return e.because(Unknown, Nothing)
}

// answersDups tells whether the segment follows the third duplicate
// acknowledgement at once: however long the timer has run, it was not the timer.
func (e *evidence) answersDups() bool {
	waited := e.step.Segment.Time.Sub(e.side.doubled)
	return e.side.dups == dupThresh && waited <= min(e.back, e.silence/8)+usualRound
}

// outrun tells whether something that was sent later has arrived, by which RACK
// takes a segment for lost (RFC 8985 section 6.2).
func (e *evidence) outrun() bool {
	reached, ok := e.board.Reached()
	return ok && e.old != nil && !e.old.Hole() && e.old.Last < reached
}

// goesOn tells whether the sender sent something again within a round trip: it
// goes on with what it took for lost then, though all that it had sent when
// that recovery began is acknowledged.
func (e *evidence) goesOn() bool {
	return e.side.repeated != 0 && e.step.Segment.Time.Sub(e.side.repeated) <= max(e.round, usualRound)
}

// reason is what a continued recovery rests on.
func (e *evidence) reason(sackedAbove bool) Witness {
	switch {
	case sackedAbove:
		return SACK
	case e.side.fast:
		return DupACKs
	}
	return Timing
}

// isTailProbe: RFC 8985 section 7.3. The last segment, nothing reported beyond
// it, after about two round trips in which nothing came.
func (e *evidence) isTailProbe(max seq.Offset) bool {
	offered := e.step.Conn.Half[e.step.From].Options.Set & e.step.Conn.Half[e.step.Conn.Peer(e.step.From)].Options.Set
	return e.step.End == max && e.age > e.round && offered&decode.OptSACKPermitted != 0
}
