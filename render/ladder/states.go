package ladder

import (
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Track is what one side went through.
type Track struct {
	Start   string // the state in which what is shown begins, empty if nothing is known
	Phase   state.State
	Changes []Change
}

// Change is the begin of a state.
type Change struct {
	Name      string
	State     state.State
	Call      string // that is implied: connect(), listen() ...
	Certainty state.Certainty
	Cause     state.Cause
	Frame     capture.FrameNumber
	At        time.Duration // when it most likely was
	From, To  time.Duration // the bounds of that
	evidence  capture.FrameNumber
	before    bool // no packet shows when: it is before what is shown
}

// follow finds where on the time axis the states begin.
func (l *Ladder) follow() {
	rows := l.rowsByFrame()
	from, to := l.window()
	begin, end := l.frames()
	for _, side := range reconstruct.Sides {
		s := &l.Conn.States
		t := &l.Tracks[side]
		if !s.Known[side] {
			continue
		}
		t.Start, t.Phase = l.options.View.Name(s.Start[side]), s.Start[side]
		at := from
		for _, told := range l.options.View.Tell(s.Paths[side]) {
			c := place(&told, rows, from, to)
			if c.after(to) || c.evidence > end {
				break
			}
			if told.From != t.name() {
				c.Name = told.From + " > " + c.Name // a system's own account has leaps
			}
			if len(t.Changes) == 0 && (c.To < from && !c.before || c.evidence != 0 && c.evidence < begin) {
				t.Start, t.Phase = told.To, told.Transition.To
				continue
			}
			c.At = max(c.At, at)
			at = c.At
			t.Changes = append(t.Changes, c)
		}
	}
}

// frames are the first and the last that are shown or folded.
func (l *Ladder) frames() (first, last capture.FrameNumber) {
	for _, i := range l.Items {
		lo, hi := capture.FrameNumber(0), capture.FrameNumber(0)
		if i.Row != nil {
			lo, hi = i.Row.Frame, i.Row.Frame
		} else {
			lo, hi = i.Fold.First, i.Fold.Last
		}
		if first == 0 || lo != 0 && lo < first {
			first = lo
		}
		last = max(last, hi)
	}
	return first, last
}

func (t *Track) name() string {
	if n := len(t.Changes); n > 0 {
		name := t.Changes[n-1].Name
		return name[strings.LastIndex(name, " ")+1:]
	}
	return t.Start
}

func (c *Change) after(end time.Duration) bool { return c.From > end && !c.before }

// place finds when a transition most likely was, and between which bounds.
func place(t *state.Told, rows map[capture.FrameNumber]*Row, from, to time.Duration) Change {
	c := Change{Name: t.To, State: t.Transition.To, Call: t.Call, Certainty: t.Certainty, Cause: t.Cause, Frame: t.Frame}
	if c.evidence = t.Frame; c.evidence == 0 {
		c.evidence = t.ProofFrame
	}
	c.From, c.To = from, to
	if t.HasEarliest {
		c.From = t.Earliest
	}
	if t.HasLatest {
		c.To = t.Latest
	}
	proof := rows[t.ProofFrame]
	if proof != nil && proof.timed {
		c.To = min(c.To, proof.Sent)
	}
	row := rows[t.Frame]
	switch {
	case row != nil && t.Cause == state.Sent:
		c.At = row.Sent
	case row != nil:
		c.At = row.Got
		if row.timed {
			c.From = max(c.From, row.Got)
		}
	case t.HasLatest && t.Cause != state.Local:
		c.At = t.Latest
	case t.HasEarliest:
		c.At = t.Earliest
	case t.Cause == state.Local:
		c.At, c.before = from, true
	default:
		c.At = from
	}
	if c.From <= c.To {
		c.At = min(max(c.At, c.From), c.To)
	}
	return c
}

// certain is the sign behind the name of a state.
func (c *Change) certain() string {
	switch c.Certainty {
	case state.Assumed:
		return " ?"
	case state.Unobserved:
		return " °"
	}
	return ""
}

// call is the local call that goes with a change, without what it says of time.
func (c *Change) call() string {
	name, _, _ := strings.Cut(c.Call, ",")
	return name
}
