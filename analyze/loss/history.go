package loss

import (
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// MaxHistory bounds the retransmissions of a side of which it may still be
// shown that they were not needed. The oldest give way.
const MaxHistory = 256

// history is what a side sent again, the latest MaxHistory, oldest at next.
type history struct {
	list []repetition
	next int
}

// repetition is a segment that was sent again.
type repetition struct {
	lo, hi   seq.Offset
	frame    capture.FrameNumber
	stamp    stamp
	lost     Place
	needless bool // it is known that it was not needed
	reported bool // a DSACK was about it
	answered bool // an acknowledgement of it has passed
}

// add records the segment of a step, which its sender took for lost at that
// place; Nowhere for one that is known to be needless.
func (h *history) add(step *reconstruct.Step, lost Place) {
	r := repetition{
		lo: step.Seq, hi: step.End, frame: step.Segment.Frame, stamp: stampOf(step.Segment), lost: lost,
		needless: step.Marks.Has(reconstruct.Spurious) || lost == Nowhere && !step.Segment.Flags.Has(decode.SYN),
	}
	if len(h.list) < MaxHistory {
		h.list = append(h.list, r)
		return
	}
	h.list[h.next] = r
	h.next = (h.next + 1) % MaxHistory
}

// newest returns the latest one that holds the octet at and for which want
// holds, nil for none.
func (h *history) newest(at seq.Offset, want func(*repetition) bool) *repetition {
	for i := range h.list {
		r := &h.list[(h.next+len(h.list)-1-i)%len(h.list)]
		if r.lo <= at && at < r.hi && want(r) {
			return r
		}
	}
	return nil
}

// learn lets an acknowledgement tell of what s sent again. It says in v of one
// retransmission at most that it was not needed; all are counted.
func (s *side) learn(step *reconstruct.Step, v *Verdict) {
	if lo, hi, ok := duplicate(step); ok {
		s.learnTwice(lo, hi, v)
	}
	to := step.Conn.Peer(step.From)
	if before := step.Before[to].Acked; step.Conn.Half[to].Acked > before {
		s.learnEcho(step, before, v)
	}
}

// learnTwice: the receiver reports that [lo, hi) arrived once more than needed
// (RFC 2883; RFC 3708 on what a sender may conclude). The latest retransmission
// is meant. Where there is none the network made the copy.
func (s *side) learnTwice(lo, hi seq.Offset, v *Verdict) {
	open := func(r *repetition) bool { return !r.reported && r.lo >= lo && r.hi <= hi }
	found := false
	for at := lo; at < hi; {
		r := s.history.newest(at, open)
		if r == nil {
			break
		}
		found, r.reported = true, true
		s.acquit(r, DSACK, v)
		at = r.hi
	}
	if !found {
		s.copies++
	}
}

// learnEcho: Eifel detection (RFC 3522 section 3.2). The first acknowledgement
// of the oldest outstanding octet, sent again, echoes a timestamp from before
// that: the first transmission had arrived.
func (s *side) learnEcho(step *reconstruct.Step, una seq.Offset, v *Verdict) {
	o := &step.Segment.Options
	if o.Set&decode.OptTimestamps == 0 || o.TSecr == 0 {
		return
	}
	for {
		r := s.history.newest(una, func(r *repetition) bool { return !r.answered })
		if r == nil {
			return
		}
		r.answered = true
		if r.stamp.hasTS && r.hi <= step.Ack && int32(o.TSecr-r.stamp.tsval) < 0 {
			s.acquit(r, Eifel, v)
		}
	}
}

// acquit records that r was not needed: what it repeats was not lost.
func (s *side) acquit(r *repetition, by Witness, v *Verdict) {
	if r.needless {
		return
	}
	r.needless = true
	s.tally.NotNeeded++
	s.tally.Lost[r.lost]--
	if v.Needless == 0 {
		v.Needless, v.By = r.frame, by
	}
}

// duplicate returns the octets of which a segment reports that they arrived
// twice: its first SACK block where that is acknowledged already, or within the
// second (RFC 2883 section 4).
func duplicate(step *reconstruct.Step) (lo, hi seq.Offset, ok bool) {
	o := &step.Segment.Options
	if o.SACKCount == 0 {
		return 0, 0, false
	}
	h := &step.Conn.Half[step.Conn.Peer(step.From)]
	block := func(i int) (lo, hi seq.Offset) {
		return o.SACK[i].Left.Unwrap(h.ISN, h.Max), o.SACK[i].Right.Unwrap(h.ISN, h.Max)
	}
	lo, hi = block(0)
	if lo >= hi {
		return 0, 0, false
	}
	if hi <= step.Ack {
		return lo, hi, true
	}
	if o.SACKCount > 1 {
		above, end := block(1)
		return lo, hi, above <= lo && hi <= end
	}
	return 0, 0, false
}
