package ladder

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// grounds are the fills of the bands: a tone for each phase of a connection.
var grounds = [state.NumStates]scene.Ink{
	state.Closed: scene.White, state.Listen: scene.White,
	state.SynSent: 0xdedede, state.SynReceived: 0xdedede, state.Established: 0x8fb8d6,
	state.FinWait1: 0xcfcfcf, state.FinWait2: 0xcfcfcf, state.CloseWait: 0xcfcfcf,
	state.Closing: 0xb5b5b5, state.LastAck: 0xb5b5b5, state.TimeWait: 0xececec,
}

// drawBands draws the life lines with their states.
func (d *sheet) drawBands() {
	for _, side := range reconstruct.Sides {
		left := d.lines[side]
		if side == reconstruct.Client {
			left -= bandWide
		}
		box := func(from, to float64) scene.Rect {
			return scene.Corners(scene.Pt(left, from), scene.Pt(left+bandWide, to))
		}
		ground := grounds[d.Tracks[side].Phase]
		if d.Tracks[side].Start == "" {
			ground = scene.White
		}
		y := d.top
		for _, b := range d.bounds[side] {
			d.fill(box(y, b.y), ground)
			y, ground = b.y, grounds[b.State]
		}
		d.fill(box(y, d.bottom), ground)
		d.drawBounds(side, box)
		d.s.Add(scene.Mark{Path: boxPath(box(d.top, d.bottom)), Closed: true, Stroke: scene.Pen(scene.Black, 0.6, scene.Solid)})
	}
}

func (d *sheet) fill(r scene.Rect, ink scene.Ink) {
	if r.Height() > 0 {
		d.s.Add(scene.Mark{Path: boxPath(r), Closed: true, Filled: true, Fill: ink})
	}
}

// drawBounds draws where states begin, and between which bounds that lies.
func (d *sheet) drawBounds(side reconstruct.Side, box func(from, to float64) scene.Rect) {
	list := d.bounds[side]
	for i, b := range list {
		from, to := d.y(b.From), d.y(b.To)
		if i > 0 {
			from = max(from, list[i-1].y)
		}
		if i+1 < len(list) {
			to = min(to, list[i+1].y)
		}
		if b.From < b.To {
			d.hatch(box(min(from, b.y), b.y), box(b.y, max(to, b.y)))
		}
		r := box(b.y, b.y)
		d.s.Add(scene.Mark{Path: scene.StraightPath(r.Min, r.Max), Stroke: scene.Pen(scene.Black, 0.9, scene.Solid)})
	}
}

// hatch draws lines that lie closer the likelier the time is: on both sides of
// where it most likely was.
func (d *sheet) hatch(above, below scene.Rect) {
	var path []scene.Piece
	line := func(r scene.Rect, y float64) {
		path = append(path, scene.Piece{To: scene.Pt(r.Min.X+1, y), Break: true}, scene.Piece{To: scene.Pt(r.Max.X-1, y)})
	}
	for gap, y := hatchGap, above.Max.Y-hatchGap; y > above.Min.Y; y -= gap {
		line(above, y)
		gap *= hatchGrowth
	}
	for gap, y := hatchGap, below.Min.Y+hatchGap; y < below.Max.Y; y += gap {
		line(below, y)
		gap *= hatchGrowth
	}
	if len(path) > 0 {
		d.s.Add(scene.Mark{Path: path, Stroke: scene.Pen(scene.Black, 0.35, scene.Solid)})
	}
}

const (
	hatchGap    = 1.4
	hatchGrowth = 1.12
)

func boxPath(r scene.Rect) []scene.Piece {
	return scene.StraightPath(r.Min, scene.Pt(r.Max.X, r.Min.Y), r.Max, scene.Pt(r.Min.X, r.Max.Y))
}

func (d *sheet) drawArrows() {
	for _, a := range d.arrows {
		from := scene.Pt(d.lines[a.row.From], a.tail)
		to := scene.Pt(d.lines[a.row.From.Peer()], a.head)
		a.draw(d.s, from, to)
	}
}

// pen is the line of a row: thick for data, broken for what is sent again.
func (r *Row) pen() scene.Stroke {
	pen := scene.Pen(scene.Black, 0.6, scene.Solid)
	if r.Len > 0 || r.Flags&control != 0 {
		pen.Width = 1
	}
	switch {
	case r.Loss.Cause == loss.CaptureDuplicate || r.Loss.Cause == loss.NetworkDuplicate || r.Marks.Has(reconstruct.Duplicate):
		pen.Ink, pen.Dash = dim, scene.Dotted
	case r.Marks.Has(reconstruct.Retransmission):
		pen.Ink, pen.Dash = scene.Orange, scene.Dashed
	}
	return pen
}

