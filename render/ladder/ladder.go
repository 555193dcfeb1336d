package ladder

import (
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Options say how a ladder is drawn. The zero value is the usual.
type Options struct {
	File    string // the capture, for the title
	Rows    int    // segments and folds at most; 0 is what fits a page
	Raw     bool   // numbers as in the header instead of relative ones
	Axis    Axis
	View    state.View // whose names of states
	Command string     // that made it, for the caption
}

// Ladder is a connection, ready to be drawn.
type Ladder struct {
	Conn   *analyze.Connection
	Items  []Item // in the order of the capture
	Tracks [2]Track
	Notes  []string // what a reader must know, in sentences

	options Options
	total   int64 // segments that are shown or folded
	joined  string
	words   words
}

// Ladder makes a ladder of what was recorded, which it uses up.
func (r *Recorder) Ladder(conn *analyze.Connection, o Options) *Ladder {
	return build(conn, r.items, nil, o)
}

// build chooses what is shown, and finds out when it happened.
func build(conn *analyze.Connection, items []Item, j *Joined, o Options) *Ladder {
	l := &Ladder{Conn: conn, options: o}
	l.words.raw = o.Raw
	l.words.learn(conn)
	for _, i := range items {
		if l.total++; i.Fold != nil {
			l.total += i.Fold.Segments() - 1
		}
	}
	if l.Items = items; o.Rows > 0 {
		l.Items = choose(items, o.Rows)
	}
	if j != nil {
		l.joined, l.Notes = j.File, []string{j.note()}
	} else {
		l.Notes = []string{l.estimate()}
	}
	if o.Rows == 0 {
		l.Items = l.fitting(items)
	}
	l.sameWindows()
	l.follow()
	l.Notes = append(l.Notes, l.remarks()...)
	return l
}

// pageLines is how many lines of labels fit a page.
const pageLines = 56

// fitting folds until what is left fits a page.
func (l *Ladder) fitting(items []Item) []Item {
	changes := len(l.Conn.States.Paths[0]) + len(l.Conn.States.Paths[1])
	for budget := pageLines - changes; ; budget -= 2 {
		chosen := choose(items, budget)
		if lines := l.lines(chosen); lines <= float64(pageLines-changes) || budget < 12 {
			return chosen
		}
	}
}

// lines is about how many lines items take: their text, and the room for the
// time that passes.
func (l *Ladder) lines(items []Item) (n float64) {
	const height = 8.5 // of a line, in points
	last := time.Duration(0)
	for _, i := range items {
		n++
		switch r := i.Row; {
		case r == nil || l.words.remark(r) != "":
			n++
		case r.At > last:
			n += (step(r.At-last-r.Got+r.Sent) + step(r.Got-r.Sent)) / height
			n -= min(1, step(r.At-last)/height) // the line is in that room
		}
		last = i.at()
	}
	return n
}

// sameWindows notes where a window need not be repeated.
func (l *Ladder) sameWindows() {
	var last [2]*Row
	for _, i := range l.Items {
		r := i.Row
		if r == nil || !r.Whole || r.Frame == 0 || r.Flags.Has(decode.RST) {
			continue
		}
		before := last[r.From]
		r.sameWin = before != nil && before.Window == r.Window && before.WindowKnown == r.WindowKnown && r.Window > 0
		last[r.From] = r
	}
}

// Title names what is shown.
func (l *Ladder) Title() string {
	c := l.Conn
	return fmt.Sprintf("%s, connection %d: %s > %s", filepath.Base(l.options.File), c.Number, c.Ends[0], c.Ends[1])
}

// Empty tells whether there is nothing to draw.
func (l *Ladder) Empty() bool { return len(l.Items) == 0 }

// window is the time that is shown.
func (l *Ladder) window() (from, to time.Duration) {
	for n, i := range l.Items {
		var lo, hi time.Duration
		if r := i.Row; r != nil {
			lo, hi = min(r.At, r.Sent), max(r.At, r.Got)
		} else {
			lo, hi = i.Fold.From, i.Fold.To
		}
		if n == 0 {
			from, to = lo, hi
		}
		from, to = min(from, lo), max(to, hi)
	}
	return from, to
}

// rowsByFrame lists the rows that are shown.
func (l *Ladder) rowsByFrame() map[capture.FrameNumber]*Row {
	rows := map[capture.FrameNumber]*Row{}
	for _, i := range l.Items {
		if i.Row != nil && i.Row.Frame != 0 {
			rows[i.Row.Frame] = i.Row
		}
	}
	return rows
}

// remarks are the notes about what else is drawn.
func (l *Ladder) remarks() (notes []string) {
	folded, lost, maybe, hatched := int64(0), false, false, false
	for _, t := range l.Tracks {
		hatched = hatched || slices.ContainsFunc(t.Changes, func(c Change) bool { return c.From < c.To })
	}
	for _, i := range l.Items {
		if i.Fold != nil {
			folded += i.Fold.Segments()
			continue
		}
		lost, maybe = lost || i.Row.Fate == Lost, maybe || i.Row.Fate == MaybeLost
	}
	if hatched {
		notes = append(notes, "Hatched: a state that began at a time known within bounds only, most likely where its line is.")
	}
	if folded > 0 {
		notes = append(notes, fmt.Sprintf("%d of %d segments are folded.", folded, l.total))
	}
	if lost {
		notes = append(notes, "A cross: the segment did not reach the other side.")
	}
	if maybe {
		notes = append(notes, "A cross with a question mark: the segment, or what acknowledged it, was lost after the tap.")
	}
	if l.Conn.SelfConnect {
		notes = append(notes, "Both ends are the same socket, which talks to itself: all is drawn as sent by the client.")
	}
	for _, side := range reconstruct.Sides {
		for _, c := range l.Tracks[side].Changes {
			if c.Certainty == state.Assumed || c.Certainty == state.Unobserved {
				return append(notes, "States with a question mark are assumed (nothing was lost between tap and endpoint), those with ° unobserved (a call or timer that no packet shows).")
			}
		}
	}
	return notes
}
