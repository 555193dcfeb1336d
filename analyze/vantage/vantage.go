package vantage

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Tracker gathers what tells the place of the tap. The zero value is ready.
type Tracker struct {
	sides [2]side
	full  quantile.Distribution // sums of two halves, in nanoseconds
}

// side is how fast one side answers, seen from the tap, and what its packets
// look like.
type side struct {
	handshake time.Duration         // its answer to the peer's SYN, meaningful with shook
	prompt    least                 // answers that nothing holds back, that one included
	any       least                 // all answers
	seen      uint32                // highest TSval on its way to this side, meaningful with stamped
	asked     uint32                // the one whose echo is still to come, meaningful with waiting
	sent      capture.Timestamp     // of asked
	echoed    quantile.Distribution // half round trips by those echoes that data brought, in nanoseconds
	latest    sample                // of its answers
	segments  uint32
	partial   uint32 // of them with a checksum that offload left undone
	ttl       uint8  // of its first segment
	shook     bool
	stamped   bool
	waiting   bool
	clocked   bool // asked is an acknowledgement to a side in the midst of sending
}

// Reset makes t ready for another connection, and keeps its room.
func (t *Tracker) Reset() {
	t.full.Reset()
	for i := range t.sides {
		s := &t.sides[i]
		s.echoed.Reset()
		*s = side{echoed: s.echoed}
	}
}

// Swap tells t that the sides were taken for each other.
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// Observe takes the next segment of the connection and what it delivered.
func (t *Tracker) Observe(step *reconstruct.Step, d *flight.Delivery) {
	s, g := &t.sides[step.From], step.Segment
	if step.Marks.Has(reconstruct.Duplicate) || g.Flags.Has(decode.RST) {
		return // a reset is often another host's
	}
	if s.segments == 0 {
		s.ttl = g.TTL
	}
	s.segments++
	if g.Quirks&decode.PartialChecksum != 0 {
		s.partial++
	}
	if d.Octets > 0 {
		if took, ok := s.answers(step, d); ok {
			t.pair(step.From, sample{g.Time, took})
		}
	}
	if g.Options.Set&decode.OptTimestamps != 0 {
		if took, ok := s.echoes(g); ok {
			s.echoed.Add(int64(took))
			t.pair(step.From, sample{g.Time, took})
		}
		to := step.From.Peer()
		t.sides[to].awaits(g, step.Conn.Half[to].Max > step.Conn.Half[to].Acked)
	}
}

// answers takes an acknowledgement by this side, and returns how long it took;
// ok is false where that cannot be told.
func (s *side) answers(step *reconstruct.Step, d *flight.Delivery) (took time.Duration, ok bool) {
	now := step.Segment.Time
	if !d.Unambiguous() || now < d.Newest {
		return 0, false
	}
	if took = now.Sub(d.Newest); took > longest {
		return 0, false
	}
	s.any.add(took)
	if !d.Data || d.Octets >= 2*usualSegment(&step.Conn.Half[step.From]) {
		s.prompt.add(took)
	}
	if !d.Data && step.Ack == 1 && !s.shook && !step.Marks.Has(reconstruct.GapBefore) {
		s.handshake, s.shook = took, true
	}
	return took, true
}

// longest is the slowest answer that is one of the network.
const longest = time.Minute

// optionsMax is the most that TCP options take of a segment.
const optionsMax = 40

// usualSegment is the least that a full segment to a receiver holds.
func usualSegment(receiver *reconstruct.Half) int64 {
	if o := &receiver.Options; o.Set&decode.OptMSS != 0 && o.MSS > 2*optionsMax {
		return int64(o.MSS) - optionsMax
	}
	return 1460 - optionsMax // over Ethernet
}

// awaits takes the timestamp of a segment on its way to this side, which is
// sending or not. Only the first sight of a value can be timed.
func (s *side) awaits(g *decode.Segment, sending bool) {
	value := g.Options.TSval
	if s.stamped && int32(value-s.seen) <= 0 {
		return
	}
	s.seen, s.stamped = value, true
	if !s.waiting {
		s.asked, s.sent, s.waiting, s.clocked = value, g.Time, true, sending && g.Len == 0
	}
}

// echoes takes the echo in a segment of this side, and returns how long it took
// for one that data brings in answer to an acknowledgement: its sender was in
// the midst of sending, so that the acknowledgement may have set it off.
func (s *side) echoes(g *decode.Segment) (took time.Duration, ok bool) {
	if !s.waiting {
		return 0, false
	}
	switch ahead := int32(g.Options.TSecr - s.asked); {
	case ahead == 0 && g.Time >= s.sent:
		took = g.Time.Sub(s.sent)
		s.any.add(took)
		s.waiting = false
		return took, s.clocked && g.Len > 0 && took <= longest
	case ahead > 0:
		s.waiting = false
	}
	return 0, false
}

// Turnaround returns the least time between the tap and a side and back, of
// answers that nothing holds back; ok is false where there was none.
func (t *Tracker) Turnaround(s reconstruct.Side) (d time.Duration, ok bool) {
	return t.sides[s].least()
}

// least returns how fast the side answers: by its handshake, or by data where
// that is faster.
func (s *side) least() (d time.Duration, ok bool) {
	d, ok = s.prompt.robust()
	if s.shook && (!ok || s.handshake < d) {
		return s.handshake, true
	}
	return d, ok
}

// ranks is how many of the least samples are kept.
const ranks = 4

// least keeps the least of many samples, ascending.
type least struct {
	values [ranks]time.Duration
	n      uint32
}

func (l *least) add(d time.Duration) {
	at := min(int(l.n), ranks)
	l.n++
	if at == ranks {
		if at--; d >= l.values[at] {
			return
		}
	}
	for ; at > 0 && l.values[at-1] > d; at-- {
		l.values[at] = l.values[at-1]
	}
	l.values[at] = d
}

// robust returns the fourth least sample; ok is false for fewer.
func (l *least) robust() (d time.Duration, ok bool) { return l.values[ranks-1], l.n >= ranks }