const (
	headLong = 5.0
	headWide = 1.9
	crossed  = 0.62 // of the way, where the cross of a lost segment stands
)

// draw draws an arrow with its head, or with a cross where it did not arrive.
func (a *arrow) draw(s *scene.Scene, from, to scene.Point) {
	pen := a.row.pen()
	along := to.Sub(from).Unit()
	across := scene.Pt(-along.Y, along.X).Mul(headWide)
	neck := to.Sub(along.Mul(headLong))
	cross := from.Add(to.Sub(from).Mul(crossed))
	head := scene.Mark{Path: scene.StraightPath(to, neck.Add(across), neck.Sub(across)), Closed: true, Filled: true, Fill: pen.Ink}
	if a.row.Fate == Arrived {
		s.Add(scene.Mark{Path: scene.StraightPath(from, neck), Stroke: pen})
		s.Add(head)
		return
	}
	s.Add(scene.Mark{Path: scene.StraightPath(from, cross), Stroke: pen})
	const arm = 3.2
	s.Add(scene.Mark{Path: []scene.Piece{
		{To: cross.Add(scene.Pt(-arm, -arm))}, {To: cross.Add(scene.Pt(arm, arm))},
		{To: cross.Add(scene.Pt(-arm, arm)), Break: true}, {To: cross.Add(scene.Pt(arm, -arm))},
	}, Stroke: scene.Pen(scene.Black, 1.2, scene.Solid)})
	if a.row.Fate == MaybeLost {
		s.Add(scene.Mark{Path: scene.StraightPath(cross, neck), Stroke: scene.Pen(pen.Ink, 0.6, scene.Dotted)})
		head.Fill, head.Stroke = scene.White, scene.Pen(pen.Ink, 0.6, scene.Solid)
		s.Add(head)
	}
}

func (d *sheet) drawTags() {
	for _, t := range d.tags {
		if t.column == middle {
			wide := 0.0
			for _, line := range t.lines {
				wide = max(wide, d.spansWide(line)+4)
			}
			x, y := (d.room[middle][0]+d.room[middle][1])/2, t.y-d.line()/2
			r := scene.Corners(scene.Pt(x-wide/2, y-1), scene.Pt(x+wide/2, y+d.height(t)+1))
			d.s.Add(scene.Mark{Path: scene.RoundRect(r, 2), Closed: true, Filled: true, Fill: scene.Paper})
		}
		d.drawTag(t)
		d.lead(t)
	}
}

// lead draws a line from a tag that gave way to where it belongs.
func (d *sheet) lead(t *tag) {
	if t.y-t.want < 1 && t.want-t.y < 1 || t.column == middle {
		return
	}
	a, b := d.room[t.column][1], d.room[t.column][1]+gutter
	if t.column == ofServer || t.column == clock2 {
		a, b = d.room[t.column][0], d.room[t.column][0]-gutter
	}
	d.s.Add(scene.Mark{Path: scene.StraightPath(scene.Pt(a+(b-a)*0.15, t.y), scene.Pt(b-(b-a)*0.25, t.want), scene.Pt(b, t.want)), Stroke: scene.Pen(dim, 0.4, scene.Solid)})
}

// drawTag writes a tag: towards its life line, or centred between both.
func (d *sheet) drawTag(t *tag) {
	room := d.room[t.column]
	for i, line := range t.lines {
		wide := d.spansWide(line)
		x := room[0]
		switch t.column {
		case ofClient:
			x = room[1] - wide
		case clock, clock2:
			x = room[1] - d.frame - d.fonts.Width(line[0].text, line[0].face, d.text)
		case middle:
			x = (room[0] + room[1] - wide) / 2
		}
		y := t.y + float64(i)*d.line() + d.text*0.35
		for _, s := range line {
			word := strings.TrimLeft(s.text, " ") // viewers drop spaces at the begin
			end := x + d.fonts.Width(s.text, s.face, d.text)
			d.s.Words(d.fonts, word, scene.Pt(end-d.fonts.Width(word, s.face, d.text), y), s.face, d.text, s.ink)
			x = end
		}
	}
}
