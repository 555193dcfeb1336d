package vantage

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Tracker gathers what tells the place of the tap. The zero value is ready.
type Tracker struct{ sides [2]side }

// side is how fast one side answers, seen from the tap, and what its packets
// look like.
type side struct {
	handshake time.Duration     // its answer to the peer's SYN, meaningful with shook
	prompt    least             // answers that nothing holds back, that one included
	any       least             // all answers
	seen      uint32            // highest TSval on its way to this side, meaningful with stamped
	asked     uint32            // the one whose echo is still to come, meaningful with waiting
	sent      capture.Timestamp // of asked
	segments  uint32
	partial   uint32 // of them with a checksum that offload left undone
	ttl       uint8  // of its first segment
	shook     bool
	stamped   bool
	waiting   bool
}

// Reset makes t ready for another connection.
func (t *Tracker) Reset() { *t = Tracker{} }

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
		s.answers(step, d)
	}
	if g.Options.Set&decode.OptTimestamps != 0 {
		s.echoes(g)
		t.sides[step.From.Peer()].awaits(g)
	}
}

// answers takes an acknowledgement by this side.
func (s *side) answers(step *reconstruct.Step, d *flight.Delivery) {
	now := step.Segment.Time
	if !d.Unambiguous() || now < d.Newest {
		return
	}
	took := now.Sub(d.Newest)
	if took > longest {
		return
	}
	s.any.add(took)
	if !d.Data || d.Octets >= 2*usualSegment(&step.Conn.Half[step.From]) {
		s.prompt.add(took)
	}
	if !d.Data && step.Ack == 1 && !s.shook {
		s.handshake, s.shook = took, true
	}
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

// awaits takes the timestamp of a segment on its way to this side. Only the
// first sight of a value can be timed.
func (s *side) awaits(g *decode.Segment) {
	value := g.Options.TSval
	if s.stamped && int32(value-s.seen) <= 0 {
		return
	}
	s.seen, s.stamped = value, true
	if !s.waiting {
		s.asked, s.sent, s.waiting = value, g.Time, true
	}
}

// echoes takes the echo in a segment of this side.
func (s *side) echoes(g *decode.Segment) {
	if !s.waiting {
		return
	}
	switch ahead := int32(g.Options.TSecr - s.asked); {
	case ahead == 0 && g.Time >= s.sent:
		s.any.add(g.Time.Sub(s.sent))
		s.waiting = false
	case ahead > 0:
		s.waiting = false
	}
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
