package chart

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// newTestFonts reads the fonts once for all tests.
var newTestFonts = sync.OnceValues(func() (*scene.Fonts, error) {
	f, err := scene.NewFonts()
	return &f, err
})

func fonts(t testing.TB) *scene.Fonts {
	t.Helper()
	f, err := newTestFonts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func drawPoints(t *rapid.T) []scene.Point {
	points := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) scene.Point {
		return scene.Pt(rapid.Float64Range(0, 20).Draw(t, "x"), rapid.Float64Range(-50, 50).Draw(t, "y"))
	}), 1, 300).Draw(t, "points")
	slices.SortStableFunc(points, func(a, b scene.Point) int { return int(math.Copysign(1, a.X-b.X)) })
	return points
}

// summary is what M4 keeps of a column.
type summary struct{ first, last, lowest, highest float64 }

func columns(points []scene.Point, wide float64) map[float64]summary {
	out := map[float64]summary{}
	for _, p := range points {
		c := math.Floor(p.X / wide)
		s, ok := out[c]
		if !ok {
			s = summary{p.Y, p.Y, p.Y, p.Y}
		}
		s.last, s.lowest, s.highest = p.Y, min(s.lowest, p.Y), max(s.highest, p.Y)
		out[c] = s
	}
	return out
}

// TestLineKeepsExtremes: in each column, what is left of a line begins, ends and
// reaches as far as all of it, and is no more than four points.
func TestLineKeepsExtremes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t)
		var thin lineThinner
		for _, p := range points {
			thin.add(p)
		}
		kept := thin.done()
		want, got := columns(points, column), columns(kept, column)
		if fmt.Sprint(want) != fmt.Sprint(got) {
			t.Fatalf("%v became %v", want, got)
		}
		if len(kept) > 4*len(want) {
			t.Fatalf("%d points for %d columns", len(kept), len(want))
		}
	})
}

// TestDotsKeepExtremes: each cell that had a marker has one, and no column loses
// its lowest and highest.
func TestDotsKeepExtremes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		points := drawPoints(t)
		kept := thinDots(slices.Clone(points), cell)
		cells := func(list []scene.Point) map[scene.Point]bool {
			out := map[scene.Point]bool{}
			for _, p := range list {
				out[scene.Pt(math.Floor(p.X/cell), math.Floor(p.Y/cell))] = true
			}
			return out
		}
		if want, got := cells(points), cells(kept); len(want) != len(got) {
			t.Fatalf("%d cells became %d", len(want), len(got))
		}
		for c, want := range columns(points, cell) {
			if got := columns(kept, cell)[c]; got.lowest != want.lowest || got.highest != want.highest {
				t.Fatalf("column %v: %v became %v", c, want, got)
			}
		}
	})
}

// TestBarsCoverTheSame: joined bars cover what the single ones did, but for gaps
// too narrow to be seen.
func TestBarsCoverTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bars []bar
		for _, p := range drawPoints(t) {
			bars = append(bars, bar{p.X, p.Y, p.Y + rapid.Float64Range(0, 9).Draw(t, "length")})
		}
		joined := thinBars(slices.Clone(bars))
		covers := func(list []bar, c, v float64) bool {
			for _, b := range list {
				if math.Floor(b.at/column) == c && v >= b.lo && v <= b.hi {
					return true
				}
			}
			return false
		}
		for _, b := range bars {
			c := math.Floor(b.at / column)
			if !covers(joined, c, b.lo) || !covers(joined, c, b.hi) {
				t.Fatalf("%v is not covered by %v", b, joined)
			}
		}
		total := 0.0
		for _, b := range joined {
			total += b.hi - b.lo
		}
		sum := 0.0
		for _, b := range bars {
			sum += b.hi - b.lo + column
		}
		if total > sum {
			t.Fatalf("bars of %g became %g long", sum, total)
		}
	})
}

