package view

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/table"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// half is a column of the page of states: one side's path.
type half struct {
	width int
	lines []line
}

func (h *half) add(frame capture.FrameNumber, spans ...cell.Span) {
	h.lines = append(h.lines, line{spans, frames(frame)})
}

// wrap adds a text in as many lines as it needs.
func (h *half) wrap(frame capture.FrameNumber, text string, look cell.Look) {
	for _, part := range cell.Wrap(text, h.width-2) {
		h.add(frame, cell.Span{Text: "  " + part, Look: look})
	}
}

// states are the paths of both sides beside each other. A transition stands no
// higher than any that came before it on either side.
func (a *App) states(p *page, width int) {
	c := a.open
	const between = 3
	halves := [2]half{{width: (width - between) / 2}, {width: (width - between) / 2}}
	var steps []sidedStep
	for _, side := range reconstruct.Sides {
		h := &halves[side]
		h.add(0, cell.Span{Text: side.String() + " " + c.Ends[side].String(), Look: bold})
		path := a.o.View.Tell(c.States.Paths[side])
		if len(path) == 0 {
			h.wrap(0, a.stays(side), dim)
		} else {
			h.add(0, cell.Span{Text: "starts in " + path[0].From})
		}
		steps = append(steps, inOrder(side, path)...)
	}
	slices.SortStableFunc(steps, func(a, b sidedStep) int { return cmp.Compare(a.when, b.when) })
	top := 0
	for _, s := range steps {
		h := &halves[s.side]
		for len(h.lines) < top {
			h.add(0)
		}
		top = len(h.lines)
		h.transition(s.Told)
	}
	for _, side := range reconstruct.Sides {
		a.alternatives(&halves[side], side)
	}
	p.beside(&halves[0], &halves[1], between)
}

// sidedStep is a transition of a side.
type sidedStep struct {
	side reconstruct.Side
	when time.Duration // the earliest that it can have happened
	*state.Told
}

// inOrder gives each transition of a path its time. One that has no earliest is
// set as early as it can be: right behind what came before it.
func inOrder(side reconstruct.Side, path []state.Told) []sidedStep {
	steps := make([]sidedStep, len(path))
	when := time.Duration(0)
	for i := range path {
		if path[i].HasEarliest {
			when = max(when, path[i].Earliest)
		}
		steps[i] = sidedStep{side, when, &path[i]}
	}
	return steps
}

// certaintyLooks are those of package table.
var certaintyLooks = [...]cell.Look{state.Unobserved: dim, state.Assumed: {Ink: cell.Yellow}, state.Strong: {}, state.Proven: {}}

// transition adds a transition with its evidence.
func (h *half) transition(t *state.Told) {
	frame := t.Frame
	if frame == 0 {
		frame = t.ProofFrame
	}
	places := 6
	if t.Earliest%time.Microsecond != 0 || t.Latest%time.Microsecond != 0 {
		places = 9
	}
	where := ""
	if t.Frame > 0 {
		where = "  #" + decimal(int64(t.Frame))
	}
	h.add(0)
	h.add(frame, cell.Span{Text: "→ " + t.To, Look: bold})
	h.wrap(frame, withUnit(table.Interval(t, places))+where, cell.Look{})
	h.wrap(frame, table.Event(t)+implied(t), cell.Look{})
	h.wrap(frame, t.Certainty.String()+": "+t.Why, certaintyLooks[t.Certainty])
	shown := t.RFC
	if t.ProofFrame != 0 && t.ProofFrame != t.Frame {
		shown += ", shown by frame " + decimal(int64(t.ProofFrame))
	}
	if shown != "" {
		h.wrap(frame, shown, dim)
	}
}

// withUnit says that an interval is in seconds.
func withUnit(interval string) string {
	if !strings.ContainsAny(interval, "0123456789") {
		return interval
	}
	number, rest, _ := strings.Cut(interval, " ")
	return strings.TrimSpace(number + " s " + rest)
}

func implied(t *state.Told) string {
	if t.Call == "" || t.Cause == state.Local {
		return ""
	}
	return "; implies " + t.Call
}

// stays says what is known of a side without transitions.
func (a *App) stays(side reconstruct.Side) string {
	if s, ok := a.open.States.Final(side); ok {
		return "stays in " + a.o.View.Name(s)
	}
	return "shows no state"
}

// likely is how many alternatives are shown of a side that has many.
const likely = 3

// alternatives adds the other paths that the packets allow.
func (a *App) alternatives(h *half, side reconstruct.Side) {
	list := a.open.States.Alternatives[side]
	if len(list) == 0 {
		return
	}
	h.add(0)
	h.add(0, cell.Span{Text: "or, less likely", Look: bold})
	for i, other := range list {
		if i == likely && len(list) > likely+1 {
			h.wrap(0, "and "+decimal(int64(len(list)-i))+" less likely ones", dim)
			return
		}
		path := ""
		for i, t := range a.o.View.Tell(other.Path) {
			if i == 0 {
				path = t.From
			}
			path += " → " + t.To
		}
		h.wrap(0, path, cell.Look{})
		h.wrap(0, other.Why, dim)
	}
}

// beside puts two halves on the page.
func (p *page) beside(left, right *half, between int) {
	for i := range max(len(left.lines), len(right.lines)) {
		var l line
		pair := [2]capture.FrameNumber{}
		for n, h := range [...]*half{left, right} {
			if i >= len(h.lines) {
				continue
			}
			if n == 1 {
				l.Line = append(l.Line, cell.Span{Text: blanks(left.width + between - l.Width())})
			}
			l.Line = append(l.Line, h.lines[i].Line...)
			if list := h.lines[i].frames; len(list) > 0 {
				pair[n] = list[0]
			}
		}
		if pair != [2]capture.FrameNumber{} {
			l.frames = pair[:]
		}
		p.lines = append(p.lines, l)
	}
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func blanks(n int) string { return strings.Repeat(" ", max(n, 0)) }
