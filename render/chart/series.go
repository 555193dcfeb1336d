package chart

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// bands shades parts of the X axis, behind everything.
func (d *drawing) bands(p *part) {
	for _, b := range p.panel.Bands {
		lo, hi := max(d.x.at(b.Lo), p.area.Min.X), min(d.x.at(b.Hi), p.area.Max.X)
		if lo < hi {
			b.Fill.draw(d.s, corners(scene.Corners(scene.Pt(lo, p.area.Min.Y), scene.Pt(hi, p.area.Max.Y)))...)
		}
	}
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
	for i := range p.panel.Series {
		s := &p.panel.Series[i]
		from := len(d.s.Marks)
		places := d.drawOne(p, s)
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

// drawOne draws a series and returns where its markers are.
func (d *drawing) drawOne(p *part, s *Series) []scene.Point {
	pen := s.Look.pen()
	for i, path := range d.strokes(p, s) {
		if i > 0 {
			pen.Dash = Solid // whiskers
		}
		if len(path) > 0 {
			d.s.Add(scene.Mark{Path: path, Stroke: pen})
		}
	}
	if s.Look.Marker == NoMarker {
		return nil
	}
	places := d.places(p, s)
	s.Look.markers(d.s, places)
	return places
}

// strokes returns the lines of a series, thinned and within the area: the line
// proper, then whiskers.
func (d *drawing) strokes(p *part, s *Series) [][]scene.Piece {
	switch s.Shape {
	case Line, Steps:
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
func (d *drawing) line(p *part, s *Series) []scene.Piece {
	var t lineThinner
	for i := range s.Points {
		pt := &s.Points[i]
		at := scene.Pt(d.x.at(pt.X), math.NaN())
		if d.visible(p, pt) {
			at.Y = p.y.at(pt.Y)
		}
		t.add(at)
	}
	line := t.done()
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
