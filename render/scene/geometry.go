package scene

import "math"

// All lengths are points of 1/72 inch; y grows downwards.

// Point is a place on the page, or a distance.
type Point struct{ X, Y float64 }

func (p Point) Sub(q Point) Point     { return Point{p.X - q.X, p.Y - q.Y} }
func (p Point) Add(q Point) Point     { return Point{p.X + q.X, p.Y + q.Y} }
func (p Point) Mul(f float64) Point   { return Point{p.X * f, p.Y * f} }
func (p Point) length() float64       { return math.Hypot(p.X, p.Y) }
func (p Point) Swap() Point           { return Point{p.Y, p.X} }
func (p Point) Dist(q Point) float64  { return p.Sub(q).length() }
func (p Point) Cross(q Point) float64 { return p.X*q.Y - p.Y*q.X }

// Unit returns the direction of p, or zero for zero.
func (p Point) Unit() Point {
	if n := p.length(); n > 0 {
		return p.Mul(1 / n)
	}
	return Point{}
}

// Rect is a box; min is its upper left corner.
type Rect struct{ Min, Max Point }

// Box is the box of a width and height about a centre.
func Box(centre Point, w, h float64) Rect {
	half := Point{w / 2, h / 2}
	return Rect{centre.Sub(half), centre.Add(half)}
}

// Spanning is the box with two points for corners, in any order.
func Spanning(a, b Point) Rect {
	return Rect{Point{min(a.X, b.X), min(a.Y, b.Y)}, Point{max(a.X, b.X), max(a.Y, b.Y)}}
}

func (r Rect) Centre() Point   { return r.Min.Add(r.Max).Mul(0.5) }
func (r Rect) Width() float64  { return r.Max.X - r.Min.X }
func (r Rect) Height() float64 { return r.Max.Y - r.Min.Y }

// Grow returns the box with a border of width d around it.
func (r Rect) Grow(d float64) Rect {
	return Rect{Point{r.Min.X - d, r.Min.Y - d}, Point{r.Max.X + d, r.Max.Y + d}}
}

// Overlaps tells whether two boxes share more than an edge.
func (r Rect) Overlaps(s Rect) bool {
	return r.Min.X < s.Max.X && s.Min.X < r.Max.X && r.Min.Y < s.Max.Y && s.Min.Y < r.Max.Y
}

// Union returns the box that holds both.
func (r Rect) Union(s Rect) Rect {
	return Rect{
		Point{min(r.Min.X, s.Min.X), min(r.Min.Y, s.Min.Y)},
		Point{max(r.Max.X, s.Max.X), max(r.Max.Y, s.Max.Y)},
	}
}

// Crosses tells whether the segment from a to b meets the box (Liang–Barsky).
func (r Rect) Crosses(a, b Point) bool {
	d := b.Sub(a)
	t0, t1 := 0.0, 1.0
	for _, e := range [4][2]float64{
		{-d.X, a.X - r.Min.X}, {d.X, r.Max.X - a.X},
		{-d.Y, a.Y - r.Min.Y}, {d.Y, r.Max.Y - a.Y},
	} {
		p, q := e[0], e[1]
		if p == 0 {
			if q < 0 {
				return false
			}
			continue
		}
		if p < 0 {
			t0 = max(t0, q/p)
		} else {
			t1 = min(t1, q/p)
		}
	}
	return t0 <= t1
}

// Nearest returns the point of the segment from a to b that is nearest to p.
func Nearest(a, b, p Point) Point {
	d := b.Sub(a)
	n := d.X*d.X + d.Y*d.Y
	if n == 0 {
		return a
	}
	v := p.Sub(a)
	return a.Add(d.Mul(min(1, max(0, (v.X*d.X+v.Y*d.Y)/n))))
}

// Parallel returns the polyline that runs beside line at distance d, to the
// right of its direction where d is positive.
func Parallel(line []Point, d float64) []Point {
	if d == 0 || len(line) < 2 {
		return line
	}
	out := make([]Point, len(line))
	for i := range line {
		before, after := line[max(i, 1)].Sub(line[max(i, 1)-1]).Unit(), line[min(i+1, len(line)-1)].Sub(line[min(i, len(line)-2)]).Unit()
		bisector := before.Add(after).Unit()
		normal := Point{-bisector.Y, bisector.X}
		// A corner lies further out than its sides; a hairpin has no miter.
		stretch := max(0.5, math.Sqrt(max(0, (1+before.X*after.X+before.Y*after.Y)/2)))
		out[i] = line[i].Add(normal.Mul(d / stretch))
	}
	return out
}

// Shorten takes d off the end of a polyline.
func Shorten(line []Point, d float64) []Point {
	out := append([]Point(nil), line...)
	for len(out) >= 2 {
		last, prev := out[len(out)-1], out[len(out)-2]
		n := last.Dist(prev)
		if n > d || len(out) == 2 {
			out[len(out)-1] = last.Sub(last.Sub(prev).Unit().Mul(min(d, n)))
			return out
		}
		d -= n
		out = out[:len(out)-1]
	}
	return out
}

// Pt is the point at x and y.
func Pt(x, y float64) Point { return Point{x, y} }

// Corners is the box with these corners.
func Corners(min, max Point) Rect { return Rect{min, max} }
