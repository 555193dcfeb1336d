package witness

import (
	"fmt"
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/analyze/state"
)

// slack is how far a tool's clock and the capture's may be apart for one and the
// same thing: what passes between a change of state and its packet at the tap,
// and until the tool prints it.
const slack = 10 * time.Millisecond

// stay is the time in which an endpoint was in a state, or may have been.
type stay struct {
	state         state.State
	entered, left ebpf.Range // since the connection's first packet
	ended         bool       // the path goes on
	frame         int
}

// stays returns where a path was, its first state included.
func stays(path state.Path) (all []stay) {
	for i := range path {
		t := &path[i]
		when := ebpf.Range{Least: t.Earliest, Most: t.Latest, HasLeast: t.HasEarliest, HasMost: t.HasLatest}
		if i == 0 {
			all = append(all, stay{state: t.From})
		}
		last := &all[len(all)-1]
		last.left, last.ended = when, true
		all = append(all, stay{state: t.To, entered: when, frame: int(t.Frame)})
	}
	return all
}

// within tells whether the endpoint can have been in the state at some time
// from from to to; else by how much the state ended before, or began after.
func (s *stay) within(from, to time.Duration) (ok bool, off time.Duration) {
	if s.entered.HasLeast && to+slack < s.entered.Least {
		return false, to - s.entered.Least
	}
	if s.ended && s.left.HasMost && from-slack > s.left.Most {
		return false, from - s.left.Most
	}
	return true, 0
}

func (s *stay) String() string {
	text := s.state.String()
	if s.entered.HasLeast || s.entered.HasMost {
		text += " from " + instant(s.entered)
	}
	if s.ended && (s.left.HasLeast || s.left.HasMost) {
		text += " to " + instant(s.left)
	}
	return text
}

// instant writes a time since the connection's first packet that is known
// within bounds.
func instant(r ebpf.Range) string {
	switch {
	case r.Exact():
		return seconds(r.Least) + " s"
	case r.HasLeast && r.HasMost:
		return seconds(r.Least) + "–" + seconds(r.Most) + " s"
	case r.HasMost:
		return seconds(r.Most) + " s or earlier"
	}
	return seconds(r.Least) + " s or later"
}

// seconds writes a time with six places.
func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

// snapshot compares the state in which a tool saw a socket with the path of
// that endpoint.
func (l *layer) snapshot(o *Observation, p place) Comparison {
	c := l.of(o, p, "state")
	conn := l.conns[p.conn]
	list := stays(conn.States.Paths[p.side])
	var at *stay
	var off time.Duration
	for i := range list {
		if list[i].state != o.State {
			continue
		}
		at, off = &list[i], 0
		if !c.HasWhen {
			break
		}
		var inside bool
		if inside, off = at.within(c.When, c.When+o.Time.Grain); inside {
			break
		}
	}
	if at == nil {
		l.absent(&c, o, p, list)
		return c
	}
	c.Ours, c.Frame = at.String(), frameNumber(at.frame)
	switch {
	case off == 0 && c.HasWhen:
		c.Verdict, c.Why = Agrees, "the path is in this state at that time"
	case off == 0:
		c.Verdict, c.Why = Agrees, "the path passes through this state; the tool tells no time that could be placed"
	case l.repeats(p):
		c.Why = "other connections have the same addresses and ports, and this may be about one of them"
	case off < 0:
		c.Verdict, c.Why = Differs, "shown at "+seconds(c.When)+" s, "+length(-off)+" before the path can have entered it"
	default:
		c.Verdict, c.Why = Differs, "shown at "+seconds(c.When)+" s, "+length(off)+" after the path had left it"
	}
	return c
}

// absent explains a state through which the path does not pass.
func (l *layer) absent(c *Comparison, o *Observation, p place, list []stay) {
	conn := l.conns[p.conn]
	if len(list) == 0 {
		c.Why = "the capture shows no state of this endpoint"
		return
	}
	first, last := &list[0], &list[len(list)-1]
	c.Ours = pathText(list)
	later := !c.HasWhen || c.When+o.Time.Grain+slack >= conn.End.Sub(conn.Start)
	switch {
	case l.repeats(p):
		c.Why = "other connections have the same addresses and ports, and this may be about one of them"
	case first.state == state.Established && !o.State.Synchronized():
		c.Why = "the capture begins in mid-stream, after this state"
	case last.state != state.Closed && last.state != state.TimeWait && later && reaches(last.state, o.State):
		c.Why = "the capture ends while the path is in " + last.state.String() + "; the tool may have looked later"
	default:
		c.Verdict, c.Why = Differs, "the path does not pass through this state"
		if why, ok := l.alternative(o.State, p); ok {
			c.Why += ", but another one does that the capture allows: " + why
		}
	}
}

// alternative finds another path of the endpoint that passes through a state.
func (l *layer) alternative(s state.State, p place) (why string, ok bool) {
	for _, a := range l.conns[p.conn].States.Alternatives[p.side] {
		for _, visited := range a.Path.States() {
			if visited == s {
				return a.Why, true
			}
		}
	}
	return "", false
}

// reaches tells whether the state machine can come from one state to another.
func reaches(from, to state.State) bool {
	var seen [state.NumStates]bool
	seen[from] = true
	for grown := true; grown; {
		grown = false
		for _, r := range state.Rules() {
			if seen[r.From] && !seen[r.To] && r.To != state.Closed {
				seen[r.To], grown = true, true
			}
		}
	}
	return seen[to]
}

func pathText(list []stay) string {
	text := ""
	for i := range list {
		if i > 0 {
			text += " → "
		}
		text += list[i].state.String()
	}
	return text
}

// repeats tells whether other connections have the same addresses and ports.
func (l *layer) repeats(p place) bool { return l.again[tupleOf(l.conns[p.conn])] > 1 }

// listener compares what a tool showed of a listening socket with the server
// that it makes. Its socket is another one: it stays when a connection comes.
func (l *layer) listener(o *Observation, p place) Comparison {
	c := l.of(o, p, "state")
	if o.Kind == Change {
		c.About = "change"
	}
	list := stays(l.conns[p.conn].States.Paths[p.side])
	for i := range list {
		if list[i].state == state.Listen {
			c.Ours = list[i].String()
		}
	}
	switch {
	case o.Kind == Change && o.State != state.Listen:
		c.Why = "the end of a listening socket leaves nothing on the wire"
	case c.Ours == "" && len(list) == 0:
		c.Why = "the capture shows no state of this endpoint; the tool may have looked at another time"
	case c.Ours == "":
		c.Why = "the capture does not show how this endpoint was opened"
	default:
		c.Verdict, c.Why = Agrees, "the path begins with listen(), which no packet shows; the listening socket is another one and stays"
	}
	return c
}

// length writes a span of time in the unit that suits it.
func length(d time.Duration) string {
	switch {
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + " s"
	case d >= time.Millisecond || d == 0:
		return strconv.FormatFloat(float64(d)/1e6, 'f', 3, 64) + " ms"
	}
	return fmt.Sprintf("%.1f µs", float64(d)/1e3)
}
