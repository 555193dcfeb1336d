package scene

import (
	"io"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// zigzag is a dashed line as dense as a thinned chart of a long connection.
func zigzag(columns int) *Scene {
	s := &Scene{Size: Pt(496, 300)}
	m := Mark{Stroke: Pen(Blue, 0.9, Dotted)}
	for i := range columns {
		m.Path = append(m.Path, Piece{To: Pt(float64(i)*0.3, 10+280*float64(i%2)), Break: i == 0})
	}
	s.Add(m)
	return s
}

func BenchmarkPNGDense(b *testing.B) {
	f, err := NewFonts()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := zigzag(400).Write(io.Discard, PNG, &f); err != nil {
			b.Fatal(err)
		}
	}
}

// TestStrokeParts joins the parts of lines again: nothing is lost, and the
// dashes of a part go on where the part before it had them.
func TestStrokeParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var path []Piece
		var run []float64 // along the line, at each piece
		for i := range rapid.IntRange(1, 4*partLen).Draw(t, "pieces") {
			p := Piece{To: Pt(float64(i), float64(i%7)), Break: i == 0 || rapid.IntRange(0, 40).Draw(t, "break") == 0}
			run = append(run, 0)
			if !p.Break {
				run[i] = run[i-1] + p.To.Dist(path[i-1].To)
			}
			path = append(path, p)
		}
		next := 0
		for part, begun := range strokeParts(path) {
			if len(part) > partLen+2 {
				t.Fatalf("a part of %d pieces", len(part))
			}
			if next > 1 && part[0].To == path[next-2].To { // the last piece again
				next -= 2
			}
			if math.Abs(begun-run[next]) > 1e-9 {
				t.Fatalf("piece %d begins at %v, want %v", next, begun, run[next])
			}
			for i, p := range part {
				if p.To != path[next].To || i > 0 && p.Break != path[next].Break {
					t.Fatalf("piece %d is %v, want %v", next, p, path[next])
				}
				next++
			}
		}
		if next != len(path) {
			t.Fatalf("%d pieces of %d are drawn", next, len(path))
		}
	})
}
