package chart

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestThinnedKeepsExtremes: a figure with fewer points reaches as far as the
// whole one, shows the same in each column, and holds no more than was asked for.
func TestThinnedKeepsExtremes(t *testing.T) {
	const wanted = 10
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 300).Draw(t, "points")
		var list []Series
		for _, shape := range []Shape{Line, Steps, Dots, Bars} {
			s := Series{Shape: shape}
			x := 0.0
			for range n {
				x += rapid.Float64Range(0, 3).Draw(t, "step")
				y := math.Round(rapid.Float64Range(-50, 50).Draw(t, "y"))
				s.Points = append(s.Points, Point{X: x, Y: y, Low: y, High: y + 1})
			}
			list = append(list, s)
		}
		f := &Figure{Panels: []Panel{{Series: list}}}
		g := f.Thinned(wanted)
		span := f.extent()
		for i, s := range g.Panels[0].Series {
			if got, want := s.extent(span, false), list[i].extent(span, false); got != want {
				t.Fatalf("shape %d: %v became %v", s.Shape, want, got)
			}
			if (s.Shape == Line || s.Shape == Steps) && len(s.Points) > 4*(wanted+1) {
				t.Fatalf("shape %d: %d points in %d columns", s.Shape, len(s.Points), wanted)
			}
			if len(s.Points) > n {
				t.Fatalf("shape %d: %d points became %d", s.Shape, n, len(s.Points))
			}
		}
	})
}