// TestTicks: ticks lie within the axis, at steps of 1, 2 or 5, and their numbers
// leave each other room.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		axis := &Axis{
			Unit: rapid.SampledFrom([]Unit{None, Seconds, Bytes, BitsPerSecond, Percent}).Draw(t, "unit"),
			Zero: rapid.Bool().Draw(t, "zero"),
			Log:  rapid.Bool().Draw(t, "log"),
		}
		lo := math.Pow(10, rapid.Float64Range(-9, 12).Draw(t, "lo"))
		hi := lo + lo*math.Pow(10, rapid.Float64Range(-4, 5).Draw(t, "span"))
		if axis.Unit == Bytes && hi-lo < 4 {
			return // it has whole bytes only
		}
		r := newRuler(axis, Range{lo, hi}, padding{0.02, 0.02, false})
		r.a, r.b = 30, 430
		room := func(text string) float64 { return 4*float64(len(text)) + 6 }
		r.mark(room)
		before := math.Inf(-1)
		numbered := 0
		for _, k := range r.ticks {
			at := r.at(k.value)
			if at < r.a-0.01 || at > r.b+0.01 {
				t.Fatalf("tick %+v at %g", k, at)
			}
			if k.text == "" {
				continue
			}
			numbered++
			if at-room(k.text)/2 < before-0.01 && !axis.Log {
				t.Fatalf("%v: %q meets the number before it", r.ticks, k.text)
			}
			before = at + room(k.text)/2
		}
		if numbered == 0 || numbered < 2 && !axis.Log {
			t.Fatalf("%g to %g has ticks %v", r.lo, r.hi, r.ticks)
		}
	})
}

// TestFits draws figures of any size and shape: nothing leaves the page, and no
// text lies on another.
func TestFits(t *testing.T) {
	fs := fonts(t)
	rapid.Check(t, func(t *rapid.T) {
		f := anyFigure(t)
		for _, size := range []Size{OneColumn, TwoColumn} {
			if wrong := f.Draw(fs, size).Check(); len(wrong) > 0 {
				t.Fatalf("%s: %s", size, strings.Join(wrong, "; "))
			}
		}
	})
}

func anyFigure(t *rapid.T) *Figure {
	f := &Figure{Title: rapid.StringN(0, 80, -1).Draw(t, "title"), X: Axis{Label: "Time", Unit: Seconds}}
	value := rapid.OneOf(rapid.Float64Range(-10, 10), rapid.Float64Range(-1e9, 1e9))
	for range rapid.IntRange(1, 3).Draw(t, "panels") {
		p := Panel{Y: Axis{Label: "Values", Unit: Bytes, Log: rapid.Bool().Draw(t, "log")}}
		for n := range rapid.IntRange(0, 5).Draw(t, "series") {
			s := Series{
				Name: rapid.StringN(0, 60, -1).Draw(t, "name"), Look: NthLook(n), Letter: "R",
				Shape: rapid.SampledFrom([]Shape{Line, Steps, Dots, Bars, Spans, Quartiles}).Draw(t, "shape"),
				Guest: rapid.Bool().Draw(t, "guest"),
			}
			for range rapid.IntRange(0, 20).Draw(t, "points") {
				y := value.Draw(t, "y")
				s.Points = append(s.Points, Point{X: value.Draw(t, "x"), Y: y, Low: y, High: y + 1})
			}
			p.Series = append(p.Series, s)
		}
		if rapid.Bool().Draw(t, "lanes") {
			p.Series, p.Lanes, p.Below = nil, anyLanes(t), rapid.Bool().Draw(t, "below")
			p.Key = []Key{{"either", Fill{Hatch: Crossed}}}
		}
		f.Panels = append(f.Panels, p)
	}
	return f
}

func anyLanes(t *rapid.T) (lanes []Lane) {
	for range rapid.IntRange(1, 4).Draw(t, "lanes") {
		l := Lane{Name: rapid.StringN(0, 40, -1).Draw(t, "lane")}
		at, late := 0.0, 0.0
		for range rapid.IntRange(0, 8).Draw(t, "spans") {
			end := at + rapid.SampledFrom([]float64{0, 0.001, 1, 20}).Draw(t, "length")
			l.Spans = append(l.Spans, Span{Range: Range{at, end}, Early: late, Text: "ESTABLISHED"[:rapid.IntRange(0, 11).Draw(t, "text")], Fill: Fill{Hatch: Crossed}})
			late = rapid.SampledFrom([]float64{0, 0.1, 30}).Draw(t, "late")
			l.Spans[len(l.Spans)-1].Late = late
			at = end + late
		}
		lanes = append(lanes, l)
	}
	return lanes
}

