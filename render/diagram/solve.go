package diagram

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// knob is one way of making room.
type knob struct {
	what  func(s *spacing) []float64
	index int
	step  float64
}

func gaps(s *spacing) []float64     { return s.gaps }
func channels(s *spacing) []float64 { return s.channels }
func pitch(s *spacing) []float64    { return s.pitch }

func (k knob) turn(s spacing) spacing {
	s = s.clone()
	list := k.what(&s)
	list[k.index] += k.step
	if len(s.channels) == 4 && &list[0] == &s.channels[0] && k.index%3 != 0 {
		list[3-k.index] = list[k.index] // the middle column stays in the middle
	}
	return s
}

// trial is a spacing and what came of it.
type trial struct {
	s      spacing
	layout *layout
	cost   float64
	failed []int
}

func (d *grid) try(s spacing) trial {
	l := d.arrange(s)
	cost, failed := l.place(d.labels, d.sizes)
	return trial{s, l, cost + sizeCost*s.total(), failed}
}

const (
	maxTrials = 600  // several times what any figure of connections has needed
	maxGrowth = 3    // beyond the best so far, more room does not help
	sizeCost  = 0.12 // for each point of width or height
)

// solve turns the knob that helps most until none helps. A figure in which a
// label still has no place turns all that could help, and goes on.
func (d *grid) solve() *layout {
	now := d.try(d.start())
	best := now
	for trials := 0; trials < maxTrials; {
		knobs := d.knobs(now)
		trials += len(knobs) + 1
		next := now
		for _, k := range knobs {
			if t := d.try(k.turn(now.s)); t.cost < next.cost {
				next = t
			}
		}
		if next.cost < now.cost {
			now = next
			best = cheaper(now, best)
			continue
		}
		if len(now.failed) == 0 || now.s.total() > maxGrowth*best.s.total() {
			break
		}
		s := now.s
		for _, k := range knobs {
			s = k.turn(s)
		}
		now = d.try(s)
		best = cheaper(now, best)
	}
	best.layout.force(d, best.failed)
	return best.layout
}

func cheaper(a, b trial) trial {
	if a.cost < b.cost {
		return a
	}
	return b
}

// knobs lists what may give room to the first label that has no place, or to
// any label where all have one.
func (d *grid) knobs(t trial) (out []knob) {
	rows, cols, sides := []int{}, []int{}, []int{}
	for i := range d.plans {
		p := &d.plans[i]
		if len(t.failed) > 0 && p.link != t.failed[0] || len(d.labels[p.link]) == 0 {
			continue
		}
		a, b := d.m.at[p.from], d.m.at[p.to]
		for _, h := range p.hops {
			if h.vertical {
				cols = append(cols, h.channel)
			} else {
				rows = append(rows, h.channel)
			}
		}
		for r := min(a.row, b.row) + 1; r <= max(a.row, b.row); r++ {
			rows = append(rows, r)
		}
		for c := max(1, min(a.col, b.col)); c <= min(max(a.col, b.col)+1, len(d.m.cols)-1); c++ {
			cols = append(cols, c)
		}
		if p.exit.horizontal() {
			sides = append(sides, a.row)
		}
		if p.enter.horizontal() {
			sides = append(sides, b.row)
		}
	}
	for _, r := range usedOnce(rows) {
		out = append(out, knob{gaps, r, 6})
	}
	for _, c := range usedOnce(cols) {
		out = append(out, knob{channels, c, 8})
	}
	for _, r := range usedOnce(sides) {
		out = append(out, knob{pitch, r, 4})
	}
	if len(t.failed) == 0 {
		out = append(out, d.backwards(out, t.s)...)
	}
	return out
}

// backwards lists the knobs that take back room which is not needed any more.
func (d *grid) backwards(knobs []knob, s spacing) (out []knob) {
	least := d.start()
	for _, k := range knobs {
		k.step = -k.step
		if k.what(&s)[k.index]+k.step >= k.what(&least)[k.index] {
			out = append(out, k)
		}
	}
	return out
}

// force puts labels that found no place where they hide no node and no other
// label, on a ground of their own. It is for graphs that no connection makes.
func (l *layout) force(d *grid, failed []int) {
	for _, link := range failed {
		i := slices.IndexFunc(l.routes, func(r route) bool { return r.link == link })
		l.labels = append(l.labels, l.forced(&l.routes[i], d.labels[link], d.sizes[link]))
	}
}

func (l *layout) forced(r *route, lines []line, size scene.Point) placedLabel {
	p := &placer{l: l}
	for _, b := range l.boxes {
		p.barriers = append(p.barriers, barrier{box: b.Grow(otherPad)})
	}
	for i := range l.labels {
		p.barriers = append(p.barriers, barrier{box: l.labels[i].box.Grow(otherPad)})
	}
	mid := r.line[len(r.line)/2].Add(r.line[len(r.line)/2-1]).Mul(0.5)
	at := scene.Box(mid, size.X, size.Y)
	// Outwards in a spiral of boxes: there is room somewhere.
	for ring := 0.0; p.touches(at); ring++ {
		for _, d := range [...]scene.Point{scene.Pt(1, 0), scene.Pt(-1, 0), scene.Pt(0, 1), scene.Pt(0, -1), scene.Pt(1, 1), scene.Pt(-1, -1), scene.Pt(1, -1), scene.Pt(-1, 1)} {
			if at = scene.Box(mid.Add(d.Mul(6*ring)), size.X, size.Y); !p.touches(at) {
				break
			}
		}
	}
	return placedLabel{r.link, lines, at, flushCentre, true}
}
