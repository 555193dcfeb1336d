package ladder

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// moment is something that has a place on the time axis.
type moment struct {
	at    time.Duration
	order int        // of several at the same time
	tags  []*tag     // one for each column at most
	set   []*float64 // what is at this height
	fold  *Fold      // nothing else stands beside it
}

// pace is the two ends of an arrow: begins and ends are the moments of a row, which are one for a horizontal
// arrow.
type pace struct{ begins, ends *moment }

// perRow is how many orders a row takes.
const perRow = 4

// gather lists what has to be drawn.
func (d *sheet) gather() {
	paces := map[capture.FrameNumber]pace{}
	for n := range d.Items {
		order := (n + 1) * perRow
		if f := d.Items[n].Fold; f != nil {
			d.addFold(f, order)
			continue
		}
		r := d.Items[n].Row
		if p := d.addRow(r, order); r.Frame != 0 {
			paces[r.Frame] = p
		}
	}
	for _, side := range reconstruct.Sides {
		d.addStates(side, paces)
	}
	slices.SortStableFunc(d.moments, func(a, b *moment) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.order, b.order)) })
	for _, m := range d.moments {
		d.tags = append(d.tags, m.tags...)
	}
}

func (d *sheet) add(at time.Duration, order int, tags ...*tag) *moment {
	m := &moment{at: at, order: order, tags: tags}
	d.moments = append(d.moments, m)
	return m
}

// addRow adds an arrow with its label and its place on the clock.
func (d *sheet) addRow(r *Row, order int) pace {
	a := &arrow{row: r}
	d.arrows = append(d.arrows, a)
	c := column(r.From)
	label := &tag{column: c, lines: d.pieces(d.words.label(r), c, scene.Regular, scene.Black)}
	if remark := d.words.remark(r); remark != "" {
		label.lines = append(label.lines, d.plain(remark, c, scene.Italic, r.ink())...)
	}
	p := pace{begins: d.add(r.Sent, order, label)}
	p.ends = p.begins
	if r.Got != r.Sent {
		p.ends = d.add(r.Got, order+1)
	}
	p.begins.set = append(p.begins.set, &a.tail)
	p.ends.set = append(p.ends.set, &a.head)
	if r.Frame != 0 {
		d.addClock(p, clock, r.At, r.Frame, order+2)
	}
	if r.OtherFrame != 0 {
		at := r.Sent
		if r.Sent == r.At {
			at = r.Got
		}
		d.addClock(p, clock2, at, r.OtherFrame, order+2)
	}
	return p
}

// ink tells trouble from what is merely worth a remark.
func (r *Row) ink() scene.Ink {
	if r.Loss.Cause != loss.None || r.Fate != Arrived || r.Marks&notable != 0 {
		return scene.Orange
	}
	return dim
}

// addClock adds the time at which a segment passed a tap, at its begin or end
// where it was then.
func (d *sheet) addClock(p pace, c column, at time.Duration, frame capture.FrameNumber, order int) {
	t := &tag{column: c, lines: [][]span{{{stamp(at), scene.Regular, scene.Black}, {"  #" + strconv.FormatInt(int64(frame), 10), scene.Regular, dim}}}}
	switch at {
	case p.begins.at:
		p.begins.tags = append(p.begins.tags, t)
	case p.ends.at:
		p.ends.tags = append(p.ends.tags, t)
	default:
		d.add(at, order, t)
	}
}

// dim is the ink of what is there to be looked up.
const dim scene.Ink = 0x5f5f5f

// addFold adds what stands for many segments.
func (d *sheet) addFold(f *Fold, order int) {
	m := d.add(f.From, order,
		&tag{column: middle, lines: d.pieces(d.words.fold(f), middle, scene.Bold, scene.Black)},
		&tag{column: clock, lines: [][]span{{{stamp(f.From), scene.Regular, scene.Black}}}})
	m.fold = f
	for _, side := range reconstruct.Sides {
		if parts := d.words.sum(f, side); len(parts) > 0 {
			m.tags = append(m.tags, &tag{column: column(side), lines: d.pieces(parts, column(side), scene.Italic, scene.Black)})
		}
	}
}

// addStates adds the states of a side. What a segment that is shown begins stands
// at its arrow.
func (d *sheet) addStates(side reconstruct.Side, paces map[capture.FrameNumber]pace) {
	track, c := &d.Tracks[side], column(side)
	from, _ := d.window()
	if track.Start == "" {
		return
	}
	last := d.add(from, -2, &tag{column: c, lines: [][]span{{{track.Start, scene.Bold, scene.Blue}}}})
	for i := range track.Changes {
		change := &track.Changes[i]
		b := &boundary{Change: change}
		d.bounds[side] = append(d.bounds[side], b)
		last = d.addState(b, c, paces[change.Frame], last)
		last.set = append(last.set, &b.y)
	}
}

// addState adds a state after the moment of the one before it, and returns its own.
func (d *sheet) addState(b *boundary, c column, p pace, last *moment) *moment {
	lines := d.stateLines(b.Change, c)
	at := p.ends
	if b.Cause == state.Sent {
		at = p.begins
	}
	later := at != nil && (at.at > last.at || at.at == last.at && at.order > last.order)
	if later && at.at == b.At {
		for _, t := range at.tags {
			if t.column == c {
				t.lines = append(t.lines, lines...)
				return at
			}
		}
		at.tags = append(at.tags, &tag{column: c, lines: lines})
		return at
	}
	order := -1
	switch {
	case at != nil && later:
		order = at.order + perRow - 1
	case !b.before && b.At == last.at:
		order = last.order
	case !b.before:
		order = perRow
	}
	return d.add(max(b.At, last.at), order, &tag{column: c, lines: lines})
}

// stateLines name a state, and the call that led to it.
func (d *sheet) stateLines(c *Change, where column) [][]span {
	name := span{c.Name + c.certain(), scene.Bold, scene.Blue}
	call := c.call()
	if call == "" {
		return d.plain(name.text, where, name.face, name.ink)
	}
	one := []span{name, {"  " + call, scene.Italic, dim}}
	if d.spansWide(one) <= d.room[where][1]-d.room[where][0] {
		return [][]span{one}
	}
	return append(d.plain(name.text, where, name.face, name.ink), d.plain(call, where, scene.Italic, dim)...)
}

func (d *sheet) spansWide(line []span) (w float64) {
	for _, s := range line {
		w += d.fonts.Width(s.text, s.face, d.text)
	}
	return w
}
