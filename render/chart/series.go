package chart

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// bands shades parts of the X axis, behind everything.
func (d *drawing) bands(p *part) {
	for i := range p.panel.Bands {
		b := &p.panel.Bands[i]
		if lo, hi := d.within(b); d.seen(b) {
			b.Fill.draw(d.s, corners(scene.Corners(scene.Pt(lo, p.area.Min.Y), scene.Pt(hi, p.area.Max.Y)))...)
		}
	}
}

// within is what of a band lies on the axis.
func (d *drawing) within(b *Band) (lo, hi float64) {
	return max(d.x.at(b.Lo), d.x.a), min(d.x.at(b.Hi), d.x.b)
}

// bandWide is the least width of a band, in points. Many that are narrower look
// like lines of the grid.
const bandWide = 0.8

func (d *drawing) seen(b *Band) bool {
	lo, hi := d.within(b)
	return hi-lo >= bandWide
}

// drawSeries draws the series of a panel, then the letters where they touch
// nothing.
func (d *drawing) drawSeries(p *part) {
	ink := newInkMap(p.area)
	type lettered struct {
		series *Series
		places []scene.Point
	}
	var letters []lettered
	outlines, fill := p.bands()
	for _, outline := range outlines {
		d.s.Add(scene.Mark{Path: scene.StraightPath(outline...), Closed: true, Filled: true, Fill: fill})
	}
	for _, i := range p.order() {
		s := &p.panel.Series[i]
		from := len(d.s.Marks)
		places := d.drawOne(p, i)
		for _, m := range d.s.Marks[from:] {
			ink.path(m.Path)
		}
		if half := s.Look.markerSize()/2 + 0.5; s.Look.Marker != NoMarker {
			for _, at := range places {
				ink.box(scene.Box(at, 2*half, 2*half))
			}
		}
		if s.Letter != "" {
			letters = append(letters, lettered{s, places})
		}
	}
	for _, l := range letters {
		for _, at := range l.places {
			d.letter(ink, l.series, at)
		}
	}
}

// order is that in which series are drawn: as they are given, but for clouds,
// which would hide all that is below them.
func (p *part) order() (list []int) {
	for i := range p.dense {
		if p.dense[i].cloud != nil {
			list = append(list, i)
		}
	}
	for i := range p.dense {
		if p.dense[i].cloud == nil {
			list = append(list, i)
		}
	}
	return list
}

// drawOne draws a series and returns where its markers are.
func (d *drawing) drawOne(p *part, i int) []scene.Point {
	s := &p.panel.Series[i]
	pen := s.Look.Pen()
	for j, path := range d.strokes(p, i) {
		if j > 0 {
			pen.Dash = Solid // whiskers
		}
		if len(path) > 0 {
			d.s.Add(scene.Mark{Path: path, Stroke: pen})
		}
	}
	if s.Look.Marker == NoMarker {
		return nil
	}
	var all []scene.Point
	for _, of := range d.shades(p, i) {
		of.look.markers(d.s, of.places)
		all = append(all, of.places...)
	}
	return all
}

// strokes returns the lines of a series, thinned and within the area: the line
// proper, then whiskers.
func (d *drawing) strokes(p *part, i int) [][]scene.Piece {
	s := &p.panel.Series[i]
	switch s.Shape {
	case Line, Steps:
		if e := &p.dense[i]; len(e.runs) > 0 {
			return [][]scene.Piece{d.path(p, s, e.banded.line)}
		}
		return [][]scene.Piece{d.line(p, s)}
	case Bars:
		return [][]scene.Piece{d.verticals(p, s)}
	case Quartiles:
		return [][]scene.Piece{d.line(p, s), d.verticals(p, s)}
	case Spans:
		return [][]scene.Piece{d.horizontals(p, s)}
	}
	return nil
}

// visible tells whether a point can be placed on the axes.
func (d *drawing) visible(p *part, pt *Point) bool {
	return !(p.y.axis.Log && pt.Y <= 0 || d.x.axis.Log && pt.X <= 0)
}

