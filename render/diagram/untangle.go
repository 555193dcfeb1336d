package diagram

import (
	"math"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Each way is chosen for its own edge, and the edges of the RFC's machine, with
// or without resets, never meet for long. Edges that it does not have may come
// to lie on others; untangle leads them another way.

// maxDetours bounds the edges that are led another way. Graphs that need more
// are not of TCP.
const maxDetours = 24

// untangle replaces plans until no two edges run on each other, or no other
// way is better.
func (d *grid) untangle() {
	for range maxDetours {
		pairs := d.tangles()
		if len(pairs) == 0 || !d.improve(pairs[0], len(pairs)) {
			return
		}
	}
}

// improve finds for one of two edges the way that leaves the fewest tangles.
// The later one gives way where it can: straight edges stay.
func (d *grid) improve(pair [2]int, now int) bool {
	best := now
	was := d.plans
	var plans []plan
	for _, i := range []int{pair[1], pair[0]} {
		for _, way := range d.m.ways(was[i].from, was[i].to) {
			way.link, way.from, way.to = was[i].link, was[i].from, was[i].to
			d.plans = append([]plan(nil), was...)
			d.plans[i] = way
			d.settle()
			if n := len(d.tangles()); n < best {
				best, plans = n, d.plans
			}
		}
	}
	d.plans = was
	if plans != nil {
		d.plans = plans
	}
	d.settle()
	return plans != nil
}

// settle follows up a change of plans.
func (d *grid) settle() {
	d.ports = d.m.ports(d.plans)
	d.lanes = d.m.lanes(d.plans)
	d.names = d.nodeWidth()
}

// tangles lists the pairs of plans whose edges run on each other.
func (d *grid) tangles() (pairs [][2]int) {
	routes := d.arrange(d.start()).routes
	for i := range routes {
		for j := range i {
			if alongside(routes[i].line, routes[j].line) {
				pairs = append(pairs, [2]int{j, i})
			}
		}
	}
	return pairs
}

// alongside tells whether two polylines of right angles share a stretch.
func alongside(a, b []scene.Point) bool {
	for i := 1; i < len(a); i++ {
		for j := 1; j < len(b); j++ {
			if sharesStretch(scene.Spanning(a[i-1], a[i]), scene.Spanning(b[j-1], b[j])) {
				return true
			}
		}
	}
	return false
}

// sharesStretch tells whether two upright or two level segments lie on each
// other, or too near to be told apart.
func sharesStretch(s, t scene.Rect) bool {
	const tooNear, touch = 4.0, 1.0
	vertical := s.Width() < 0.01
	if vertical != (t.Width() < 0.01) {
		return false
	}
	if !vertical {
		s, t = scene.Corners(s.Min.Swap(), s.Max.Swap()), scene.Corners(t.Min.Swap(), t.Max.Swap())
	}
	return math.Abs(s.Min.X-t.Min.X) < tooNear && min(s.Max.Y, t.Max.Y)-max(s.Min.Y, t.Min.Y) > touch
}

// ways lists every way between two nodes that is worth a thought.
func (m *mesh) ways(from, to int) (out []plan) {
	a, b := m.at[from], m.at[to]
	if p, ok := m.straight(from, to, a, b); ok {
		out = append(out, p)
	}
	for _, corner := range []cell{{a.col, b.row}, {b.col, a.row}} {
		if !m.aligned(a, b) && m.empty(corner) && m.free(a, corner) && m.free(corner, b) {
			out = append(out, cornered(a, b, corner))
		}
	}
	for _, exit := range []border{leftSide, rightSide} {
		for _, enter := range []border{leftSide, rightSide} {
			out = append(out, m.channelWays(a, b, exit, enter)...)
		}
	}
	return out
}

// channelWays lists the ways out of one side and into one side: along the
// channel that both touch, or by a gap between rows from one to the other.
func (m *mesh) channelWays(a, b cell, exit, enter border) (out []plan) {
	first, last := m.channel(a, exit), m.channel(b, enter)
	if first == last {
		return []plan{{exit: exit, enter: enter, hops: []hop{{true, first}}}}
	}
	for gap := range len(m.rows) + 1 {
		out = append(out, plan{exit: exit, enter: enter, hops: []hop{{true, first}, {false, gap}, {true, last}}})
	}
	return out
}

// channel is the one that a side of a node touches.
func (m *mesh) channel(c cell, side border) int {
	if side == leftSide {
		return c.col
	}
	return c.col + 1
}
