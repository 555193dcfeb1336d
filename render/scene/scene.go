package scene

import (
	"fmt"
	"math"
)

// Scene is a figure as marks on a page of a size, in the order in which they
// are laid down. All backends draw the same scene.
type Scene struct {
	Title string // for the reader of the screen
	Size  Point
	DPI   float64 // of a PNG; 0 is twice a screen's
	Marks []Mark
}

// Mark is one thing on the page: lines, shapes or a text.
type Mark struct {
	Path   []Piece
	Closed bool
	Fill   Ink
	Filled bool
	Stroke Stroke // none if its width is 0

	Text  string // the path is empty then
	At    Point  // left end of the baseline
	Face  Face
	Size  float64
	Width float64 // of the text as measured
}

// Piece is a point of a path, reached straight or, with Curve set, by a cubic
// curve over C1 and C2. With Break it is not reached but begins anew there, as
// the first of a path does.
type Piece struct {
	To     Point
	Curve  bool
	C1, C2 Point
	Break  bool
}

// Add lays a mark on top.
func (s *Scene) Add(m Mark) { s.Marks = append(s.Marks, m) }

// Words writes a text with its baseline at a point.
func (s *Scene) Words(f *Fonts, text string, at Point, c Face, size float64, i Ink) {
	if text != "" {
		s.Add(Mark{Text: text, At: at, Face: c, Size: size, Fill: i, Width: f.Width(text, c, size)})
	}
}

// kappa places the control points of a quarter of a circle.
const kappa = 0.5523

// Rounded is a polyline with its corners rounded.
func Rounded(line []Point, radius float64) []Piece {
	path := []Piece{{To: line[0]}}
	for i := 1; i < len(line)-1; i++ {
		a, b, c := line[i-1], line[i], line[i+1]
		r := min(radius, a.Dist(b)/2, b.Dist(c)/2)
		if r < 0.5 {
			path = append(path, Piece{To: b})
			continue
		}
		in, out := b.Add(a.Sub(b).Unit().Mul(r)), b.Add(c.Sub(b).Unit().Mul(r))
		path = append(path, Piece{To: in}, Piece{To: out, Curve: true, C1: in.Add(b.Sub(in).Mul(kappa)), C2: out.Add(b.Sub(out).Mul(kappa))})
	}
	return append(path, Piece{To: line[len(line)-1]})
}

// RoundRect is a box with rounded corners, as a closed path.
func RoundRect(r Rect, radius float64) []Piece {
	a, b := r.Min, r.Max
	mid := Point{(a.X + b.X) / 2, a.Y}
	return Rounded([]Point{mid, {b.X, a.Y}, b, {a.X, b.Y}, a, mid}, radius)
}

// StraightPath is a path from point to point.
func StraightPath(points ...Point) []Piece {
	path := make([]Piece, len(points))
	for i, p := range points {
		path[i].To = p
	}
	return path
}

// Move shifts a mark.
func (m *Mark) Move(d Point) {
	m.At = m.At.Add(d)
	for i := range m.Path {
		p := &m.Path[i]
		p.To, p.C1, p.C2 = p.To.Add(d), p.C1.Add(d), p.C2.Add(d)
	}
}

// Check tells what leaves the page, and which texts lie on others.
func (s *Scene) Check() (wrong []string) {
	page := Rect{Point{}, s.Size}
	var texts []Rect
	for _, m := range s.Marks {
		all := Rect{m.At, m.At}
		if m.Text != "" {
			all = Rect{Point{m.At.X, m.At.Y - m.Size*Ascent}, Point{m.At.X + m.Width, m.At.Y + m.Size*Descent}}
			for _, other := range texts {
				if other.Overlaps(all) {
					wrong = append(wrong, fmt.Sprintf("%q lies on another text at %v", m.Text, all))
				}
			}
			texts = append(texts, all)
		} else {
			all = Rect{m.Path[0].To, m.Path[0].To}
			for _, p := range m.Path {
				all = all.Union(Rect{p.To, p.To})
			}
			all = all.Grow(m.Stroke.Width / 2)
		}
		if page.Union(all) != page {
			wrong = append(wrong, fmt.Sprintf("%q or a line leaves the page: %v", m.Text, all))
		}
		if math.IsNaN(all.Min.X + all.Max.X + all.Min.Y + all.Max.Y) {
			wrong = append(wrong, "a mark has no place")
		}
	}
	return wrong
}
