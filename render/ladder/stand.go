package ladder

import (
	"math"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// knot is a time with its height; between two knots the axis is straight.
type knot struct {
	at time.Duration
	y  float64
}

// stand gives everything its height.
func (d *sheet) stand() {
	start := d.top
	d.even()
	if from, to := d.window(); from == to || d.options.Axis == Even || d.options.Axis == Auto && slices.ContainsFunc(d.Items, func(i Item) bool { return i.Fold != nil }) {
		return
	}
	least, knots, tags := d.bottom-start, d.knots, slices.Clone(d.tags)
	var before []float64
	for _, y := range d.places() {
		before = append(before, *y)
	}
	if crowded := d.scale(start, max(least, 160)); crowded <= 1.6*d.line() || d.options.Axis == Scaled {
		d.scaled = true
		return
	}
	d.knots, d.tags, d.bottom = knots, tags, start+least
	for i, y := range d.places() {
		*y = before[i]
	}
}

// places are the heights of the tags, and of what hangs at moments.
func (d *sheet) places() (to []*float64) {
	for _, m := range d.moments {
		for _, t := range m.tags {
			to = append(to, &t.want, &t.y)
		}
		to = append(to, m.set...)
	}
	return to
}

// even gives each moment as much room as its text needs, and a little for
// the time that passes.
func (d *sheet) even() {
	half := d.line() / 2
	var filled [numColumns]float64
	for c := range filled {
		filled[c] = d.top + 1
	}
	y, idle := d.top+half, d.idle()
	for i, m := range d.moments {
		if i > 0 {
			before := d.moments[i-1]
			wait := m.at - max(before.at, d.known())
			y += step(wait)
			if wait > idle && before.fold == nil {
				y = d.pause(y, wait, &filled)
			}
		}
		if m.fold != nil {
			y = max(y, slices.Max(filled[:])+half+2)
		}
		for _, t := range m.tags {
			y = max(y, filled[t.column]+half)
		}
		m.stand(y)
		d.knots = append(d.knots, knot{max(m.at, d.known()), y})
		for _, t := range m.tags {
			filled[t.column] = y - half + d.height(t)
		}
		if m.fold != nil {
			low := slices.Max(filled[:]) + 2
			for c := range filled {
				filled[c] = low
			}
			y = low
			d.knots = append(d.knots, knot{max(m.fold.To, d.known()), y})
		}
	}
	d.bottom = max(y, slices.Max(filled[:])) + half
}

// known is the time of the last knot.
func (d *sheet) known() time.Duration {
	if n := len(d.knots); n > 0 {
		return d.knots[n-1].at
	}
	return math.MinInt64
}

// stand gives a moment and all that belongs to it a height.
func (m *moment) stand(y float64) {
	for _, t := range m.tags {
		t.want, t.y = y, y
	}
	for _, to := range m.set {
		*to = y
	}
}

// pause says how long nothing happened.
func (d *sheet) pause(y float64, wait time.Duration, filled *[numColumns]float64) float64 {
	t := &tag{column: middle, pause: true, lines: [][]span{{{"… " + short(wait) + " …", scene.Italic, scene.Black}}}}
	y = max(y+d.line()*0.4, filled[middle]+d.line()/2)
	t.want, t.y = y, y
	d.tags = append(d.tags, t)
	filled[middle] = y + d.line()/2
	return y + d.line()
}

// idle is how long nothing happens before that is told.
func (d *sheet) idle() time.Duration {
	var waits []time.Duration
	for i := range d.moments {
		if i > 0 && d.moments[i].at > d.moments[i-1].at {
			waits = append(waits, d.moments[i].at-d.moments[i-1].at)
		}
	}
	if len(waits) == 0 {
		return math.MaxInt64
	}
	slices.Sort(waits)
	return max(100*time.Millisecond, 4*waits[len(waits)/2])
}

// step is how much room the passing of time takes on an axis that is not to
// scale: by its logarithm, so that one sees which wait was longer.
func step(wait time.Duration) float64 {
	if wait <= 0 {
		return 0
	}
	return min(max(2+1.6*math.Log10(float64(wait)/1e3), 1), 14)
}

// scale puts everything to scale and moves the tags apart. It returns how far one
// had to give way.
func (d *sheet) scale(start, height float64) (crowded float64) {
	from, to := d.window()
	half := d.line() / 2
	d.tags = slices.DeleteFunc(d.tags, func(t *tag) bool { return t.pause }) // one sees them
	at := func(t time.Duration) float64 {
		if to == from {
			return start + half + 1
		}
		return start + half + 1 + (height-2*d.line())*float64(t-from)/float64(to-from)
	}
	d.knots = []knot{{from, at(from)}, {to, at(to)}}
	for _, m := range d.moments {
		m.stand(at(min(max(m.at, from), to)))
	}
	d.bottom = start + height
	for c := range column(numColumns) {
		crowded = max(crowded, d.spread(c, start+1))
	}
	return crowded
}

// spread moves the tags of a column apart, each as little as may be, and makes
// the page longer where that does not suffice.
func (d *sheet) spread(c column, top float64) (crowded float64) {
	var list []*tag
	for _, t := range d.tags {
		if t.column == c {
			list = append(list, t)
		}
	}
	half := d.line() / 2
	low := top
	for _, t := range list {
		t.y = max(t.want, low+half)
		low = t.y - half + d.height(t)
	}
	d.bottom = max(d.bottom, low+1)
	high := d.bottom
	for i := len(list) - 1; i >= 0; i-- {
		t := list[i]
		fits := high - d.height(t) + half
		t.y = min(t.y, max(fits, t.want-d.height(t)/2))
		t.y = min(t.y, fits)
		high = t.y - half
		crowded = max(crowded, math.Abs(t.y-t.want))
	}
	return crowded
}

// y returns the height of a time.
func (d *sheet) y(at time.Duration) float64 {
	i, _ := slices.BinarySearchFunc(d.knots, at, func(k knot, at time.Duration) int { return int(min(max(k.at-at, -1), 1)) })
	switch {
	case len(d.knots) == 0:
		return d.top
	case i == 0:
		return d.knots[0].y
	case i == len(d.knots):
		return d.knots[i-1].y
	}
	a, b := d.knots[i-1], d.knots[i]
	if b.at == a.at {
		return a.y
	}
	return a.y + (b.y-a.y)*float64(at-a.at)/float64(b.at-a.at)
}
