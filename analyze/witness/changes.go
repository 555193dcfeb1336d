package witness

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
)

func frameNumber(n int) capture.FrameNumber { return capture.FrameNumber(n) }

// event is a change of state as a system's own instrumentation would show it
// for a path.
type event struct {
	place
	was, is  state.State
	name     string     // in that system's words
	when, in ebpf.Range // since the connection's first packet; in its old state
	frame    capture.FrameNumber
}

// group is what a text shows of one endpoint, through all connections of the
// same addresses and ports, and what it should have shown.
type group struct {
	rows   []*Observation
	events []event
	match  []int // for each row the index of its event, -1 for none
	shown  []int // for each event the index of its row, -1 for none
	tooBig bool
}

// groups puts changes together by their endpoint, in the order of the text, and
// aligns each group with the events of the paths.
func (l *layer) groups(found [][]place) []*group {
	type key struct {
		tuple
		place
	}
	byKey := map[key]*group{}
	var all []*group
	for i := range found {
		o := &l.text.Observations[i]
		if o.Kind != Change || o.listens() || len(found[i]) == 0 {
			continue
		}
		first := found[i][0]
		k := key{tupleOf(l.conns[first.conn]), place{side: first.side}}
		if o.Role != NoRole {
			k.conn = first.conn + 1
		}
		g := byKey[k]
		if g == nil {
			g = &group{}
			for _, p := range found[i] {
				if tupleOf(l.conns[p.conn]) == k.tuple {
					g.events = append(g.events, l.events(p, o.Tool)...)
				}
			}
			byKey[k] = g
			all = append(all, g)
		}
		g.rows = append(g.rows, o)
	}
	for _, g := range all {
		g.align()
	}
	return all
}

// events tells the path of an endpoint as the tool's system does.
func (l *layer) events(p place, tool Tool) (all []event) {
	c := l.conns[p.conn]
	if tool == DTrace {
		for _, t := range state.ViewFreeBSD.Tell(c.States.Paths[p.side]) {
			if t.Transition.To == state.Listen {
				continue // of the listening socket
			}
			all = append(all, event{
				place: p, was: t.Transition.From, is: t.Transition.To, name: t.From + " → " + t.To, frame: t.Frame,
				when: ebpf.Range{Least: t.Earliest, Most: t.Latest, HasLeast: t.HasEarliest, HasMost: t.HasLatest},
			})
		}
		return all
	}
	choice := ebpf.Choice{Host: ebpf.BothSides}
	for _, e := range choice.Events(c.Connection) {
		if e.Side != p.side || !e.Ended() {
			continue
		}
		was, _ := stateOf(e.Old)
		is, _ := stateOf(e.New)
		all = append(all, event{place: p, was: was, is: is, name: e.Old + " → " + e.New, when: e.When, in: e.In, frame: e.Frame})
	}
	return all
}

// align finds the longest common subsequence of rows and events.
func (g *group) align() {
	n, m := len(g.rows), len(g.events)
	g.match, g.shown = make([]int, n), make([]int, m)
	for i := range g.match {
		g.match[i] = -1
	}
	for j := range g.shown {
		g.shown[j] = -1
	}
	if g.tooBig = n*m > maxGroup; g.tooBig {
		return
	}
	width := m + 1
	longest := make([]int32, (n+1)*width)
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if g.same(i, j) {
				longest[i*width+j] = 1 + longest[(i+1)*width+j+1]
			} else {
				longest[i*width+j] = max(longest[(i+1)*width+j], longest[i*width+j+1])
			}
		}
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case g.same(i, j):
			g.match[i], g.shown[j] = j, i
			i, j = i+1, j+1
		case longest[(i+1)*width+j] >= longest[i*width+j+1]:
			i++
		default:
			j++
		}
	}
}

func (g *group) same(i, j int) bool {
	return g.rows[i].Was == g.events[j].was && g.rows[i].State == g.events[j].is
}

