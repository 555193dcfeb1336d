package chart

import "github.com/flowstate-tcp/flowstate/render/scene"

// Marker is the shape of a mark.
type Marker uint8

// The markers. NoMarker is none.
const (
	NoMarker Marker = iota
	Dot             // tiny, for clouds of them
	Disc
	Ring
	Square
	Box
	Up
	Down
	Diamond
	Cross
	Plus
)

// The ways in which lines are broken.
const (
	Solid      = scene.Solid
	Dashed     = scene.Dashed
	Dotted     = scene.Dotted
	DashDot    = scene.DashDot
	LongDash   = scene.LongDash
	DashDotDot = scene.DashDotDot
	ShortDash  = scene.ShortDash
	Sparse     = scene.Sparse
)

// Look is the pen and the marker of a series.
type Look struct {
	Ink    scene.Ink
	Dash   scene.Dash
	Width  float64 // points; 0 is the usual
	Marker Marker
	Size   float64 // of the marker, points; 0 is the usual
}

// The palette of Okabe and Ito, darkened where thin lines on white need it.
const (
	Black            = scene.Black
	Blue             = scene.Blue
	Orange           = scene.Orange
	Green  scene.Ink = 0x00835f
	Purple scene.Ink = 0xa8467f
	Sky    scene.Ink = 0x3a9bd0
	Amber  scene.Ink = 0xc98a00
	Grey   scene.Ink = 0x808080
	Pale   scene.Ink = 0xd9d9d9
)

// Inks are the colours of all series.
func Inks() []scene.Ink { return append(cycleInks[:len(cycleInks):len(cycleInks)], Grey) }

// Tints are how much of white is mixed into the ink of a series where its points
// are too dense to be told apart.
func Tints() []float64 { return append(cloudTints[:len(cloudTints):len(cloudTints)], bandTint) }

var (
	cycleInks    = [...]scene.Ink{Blue, Orange, Green, Purple, Black, Sky, Amber}
	cycleDashes  = [...]scene.Dash{Solid, Dashed, DashDot, Dotted, LongDash, DashDotDot, ShortDash, Sparse}
	cycleMarkers = [...]Marker{Disc, Box, Up, Ring, Diamond, Square, Down, Cross, Plus}
)

// NthLook returns the look of the nth of several series of the same sort. Two
// of them differ in dash and marker, not in colour alone; their cycles are of
// lengths without a common factor, so that 56 differ without markers.
func NthLook(n int) Look {
	return Look{
		Ink:    cycleInks[n%len(cycleInks)],
		Dash:   cycleDashes[n%len(cycleDashes)],
		Marker: cycleMarkers[n%len(cycleMarkers)],
	}
}

// Pen is what the lines of a series are drawn with.
func (l Look) Pen() scene.Stroke {
	w := l.Width
	if w == 0 {
		w = 0.9
	}
	return scene.Pen(l.Ink, w, l.Dash)
}

func (l Look) markerSize() float64 {
	switch {
	case l.Size > 0:
		return l.Size
	case l.Marker == Dot:
		return 1.5
	}
	return 4
}

// hollow tells whether a marker is drawn as an outline.
func (m Marker) hollow() bool { return m == Ring || m == Box }

// crossed tells whether a marker consists of strokes.
func (m Marker) crossed() bool { return m == Cross || m == Plus }

// outline appends a marker at a place to a path.
func (m Marker) outline(path []scene.Piece, at scene.Point, size float64) []scene.Piece {
	r := size / 2
	var corners []scene.Point
	switch m {
	case Dot, Square, Box:
		r *= 0.9
		corners = []scene.Point{{X: -r, Y: -r}, {X: r, Y: -r}, {X: r, Y: r}, {X: -r, Y: r}}
	case Disc, Ring:
		return circle(path, at, r)
	case Up:
		corners = []scene.Point{{X: 0, Y: -1.15 * r}, {X: r, Y: 0.75 * r}, {X: -r, Y: 0.75 * r}}
	case Down:
		corners = []scene.Point{{X: 0, Y: 1.15 * r}, {X: r, Y: -0.75 * r}, {X: -r, Y: -0.75 * r}}
	case Diamond:
		r *= 1.2
		corners = []scene.Point{{X: 0, Y: -r}, {X: r, Y: 0}, {X: 0, Y: r}, {X: -r, Y: 0}}
	case Cross:
		r *= 0.9
		path = append(path, scene.Piece{To: at.Add(scene.Pt(-r, -r)), Break: true}, scene.Piece{To: at.Add(scene.Pt(r, r))})
		return append(path, scene.Piece{To: at.Add(scene.Pt(-r, r)), Break: true}, scene.Piece{To: at.Add(scene.Pt(r, -r))})
	case Plus:
		path = append(path, scene.Piece{To: at.Add(scene.Pt(-r, 0)), Break: true}, scene.Piece{To: at.Add(scene.Pt(r, 0))})
		return append(path, scene.Piece{To: at.Add(scene.Pt(0, -r)), Break: true}, scene.Piece{To: at.Add(scene.Pt(0, r))})
	}
	for i, c := range corners {
		path = append(path, scene.Piece{To: at.Add(c), Break: i == 0})
	}
	return path
}

// kappa places the control points of a quarter of a circle.
const kappa = 0.5523

func circle(path []scene.Piece, at scene.Point, r float64) []scene.Piece {
	k := r * kappa
	to := func(x, y, x1, y1, x2, y2 float64) scene.Piece {
		return scene.Piece{To: at.Add(scene.Pt(x, y)), Curve: true, C1: at.Add(scene.Pt(x1, y1)), C2: at.Add(scene.Pt(x2, y2))}
	}
	return append(path, scene.Piece{To: at.Add(scene.Pt(r, 0)), Break: true},
		to(0, r, r, k, k, r), to(-r, 0, -k, r, -r, k), to(0, -r, -r, -k, -k, -r), to(r, 0, k, -r, r, -k))
}

// markers draws a marker at each place, as one mark.
func (l Look) markers(s *scene.Scene, places []scene.Point) {
	if l.Marker == NoMarker || len(places) == 0 {
		return
	}
	var path []scene.Piece
	for _, p := range places {
		path = l.Marker.outline(path, p, l.markerSize())
	}
	m := scene.Mark{Path: path, Closed: true, Filled: true, Fill: l.Ink}
	switch {
	case l.Marker.crossed():
		m.Closed, m.Filled, m.Stroke = false, false, scene.Pen(l.Ink, 1, scene.Solid)
	case l.Marker.hollow():
		m.Fill, m.Stroke = scene.White, scene.Pen(l.Ink, 0.8, scene.Solid)
	}
	s.Add(m)
}
