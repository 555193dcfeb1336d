package chart

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// clip returns the part of the segment from a to b inside a box (Liang–Barsky).
func clip(r scene.Rect, a, b scene.Point) (p, q scene.Point, ok bool) {
	d := b.Sub(a)
	t0, t1 := 0.0, 1.0
	for _, e := range [4][2]float64{
		{-d.X, a.X - r.Min.X}, {d.X, r.Max.X - a.X},
		{-d.Y, a.Y - r.Min.Y}, {d.Y, r.Max.Y - a.Y},
	} {
		switch {
		case e[0] == 0 && e[1] < 0:
			return p, q, false
		case e[0] < 0:
			t0 = max(t0, e[1]/e[0])
		case e[0] > 0:
			t1 = min(t1, e[1]/e[0])
		}
	}
	if t0 > t1 {
		return p, q, false
	}
	return inside(r, a.Add(d.Mul(t0))), inside(r, a.Add(d.Mul(t1))), true
}

// inside moves a point into a box; one that was clipped from afar may be beside
// it by what floating point leaves out.
func inside(r scene.Rect, p scene.Point) scene.Point {
	return scene.Pt(min(max(p.X, r.Min.X), r.Max.X), min(max(p.Y, r.Min.Y), r.Max.Y))
}

func holds(r scene.Rect, p scene.Point) bool {
	const slack = 0.01
	return p.X >= r.Min.X-slack && p.X <= r.Max.X+slack && p.Y >= r.Min.Y-slack && p.Y <= r.Max.Y+slack
}

// clipLine turns a polyline into a path that stays inside a box. It is broken
// where a point has no place.
func clipLine(r scene.Rect, line []scene.Point) (path []scene.Piece) {
	connected := false
	for i := 1; i < len(line); i++ {
		a, b, ok := clip(r, line[i-1], line[i])
		if !ok || math.IsNaN(line[i-1].Y) || math.IsNaN(line[i].Y) {
			connected = false
			continue
		}
		if !connected {
			path = append(path, scene.Piece{To: a, Break: true})
		}
		path = append(path, scene.Piece{To: b})
		connected = b == line[i]
	}
	return path
}

// stairs returns the polyline in which a value holds until the next.
func stairs(points []scene.Point) []scene.Point {
	line := make([]scene.Point, 0, 2*len(points))
	for i, p := range points {
		if i > 0 && points[i-1].Y != p.Y {
			line = append(line, scene.Pt(p.X, points[i-1].Y)) // up to a break too
		}
		line = append(line, p)
	}
	return line
}

// clipConvex returns the part of the segment from a to b inside a convex shape,
// whose corners go clockwise (Cyrus–Beck).
func clipConvex(shape []scene.Point, a, b scene.Point) (p, q scene.Point, ok bool) {
	d := b.Sub(a)
	t0, t1 := 0.0, 1.0
	for i, c := range shape {
		side := shape[(i+1)%len(shape)].Sub(c)
		inward := scene.Pt(-side.Y, side.X)
		depth := inward.X*(a.X-c.X) + inward.Y*(a.Y-c.Y)
		speed := inward.X*d.X + inward.Y*d.Y
		switch {
		case speed == 0 && depth < 0:
			return p, q, false
		case speed > 0:
			t0 = max(t0, -depth/speed)
		case speed < 0:
			t1 = min(t1, -depth/speed)
		}
	}
	return a.Add(d.Mul(t0)), a.Add(d.Mul(t1)), t0 <= t1
}

// cutSide takes off a convex shape what lies left of x, or right of it.
func cutSide(shape []scene.Point, x float64, right bool) (kept []scene.Point) {
	in := func(p scene.Point) bool { return right && p.X <= x || !right && p.X >= x }
	for i, p := range shape {
		next := shape[(i+1)%len(shape)]
		if in(p) {
			kept = append(kept, p)
		}
		if in(p) != in(next) {
			kept = append(kept, scene.Pt(x, p.Y+(next.Y-p.Y)*(x-p.X)/(next.X-p.X)))
		}
	}
	return kept
}
