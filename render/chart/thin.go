package chart

import (
	"cmp"
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Finer than this, in points, nothing is told apart in print.
const (
	column = 0.3 // of a line
	cell   = 0.6 // of a marker
)

// lineThinner keeps of all points of a line in a column the first, the lowest,
// the highest and the last, in their order: M4 of Jugel, Jerzak, Hackenbroich
// and Markl (VLDB 2014), which gives the same pixels as all points would.
type lineThinner struct {
	out  []scene.Point
	at   float64 // the column
	n    int     // points in it
	kept [4]numbered
}

// numbered is a point with its place in the order.
type numbered struct {
	scene.Point
	n int
}

const (
	first = iota
	lowest
	highest
	last
)

// add takes the next point; one without a place breaks the line.
func (t *lineThinner) add(p scene.Point) {
	if math.IsNaN(p.Y) || math.IsInf(p.Y, 0) {
		t.flush()
		t.out = append(t.out, scene.Pt(p.X, math.NaN()))
		return
	}
	if c := math.Floor(p.X / column); t.n == 0 || c != t.at {
		t.flush()
		t.at = c
	}
	k := numbered{p, t.n}
	if t.n == 0 {
		t.kept = [4]numbered{k, k, k, k}
	}
	if p.Y < t.kept[lowest].Y {
		t.kept[lowest] = k
	}
	if p.Y > t.kept[highest].Y {
		t.kept[highest] = k
	}
	t.kept[last] = k
	t.n++
}

// flush ends a column.
func (t *lineThinner) flush() {
	if t.n == 0 {
		return
	}
	if t.kept[lowest].n > t.kept[highest].n {
		t.kept[lowest], t.kept[highest] = t.kept[highest], t.kept[lowest]
	}
	before := -1
	for _, k := range t.kept {
		if k.n > before {
			t.out = append(t.out, k.Point)
			before = k.n
		}
	}
	t.n = 0
}

// done returns what is left of the line.
func (t *lineThinner) done() []scene.Point {
	t.flush()
	return t.out
}

// thinDots keeps one marker for each cell of the page, and of each column of
// cells the lowest and the highest.
func thinDots(points []scene.Point, grain float64) []scene.Point {
	type place struct{ x, y int32 }
	type ends struct{ lo, hi int }
	extremes := map[int32]ends{}
	at := func(v float64) int32 { return int32(math.Floor(v / grain)) }
	for i, p := range points {
		e, ok := extremes[at(p.X)]
		if !ok {
			e = ends{i, i}
		}
		if p.Y < points[e.lo].Y {
			e.lo = i
		}
		if p.Y > points[e.hi].Y {
			e.hi = i
		}
		extremes[at(p.X)] = e
	}
	seen := map[place]bool{}
	kept := points[:0]
	for i, p := range points {
		e := extremes[at(p.X)]
		if c := (place{at(p.X), at(p.Y)}); !seen[c] || i == e.lo || i == e.hi {
			seen[c] = true
			kept = append(kept, p)
		}
	}
	return kept
}

// bar is a straight stretch at a place: of a vertical one at is x.
type bar struct{ at, lo, hi float64 }

// thinBars joins bars of a column that touch each other or nearly do.
func thinBars(bars []bar) []bar {
	group := func(b bar) float64 { return math.Floor(b.at / column) }
	slices.SortStableFunc(bars, func(a, b bar) int {
		return cmp.Or(cmp.Compare(group(a), group(b)), cmp.Compare(a.lo, b.lo))
	})
	kept := bars[:0]
	for _, b := range bars {
		if n := len(kept) - 1; n >= 0 && group(kept[n]) == group(b) && b.lo <= kept[n].hi+column {
			kept[n].hi = max(kept[n].hi, b.hi)
			continue
		}
		kept = append(kept, b)
	}
	return kept
}
