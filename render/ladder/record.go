package ladder

import (
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Recorder gathers the segments of one connection. It keeps up to some 250 of
// them, or four times as many as MaxRows, and sums of the others. The zero value
// is ready.
type Recorder struct {
	Part    Part
	Frames  Frames
	MaxRows int // of the ladder that will be made; 0 is what fits a page

	items  []Item
	spare  []*Row // to be used again
	bytes  int64
	opened bool // the first segment was a SYN
	begun  bool
	seen   int
	since  int           // segments since the last that opens or closes
	last   time.Duration // of the segment before
	gap    time.Duration // smoothed time between segments
	said   [2]bool       // the side has sent data
	resets [2]int
	closed bool // a FIN or reset has passed
}

// Bytes returns how much payload the connection carried.
func (r *Recorder) Bytes() int64 { return r.bytes }

const control = decode.SYN | decode.FIN | decode.RST

// Add takes the next segment.
func (r *Recorder) Add(s *analyze.Segment) {
	if s.Swapped {
		r.swap()
	}
	row := r.spareRow()
	row.fill(s)
	r.bytes += int64(row.Len)
	row.weight = r.weigh(row)
	if !r.shows(row) {
		r.spare = append(r.spare, row)
		return
	}
	r.note(s.Loss)
	r.items = append(r.items, Item{Row: row})
	if keep := max(r.MaxRows, leastKept); len(r.items) > 4*keep {
		old, recent := r.items[:len(r.items)-keep], r.items[len(r.items)-keep:]
		chosen := choose(old, keep)
		r.reuse(old, chosen)
		r.items = append(chosen, recent...)
	}
}

const (
	leastKept = 60
	beginning = 12 // segments that show how a connection starts
	fewResets = 2
)

// spareRow returns a row to be filled.
func (r *Recorder) spareRow() *Row {
	n := len(r.spare)
	if n == 0 {
		return new(Row)
	}
	row := r.spare[n-1]
	r.spare = r.spare[:n-1]
	return row
}

// reuse keeps the rows that were folded for segments to come.
func (r *Recorder) reuse(old, chosen []Item) {
	for _, i := range old {
		for len(chosen) > 0 && chosen[0].Row == nil {
			chosen = chosen[1:]
		}
		switch {
		case i.Row == nil:
		case len(chosen) > 0 && chosen[0].Row == i.Row:
			chosen = chosen[1:]
		default:
			r.spare = append(r.spare, i.Row)
		}
	}
}

// swap mends what was recorded before the roles were known.
func (r *Recorder) swap() {
	r.said[0], r.said[1] = r.said[1], r.said[0]
	for _, i := range r.items {
		if i.Row != nil {
			i.Row.From = i.Row.From.Peer()
		} else {
			i.Fold.Sides[0], i.Fold.Sides[1] = i.Fold.Sides[1], i.Fold.Sides[0]
		}
	}
}

// shows tells whether the segment is in the part that is drawn.
func (r *Recorder) shows(row *Row) bool {
	if !r.begun {
		r.begun, r.opened = true, row.Flags.Has(decode.SYN)
	}
	if row.Flags&(decode.FIN|decode.RST) != 0 {
		r.closed = true
	}
	switch r.Part {
	case Opening:
		return r.opened && !r.said[0] && !r.said[1] && (!r.closed || row.Flags.Has(decode.RST))
	case Closing:
		return r.closed && r.Frames.hold(row.Frame)
	}
	return r.Frames.hold(row.Frame)
}

// The weights of rows: the lighter are folded first.
const (
	usual uint8 = iota
	paused
	repeated
	noted
	starting
	answering
	heavy
)

// notable are the marks that make a row worth showing.
const notable = 1<<reconstruct.OutOfOrder | 1<<reconstruct.Spurious | 1<<reconstruct.KeepAlive | 1<<reconstruct.ZeroWindow |
	1<<reconstruct.WindowProbe | 1<<reconstruct.WindowFull | 1<<reconstruct.GapBefore | 1<<reconstruct.UnseenACK |
	1<<reconstruct.ChallengeACK | 1<<reconstruct.OutOfWindow | 1<<reconstruct.Retransmission

// weigh tells how much a row matters, by what came before it.
func (r *Recorder) weigh(row *Row) uint8 {
	gap := row.At - r.last
	r.last = row.At
	mean := r.gap
	r.gap += (gap - r.gap) / 8
	r.since++
	r.seen++
	if row.Flags.Has(decode.RST) {
		r.resets[row.From]++
	}
	first := row.Len > 0 && !r.said[row.From]
	if row.Len > 0 {
		r.said[row.From] = true
	}
	switch {
	case row.Flags.Has(decode.RST) && r.resets[row.From] > fewResets:
		return usual // each segment on the way may have been answered by one
	case row.Flags&control != 0:
		r.since = 0
		return heavy
	case r.since <= 2 || first:
		return answering
	case r.seen <= beginning:
		return starting
	case row.Marks&notable != 0 || row.Loss.Cause != loss.None:
		return noted
	case row.Marks&(1<<reconstruct.DupACK|1<<reconstruct.WindowUpdate) != 0:
		return repeated
	case gap > 10*mean && gap > time.Millisecond:
		return paused
	}
	return usual
}

// note keeps what a segment tells of earlier ones: that one was lost, or that
// one was not.
func (r *Recorder) note(v loss.Verdict) {
	if v.OfFrame != 0 && v.Lost == loss.AfterTap {
		if before := r.row(v.OfFrame); before != nil {
			before.Fate = MaybeLost
			if v.Witness == loss.SACK {
				before.Fate = Lost // the receiver said what it lacked
			}
		}
	}
	again := r.row(v.Needless)
	if again == nil {
		return
	}
	again.NotNeeded = true
	if before := r.row(again.Loss.OfFrame); before != nil {
		before.Fate = Arrived
	}
}

// row returns the row of a frame, nil if it is not kept.
func (r *Recorder) row(f capture.FrameNumber) *Row {
	if f == 0 {
		return nil
	}
	at, found := slices.BinarySearchFunc(r.items, f, func(i Item, f capture.FrameNumber) int {
		switch {
		case i.Row != nil:
			return int(i.Row.Frame - f)
		case i.Fold.Last < f:
			return -1
		}
		return 1
	})
	if !found {
		return nil
	}
	return r.items[at].Row
}
