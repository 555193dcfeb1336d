package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// detailRows is the room below the segments for what is known of the one under
// the cursor.
const detailRows = 4

// handleSegments takes a key for the segments.
func (a *App) handleSegments(k Key) {
	c := a.open
	if n, ok := k.step(a.rows - detailRows - 1); ok {
		a.goTo(max(min(c.segments.at+n, c.rows.total-1), 0))
		return
	}
	switch k {
	case "m", "M":
		a.seekRow(map[Key]int{"m": 1, "M": -1}[k], "marked", func(r *row) bool { return r.Remark() != "" })
	}
}

// goTo puts the cursor on a segment, which is read from the file again if it is
// not at hand.
func (a *App) goTo(at int) {
	c := a.open
	if c.rows.row(at) != nil || c.rows.total == 0 {
		c.segments.at = at
		return
	}
	a.fetch(c, at, func() { c.segments.at = at })
}

// jump shows the first segment from a frame on.
func (a *App) jump(frame capture.FrameNumber) {
	c := a.open
	a.tab = tabSegments
	at, sure := c.rows.place(frame, c.Connection)
	if !sure {
		a.fetch(c, at, func() { a.jump(frame) })
		return
	}
	c.segments.centre(at, a.rows-detailRows-1)
	switch r := c.rows.row(at); {
	case r == nil:
	case r.Frame < frame:
		a.note = fmt.Sprintf("frame %d is behind the last of this connection", frame)
	case r.Frame > frame:
		a.note = fmt.Sprintf("frame %d is not of this connection; this is the next that is", frame)
	}
}

// seekRow goes to the next segment that is wanted, among those at hand.
func (a *App) seekRow(step int, what string, wanted func(*row) bool) {
	c := a.open
	for at := c.segments.at + step; ; at += step {
		r := c.rows.row(at)
		if r == nil && at >= 0 && at < c.rows.total {
			a.note = fmt.Sprintf("none %s up to here; again goes on", what)
			a.goTo(at)
			return
		}
		if r == nil {
			a.note = "no further segment " + what
			return
		}
		if wanted(r) {
			c.segments.at = at
			return
		}
	}
}

// holds tells whether the line of a segment holds a text.
func (r *row) holds(text string) bool {
	return strings.Contains(strings.ToLower(r.Label()+" "+r.Remark()), text)
}

// segmentColumns are where the columns of the segments end.
type segmentColumns struct {
	frame, time, label   int
	flight, rtt, remarks int // 0 for a column there is no room for
}

const (
	labelWidth  = 45
	roomyLabel  = 52 // where there is room for longer numbers
	flightWidth = 10
	rttWidth    = 10
)

func segmentLayout(width int) segmentColumns {
	c := segmentColumns{frame: margin + 8, time: margin + 8 + 13}
	c.label = min(c.time+2+labelWidth, width)
	at := c.label
	if width >= 112 {
		c.label = c.time + 2 + roomyLabel
		at = c.label
		c.flight, at = at+flightWidth, at+flightWidth
		c.rtt, at = at+rttWidth, at+rttWidth
	}
	c.remarks = at + 1
	return c
}

// drawSegments shows the segments around the cursor.
func (a *App) drawSegments(area cell.Area) {
	c := a.open
	s := &c.segments
	layout := segmentLayout(area.W)
	head := area.Sub(0, 0, area.W, 1)
	head.PutRight(layout.frame, 0, "frame", bold)
	head.PutRight(layout.time, 0, "time s", bold)
	head.Put(layout.time+1, 0, "> client  < server", bold)
	if layout.flight > 0 {
		head.PutRight(layout.flight, 0, "in flight", bold)
		head.PutRight(layout.rtt, 0, "rtt", bold)
	}
	head.Put(layout.remarks, 0, "marks", bold)
	rows := area.Sub(0, 1, area.W, area.H-1-detailRows)
	s.show(rows.H, c.rows.total)
	for y := range rows.H {
		at := s.top + y
		r := c.rows.row(at)
		if r == nil {
			if at < c.rows.total {
				rows.Put(margin, y, "…", dim)
			}
			continue
		}
		drawRow(rows.Sub(0, y, area.W, 1), layout, r)
		if at == s.at {
			rows.Sub(0, y, area.W, 1).Paint(cell.Look{Reverse: true})
			rows.Put(0, y, "►", cell.Look{Reverse: true})
		}
	}
	a.drawDetail(area.Sub(0, area.H-detailRows, area.W, detailRows))
}

