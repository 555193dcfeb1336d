package diagram

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/diagram/dotlayout"
	"github.com/flowstate-tcp/flowstate/render/scene"
	"pgregory.net/rapid"
)

// check returns what is wrong with a layout: labels that touch each other, a
// node, a line or a head, and text that leaves the page. Labels that had to be
// forced may lie on lines.
func (l *layout) check(f *scene.Fonts, lines bool) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for i := range l.labels {
		a := &l.labels[i]
		for j := range l.labels[:i] {
			if a.box.Overlaps(l.labels[j].box) {
				say("labels of links %d and %d overlap", a.link, l.labels[j].link)
			}
		}
		for n, b := range l.boxes {
			if a.box.Overlaps(b) {
				say("label of link %d lies on node %d", a.link, n)
			}
		}
		for _, r := range l.routes {
			if lines && !a.forced && l.onRoute(&r, a.box) {
				say("label of link %d lies on link %d", a.link, r.link)
			}
		}
	}
	for i := range l.boxes {
		for j := range l.boxes[:i] {
			if l.boxes[i].Overlaps(l.boxes[j]) {
				say("nodes %d and %d overlap", i, j)
			}
		}
	}
	return append(wrong, l.draw(f).Check()...)
}

// onRoute tells whether a box meets one of the lines of a link, as drawn.
func (l *layout) onRoute(r *route, b scene.Rect) bool {
	for _, t := range l.g.trackStyles(&l.g.links[r.link]) {
		line := scene.Parallel(r.line, t.offset)
		for k := 1; k < len(line); k++ {
			if b.Grow(t.stroke.Width/2).Crosses(line[k-1], line[k]) {
				return true
			}
		}
		tip := line[len(line)-1]
		if b.Overlaps(scene.Corners(tip, tip).Grow(t.head.width(t.stroke) / 2)) {
			return true
		}
	}
	return false
}

// straightRoutes tells what edges do that they must not: run through a node, or
// along another edge.
func (l *layout) straightRoutes() (wrong []string) {
	for _, r := range l.routes {
		for k := 1; k < len(r.line); k++ {
			for n, b := range l.boxes {
				if b.Grow(-1).Crosses(r.line[k-1], r.line[k]) {
					wrong = append(wrong, fmt.Sprintf("link %d runs through node %d", r.link, n))
				}
			}
			if a, b := r.line[k-1], r.line[k]; math.Abs(a.X-b.X) > 0.01 && math.Abs(a.Y-b.Y) > 0.01 {
				wrong = append(wrong, fmt.Sprintf("link %d runs askew", r.link))
			}
		}
	}
	for i := range l.routes {
		for j := range l.routes[:i] {
			if alongside(l.routes[i].line, l.routes[j].line) {
				wrong = append(wrong, fmt.Sprintf("links %d and %d run on each other", l.routes[i].link, l.routes[j].link))
			}
		}
	}
	return wrong
}

func TestFiguresAreClean(t *testing.T) {
	r := renderer(t)
	for _, f := range figures() {
		l := layoutGrid(f.g, &r.fonts)
		for _, w := range slices.Concat(l.check(&r.fonts, true), l.straightRoutes()) {
			t.Errorf("%s: %s", f.name, w)
		}
		for _, p := range l.labels {
			if p.forced {
				t.Errorf("%s: label of link %d found no place", f.name, p.link)
			}
		}
	}
}

// TestFreeFigures holds Graphviz's layout to less: its edges are where it
// wants them.
func TestFreeFigures(t *testing.T) {
	r := renderer(t)
	engine, err := dotlayout.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, f := range figures() {
		l, err := layoutFree(engine, f.g, &r.fonts)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range l.check(&r.fonts, false) {
			t.Errorf("%s: %s", f.name, w)
		}
	}
}

// TestSubsets draws any part of the machine, resets included.
func TestSubsets(t *testing.T) {
	r := renderer(t)
	all := ruleEdges()
	rapid.Check(t, func(t *rapid.T) {
		var edges []Edge
		for _, e := range all {
			if rapid.Bool().Draw(t, e.From+" to "+e.To) {
				edges = append(edges, e)
			}
		}
		l := layoutGrid(Reference("part", edges), &r.fonts)
		for _, w := range slices.Concat(l.check(&r.fonts, true), l.straightRoutes()) {
			t.Error(w)
		}
		for _, p := range l.labels {
			if p.forced {
				t.Errorf("label of link %d found no place", p.link)
			}
		}
	})
}