// TestClipConvex holds clipping by a box to clipping by the same box as a shape.
func TestClipConvex(t *testing.T) {
	place := rapid.Custom(func(t *rapid.T) scene.Point {
		return scene.Pt(rapid.Float64Range(-20, 20).Draw(t, "x"), rapid.Float64Range(-20, 20).Draw(t, "y"))
	})
	rapid.Check(t, func(t *rapid.T) {
		box := scene.Spanning(place.Draw(t, "corner"), place.Draw(t, "other"))
		a, b := place.Draw(t, "a"), place.Draw(t, "b")
		if box.Width() < 0.1 || box.Height() < 0.1 {
			return
		}
		p, q, ok := clip(box, a, b)
		u, v, also := clipConvex(corners(box), a, b)
		if ok != also && p.Dist(q) > 1e-9 || ok && also && p.Dist(u)+q.Dist(v) > 1e-6 {
			t.Fatalf("%v to %v in %v: %v %v %t, as a shape %v %v %t", a, b, box, p, q, ok, u, v, also)
		}
	})
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		unit Unit
		v    float64
		want string
	}{
		{Seconds, 0.0401, "40.1 ms"}, {Seconds, 12, "12 s"}, {Seconds, 2.5e-7, "250 ns"}, {Bytes, 1448, "1448 B"},
		{Bytes, 65160, "65.2 kB"}, {Bytes, 3145728, "3.15 MB"}, {BitsPerSecond, 94.1e6, "94.1 Mbit/s"}, {Percent, 0.5, "50 %"}, {None, 7, "7"},
	} {
		if got := c.unit.Format(c.v); got != c.want {
			t.Errorf("%g: %q, want %q", c.v, got, c.want)
		}
	}
}

func TestCSV(t *testing.T) {
	f := &Figure{X: Axis{Unit: Seconds}, Panels: []Panel{
		{Y: Axis{Label: "A, b", Unit: Bytes}, Series: []Series{
			{Name: "line", Points: []Point{{X: 0.1, Y: 5, Frame: 3}, {X: 0.123456789, Y: math.NaN()}}},
			{Name: "bars", Shape: Bars, Points: []Point{{X: 1, Y: 2, Low: 2, High: 3.5}}},
		}},
		{Y: Axis{Label: "State"}, Lanes: []Lane{{Name: "client", Spans: []Span{{Range: Range{0, 1}, Text: "LISTEN"}}}}},
	}}
	const want = `panel,series,frame,x,x_unit,y,low,high,unit,text
"A, b",line,3,0.1,s,5,,,bytes,
"A, b",line,,0.123456789,s,,,,bytes,
"A, b",bars,,1,s,2,2,3.5,bytes,
State,client,,0,s,,0,1,,LISTEN
`
	var b bytes.Buffer
	if err := f.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

// TestLooksDiffer: within 56 series, no two have the same dash and colour, and
// neighbours differ without colours.
func TestLooksDiffer(t *testing.T) {
	seen := map[Look]int{}
	for i := range 56 {
		l := NthLook(i)
		key := Look{Ink: l.Ink, Dash: l.Dash}
		if before, ok := seen[key]; ok {
			t.Errorf("looks %d and %d are the same", before, i)
		}
		seen[key] = i
		if next := NthLook(i + 1); next.Dash == l.Dash || next.Marker == l.Marker {
			t.Errorf("looks %d and %d differ by colour alone", i, i+1)
		}
	}
}

// millions is a figure of a long connection.
func millions(n int) *Figure {
	points := make([]Point, n)
	for i := range points {
		y := float64(i) * 1448
		points[i] = Point{X: float64(i) * 1e-5, Y: y, Low: y, High: y + 1448, Frame: int64(i + 1)}
	}
	look := NthLook(0)
	look.Marker = NoMarker
	return &Figure{X: Axis{Label: "Time", Unit: Seconds}, Panels: []Panel{{Y: Axis{Label: "Sequence number", Unit: Bytes}, Series: []Series{
		{Name: "segments", Shape: Bars, Look: look, Points: points},
		{Name: "acknowledged", Shape: Steps, Look: look, Points: points},
		{Name: "samples", Shape: Dots, Look: NthLook(0), Points: points},
	}}}}
}

func BenchmarkMillionPoints(b *testing.B) {
	f, fs := millions(1_000_000), fonts(b)
	for _, format := range []scene.Format{scene.SVG, scene.PNG, scene.PDF} {
		b.Run(format.String(), func(b *testing.B) {
			for b.Loop() {
				var out bytes.Buffer
				if err := f.Draw(fs, TwoColumn).Write(&out, format, fs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("csv", func(b *testing.B) {
		for b.Loop() {
			if err := f.WriteCSV(io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
}
