package chart

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// saw is a line that goes up and down n times.
func saw(n int, shape Shape) Series {
	s := Series{Name: "saw", Shape: shape, Look: Look{Ink: Blue}}
	for i := range 2 * n {
		s.Points = append(s.Points, Point{X: float64(i) / float64(2*n), Y: float64(100 * (i % 2))})
	}
	return s
}

func single(s ...Series) *Figure {
	return &Figure{X: Axis{Label: "X"}, Panels: []Panel{{Y: Axis{Label: "Y", Zero: true}, Series: s}}}
}

// TestBands: a line becomes a band where its teeth are finer than the pen, and
// keeps its extremes; the caption tells.
func TestBands(t *testing.T) {
	for n, want := range map[int]bool{1: false, 20: false, 150: false, 2000: true, 50000: true} {
		for _, shape := range []Shape{Line, Steps} {
			f := single(saw(n, shape))
			d := f.lay(fonts(t), TwoColumn)
			outlines, _ := d.parts[0].bands()
			if got := len(outlines) > 0; got != want {
				t.Fatalf("%d teeth: a band %v, want %v", n, got, want)
			}
			var caption bytes.Buffer
			if err := f.WriteCaption(&caption); err != nil {
				t.Fatal(err)
			}
			if told := strings.Contains(caption.String(), bandNote); want && !told || n == 1 && told {
				t.Errorf("%d teeth: the caption tells of bands: %v", n, told)
			}
			if !want {
				continue
			}
			p := &d.parts[0]
			var box scene.Rect
			for i, at := range outlines[0] {
				if i == 0 {
					box = scene.Corners(at, at)
				}
				box = box.Union(scene.Corners(at, at))
			}
			if len(outlines) != 1 || math.Abs(box.Min.Y-p.y.at(100)) > 0.01 || math.Abs(box.Max.Y-p.y.at(0)) > 0.01 || box.Width() < 0.98*(d.x.at(1)-d.x.at(0)) {
				t.Errorf("%d teeth: %d bands, the first %v", n, len(outlines), box)
			}
			if wrong := f.Draw(fonts(t), TwoColumn).Check(); len(wrong) > 0 {
				t.Error(wrong)
			}
		}
	}
}

// TestBandOfOneLine: of several lines that are blocks, one has bands, and not a
// guest; the legend says of the others that they are medians.
func TestBandOfOneLine(t *testing.T) {
	guest, thin := saw(9000, Steps), saw(4000, Steps)
	guest.Guest, thin.Name = true, "thin"
	f := single(saw(5000, Steps), thin, guest)
	p := &f.lay(fonts(t), TwoColumn).parts[0]
	if p.bandOf() != 0 || p.nameOf(0) != "saw" || p.nameOf(1) != "thin (median)" {
		t.Errorf("bands of series %d; %q, %q", p.bandOf(), p.nameOf(0), p.nameOf(1))
	}
}

// TestClouds: markers that cover an area become squares, which lie where the
// points do and nowhere else; a line of markers stays one.
func TestClouds(t *testing.T) {
	fonts := fonts(t)
	for n, want := range map[int]bool{900: false, 2000: false, 40000: true} {
		seed := uint64(n)
		s := Series{Name: "dots", Shape: Dots, Look: Look{Ink: Blue, Marker: Disc}}
		for range n {
			seed = seed*6364136223846793005 + 1442695040888963407
			s.Points = append(s.Points, Point{X: float64(seed >> 40), Y: float64(seed >> 16 & 0xffffff)})
		}
		d := single(s).lay(fonts, OneColumn)
		p := &d.parts[0]
		if got := p.dense[0].cloud != nil; got != want {
			t.Fatalf("%d points: a cloud %v, want %v", n, got, want)
		}
		if !want {
			continue
		}
		squares := map[square]bool{}
		for _, of := range d.shades(p, 0) {
			for _, at := range of.places {
				squares[square{int32((at.X - p.area.Min.X) / cloudCell), int32((at.Y - p.area.Min.Y) / cloudCell)}] = true
			}
		}
		for i := range s.Points {
			x, y := d.x.at(s.Points[i].X)-p.area.Min.X, p.y.at(s.Points[i].Y)-p.area.Min.Y
			if !squares[square{int32(x / cloudCell), int32(y / cloudCell)}] && !squares[square{int32((x - 1e-9) / cloudCell), int32((y - 1e-9) / cloudCell)}] {
				t.Fatalf("point %d has no square", i)
			}
		}
		if len(squares) > n {
			t.Fatalf("%d squares for %d points", len(squares), n)
		}
	}
	line := Series{Shape: Dots, Look: Look{Ink: Blue, Marker: Disc}}
	for i := range 50000 {
		line.Points = append(line.Points, Point{X: float64(i), Y: float64(i)})
	}
	if p := single(line).lay(fonts, TwoColumn).parts[0]; p.dense[0].cloud != nil {
		t.Error("a line of markers is taken for a cloud")
	}
}
