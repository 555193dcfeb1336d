package view

import (
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// windowRows is how many segments of a connection are kept at a time: some
// 50 MB.
const windowRows = 200_000

// row is what is kept of a segment.
type row struct {
	ladder.Row
	inFlight    int64 // after it, octets; meaningful with flightKnown
	window      int64 // in force for that side; meaningful with windowKnown
	rtt         time.Duration
	limit       limit.State
	flightKnown bool
	windowKnown bool
	limitKnown  bool
	rttKnown    bool
}

// window are segments of a connection that follow each other.
type window struct {
	from  int // place of the first of them in the connection
	rows  []row
	most  int // that it holds
	total int // segments of the connection that have been seen
}

// newWindow makes room for so many segments around the given one of a connection.
func newWindow(packets int64, at, most int) window {
	from := max(min(at-most/2, int(packets)-most), 0)
	return window{from: from, most: most, rows: make([]row, 0, min(int(packets), most))}
}

func (w *window) full() bool { return len(w.rows) == w.most }

// add takes the next segment of the connection.
func (w *window) add(s *analyze.Segment) {
	if s.Swapped {
		for i := range w.rows {
			w.rows[i].From = w.rows[i].From.Peer()
		}
	}
	if w.total++; w.total <= w.from || w.full() {
		return
	}
	w.rows = append(w.rows, row{
		Row: ladder.NewRow(s), inFlight: s.Flight.InFlight, flightKnown: s.FlightKnown,
		window: s.Flight.Window, windowKnown: s.Flight.WindowKnown,
		rtt: s.RTT.RTT, rttKnown: s.Delivers && s.RTT.Valid, limit: s.Limit, limitKnown: s.LimitKnown,
	})
}

// row returns a segment by its place in the connection; nil where it is not kept.
func (w *window) row(at int) *row {
	if at < w.from || at >= w.from+len(w.rows) {
		return nil
	}
	return &w.rows[at-w.from]
}

// place returns where the first segment from a frame on is. Where that is
// outside of the window it is a guess, half a window further at least, and sure
// is false.
func (w *window) place(frame capture.FrameNumber, c *analyze.Connection) (at int, sure bool) {
	i, _ := slices.BinarySearchFunc(w.rows, frame, func(r row, f capture.FrameNumber) int { return int(r.Frame - f) })
	end := w.from + len(w.rows)
	guess := int(float64(frame-c.First) / float64(max(c.Last-c.First, 1)) * float64(w.total))
	switch {
	case i == 0 && w.from > 0 && (len(w.rows) == 0 || w.rows[0].Frame != frame):
		return max(min(guess, w.from-w.most/2), 0), false
	case i == len(w.rows) && end < w.total:
		return min(max(guess, end+w.most/2), w.total-1), false
	}
	return min(w.from+i, w.total-1), true
}
