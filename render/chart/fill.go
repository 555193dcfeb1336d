package chart

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// hatchGap is how far the lines of a hatch are apart, in points.
const hatchGap = 3.2

// draw fills a convex shape.
func (f Fill) draw(s *scene.Scene, shape ...scene.Point) {
	if len(shape) < 3 {
		return
	}
	s.Add(scene.Mark{Path: scene.StraightPath(shape...), Closed: true, Filled: true, Fill: f.Ink})
	r := scene.Corners(shape[0], shape[0])
	for _, p := range shape {
		r = r.Union(scene.Corners(p, p))
	}
	var path []scene.Piece
	add := func(a, b scene.Point) {
		if p, q, ok := clipConvex(shape, a, b); ok && p.Dist(q) > 0.3 {
			path = append(path, scene.Piece{To: p, Break: true}, scene.Piece{To: q})
		}
	}
	h := r.Height()
	// The lines of neighbouring shapes continue each other: they start at
	// multiples of the gap from the left end of the page.
	start := math.Floor((r.Min.X-h)/hatchGap) * hatchGap
	for x := start; f.Hatch != Plain && x < r.Max.X; x += hatchGap {
		if f.Hatch == Rising || f.Hatch == Crossed {
			add(scene.Pt(x, r.Max.Y), scene.Pt(x+h, r.Min.Y))
		}
		if f.Hatch == Falling || f.Hatch == Crossed {
			add(scene.Pt(x, r.Min.Y), scene.Pt(x+h, r.Max.Y))
		}
		if f.Hatch == Upright {
			add(scene.Pt(x, r.Min.Y), scene.Pt(x, r.Max.Y))
		}
	}
	if len(path) > 0 {
		s.Add(scene.Mark{Path: path, Stroke: scene.Pen(hatchInk, 0.45, scene.Solid)})
	}
}

const hatchInk scene.Ink = 0x707070

// corners are those of a box, clockwise.
func corners(r scene.Rect) []scene.Point {
	return []scene.Point{r.Min, scene.Pt(r.Max.X, r.Min.Y), r.Max, scene.Pt(r.Min.X, r.Max.Y)}
}

func boxPath(r scene.Rect) []scene.Piece { return scene.StraightPath(corners(r)...) }
