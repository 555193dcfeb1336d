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
	out  []numbered
	at   float64 // the column
	any  bool    // there are points in it
	seen int     // points so far
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
	k := numbered{p, t.seen}
	t.seen++
	if math.IsNaN(p.Y) || math.IsInf(p.Y, 0) {
		t.flush()
		k.Y = math.NaN()
		t.out = append(t.out, k)
		return
	}
	if c := math.Floor(p.X / column); !t.any || c != t.at {
		t.flush()
		t.at = c
	}
	if !t.any {
		t.kept, t.any = [4]numbered{k, k, k, k}, true
	}
	if p.Y < t.kept[lowest].Y {
		t.kept[lowest] = k
	}
	if p.Y > t.kept[highest].Y {
		t.kept[highest] = k
	}
	t.kept[last] = k
}

// flush ends a column.
func (t *lineThinner) flush() {
	if !t.any {
		return
	}
	if t.kept[lowest].n > t.kept[highest].n {
		t.kept[lowest], t.kept[highest] = t.kept[highest], t.kept[lowest]
	}
	before := -1
	for _, k := range t.kept {
		if k.n > before {
			t.out = append(t.out, k)
			before = k.n
		}
	}
	t.any = false
}

// done returns what is left of the line.
func (t *lineThinner) done() []scene.Point {
	t.flush()
	line := make([]scene.Point, len(t.out))
	for i, k := range t.out {
		line[i] = k.Point
	}
	return line
}

// thinDots keeps one marker for each cell of the page, and of each column of
// cells the lowest and the highest.
func thinDots(points []scene.Point, grain float64) []scene.Point {
	kept := points[:0]
	for _, i := range keptDots(points, grain) {
		kept = append(kept, points[i]) // i has not been written over
	}
	return kept
}

// keptDots returns which of the points these are.
func keptDots(points []scene.Point, grain float64) (kept []int) {
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
	for i, p := range points {
		e := extremes[at(p.X)]
		if c := (place{at(p.X), at(p.Y)}); !seen[c] || i == e.lo || i == e.hi {
			seen[c] = true
			kept = append(kept, i)
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