// TestAnyEdges draws edges that no machine has, loops included.
func TestAnyEdges(t *testing.T) {
	r := renderer(t)
	any := rapid.IntRange(0, state.NumStates-1)
	rapid.Check(t, func(t *rapid.T) {
		var pairs [][2]int
		for range rapid.IntRange(0, 16).Draw(t, "edges") {
			pairs = append(pairs, [2]int{any.Draw(t, "from"), any.Draw(t, "to")})
		}
		l := layoutGrid(crowd(pairs, rapid.IntRange(0, 3).Draw(t, "lines")), &r.fonts)
		for _, w := range slices.Concat(l.check(&r.fonts, true), l.straightRoutes()) {
			t.Error(w)
		}
	})
}

// TestMoreColumnsThanRows leads an edge along a channel between columns that
// has no counterpart between rows.
func TestMoreColumnsThanRows(t *testing.T) {
	r := renderer(t)
	l := layoutGrid(crowd([][2]int{{0, 3}, {2, 2}}, 0), &r.fonts)
	for _, w := range l.check(&r.fonts, true) {
		t.Error(w)
	}
}

// TestForeignEdges draws the machine with a few edges that it does not have:
// what the overlay of a strange capture looks like.
func TestForeignEdges(t *testing.T) {
	r := renderer(t)
	anyState := rapid.IntRange(0, state.NumStates-1)
	rapid.Check(t, func(t *rapid.T) {
		edges := ruleEdges()
		for range rapid.IntRange(1, 4).Draw(t, "edges") {
			from, to := state.State(anyState.Draw(t, "from")), state.State(anyState.Draw(t, "to"))
			edges = append(edges, Edge{from.String(), to.String(), "foreign", false})
		}
		l := layoutGrid(Reference("part", edges), &r.fonts)
		for _, w := range slices.Concat(l.check(&r.fonts, true), l.straightRoutes()) {
			t.Error(w)
		}
	})
}

// TestWalks draws walks over the machine by both sides, alone and as overlays.
func TestWalks(t *testing.T) {
	r := renderer(t)
	rapid.Check(t, func(t *rapid.T) {
		var walks []Walk
		for range rapid.IntRange(1, 6).Draw(t, "walks") {
			side := rapid.SampledFrom(reconstruct.Sides[:]).Draw(t, "side")
			view := rapid.SampledFrom([]state.View{state.ViewRFC, state.ViewLinux, state.ViewFreeBSD}).Draw(t, "view")
			walks = append(walks, Walk{side, view.Tell(randomPath(t))})
		}
		g := New("walks", walks...)
		if rapid.Bool().Draw(t, "overlay") {
			g = Overlay("walks", ruleEdges(), walks...)
		}
		l := layoutGrid(g, &r.fonts)
		for _, w := range slices.Concat(l.check(&r.fonts, true), l.straightRoutes()) {
			t.Error(w)
		}
	})
}

// randomPath follows the rules of the machine for a while.
func randomPath(t *rapid.T) (p state.Path) {
	at := state.Closed
	for range rapid.IntRange(1, 9).Draw(t, "steps") {
		var next []state.Rule
		for _, r := range state.Rules() {
			if r.From == at {
				next = append(next, r)
			}
		}
		r := rapid.SampledFrom(next).Draw(t, "rule")
		p = append(p, state.Transition{
			From: r.From, To: r.To, Call: r.Event.String(),
			Cause:     rapid.SampledFrom([]state.Cause{state.Sent, state.Received, state.Local, state.Timer}).Draw(t, "cause"),
			Certainty: rapid.SampledFrom([]state.Certainty{state.Unobserved, state.Assumed, state.Strong, state.Proven}).Draw(t, "certainty"),
		})
		at = r.To
	}
	return p
}

// BenchmarkRender draws each figure in each format; a thousand in SVG are to
// take well under a minute.
func BenchmarkRender(b *testing.B) {
	r := renderer(b)
	for _, f := range figures() {
		for _, format := range []Format{FormatSVG, FormatPNG, FormatPDF} {
			b.Run(f.name+"/"+format.String(), func(b *testing.B) {
				for b.Loop() {
					render(b, r, f.g, format)
				}
			})
		}
	}
}

// A sheet holds its graphs apart from each other, whatever their sizes.
func TestSheet(t *testing.T) {
	r, err := NewRenderer()
	if err != nil {
		t.Fatal(err)
	}
	small, large := New("small"), Reference("large", nil)
	one := r.Sheet("", 1, large)
	for columns := 1; columns <= 4; columns++ {
		sheet := r.Sheet("a sheet", columns, small, large, small, large, small)
		if wrong := sheet.Check(); len(wrong) > 0 {
			t.Errorf("%d columns: %v", columns, wrong)
		}
		if sheet.Size.X < one.Size.X || sheet.Size.Y < one.Size.Y || len(sheet.Marks) <= 2*len(one.Marks) {
			t.Errorf("%d columns: a page of %v with %d marks", columns, sheet.Size, len(sheet.Marks))
		}
	}
}
