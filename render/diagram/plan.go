package diagram

import (
	"cmp"
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// border is a side of a node that an edge leaves from or comes to.
type border uint8

const (
	top border = iota
	rightSide
	bottom
	leftSide
)

// horizontal tells whether an edge at this border runs horizontally.
func (b border) horizontal() bool { return b == leftSide || b == rightSide }

// hop is a run along a channel: between two columns of the grid (vertical), or
// between two rows. Channel i lies before column or row i.
type hop struct {
	vertical bool
	channel  int
}

// plan is the way of a link over the grid: out of one border, along channels,
// into another border. Runs turn by 90 degrees each time. Where a plan has no
// hop, it is straight or has one corner.
type plan struct {
	link        int
	from, to    int // indices of nodes
	exit, enter border
	hops        []hop
}

// mesh is the grid with the rows and columns that a graph does not use left
// out.
type mesh struct {
	g    *Graph
	at   []cell // of each node, in used columns and rows
	node map[cell]int
	cols []int // column of the RFC's grid, of each used column
	rows []int
}

func newMesh(g *Graph) *mesh {
	m := &mesh{g: g, node: map[cell]int{}}
	for i := range g.nodes {
		m.cols = append(m.cols, g.nodes[i].cell.col)
		m.rows = append(m.rows, g.nodes[i].cell.row)
	}
	m.cols, m.rows = usedOnce(m.cols), usedOnce(m.rows)
	for i := range g.nodes {
		c := g.nodes[i].cell
		col, _ := slices.BinarySearch(m.cols, c.col)
		row, _ := slices.BinarySearch(m.rows, c.row)
		m.at = append(m.at, cell{col, row})
		m.node[cell{col, row}] = i
	}
	return m
}

func usedOnce(list []int) []int {
	slices.Sort(list)
	return slices.Compact(list)
}

// free tells whether no node stands strictly between two cells of one row or
// one column.
func (m *mesh) free(a, b cell) bool {
	step := cell{cmp.Compare(b.col, a.col), cmp.Compare(b.row, a.row)}
	for c := (cell{a.col + step.col, a.row + step.row}); c != b; c = (cell{c.col + step.col, c.row + step.row}) {
		if _, ok := m.node[c]; ok {
			return false
		}
	}
	return true
}

// empty tells whether no node stands in a cell.
func (m *mesh) empty(c cell) bool {
	_, ok := m.node[c]
	return !ok
}

// plan finds the way of every link.
func (m *mesh) plan() []plan {
	plans := make([]plan, len(m.g.links))
	for i := range m.g.links {
		l := &m.g.links[i]
		p := m.way(l.from, l.to)
		p.link, p.from, p.to = i, l.from, l.to
		plans[i] = p
	}
	return plans
}

// way chooses the simplest way that no node is in: straight, one corner,
// along a channel that both nodes touch, or round about.
func (m *mesh) way(from, to int) plan {
	a, b := m.at[from], m.at[to]
	for _, try := range []func(from, to int, a, b cell) (plan, bool){m.straight, m.detour, m.elbow, m.shared} {
		if p, ok := try(from, to, a, b); ok {
			return p
		}
	}
	return m.roundabout(a, b)
}

func (m *mesh) straight(_, _ int, a, b cell) (plan, bool) {
	switch {
	case a == b || !m.aligned(a, b) || !m.free(a, b):
		return plan{}, false
	case a.col == b.col && a.row < b.row:
		return plan{exit: bottom, enter: top}, true
	case a.col == b.col:
		return plan{exit: top, enter: bottom}, true
	case a.col < b.col:
		return plan{exit: rightSide, enter: leftSide}, true
	}
	return plan{exit: leftSide, enter: rightSide}, true
}

func (m *mesh) aligned(a, b cell) bool { return a.col == b.col || a.row == b.row }

// elbow has its corner in the middle column where it can, as most edges of the
// RFC's figure do, and in the outer one otherwise.
func (m *mesh) elbow(from, to int, a, b cell) (plan, bool) {
	if m.aligned(a, b) {
		return plan{}, false
	}
	inner, outer := cell{a.col, b.row}, cell{b.col, a.row}
	if m.cols[outer.col] == centre {
		inner, outer = outer, inner
	}
	if m.prefersOuter(from, to) {
		inner, outer = outer, inner
	}
	for _, corner := range []cell{inner, outer} {
		if m.empty(corner) && m.free(a, corner) && m.free(corner, b) {
			return cornered(a, b, corner), true
		}
	}
	return plan{}, false
}

func cornered(a, b, corner cell) plan {
	return plan{exit: facing(a, corner), enter: facing(b, corner)}
}

// facing returns the border of a that looks at c, in its row or column.
func facing(a, c cell) border {
	switch {
	case c.col > a.col:
		return rightSide
	case c.col < a.col:
		return leftSide
	case c.row > a.row:
		return bottom
	}
	return top
}

// outerCorners are the edges that the RFC's figure leads round the outside.
var outerCorners = [][2]string{
	{"CLOSED", "SYN-SENT"}, {"SYN-SENT", "CLOSED"}, {"CLOSED", "SYN-RECEIVED"}, {"SYN-RECEIVED", "CLOSED"},
	{"SYN-RECEIVED", "LISTEN"}, {"FIN-WAIT-2", "TIME-WAIT"}, {"TIME-WAIT", "FIN-WAIT-2"},
}

func (m *mesh) prefersOuter(from, to int) bool {
	return slices.Contains(outerCorners, m.names(from, to))
}

func (m *mesh) names(from, to int) [2]string {
	return [2]string{canonical(m.g.nodes[from].name), canonical(m.g.nodes[to].name)}
}

// detour leads edges to the second CLOSED round the outside, where a way
// through the middle would cross half of the figure.
func (m *mesh) detour(from, to int, a, b cell) (plan, bool) {
	state := m.names(from, to)[0]
	if m.g.nodes[to].cell != endCell || m.g.nodes[from].cell != cells[state] {
		return plan{}, false // one of them is a stranger
	}
	corner := cell{b.col, a.row}
	if state == "FIN-WAIT-2" {
		corner = cell{a.col, b.row}
	}
	switch direct := m.empty(corner) && m.free(a, corner) && m.free(corner, b); {
	case state == "FIN-WAIT-1":
		return plan{exit: leftSide, enter: bottom, hops: []hop{{true, 0}, {false, b.row + 1}}}, true
	case direct && (state == "ESTABLISHED" || state == "FIN-WAIT-2"):
		return cornered(a, b, corner), true
	case state == "ESTABLISHED" || state == "CLOSE-WAIT":
		return plan{exit: rightSide, enter: rightSide, hops: []hop{{true, len(m.cols)}}}, m.free(a, cell{len(m.cols), a.row})
	case state == "FIN-WAIT-2":
		return plan{exit: bottom, enter: bottom, hops: []hop{{false, b.row + 1}}}, m.free(a, cell{a.col, b.row + 1})
	}
	return plan{}, false
}

// shared leads along a channel that both nodes touch.
func (m *mesh) shared(_, _ int, a, b cell) (plan, bool) {
	switch {
	case a.col == b.col && m.cols[a.col] == left:
		return plan{exit: leftSide, enter: leftSide, hops: []hop{{true, a.col}}}, true
	case a.col == b.col:
		return plan{exit: rightSide, enter: rightSide, hops: []hop{{true, a.col + 1}}}, true
	case a.col+1 == b.col:
		return plan{exit: rightSide, enter: leftSide, hops: []hop{{true, b.col}}}, true
	case b.col+1 == a.col:
		return plan{exit: leftSide, enter: rightSide, hops: []hop{{true, a.col}}}, true
	}
	return plan{}, false
}

// roundabout joins the outer columns: into the inner channel, along a gap
// between rows, and from the other inner channel to its node.
func (m *mesh) roundabout(a, b cell) plan {
	gap := max(a.row, b.row)
	if a.row == b.row {
		gap = a.row + 1
	}
	if a.col < b.col {
		return plan{exit: rightSide, enter: leftSide, hops: []hop{{true, a.col + 1}, {false, gap}, {true, b.col}}}
	}
	return plan{exit: leftSide, enter: rightSide, hops: []hop{{true, a.col}, {false, gap}, {true, b.col + 1}}}
}

// sketch returns the corners of a plan on a grid of unit cells, enough to see
// which way it turns.
func (m *mesh) sketch(p *plan) []scene.Point {
	centreOf := func(c cell) scene.Point { return scene.Pt(float64(c.col), float64(c.row)) }
	a, b := centreOf(m.at[p.from]), centreOf(m.at[p.to])
	return corners(a, b, p, func(h hop, _ int) float64 { return float64(h.channel) - 0.5 })
}

// corners turns a plan into a polyline, given its ends and the coordinate of
// each hop.
func corners(a, b scene.Point, p *plan, along func(h hop, i int) float64) []scene.Point {
	line := []scene.Point{a}
	at := a
	for i, h := range p.hops {
		if h.vertical {
			at.X = along(h, i)
		} else {
			at.Y = along(h, i)
		}
		line = append(line, at)
	}
	horizontal := p.exit.horizontal() != (len(p.hops)%2 == 1)
	switch {
	case horizontal && !p.enter.horizontal():
		line = append(line, scene.Pt(b.X, at.Y))
	case !horizontal && p.enter.horizontal():
		line = append(line, scene.Pt(at.X, b.Y))
	}
	return append(line, b)
}

// end is one end of a plan at a border.
type end struct {
	plan  int
	start bool
	turn  float64 // sign: up or left, straight, down or right
	reach float64 // how far it goes before it turns
}

// ports is the place of each end along its border, in units of a port's width,
// 0 in the middle.
type ports struct {
	starts, ends []float64
	widest       map[[2]int]float64 // of each node and border, the place furthest from the middle
}

// ports orders the ends of every border so that no two of them cross: what
// turns soonest lies outermost.
func (m *mesh) ports(plans []plan) ports {
	borders := map[[2]int][]end{}
	for i := range plans {
		line := m.sketch(&plans[i])
		from, to := [2]int{plans[i].from, int(plans[i].exit)}, [2]int{plans[i].to, int(plans[i].enter)}
		borders[from] = append(borders[from], newEnd(i, true, line))
		slices.Reverse(line)
		borders[to] = append(borders[to], newEnd(i, false, line))
	}
	p := ports{make([]float64, len(plans)), make([]float64, len(plans)), map[[2]int]float64{}}
	for key, list := range borders {
		middle := arrange(list)
		for i, e := range list {
			place := float64(i) - middle
			p.widest[key] = max(p.widest[key], math.Abs(place))
			if e.start {
				p.starts[e.plan] = place
			} else {
				p.ends[e.plan] = place
			}
		}
	}
	return p
}

func newEnd(i int, start bool, line []scene.Point) end {
	e := end{plan: i, start: start}
	first := line[1].Sub(line[0])
	e.reach = math.Abs(first.X) + math.Abs(first.Y)
	if len(line) > 2 {
		second := line[2].Sub(line[1])
		e.turn = second.X + second.Y
		if second == (scene.Point{}) {
			return end{plan: i, start: start, turn: -1} // a loop: both ends outermost, side by side
		}
		// Of two that turn in one channel, the one that goes on longer takes the outer lane.
		e.reach += math.Abs(e.turn) / 100
	}
	return e
}

// arrange sorts the ends of a border and returns the index that lies in its
// middle. Straight ends stand there, so that they meet their other end.
func arrange(list []end) (middle float64) {
	slices.SortStableFunc(list, func(a, b end) int {
		order := cmp.Or(cmp.Compare(a.reach, b.reach), cmp.Compare(a.plan, b.plan))
		if a.turn > 0 {
			order = -order
		}
		return cmp.Or(cmp.Compare(sign(a.turn), sign(b.turn)), order)
	})
	before, straight := 0, 0
	for _, e := range list {
		switch sign(e.turn) {
		case -1:
			before++
		case 0:
			straight++
		}
	}
	if straight == 0 {
		return float64(len(list)-1) / 2
	}
	return float64(before) + float64(straight-1)/2
}

func sign(f float64) int { return cmp.Compare(f, 0) }
