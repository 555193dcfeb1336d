package chart

import (
	"cmp"
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Thinned returns the figure with no more points than a screen of so many
// columns resolves, for those who cannot keep all of them. As on a page, no
// extreme is lost: of a line, M4 keeps four points of each column. Bars of a
// column that touch each other become one, with the frame of the first. What
// the axes show does not change.
func (f *Figure) Thinned(columns int) *Figure {
	g := *f
	x := f.Extent()
	g.Panels = slices.Clone(f.Panels)
	for i := range g.Panels {
		p := &g.Panels[i]
		t := thinner{x: x, y: p.extent(x), columns: float64(columns), log: [2]bool{f.X.Log, p.Y.Log}}
		p.Series = slices.Clone(p.Series)
		for j := range p.Series {
			p.Series[j].Points = t.thin(&p.Series[j])
		}
	}
	return &g
}

// thinner places points on a page as wide as the columns, to find those that
// cannot be told apart there.
type thinner struct {
	x, y    Range
	columns float64
	log     [2]bool
}

// rows is how high that page is, in cells.
const rows = 600

func (t *thinner) thin(s *Series) []Point {
	if len(s.Points) <= int(t.columns) {
		return s.Points
	}
	switch s.Shape {
	case Line, Steps:
		var line lineThinner
		for i := range s.Points {
			line.add(t.place(&s.Points[i], column))
		}
		line.flush()
		points := make([]Point, len(line.out))
		for i, k := range line.out {
			points[i] = s.Points[k.n]
		}
		return points
	case Dots:
		shown := slices.DeleteFunc(slices.Clone(s.Points), func(p Point) bool { return math.IsNaN(p.Y) })
		places := make([]scene.Point, len(shown))
		for i := range shown {
			places[i] = t.place(&shown[i], cell)
		}
		kept := shown[:0]
		for _, i := range keptDots(places, cell) {
			kept = append(kept, shown[i]) // i has not been written over
		}
		return kept
	case Bars:
		return t.bars(s.Points)
	}
	return s.Points
}

// place is where a point lies, in columns and rows of a grain.
func (t *thinner) place(p *Point, grain float64) scene.Point {
	return scene.Pt(share(p.X, t.x, t.log[0])*t.columns*grain, share(p.Y, t.y, t.log[1])*rows*grain)
}

// share is where in a range a value lies, from 0 to 1.
func share(v float64, r Range, log bool) float64 {
	if log {
		v, r = math.Log(v), Range{math.Log(r.Lo), math.Log(r.Hi)}
	}
	if r.Empty() {
		return 0 * v // NaN stays
	}
	return (v - r.Lo) / (r.Hi - r.Lo)
}

// bars joins those of a column that touch each other.
func (t *thinner) bars(points []Point) []Point {
	group := func(p *Point) float64 { return math.Floor(share(p.X, t.x, t.log[0]) * t.columns) }
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b Point) int {
		return cmp.Or(cmp.Compare(group(&a), group(&b)), cmp.Compare(a.Low, b.Low))
	})
	kept := sorted[:0]
	for _, p := range sorted {
		if n := len(kept) - 1; n >= 0 && group(&kept[n]) == group(&p) && p.Low <= kept[n].High {
			kept[n].High = max(kept[n].High, p.High)
			continue
		}
		kept = append(kept, p)
	}
	return kept
}
