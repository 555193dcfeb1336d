package scene

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// TestShortPath reads short paths, and finds the points of the long ones.
func TestShortPath(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := func() Point {
			lattice := rapid.SampledFrom([]float64{-12.34, -0.5, 0, 0.004, 0.07, 1, 3.999, 120.1})
			return Pt(lattice.Draw(t, "x"), lattice.Draw(t, "y"))
		}
		m := Mark{Closed: rapid.Bool().Draw(t, "closed")}
		for i := range rapid.IntRange(1, 12).Draw(t, "pieces") {
			p := Piece{To: at(), Break: i == 0 || rapid.IntRange(0, 4).Draw(t, "break") == 0}
			if !p.Break && rapid.Bool().Draw(t, "curve") {
				p.Curve, p.C1, p.C2 = true, at(), at()
			}
			m.Path = append(m.Path, p)
		}
		want, got := readPath(t, m.svgPath()), readPath(t, m.shortPath())
		if len(want) != len(got) {
			t.Fatalf("%s became %s", m.svgPath(), m.shortPath())
		}
		for i := range want {
			if want[i].Dist(got[i]) > 0.011 {
				t.Fatalf("point %d: %v became %v\n%s\n%s", i, want[i], got[i], m.svgPath(), m.shortPath())
			}
		}
	})
}

// readPath returns all points of a path as SVG 1.1 section 8.3 reads it. A
// closed path returns to its begin.
func readPath(t *rapid.T, s string) (points []Point) {
	var pen, start Point
	command := byte(0)
	number := func() float64 {
		for s != "" && (s[0] == ' ' || s[0] == ',') {
			s = s[1:]
		}
		n, dot := 0, false
		for n < len(s) && (s[n] >= '0' && s[n] <= '9' || n == 0 && s[n] == '-' || s[n] == '.' && !dot) {
			dot = dot || s[n] == '.'
			n++
		}
		v, err := strconv.ParseFloat(s[:n], 64)
		if err != nil {
			t.Fatalf("no number in %q", s)
		}
		s = s[n:]
		return v
	}
	pair := func(relative bool) Point {
		p := Pt(number(), number())
		if relative {
			p = p.Add(pen)
		}
		return p
	}
	for s != "" {
		if c := s[0]; c >= 'A' && c <= 'z' {
			command, s = c, s[1:]
		}
		relative := command >= 'a'
		switch command {
		case 'M', 'm':
			pen = pair(relative)
			start = pen
			points = append(points, Pt(math.Inf(1), 0), pen)
			command -= 1 // an L
			continue
		case 'L', 'l':
			pen = pair(relative)
		case 'h':
			pen.X += number()
		case 'v':
			pen.Y += number()
		case 'C', 'c':
			a, b := pair(relative), pair(relative)
			points = append(points, a, b)
			pen = pair(relative)
		case 'Z', 'z':
			pen = start
		default:
			t.Fatalf("command %q", command)
		}
		points = append(points, pen)
	}
	return points
}
