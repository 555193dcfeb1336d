package behaviour

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Tracker follows both sides of one connection. The zero value is ready.
type Tracker struct{ sides [2]side }

// side is what is known of one of them.
type side struct {
	receiver receiver
	sender   sender
	marks    Marks
	alive    intervals
	probing  capture.Timestamp // its latest keep-alive, meaningful with probed
	probed   bool              // nothing but keep-alives since
	syn      decode.Flags      // ECN bits of its first SYN, meaningful with opened
	opened   bool
	answered bool // that SYN acknowledged the peer's
	closed   episodes
	full     episodes
	timeout  least
	spoke    capture.Timestamp // its latest octets or what it heard, meaningful with began
	began    bool
}

// Marks counts the ECN marks of what one side sent.
type Marks struct {
	Capable uint32 // packets marked ECT(0) or ECT(1)
	CE      uint32 // packets that a router marked
	ECE     uint32 // segments that report such marks, SYNs left out
	CWR     uint32 // segments that say the sender has slowed down
}

// Reset makes t ready for another connection.
func (t *Tracker) Reset() { *t = Tracker{} }

// Swap tells t that the sides were taken for each other.
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// ignored are the marks of segments that say nothing of their sender.
const ignored = 1<<reconstruct.Duplicate | 1<<reconstruct.OutOfWindow

// Observe takes the next segment of the connection. timedOut tells that its
// sender's retransmission timer set it off, and turn how long the way from the
// tap to its sender and back takes, meaningful with known.
func (t *Tracker) Observe(step *reconstruct.Step, timedOut bool, turn time.Duration, known bool) {
	g := step.Segment
	if step.Marks&ignored != 0 || g.Flags.Has(decode.RST) {
		return
	}
	me, peer := &t.sides[step.From], &t.sides[step.Conn.Peer(step.From)]
	me.countMarks(g)
	me.followWindow(step)
	if me.probed || step.Marks.Has(reconstruct.KeepAlive) {
		me.keepAlive(step)
	}
	if step.Marks.Has(reconstruct.WindowUpdate) {
		peer.full.end(g.Time)
	}
	if to := step.Conn.Peer(step.From); step.Conn.Half[to].Acked > step.Before[to].Acked {
		me.receiver.acknowledge(step, turn, known)
		peer.heard(step)
	}
	if g.Len > 0 {
		peer.receiver.arrive(step)
		me.sender.send(step, turn, known)
		if step.Marks.Has(reconstruct.WindowFull) {
			me.full.begin(g.Time)
		}
	}
	if step.End > step.Seq {
		me.time(g.Time, timedOut)
	}
}

// countMarks counts ECN marks, and keeps those of the first SYN.
func (s *side) countMarks(g *decode.Segment) {
	const bits = decode.ECE | decode.CWR | decode.AE
	if g.Flags.Has(decode.SYN) {
		if !s.opened {
			s.syn, s.opened, s.answered = g.Flags&bits, true, g.Flags.Has(decode.ACK)
		}
		return
	}
	if g.Flags&bits != 0 {
		if g.Flags.Has(decode.ECE) {
			s.marks.ECE++
		}
		if g.Flags.Has(decode.CWR) {
			s.marks.CWR++
		}
	}
	switch g.ECN {
	case 1, 2:
		s.marks.Capable++
	case 3:
		s.marks.CE++
	}
}

// followWindow times how long the window that the side advertises stays closed.
func (s *side) followWindow(step *reconstruct.Step) {
	g := step.Segment
	if g.Window != 0 && !s.closed.open || g.Quirks&decode.HeaderCut != 0 {
		return
	}
	if g.Window == 0 && step.Marks.Has(reconstruct.ZeroWindow) {
		s.closed.begin(g.Time)
	} else if g.Window != 0 {
		s.closed.end(g.Time)
	}
}

// heard is told that the peer acknowledged something new of this side.
func (s *side) heard(step *reconstruct.Step) {
	s.full.end(step.Segment.Time)
	s.spoke = step.Segment.Time
	s.sender.hear(step)
}

// keepAlive times the probes of an idle connection.
func (s *side) keepAlive(step *reconstruct.Step) {
	now := step.Segment.Time
	if !step.Marks.Has(reconstruct.KeepAlive) {
		s.probed = s.probed && step.Segment.Len == 0
		return
	}
	if s.probed && now > s.probing {
		s.alive.add(now.Sub(s.probing))
	}
	s.probing, s.probed = now, true
}

// time keeps the least time-out.
func (s *side) time(now capture.Timestamp, timedOut bool) {
	if timedOut && s.began && now > s.spoke {
		s.timeout.add(now.Sub(s.spoke))
	}
	s.spoke, s.began = now, true
}

// segmentRoom returns the payload of a full segment of a side: what its peer
// accepts, less the options that each segment carries.
func segmentRoom(c *reconstruct.Connection, from reconstruct.Side) int64 {
	const usual, stamps = 1460, 12 // over Ethernet; RFC 7323 appendix A
	mine, peer := &c.Half[from].Options, &c.Half[c.Peer(from)].Options
	room := int64(usual)
	if peer.Set&decode.OptMSS != 0 && peer.MSS > optionsMax {
		room = int64(peer.MSS)
	}
	if mine.Set&peer.Set&decode.OptTimestamps != 0 {
		room -= stamps
	}
	return room
}

const optionsMax = 40 // RFC 9293 section 3.1

// small tells whether a segment is so much less than full that its sender had
// no more to send, whatever the path carries.
func small(octets seq.Offset, room int64) bool { return 2*int64(octets) < room }
