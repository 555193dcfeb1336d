package chart

import (
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// laidLane is a lane with its place, and the texts that found no room in it.
type laidLane struct {
	lane   *Lane
	name   string
	top    float64 // below the top of the area
	spans  []laidSpan
	height float64
}

// laidSpan is a span between two lengths on the page.
type laidSpan struct {
	span   *Span
	lo, hi float64
	text   string
	below  bool    // the text stands in a row below the bar, with a line to it
	row    int     // which
	pole   float64 // where that line ends
	x      float64 // left end of the text
	wide   float64
}

const laneGap = 5.0

// slantShare is how much of a slanted border a text in the middle may use.
const slantShare = 0.2

// laneNames returns how much room the names of lanes take.
func (d *drawing) laneNames(lanes []Lane) (wide float64) {
	for i := range lanes {
		wide = max(wide, d.wide(d.laneName(&lanes[i]), scene.Regular, d.text)+5)
	}
	return wide
}

// laneName is a lane's name, no longer than its share of the page.
func (d *drawing) laneName(l *Lane) string {
	name := scene.Clean(l.Name)
	for len(name) > 3 && d.wide(name, scene.Regular, d.text) > d.leftShare*d.width {
		name = cutMiddle(name)
	}
	return name
}

// layLanes places the lanes of a panel below each other.
func (d *drawing) layLanes(p *Panel) (laid []laidLane, height float64) {
	at := laneGap / 2
	bar := d.lane
	if n := len(p.Lanes); n > 12 {
		bar = max(d.text+1, bar*12/float64(n))
	}
	for i := range p.Lanes {
		l := d.layLane(&p.Lanes[i], p.Below)
		l.top, l.height = at, bar
		rows := 0
		for _, s := range l.spans {
			if s.below {
				rows = max(rows, s.row+1)
			}
		}
		gap := laneGap
		if len(p.Lanes) > 12 {
			gap = 2
		}
		at += bar + gap
		if rows > 0 {
			at += float64(rows)*d.text*leading + 4
		}
		laid = append(laid, l)
	}
	return laid, at
}

// layLane finds where the spans of a lane and their texts lie.
func (d *drawing) layLane(l *Lane, below bool) laidLane {
	out := laidLane{lane: l, name: d.laneName(l)}
	for i := range l.Spans {
		s := laidSpan{span: &l.Spans[i], text: scene.Clean(l.Spans[i].Text)}
		if s.span.Hi+s.span.Late < d.x.lo || s.span.Lo-s.span.Early > d.x.hi {
			continue
		}
		// What is left of the span at the height of its text.
		s.lo = min(max(d.x.at(s.span.Lo-s.span.Early*slantShare), d.x.a), d.x.b)
		s.hi = max(min(d.x.at(s.span.Hi+s.span.Late*slantShare), d.x.b), d.x.a)
		if n := len(out.spans) - 1; n >= 0 && !below && s.hi-s.lo < column && s.lo-out.spans[n].lo < column {
			out.spans[n].hi = s.hi // too narrow to be seen: the one before has the place
			continue
		}
		s.wide = d.wide(s.text, scene.Regular, d.text)
		s.x = (s.lo + s.hi - s.wide) / 2
		s.below = below && s.text != "" && s.wide+4 > s.hi-s.lo
		out.spans = append(out.spans, s)
	}
	d.hang(out.spans)
	return out
}

// hang places the texts below a lane like flags on poles: a pole stands under
// each span, the texts of the left half wave to the right of theirs and those of
// the right half to the left. What is nearer to the middle hangs higher, so that
// no pole crosses a text.
func (d *drawing) hang(spans []laidSpan) {
	var left, right []*laidSpan
	for i := range spans {
		s := &spans[i]
		if !s.below {
			continue
		}
		s.pole = (s.lo + s.hi) / 2
		if s.pole < (d.x.a+d.x.b)/2 && s.pole+s.wide+poleGap < d.x.b {
			left = append(left, s)
		} else {
			right = append(right, s)
		}
	}
	for i := 1; i < len(left); i++ {
		left[i].pole = max(left[i].pole, left[i-1].pole+poleGap)
	}
	for i := len(right) - 2; i >= 0; i-- {
		right[i].pole = min(right[i].pole, right[i+1].pole-poleGap)
	}
	var hung []*laidSpan
	for i := len(left) - 1; i >= 0; i-- {
		left[i].x = left[i].pole + 1
		hung = append(hung, left[i].hangBelow(hung))
	}
	for _, s := range right {
		s.x = max(s.pole-1-s.wide, 0)
		hung = append(hung, s.hangBelow(hung))
	}
}

// poleGap is how far poles stand apart.
const poleGap = 2.4

// hangBelow finds the highest row in which a text meets no other and no pole.
func (s *laidSpan) hangBelow(hung []*laidSpan) *laidSpan {
	for s.row = 0; ; s.row++ {
		clash := false
		for _, o := range hung {
			switch {
			case o.row == s.row:
				clash = clash || s.x < o.x+o.wide+2*poleGap && o.x < s.x+s.wide+2*poleGap
			case o.row > s.row: // its pole passes here
				clash = clash || s.x-1 < o.pole && o.pole < s.x+s.wide+1
			}
		}
		if !clash {
			return s
		}
	}
}

// drawLanes draws the lanes of a panel.
func (d *drawing) drawLanes(p *part) {
	for i := range p.lanes {
		l := &p.lanes[i]
		top := p.area.Min.Y + l.top
		w := d.wide(l.name, scene.Regular, d.text)
		base := top + l.height/2 + d.text*0.355
		d.s.Words(d.fonts, l.name, scene.Pt(p.area.Min.X-5-w, base), scene.Regular, d.text, scene.Black)
		for j := range l.spans {
			s := &l.spans[j]
			box := scene.Corners(scene.Pt(s.lo, top), scene.Pt(max(s.hi, s.lo+0.4), top+l.height))
			shape := d.shape(s.span, top, top+l.height)
			s.span.Fill.draw(d.s, shape...)
			if len(shape) > 2 && (box.Width() > 1.5 || s.span.Early+s.span.Late > 0) {
				d.s.Add(scene.Mark{Path: scene.StraightPath(shape...), Closed: true, Stroke: scene.Pen(scene.Black, 0.4, scene.Solid)})
			}
			d.spanText(s, box, base)
		}
	}
}

// shape is the outline of a span within the axis, clockwise: at its top it begins
// late and ends late, at its bottom it begins early and ends early.
func (d *drawing) shape(s *Span, top, bottom float64) []scene.Point {
	a, b := d.x.at(s.Lo), d.x.at(s.Hi+s.Late)
	c, e := max(d.x.at(s.Hi), d.x.at(s.Lo-s.Early)+0.4), d.x.at(s.Lo-s.Early)
	outline := []scene.Point{{X: a, Y: top}, {X: max(b, a+0.4), Y: top}, {X: c, Y: bottom}, {X: e, Y: bottom}}
	return cutSide(cutSide(outline, d.x.a, false), d.x.b, true)
}

// spanText writes the text of a span into it, on a ground that hides the hatch,
// or below it.
func (d *drawing) spanText(s *laidSpan, box scene.Rect, base float64) {
	if s.below {
		y := box.Max.Y + 3 + float64(s.row)*d.text*leading
		pole := scene.StraightPath(scene.Pt((s.lo+s.hi)/2, box.Max.Y), scene.Pt(s.pole, box.Max.Y+3), scene.Pt(s.pole, y+d.text*0.9))
		d.s.Add(scene.Mark{Path: pole, Stroke: scene.Pen(Grey, 0.4, scene.Solid)})
		d.s.Words(d.fonts, s.text, scene.Pt(s.x, y+d.text*scene.Ascent), scene.Regular, d.text, scene.Black)
		return
	}
	if s.text == "" || s.wide+4 > s.hi-s.lo {
		return
	}
	if s.span.Fill.Hatch != Plain {
		ground := scene.Corners(scene.Pt(s.x-2, base-d.text*0.8), scene.Pt(s.x+s.wide+2, base+d.text*0.24))
		d.s.Add(scene.Mark{Path: boxPath(ground), Closed: true, Filled: true, Fill: s.span.Fill.Ink})
	}
	d.s.Words(d.fonts, s.text, scene.Pt(s.x, base), scene.Regular, d.text, scene.Black)
}
