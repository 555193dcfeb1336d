package flight

import (
	"fmt"
	"slices"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// MaxSegments bounds the segments remembered for one side; onlyOneWay those of
// a side whose peer is not in the capture, so that nothing acknowledges them.
const (
	MaxSegments = 1 << 14
	onlyOneWay  = 64
)

// Board is the scoreboard of one side (RFC 6675 section 3): what it sent and
// the peer has not acknowledged. The zero value is empty.
//
// Invariant: the segments are ascending, not empty, and do not overlap; pipe
// is the sum of their weights and reports.octets that of what is SACKed; see
// check.
type Board struct {
	segments []Segment // the first head of them are gone
	head     int
	pipe     int64
	reports  *reports          // nil until the first SACK
	reached  capture.Timestamp // when the newest of what arrived left, of what was sent once; 0 for nothing
}

// reports are what the SACK blocks told.
type reports struct {
	octets int64
	high   seq.Offset // highest octet SACKed plus one
	fallen seq.Offset // what is below and not SACKed is lost
	known  [maxBlocks]span
}

type span struct{ lo, hi seq.Offset }

// clear empties b.
func (b *Board) clear() {
	b.segments, b.head, b.pipe = b.segments[:0], 0, 0
	if b.reports != nil {
		*b.reports = reports{}
	}
}

// reset empties b, and keeps room that is not excessive.
func (b *Board) reset() {
	b.clear()
	b.reached = 0
	if cap(b.segments) > onlyOneWay {
		b.segments = nil
	}
}

// Len returns how many segments there are.
func (b *Board) Len() int { return len(b.segments) - b.head }

// At returns the segment at index i, the oldest at 0. It is valid until the
// board changes.
func (b *Board) At(i int) *Segment { return &b.segments[b.head+i] }

// Find returns the index of the first segment that ends after o.
func (b *Board) Find(o seq.Offset) int {
	live := b.segments[b.head:]
	if n := len(live); n == 0 || live[n-1].Hi <= o {
		return n
	}
	i, _ := slices.BinarySearchFunc(live, o, func(s Segment, o seq.Offset) int {
		if s.Hi <= o {
			return -1
		}
		return 1
	})
	return i
}

// Covering returns the segment that holds the octet o, nil for none.
func (b *Board) Covering(o seq.Offset) *Segment {
	if i := b.Find(o); i < b.Len() && b.At(i).Lo <= o {
		return b.At(i)
	}
	return nil
}

// SACKed returns how many octets the receiver reports above a hole.
func (b *Board) SACKed() int64 {
	if b.reports == nil {
		return 0
	}
	return b.reports.octets
}

// High returns the highest octet SACKed plus one, 0 for none.
func (b *Board) High() seq.Offset {
	if b.reports == nil {
		return 0
	}
	return b.reports.high
}

// Reached returns when the newest segment left that the receiver is known to
// have, of those sent once; ok is false for none. What left earlier and has not
// arrived is lost or overtaken (RFC 8985 section 6.2).
func (b *Board) Reached() (t capture.Timestamp, ok bool) { return b.reached, b.reached != 0 }

// change lets do alter a segment, and keeps the sums.
func (b *Board) change(s *Segment, do func(*Segment)) {
	b.take(s, -1)
	do(s)
	b.take(s, 1)
}

func (b *Board) take(s *Segment, sign int64) {
	b.pipe += sign * s.weight()
	if s.status&sacked != 0 {
		b.reports.octets += sign * s.octets()
	}
}

// send records the segment of a step, where top is what its sender had sent
// before.
func (b *Board) send(step *reconstruct.Step, top seq.Offset, limit int) {
	if step.Seq > top { // what lies between did not pass
		b.push(top, step.Seq, limit).First = step.Segment.Time
	}
	if step.Seq < top {
		s := Segment{Lo: step.Seq, Hi: step.End}
		s.describe(step)
		b.repeat(&s, min(s.Hi, top))
	}
	if lo := max(step.Seq, top); lo < step.End {
		b.push(lo, step.End, limit).describe(step)
	}
}

// push puts a segment at the end, and returns it for the rest to be set in its
// place.
func (b *Board) push(lo, hi seq.Offset, limit int) *Segment {
	if b.Len() >= limit {
		b.pop()
	}
	if len(b.segments) == cap(b.segments) && b.head > len(b.segments)/2 {
		n := copy(b.segments, b.segments[b.head:])
		b.segments, b.head = b.segments[:n], 0
	}
	b.segments = append(b.segments, Segment{})
	s := &b.segments[len(b.segments)-1]
	s.Lo, s.Hi = lo, hi
	b.pipe += s.weight()
	return s
}

// pop removes the oldest segment.
func (b *Board) pop() {
	b.take(&b.segments[b.head], -1)
	b.head++
	if b.head == len(b.segments) {
		b.segments, b.head = b.segments[:0], 0
	}
}

// repeat records that the octets of s below hi were sent again.
func (b *Board) repeat(s *Segment, hi seq.Offset) {
	b.cut(s.Lo)
	b.cut(hi)
	for i := b.Find(s.Lo); i < b.Len() && b.At(i).Hi <= hi; i++ {
		b.change(b.At(i), func(old *Segment) { old.resend(s) })
	}
}

// cut splits the segment that holds both the octet at o and the one before.
func (b *Board) cut(o seq.Offset) {
	i := b.Find(o)
	if i >= b.Len() || b.At(i).Lo >= o {
		return
	}
	b.segments = slices.Insert(b.segments, b.head+i, *b.At(i))
	b.At(i).Hi, b.At(i+1).Lo = o, o
}

// acknowledge removes what is below a, and tells d of it.
func (b *Board) acknowledge(a seq.Offset, d *Delivery) {
	for b.Len() > 0 && b.At(0).Hi <= a {
		d.take(b.At(0))
		b.pop()
	}
	if b.Len() > 0 && b.At(0).Lo < a { // such as a super-segment of offload
		part := *b.At(0)
		part.Hi = a
		d.take(&part)
		b.change(b.At(0), func(s *Segment) { s.Lo = a })
	}
}

// timeout records that the sender gave up on all that the receiver has not
// reported (RFC 6675 section 5.1, RFC 5681 section 3.1).
func (b *Board) timeout() {
	for i := range b.Len() {
		b.change(b.At(i), func(s *Segment) {
			if s.status&sacked == 0 {
				s.status = s.status&^again | lost
			}
		})
	}
}

// check returns the first invariant that does not hold, for tests.
func (b *Board) check() error {
	var pipe, sackedOctets int64
	for i := range b.Len() {
		s := b.At(i)
		if s.Lo >= s.Hi || i > 0 && b.At(i-1).Hi > s.Lo {
			return fmt.Errorf("segment %d is [%d,%d)", i, s.Lo, s.Hi)
		}
		pipe += s.weight()
		if s.SACKed() {
			sackedOctets += s.octets()
		}
	}
	if pipe != b.pipe || sackedOctets != b.SACKed() {
		return fmt.Errorf("pipe %d, is %d; SACKed %d, are %d", b.pipe, pipe, b.SACKed(), sackedOctets)
	}
	return nil
}
