package health

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Side counts what is wrong with the packets of one side.
type Side struct {
	Missing    int64  // bytes that the peer acknowledged and the capture lacks
	UnseenACKs uint32 // of this side, of bytes that the capture lacks
	Duplicates uint32 // packets recorded again
	CutHeaders uint32 // packets whose TCP header was cut
	CutPayload uint32 // packets whose payload was cut, their headers whole
	Offload    uint32 // segments larger than the path carries
	Largest    uint32 // payload bytes of the largest of these
	By         Joined // whose network card or kernel made them one
	Wrong      uint32 // TCP checksums that do not match
	Undone     uint32 // and those that offload left to the card
}

// Joined says on which side of the path the segments that are larger than the path carries
// were one.
type Joined uint8

// The places.
const (
	JoinedUnknown   Joined = iota
	JoinedSending          // by the sender, whose card divides them (TSO, GSO)
	JoinedReceiving        // by the receiver, whose card or kernel joined them (LRO, GRO)
)

// String returns the name used in JSON.
func (j Joined) String() string { return [...]string{"unknown", "sent", "received"}[j] }

// add counts what another side or connection has, too.
func (s *Side) add(o *Side) {
	s.Missing += o.Missing
	s.UnseenACKs += o.UnseenACKs
	s.Duplicates += o.Duplicates
	s.CutHeaders += o.CutHeaders
	s.CutPayload += o.CutPayload
	s.Offload += o.Offload
	s.Largest = max(s.Largest, o.Largest)
	s.Wrong += o.Wrong
	s.Undone += o.Undone
}

// Clock is what the clock of the capture did within a connection.
type Clock struct {
	Back     uint32        // packets with an earlier time than the one before
	BackMost time.Duration // the furthest of these steps
	Forward  time.Duration // one jump forward, 0 for none
}

func (c *Clock) add(o *Clock) {
	c.Back += o.Back
	c.BackMost = max(c.BackMost, o.BackMost)
	c.Forward = max(c.Forward, o.Forward)
}

// Capture is what is wrong with a whole capture, as far as its connections
// show. The zero value is of none.
type Capture struct {
	Side  // of both sides of all connections
	Clock // of all
}

// Add counts a connection.
func (c *Capture) Add(r *Result) {
	for i := range r.Sides {
		c.Side.add(&r.Sides[i])
	}
	c.Clock.add(&r.Clock)
}

// Tracker counts what is wrong with one connection. The zero value is ready.
type Tracker struct {
	sides  [2]Side // without what package reconstruct counts
	stamps [2]stamps
	last   capture.Timestamp // of the latest packet, meaningful with begun
	back   uint32
	most   time.Duration
	begun  bool
}

// Reset makes t ready for another connection.
func (t *Tracker) Reset() { *t = Tracker{} }

// Swap tells t that the sides were taken for each other.
func (t *Tracker) Swap() {
	t.sides[0], t.sides[1] = t.sides[1], t.sides[0]
	t.stamps[0], t.stamps[1] = t.stamps[1], t.stamps[0]
}

// odd are the quirks that are counted.
const odd = decode.HeaderCut | decode.OptionsCut | decode.PayloadCut | decode.PartialChecksum | decode.WrongChecksum

// Observe takes the next segment of the connection.
func (t *Tracker) Observe(step *reconstruct.Step) {
	g := step.Segment
	s := &t.sides[step.From]
	if g.Quirks&odd != 0 {
		s.count(g.Quirks)
	}
	if step.Oversized() {
		s.Offload++
		s.Largest = max(s.Largest, uint32(g.Len))
	}
	if back := t.last.Sub(g.Time); back > 0 && t.begun {
		t.back++
		t.most = max(t.most, back)
	}
	t.last, t.begun = g.Time, true
	if g.Options.Set&decode.OptTimestamps != 0 {
		t.stamps[step.From].see(g.Time, g.Options.TSval)
	}
}

func (s *Side) count(q decode.Quirk) {
	switch {
	case q&(decode.HeaderCut|decode.OptionsCut) != 0:
		s.CutHeaders++
	case q&decode.PayloadCut != 0:
		s.CutPayload++
	case q&decode.PartialChecksum != 0:
		s.Undone++
	default:
		s.Wrong++
	}
}