// places returns where the markers of a series lie, thinned.
func (d *drawing) places(p *part, s *Series) (places []scene.Point) {
	for i := range s.Points {
		pt := &s.Points[i]
		if at := scene.Pt(d.x.at(pt.X), p.y.at(pt.Y)); d.visible(p, pt) && !math.IsNaN(pt.Y) && holds(p.area, at) {
			places = append(places, at)
		}
	}
	return thinDots(places, max(cell, s.Look.markerSize()/5))
}

// line is a line through the points of a series.
func (d *drawing) line(p *part, s *Series) []scene.Piece { return d.path(p, s, d.thinned(p, s)) }

// path is a line as the shape of its series has it, within the area.
func (d *drawing) path(p *part, s *Series, line []scene.Point) []scene.Piece {
	if s.Shape == Steps {
		line = stairs(line)
	}
	return clipLine(p.area, line)
}

// verticals are bars, or the whiskers of quartiles.
func (d *drawing) verticals(p *part, s *Series) (path []scene.Piece) {
	var bars []bar
	for i := range s.Points {
		pt := &s.Points[i]
		if x := d.x.at(pt.X); x >= p.area.Min.X-0.01 && x <= p.area.Max.X+0.01 && (!p.y.axis.Log || pt.Low > 0) {
			bars = append(bars, bar{x, p.y.at(pt.High), p.y.at(pt.Low)}) // Y grows downwards
		}
	}
	foot := s.Look.markerSize() / 2
	for _, b := range thinBars(bars) {
		from, to, ok := clip(p.area, scene.Pt(b.at, b.lo), scene.Pt(b.at, max(b.hi, b.lo+0.5)))
		if !ok {
			continue
		}
		path = append(path, scene.Piece{To: from, Break: true}, scene.Piece{To: to})
		if s.Shape == Quartiles {
			for _, y := range [...]float64{from.Y, to.Y} {
				path = append(path, scene.Piece{To: scene.Pt(b.at-foot, y), Break: true}, scene.Piece{To: scene.Pt(b.at+foot, y)})
			}
		}
	}
	return path
}

// horizontals are spans.
func (d *drawing) horizontals(p *part, s *Series) (path []scene.Piece) {
	var bars []bar
	for i := range s.Points {
		if pt := &s.Points[i]; d.visible(p, pt) {
			bars = append(bars, bar{p.y.at(pt.Y), d.x.at(pt.Low), d.x.at(pt.High)})
		}
	}
	for _, b := range thinBars(bars) {
		from, to, ok := clip(p.area, scene.Pt(b.lo, b.at), scene.Pt(max(b.hi, b.lo+0.5), b.at))
		if ok {
			path = append(path, scene.Piece{To: from, Break: true}, scene.Piece{To: to})
		}
	}
	return path
}

// letter writes the letter of a marker beside it, where there is room.
func (d *drawing) letter(ink *inkMap, s *Series, at scene.Point) {
	size := d.text - 1
	w, h := d.wide(s.Letter, scene.Bold, size), size*0.72
	away := s.Look.markerSize()/2 + 2.2
	for _, c := range [...]scene.Point{{X: 0, Y: -away - h/2}, {X: 0, Y: away + h/2}, {X: away + w/2, Y: 0}, {X: -away - w/2, Y: 0}} {
		box := scene.Box(at.Add(c), w, h)
		whole := scene.Corners(scene.Pt(box.Min.X, box.Max.Y-scene.Ascent*size), scene.Pt(box.Max.X, box.Max.Y+scene.Descent*size))
		if ink.free(box.Grow(0.4)) && !ink.lettered(whole) {
			ink.letters = append(ink.letters, whole)
			ink.box(box.Grow(0.6))
			d.s.Words(d.fonts, s.Letter, scene.Pt(box.Min.X, box.Max.Y), scene.Bold, size, s.Look.Ink)
			return
		}
	}
}