// drawRow draws the line of a segment.
func drawRow(a cell.Area, layout segmentColumns, r *row) {
	look := rowLook(&r.Row)
	a.PutRight(layout.frame, 0, decimal(int64(r.Frame)), dim)
	a.PutRight(layout.time, 0, fmt.Sprintf("%.6f", r.At.Seconds()), cell.Look{})
	direction := cell.Look{Ink: [...]cell.Ink{cell.Cyan, cell.Green}[r.From]}
	a.Put(layout.time+1, 0, [...]string{">", "<"}[r.From], direction)
	a.Sub(layout.time+3, 0, layout.label-layout.time-3, 1).Put(0, 0, r.Label(), look)
	if layout.flight > 0 && r.flightKnown {
		a.PutRight(layout.flight, 0, decimal(r.inFlight), cell.Look{})
	}
	if layout.rtt > 0 && r.rttKnown {
		a.PutRight(layout.rtt, 0, brief(r.rtt), cell.Look{})
	}
	a.Put(layout.remarks, 0, r.Remark(), look)
}

// brief is a duration with three digits.
func brief(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.3g s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.3g ms", d.Seconds()*1e3)
	}
	return fmt.Sprintf("%d µs", d.Microseconds())
}

// drawDetail tells what is known of the segment under the cursor.
func (a *App) drawDetail(area cell.Area) {
	c := a.open
	area.Sub(0, 0, area.W, 1).Fill('─', dim)
	area.Put(margin, 0, fmt.Sprintf(" segment %d of %d ", min(c.segments.at+1, c.rows.total), c.rows.total), cell.Look{})
	r := c.rows.row(c.segments.at)
	if r == nil {
		return
	}
	text := area.Sub(margin, 1, area.W-margin, detailRows-1)
	text.Put(0, 0, fmt.Sprintf("frame %d: %s > %s, raw seq %d ack %d", r.Frame, c.Ends[r.From], c.Ends[c.Connection.Peer(r.From)], r.Seq, r.Ack), cell.Look{})
	remark := r.Remark()
	if remark == "" {
		remark = "nothing noticeable"
	}
	text.Put(0, 1, remark, rowLook(&r.Row))
	text.Put(0, 2, r.measured(c.Connection.Peer(r.From)), cell.Look{})
}

// measured says what was measured at a segment.
func (r *row) measured(peer reconstruct.Side) string {
	var said []string
	about := r.From
	if r.Len == 0 {
		about = peer
	}
	if r.flightKnown {
		text := fmt.Sprintf("%s has %d in flight", about, r.inFlight)
		if r.windowKnown {
			text += fmt.Sprintf(" of a window of %d", r.window)
		}
		said = append(said, text)
	}
	if r.rttKnown {
		said = append(said, "round trip "+brief(r.rtt))
	}
	if l := &r.limit; r.limitKnown && l.Limit != limit.Unknown {
		said = append(said, "limited by "+limitWords[l.Limit])
		if l.PhaseKnown && l.Limit == limit.Cwnd {
			said[len(said)-1] += " (" + strings.ReplaceAll(l.Phase.String(), "-", " ") + ")"
		}
		if l.Cwnd > 0 {
			said = append(said, map[bool]string{true: "cwnd about ", false: "cwnd at least "}[l.Estimate]+decimal(l.Cwnd))
		}
	}
	return strings.Join(said, ", ")
}

var limitWords = [...]string{
	limit.Rwnd: "the receive window", limit.Cwnd: "the congestion window", limit.App: "the application", limit.Path: "the path's rate", limit.Unknown: "",
}
