package diagram

import (
	"cmp"
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// labelSize is the room that a label takes.
func labelSize(f *scene.Fonts, lines []line) (size scene.Point) {
	for _, l := range lines {
		size.X = max(size.X, f.Width(l.text, l.voice.face(), labelText))
	}
	if len(lines) > 0 {
		size.Y = labelText * (scene.Leading*float64(len(lines)-1) + 1)
	}
	return size
}

// Distances that labels keep, in points.
const (
	labelPad  = 3.5 // from the line they belong to
	otherPad  = 3.0 // from other things
	nearby    = 8.0 // from foreign lines, if possible
	headClear = headLength + 3
)

// barrier is something that a label must keep off.
type barrier struct {
	box  scene.Rect
	a, b scene.Point // for a line
	link int         // -1 for a node
}

// placer finds a place for every label of a layout.
type placer struct {
	l        *layout
	sizes    []scene.Point
	barriers []barrier
	content  scene.Rect
}

// candidate is a possible place of a label, and how much one would mind it.
type candidate struct {
	box    scene.Rect
	flush  flush
	anchor scene.Point // of its line, the point nearest to it
	cost   float64
}

// failure is the cost of a label that has no place, far above any other.
const failure = 1000.0

// place puts the labels. It returns the sum of what is to be minded, and the
// links whose labels would touch something.
func (l *layout) place(labels [][]line, sizes []scene.Point) (cost float64, failed []int) {
	p := &placer{l: l, sizes: sizes}
	p.gather()
	options := make([][]candidate, len(l.routes))
	var order []int
	for i := range l.routes {
		if link := l.routes[i].link; len(labels[link]) > 0 {
			options[i] = p.options(&l.routes[i], sizes[link])
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(len(options[a]), len(options[b])) })
	for _, i := range order {
		link := l.routes[i].link
		c, ok := p.best(options[i], link)
		if !ok {
			failed = append(failed, link)
			cost += failure
			continue
		}
		cost += c.cost
		p.barriers = append(p.barriers, barrier{box: c.box.Grow(otherPad), link: link})
		l.labels = append(l.labels, placedLabel{link, labels[link], c.box, c.flush, false})
	}
	return cost, failed
}

// gather collects what labels must keep off: nodes and lines, the lines as
// wide as they are drawn, with their heads.
func (p *placer) gather() {
	p.barriers = make([]barrier, 0, len(p.l.boxes)+6*len(p.l.routes))
	for i, b := range p.l.boxes {
		p.barriers = append(p.barriers, barrier{box: b.Grow(otherPad), link: -1})
		if i == 0 {
			p.content = b
		}
		p.content = p.content.Union(b)
	}
	for i := range p.l.routes {
		r := &p.l.routes[i]
		half := p.l.g.halfWidth(&p.l.g.links[r.link])
		for k := 1; k < len(r.line); k++ {
			a, b := r.line[k-1], r.line[k]
			p.barriers = append(p.barriers, barrier{scene.Spanning(a, b).Grow(half + 1), a, b, r.link})
			p.content = p.content.Union(scene.Spanning(a, b))
		}
	}
}

// best is the cheapest candidate that touches nothing.
func (p *placer) best(options []candidate, link int) (candidate, bool) {
	for _, c := range options {
		if !p.touches(c.box) && !p.cutOff(c.box.Centre(), c.anchor, link) {
			return c, true
		}
	}
	return candidate{}, false
}

func (p *placer) touches(box scene.Rect) bool {
	for i := range p.barriers {
		b := &p.barriers[i]
		if b.box.Overlaps(box) && (b.a == b.b || b.a.X == b.b.X || b.a.Y == b.b.Y || box.Grow(headWidth).Crosses(b.a, b.b)) {
			return true
		}
	}
	return false
}

// options lists the places beside a route that touch no node and no line,
// cheapest first.
func (p *placer) options(r *route, size scene.Point) []candidate {
	out := make([]candidate, 0, 2*len(slides)*(len(r.line)-1))
	half := p.l.g.halfWidth(&p.l.g.links[r.link])
	longest := 0.0
	for k := 1; k < len(r.line); k++ {
		longest = max(longest, r.line[k].Dist(r.line[k-1]))
	}
	for k := 1; k < len(r.line); k++ {
		a, b := r.line[k-1], r.line[k]
		if k == len(r.line)-1 {
			b = b.Sub(b.Sub(a).Unit().Mul(min(headClear, a.Dist(b))))
		}
		for _, c := range beside(a, b, size, half+labelPad) {
			if p.touches(c.box) {
				continue
			}
			c.anchor = scene.Nearest(a, b, c.box.Centre())
			c.cost += 12 * (1 - a.Dist(b)/longest)
			c.cost += p.discomfort(c.box, r.link)
			out = append(out, c)
		}
	}
	slices.SortStableFunc(out, func(a, b candidate) int { return cmp.Compare(a.cost, b.cost) })
	return out
}

// cutOff tells whether a foreign line runs between a label and its own line.
func (p *placer) cutOff(label, own scene.Point, link int) bool {
	between := scene.Spanning(label, own)
	for i := range p.barriers {
		b := &p.barriers[i]
		if b.link != link && b.box.Overlaps(between) && b.box.Crosses(label, own) {
			return true
		}
	}
	return false
}

// discomfort is what is unlovely about a place: it lies near a foreign line,
// or outside of the figure.
func (p *placer) discomfort(box scene.Rect, link int) (cost float64) {
	for i := range p.barriers {
		if b := &p.barriers[i]; b.link != link && b.box.Grow(nearby-otherPad).Overlaps(box) {
			cost += 4
			if b.link < 0 {
				cost -= 2.5 // a node is not taken for an edge
			}
		}
	}
	all := p.content.Union(box)
	return cost + 0.15*(all.Width()-p.content.Width()+all.Height()-p.content.Height())
}

// slides are the places along a segment that are tried, as shares of the way
// that a label can slide.
var slides = [...]float64{0.5, 0.35, 0.65, 0.2, 0.8, 0.08, 0.92, 0, 1}

// beside lists the places of a label on both sides of a segment, at distance
// pad.
func beside(a, b scene.Point, size scene.Point, pad float64) (out [2 * len(slides)]candidate) {
	if math.Abs(b.X-a.X) > math.Abs(b.Y-a.Y) {
		out = beside(a.Swap(), b.Swap(), size.Swap(), pad)
		for i := range out {
			c := &out[i]
			c.box = scene.Corners(c.box.Min.Swap(), c.box.Max.Swap())
			c.flush = flushCentre
			c.cost += 3 // the RFC's figure writes beside its verticals
		}
		return out
	}
	span := scene.Spanning(a, b)
	// A label may stick out of a short segment, but not by more than a half.
	slack := span.Height() - size.Y
	lo, hi := span.Min.Y, span.Max.Y-size.Y
	if slack < 0 {
		lo, hi = hi-size.Y/2, lo+size.Y/2
	}
	for i, s := range slides {
		y := lo + s*(hi-lo)
		cost := 6*math.Abs(s-0.5) + max(0, -slack)*0.3
		x := a.X + (b.X-a.X)*between(a.Y, b.Y, y+size.Y/2)
		leftBox := scene.Corners(scene.Pt(x-pad-size.X, y), scene.Pt(x-pad, y+size.Y))
		rightBox := scene.Corners(scene.Pt(x+pad, y), scene.Pt(x+pad+size.X, y+size.Y))
		out[2*i] = candidate{box: leftBox, flush: flushRight, cost: cost}
		out[2*i+1] = candidate{box: rightBox, flush: flushLeft, cost: cost}
	}
	return out
}

// between returns how far v lies on the way from a to b, within [0, 1].
func between(a, b, v float64) float64 {
	if a == b {
		return 0.5
	}
	return min(1, max(0, (v-a)/(b-a)))
}
