package chart

import (
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// inkMap remembers which parts of a plot area are drawn on, so that letters
// find a place beside the data.
type inkMap struct {
	area  scene.Rect
	w, h  int
	taken []bool

	letters []scene.Rect
}

// grain is how finely it looks, in points.
const grain = 1.0

func newInkMap(area scene.Rect) *inkMap {
	w, h := int(area.Width()/grain)+1, int(area.Height()/grain)+1
	return &inkMap{area: area, w: w, h: h, taken: make([]bool, w*h)}
}

// path marks what a path runs over.
func (m *inkMap) path(path []scene.Piece) {
	for i, p := range path {
		if i == 0 || p.Break {
			m.box(scene.Corners(p.To, p.To))
			continue
		}
		a, b := path[i-1].To, p.To
		n := int(a.Dist(b)/grain) + 1
		for k := 0; k <= n; k++ {
			q := a.Add(b.Sub(a).Mul(float64(k) / float64(n)))
			m.box(scene.Corners(q, q))
		}
	}
}

// cells returns the cells that a box touches.
func (m *inkMap) cells(r scene.Rect) (x0, x1, y0, y1 int) {
	at := func(v float64, n int) int { return min(n-1, max(0, int(math.Floor(v/grain)))) }
	return at(r.Min.X-m.area.Min.X, m.w), at(r.Max.X-m.area.Min.X, m.w), at(r.Min.Y-m.area.Min.Y, m.h), at(r.Max.Y-m.area.Min.Y, m.h)
}

// box marks a box.
func (m *inkMap) box(r scene.Rect) {
	x0, x1, y0, y1 := m.cells(r)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			m.taken[y*m.w+x] = true
		}
	}
}

// free tells whether nothing is drawn in a box that lies inside the area.
func (m *inkMap) free(r scene.Rect) bool {
	if m.area.Union(r) != m.area {
		return false
	}
	x0, x1, y0, y1 := m.cells(r)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			if m.taken[y*m.w+x] {
				return false
			}
		}
	}
	return true
}

// lettered tells whether a letter stands in a box.
func (m *inkMap) lettered(r scene.Rect) bool {
	return slices.ContainsFunc(m.letters, r.Overlaps)
}