// compareChanges compares the rows of a group with the events, and tells which
// events the text lacks.
func (l *layer) compareChanges(g *group) {
	if len(g.events) == 0 || g.tooBig {
		return
	}
	p := g.events[0].place
	for i, o := range g.rows {
		if j := g.match[i]; j >= 0 {
			p = g.events[j].place
			l.add(p, l.change(o, &g.events[j]))
			continue
		}
		c := l.of(o, p, "change")
		c.Verdict, c.Why = Differs, "the path has no such change here"
		if why, ok := l.alternative(o.State, p); ok && !visits(l.conns[p.conn].States.Paths[p.side], o.State) {
			c.Why += ", but another one has that the capture allows: " + why
		}
		l.add(p, c)
	}
	l.lacking(g)
}

func visits(path state.Path, s state.State) bool {
	for _, v := range path.States() {
		if v == s {
			return true
		}
	}
	return false
}

// change compares a row with its event: the time, and the time in the old state.
func (l *layer) change(o *Observation, e *event) Comparison {
	c := l.of(o, e.place, "change")
	c.Verdict, c.Why, c.Frame = Agrees, "the same change", e.frame
	c.Ours = e.name
	if e.when.HasLeast || e.when.HasMost {
		c.Ours += " at " + instant(e.when)
	}
	if c.HasWhen {
		from, to := c.When, c.When+o.Time.Grain
		switch {
		case e.when.HasLeast && to+slack < e.when.Least:
			c.Verdict, c.Why = Differs, "the same change, "+length(e.when.Least-to)+" before it is possible"
		case e.when.HasMost && from-slack > e.when.Most:
			c.Verdict, c.Why = Differs, "the same change, "+length(from-e.when.Most)+" later than possible"
		default:
			c.Why += ", at " + seconds(from) + " s"
		}
	}
	if o.HasTook && o.Was != state.Closed {
		l.took(&c, o, e)
	}
	return c
}

// tookSlack is how far a time between two changes may be off.
const tookSlack = 2 * time.Millisecond

// took compares how long the socket was in its old state.
func (l *layer) took(c *Comparison, o *Observation, e *event) {
	c.Shown += " after " + length(o.Took)
	c.Number, c.Unit, c.IsNumber = int64(o.Took), Nanoseconds, true
	if !e.in.HasLeast && !e.in.HasMost {
		return
	}
	if e.in.HasLeast && e.in.HasMost {
		c.Range = Range{int64(e.in.Least), int64(e.in.Most), true}
	}
	c.Ours += ", after " + duration(e.in)
	switch {
	case e.in.HasLeast && o.Took+tookSlack < e.in.Least:
		c.Verdict, c.Why = Differs, c.Why+"; "+length(e.in.Least-o.Took)+" shorter in the old state than the capture allows"
	case e.in.HasMost && o.Took-tookSlack > e.in.Most:
		c.Verdict, c.Why = Differs, c.Why+"; "+length(o.Took-e.in.Most)+" longer in the old state than the capture allows"
	}
}

// duration writes a length of time that is known within bounds.
func duration(r ebpf.Range) string {
	switch {
	case r.Exact():
		return length(r.Least)
	case r.HasLeast && r.HasMost:
		return length(r.Least) + " to " + length(r.Most)
	case r.HasMost:
		return "at most " + length(r.Most)
	}
	return "at least " + length(r.Least)
}

// lacking tells of the events that the text does not show. Before its first row
// of the endpoint and after its last it may just not have looked.
func (l *layer) lacking(g *group) {
	first, last := -1, -1
	for j, i := range g.shown {
		if i >= 0 {
			if first < 0 {
				first = j
			}
			last = j
		}
	}
	if first < 0 {
		return
	}
	line := 0
	for j := range g.events {
		e := &g.events[j]
		if i := g.shown[j]; i >= 0 {
			line = g.rows[i].Line
			continue
		}
		c := Comparison{Tool: g.rows[0].Tool, About: "change", Ours: e.name, Frame: e.frame, row: line}
		switch {
		case j < first:
			c.Why = "the text begins after this change"
		case j > last:
			c.Why = "the text ends before this change"
		default:
			c.Verdict, c.Why = Differs, "the text shows changes before and after this one, but not this one"
		}
		l.add(e.place, c)
	}
}
