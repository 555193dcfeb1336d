package diagram

import (
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Sizes, in points. The widest figure, the whole RFC machine, fits the text
// width of a page of A4.
const (
	nodeText     = 9.0
	labelText    = 8.0
	nodeHeight   = 24.0
	nodeMargin   = 10.0 // between a name and its box
	nodeMinWidth = 64.0
	minPort      = 22.0 // between edges that meet a node from above or below
	minLane      = 12.0 // between edges that run side by side
	headLength   = 7.0
	headWidth    = 5.6
	trackGap     = 6.4 // between the lines of client and server on one edge
	cornerRadius = 9.0
)

// route is a link with its shape: the middle line of its tracks.
type route struct {
	link   int
	line   []scene.Point
	radius float64 // of its corners; 0 for a line that is smooth already
}

// placedLabel is a label with its place. flush says to which side its lines
// are aligned.
type placedLabel struct {
	link   int
	lines  []line
	box    scene.Rect
	flush  flush
	forced bool // it may lie on a line
}

type flush uint8

const (
	flushCentre flush = iota
	flushLeft
	flushRight
)

// layout is a graph with its shape.
type layout struct {
	g      *Graph
	boxes  []scene.Rect // of the nodes
	routes []route
	labels []placedLabel
}

// spacing is what may grow to make room for labels.
type spacing struct {
	gaps     []float64 // between rows
	channels []float64 // between columns
	pitch    []float64 // between edges that meet the nodes of a row from the side
}

func (s spacing) clone() spacing {
	return spacing{slices.Clone(s.gaps), slices.Clone(s.channels), slices.Clone(s.pitch)}
}

// total is what a figure pays for its size.
func (s spacing) total() (sum float64) {
	for _, v := range s.gaps {
		sum += v
	}
	for _, v := range s.channels {
		sum += 4 * v // a column of a paper is narrow
	}
	for _, v := range s.pitch {
		sum += 2 * v
	}
	return sum
}

// grid places a graph where the RFC's figure has its states.
type grid struct {
	g      *Graph
	m      *mesh
	plans  []plan
	ports  ports
	lanes  lanes
	labels [][]line
	sizes  []scene.Point // of the labels
	names  float64       // width of the nodes
	port   float64       // between edges that meet a node from above or below
	side   float64       // between edges that run side by side
	fonts  *scene.Fonts
}

// layoutGrid draws the edges at right angles, like the RFC's figure, and grows
// the space between rows and columns until every label has a place of its own.
func layoutGrid(g *Graph, f *scene.Fonts) *layout {
	m := newMesh(g)
	d := &grid{g: g, m: m, plans: m.plan(), fonts: f}
	for i := range g.links {
		lines := g.labelOf(&g.links[i])
		d.labels = append(d.labels, lines)
		d.sizes = append(d.sizes, labelSize(f, lines))
	}
	thickest := 0.0
	for i := range g.links {
		thickest = max(thickest, 2*g.halfWidth(&g.links[i]))
	}
	d.port, d.side = max(minPort, thickest+10), max(minLane, thickest+6)
	d.settle()
	d.untangle()
	return d.solve()
}

func (d *grid) nodeWidth() float64 {
	width := nodeMinWidth
	for i := range d.g.nodes {
		width = max(width, d.fonts.Width(d.g.nodes[i].name, scene.Bold, nodeText)+2*nodeMargin)
	}
	for key, widest := range d.ports.widest {
		if !border(key[1]).horizontal() {
			width = max(width, 2*widest*d.port+2*nodeMargin)
		}
	}
	return width
}

// start is the closest spacing: arrows have room, labels may not.
func (d *grid) start() spacing {
	s := spacing{make([]float64, len(d.m.rows)+1), make([]float64, len(d.m.cols)+1), make([]float64, len(d.m.rows))}
	for i := range s.gaps {
		s.gaps[i] = d.room(d.lanes.rowCount[i], i, len(s.gaps), 24)
	}
	for i := range s.channels {
		s.channels[i] = d.room(d.lanes.colCount[i], i, len(s.channels), 36)
	}
	if len(s.channels) == 4 {
		s.channels[1] = max(s.channels[1], s.channels[2])
		s.channels[2] = s.channels[1]
	}
	for i := range s.pitch {
		s.pitch[i] = d.side
	}
	return s
}

// room is what lanes need in a channel: beside the figure none where there is
// no lane, within it enough for an arrow.
func (d *grid) room(lanes, i, channels int, inner float64) float64 {
	switch {
	case i > 0 && i < channels-1:
		return inner + float64(lanes)*d.side
	case lanes == 0:
		return 0
	}
	return 8 + float64(lanes)*d.side
}

// arrange gives every node and route its place for a spacing.
func (d *grid) arrange(s spacing) *layout {
	l := &layout{g: d.g}
	xs, ys := make([]float64, len(d.m.cols)), make([]float64, len(d.m.rows))
	x, y := s.channels[0], s.gaps[0]
	for i := range xs {
		xs[i] = x + d.names/2
		x += d.names + s.channels[i+1]
	}
	heights := d.heights(s)
	for i := range ys {
		ys[i] = y + heights[i]/2
		y += heights[i] + s.gaps[i+1]
	}
	for _, c := range d.m.at {
		l.boxes = append(l.boxes, scene.Box(scene.Pt(xs[c.col], ys[c.row]), d.names, heights[c.row]))
	}
	for i := range d.plans {
		p := &d.plans[i]
		a := d.meet(s, l.boxes[p.from], p.from, p.exit, d.ports.starts[i])
		b := d.meet(s, l.boxes[p.to], p.to, p.enter, d.ports.ends[i])
		line := corners(a, b, p, func(h hop, k int) float64 { return d.lane(s, xs, ys, heights, h, d.lanes.of[i][k]) })
		l.routes = append(l.routes, route{p.link, tidy(line), cornerRadius})
	}
	return l
}

// tidy leaves out points where a line does not turn.
func tidy(line []scene.Point) []scene.Point {
	out := line[:1:1]
	for i := 1; i < len(line); i++ {
		if line[i].Dist(out[len(out)-1]) < 0.01 {
			continue
		}
		if n := len(out); n > 1 && math.Abs(out[n-1].Sub(out[n-2]).Unit().Cross(line[i].Sub(out[n-1]).Unit())) < 1e-9 {
			out = out[:n-1]
		}
		out = append(out, line[i])
	}
	return out
}

func (d *grid) heights(s spacing) []float64 {
	h := make([]float64, len(s.pitch))
	for i := range h {
		h[i] = nodeHeight
	}
	for key, widest := range d.ports.widest {
		if row := d.m.at[key[0]].row; border(key[1]).horizontal() {
			h[row] = max(h[row], 2*widest*s.pitch[row]+16)
		}
	}
	return h
}

// meet is the point of a border where an edge meets it.
func (d *grid) meet(s spacing, b scene.Rect, node int, side border, place float64) scene.Point {
	c := b.Centre()
	switch side {
	case top:
		return scene.Pt(c.X+place*d.port, b.Min.Y)
	case bottom:
		return scene.Pt(c.X+place*d.port, b.Max.Y)
	case leftSide:
		return scene.Pt(b.Min.X, c.Y+place*s.pitch[d.m.at[node].row])
	}
	return scene.Pt(b.Max.X, c.Y+place*s.pitch[d.m.at[node].row])
}

// lane is the coordinate of a run along a channel. The lanes of a channel
// share its room evenly.
func (d *grid) lane(s spacing, xs, ys, heights []float64, h hop, lane int) float64 {
	counts, at, rooms := d.lanes.rowCount, ys, s.gaps
	half := func(i int) float64 { return heights[i] / 2 }
	if h.vertical {
		counts, at, rooms = d.lanes.colCount, xs, s.channels
		half = func(int) float64 { return d.names / 2 }
	}
	count, room := counts[h.channel], rooms[h.channel]
	switch last := len(at) - 1; h.channel {
	case 0:
		return at[0] - half(0) - room*float64(lane+1)/float64(count)
	case last + 1:
		return at[last] + half(last) + room*float64(lane+1)/float64(count)
	}
	return at[h.channel] - half(h.channel) - room*float64(count-lane)/float64(count+1)
}

// lanes says which lane of its channel each hop of each plan runs in.
type lanes struct {
	of                 [][]int
	rowCount, colCount []int
}

// run is the part of a plan that a hop describes.
type run struct {
	plan, hop int
	at        hop
	lo, hi    float64
}

// lanes puts the runs of each channel side by side where they would touch, the
// short ones innermost.
func (m *mesh) lanes(plans []plan) lanes {
	out := lanes{of: make([][]int, len(plans)), rowCount: make([]int, len(m.rows)+1), colCount: make([]int, len(m.cols)+1)}
	var runs []run
	for i := range plans {
		out.of[i] = make([]int, len(plans[i].hops))
		line := m.sketch(&plans[i])
		for k, h := range plans[i].hops {
			a, b := line[k+1], line[k+2]
			if !h.vertical {
				a, b = a.Swap(), b.Swap()
			}
			runs = append(runs, run{i, k, h, min(a.Y, b.Y), max(a.Y, b.Y)})
		}
	}
	slices.SortStableFunc(runs, func(a, b run) int { return sign((a.hi - a.lo) - (b.hi - b.lo)) })
	for i, r := range runs {
		lane := firstFree(runs[:i], r, out.of)
		out.of[r.plan][r.hop] = lane
		count := out.rowCount
		if r.at.vertical {
			count = out.colCount
		}
		count[r.at.channel] = max(count[r.at.channel], lane+1)
	}
	return out
}

// firstFree returns the innermost lane in which r meets none of the others.
func firstFree(others []run, r run, lanes [][]int) int {
	for lane := 0; ; lane++ {
		if !slices.ContainsFunc(others, func(o run) bool {
			return o.at == r.at && lanes[o.plan][o.hop] == lane && o.lo <= r.hi && r.lo <= o.hi
		}) {
			return lane
		}
	}
}
