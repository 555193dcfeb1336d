package ladder

import (
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Fate is whether a segment arrived.
type Fate uint8

// The fates.
const (
	Arrived   Fate = iota // as far as is known
	MaybeLost             // it or its acknowledgement
	Lost                  // the other side did not get it
)

// Row is a segment of the ladder.
type Row struct {
	Frame       capture.FrameNumber // 0 if only the joined capture holds it
	OtherFrame  capture.FrameNumber // in the joined capture, 0 for none
	At          time.Duration       // at the tap, since the connection's first packet
	From        reconstruct.Side
	Flags       decode.Flags
	Whole       bool   // flags and numbers are there
	Seq, Ack    uint32 // as in the header
	RelSeq      int64  // relative to the initial ones
	RelEnd      int64  // after its last octet
	RelAck      int64
	HasAck      bool
	Len         int   // octets of payload
	Window      int64 // octets, meaningful with WindowKnown
	RawWindow   uint16
	WindowKnown bool
	Marks       reconstruct.Marks
	Loss        loss.Verdict
	Fate        Fate
	NotNeeded   bool // it repeats what had arrived

	// Sent and Got are when it left its sender and reached the other side; both
	// are At where the delay is not known. A Lost one has no Got of its own.
	Sent, Got time.Duration
	timed     bool // by a joined capture
	sameWin   bool // the row before of this side that is shown has the same window
	weight    uint8
}

// NewRow returns the row of a segment.
func NewRow(s *analyze.Segment) (r Row) {
	r.fill(s)
	return r
}

// Resets tells whether it is a reset.
func (r *Row) Resets() bool { return r.Flags.Has(decode.RST) }

// Label is what stands at the row's arrow: flags, relative numbers, window.
func (r *Row) Label() string { return strings.Join(new(words).label(r), " ") }

// Remark is what is noticeable about it, empty for most.
func (r *Row) Remark() string { return new(words).remark(r) }

// fill makes r a row of a segment.
func (r *Row) fill(s *analyze.Segment) {
	g := s.Step.Segment
	*r = Row{
		Frame: g.Frame, At: g.Time.Sub(s.Conn.Start), From: s.From, Flags: g.Flags, Whole: g.Quirks&decode.FlagsCut == 0,
		Seq: uint32(g.Seq), Ack: uint32(g.Ack), RelSeq: int64(s.Seq), RelEnd: int64(s.End), RelAck: int64(s.Ack), HasAck: s.HasAck,
		Len: g.Len, RawWindow: g.Window, Marks: s.Marks, Loss: s.Loss,
	}
	r.Window, r.WindowKnown = s.Conn.Window(s.From, g)
}

// Fold is a stretch of segments that are not shown one by one.
type Fold struct {
	Sides       [2]Sum
	First, Last capture.FrameNumber
	From, To    time.Duration
}

// Sum is what one side sent in a fold.
type Sum struct {
	Segments int64
	Bytes    int64 // of payload, copies included
	Again    int64 // segments sent again
	Lost     int64 // segments known not to have arrived
	RelAck   int64 // the highest acknowledgement
}

// Segments returns how many there are.
func (f *Fold) Segments() int64 { return f.Sides[0].Segments + f.Sides[1].Segments }

// Bytes returns how much payload they hold.
func (f *Fold) Bytes() int64 { return f.Sides[0].Bytes + f.Sides[1].Bytes }

// add takes a row into the fold.
func (f *Fold) add(r *Row) {
	if f.Segments() == 0 {
		f.First, f.From = r.Frame, r.At
	}
	f.Last, f.To = max(f.Last, r.Frame), max(f.To, r.At)
	s := &f.Sides[r.From]
	s.Segments++
	s.Bytes += int64(r.Len)
	if r.Marks.Has(reconstruct.Retransmission) {
		s.Again++
	}
	if r.Fate == Lost {
		s.Lost++
	}
	if r.HasAck {
		s.RelAck = max(s.RelAck, r.RelAck)
	}
}

// join takes a later fold into f.
func (f *Fold) join(g *Fold) {
	if f.Segments() == 0 {
		*f = *g
		return
	}
	f.Last, f.To = max(f.Last, g.Last), max(f.To, g.To)
	for side := range f.Sides {
		a, b := &f.Sides[side], &g.Sides[side]
		*a = Sum{a.Segments + b.Segments, a.Bytes + b.Bytes, a.Again + b.Again, a.Lost + b.Lost, max(a.RelAck, b.RelAck)}
	}
}

// Item is one of both, in the order of the capture.
type Item struct {
	Row  *Row
	Fold *Fold
}

// at returns when it begins, at the tap.
func (i *Item) at() time.Duration {
	if i.Row != nil {
		return i.Row.At
	}
	return i.Fold.From
}
