package diagram

import "math"

// All lengths are points of 1/72 inch; y grows downwards.

type point struct{ x, y float64 }

func (p point) sub(q point) point     { return point{p.x - q.x, p.y - q.y} }
func (p point) add(q point) point     { return point{p.x + q.x, p.y + q.y} }
func (p point) mul(f float64) point   { return point{p.x * f, p.y * f} }
func (p point) length() float64       { return math.Hypot(p.x, p.y) }
func (p point) swap() point           { return point{p.y, p.x} }
func (p point) dist(q point) float64  { return p.sub(q).length() }
func (p point) cross(q point) float64 { return p.x*q.y - p.y*q.x }

// unit returns the direction of p, or zero for zero.
func (p point) unit() point {
	if n := p.length(); n > 0 {
		return p.mul(1 / n)
	}
	return point{}
}

// rect is a box; min is its upper left corner.
type rect struct{ min, max point }

func box(centre point, w, h float64) rect {
	half := point{w / 2, h / 2}
	return rect{centre.sub(half), centre.add(half)}
}

func spanning(a, b point) rect {
	return rect{point{min(a.x, b.x), min(a.y, b.y)}, point{max(a.x, b.x), max(a.y, b.y)}}
}

func (r rect) centre() point   { return r.min.add(r.max).mul(0.5) }
func (r rect) width() float64  { return r.max.x - r.min.x }
func (r rect) height() float64 { return r.max.y - r.min.y }

func (r rect) grow(d float64) rect {
	return rect{point{r.min.x - d, r.min.y - d}, point{r.max.x + d, r.max.y + d}}
}

func (r rect) overlaps(s rect) bool {
	return r.min.x < s.max.x && s.min.x < r.max.x && r.min.y < s.max.y && s.min.y < r.max.y
}

func (r rect) union(s rect) rect {
	return rect{
		point{min(r.min.x, s.min.x), min(r.min.y, s.min.y)},
		point{max(r.max.x, s.max.x), max(r.max.y, s.max.y)},
	}
}

// crosses tells whether the segment from a to b meets the box (Liang–Barsky).
func (r rect) crosses(a, b point) bool {
	d := b.sub(a)
	t0, t1 := 0.0, 1.0
	for _, e := range [4][2]float64{
		{-d.x, a.x - r.min.x}, {d.x, r.max.x - a.x},
		{-d.y, a.y - r.min.y}, {d.y, r.max.y - a.y},
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

// nearest returns the point of the segment from a to b that is nearest to p.
func nearest(a, b, p point) point {
	d := b.sub(a)
	n := d.x*d.x + d.y*d.y
	if n == 0 {
		return a
	}
	v := p.sub(a)
	return a.add(d.mul(min(1, max(0, (v.x*d.x+v.y*d.y)/n))))
}

// parallel returns the polyline that runs beside line at distance d, to the
// right of its direction where d is positive.
func parallel(line []point, d float64) []point {
	if d == 0 || len(line) < 2 {
		return line
	}
	out := make([]point, len(line))
	for i := range line {
		before, after := line[max(i, 1)].sub(line[max(i, 1)-1]).unit(), line[min(i+1, len(line)-1)].sub(line[min(i, len(line)-2)]).unit()
		bisector := before.add(after).unit()
		normal := point{-bisector.y, bisector.x}
		// A corner lies further out than its sides; a hairpin has no miter.
		stretch := max(0.5, math.Sqrt(max(0, (1+before.x*after.x+before.y*after.y)/2)))
		out[i] = line[i].add(normal.mul(d / stretch))
	}
	return out
}

// shorten takes d off the end of a polyline.
func shorten(line []point, d float64) []point {
	out := append([]point(nil), line...)
	for len(out) >= 2 {
		last, prev := out[len(out)-1], out[len(out)-2]
		n := last.dist(prev)
		if n > d || len(out) == 2 {
			out[len(out)-1] = last.sub(last.sub(prev).unit().mul(min(d, n)))
			return out
		}
		d -= n
		out = out[:len(out)-1]
	}
	return out
}
