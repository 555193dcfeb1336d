package ebpf

import (
	"cmp"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
)

// Event is one change of state of a socket, as the tracepoint
// sock:inet_sock_set_state would have told it.
type Event struct {
	*Socket
	Began             capture.Timestamp // of the connection
	At                capture.Timestamp // when, as far as known: the earliest that is possible
	Old, New          string            // Linux' names; New is empty for a state whose end is not in the capture
	When              Range             // since Began
	In                Range             // how long the socket was in Old; 0 where that is where it began
	Frame, ProofFrame capture.FrameNumber
	Certainty         state.Certainty
}

// Range is a time known within bounds, each meaningful only where its Has field
// is set.
type Range struct {
	Least, Most       time.Duration
	HasLeast, HasMost bool
}

// Exact tells whether both bounds are known and equal.
func (r Range) Exact() bool { return r.HasLeast && r.HasMost && r.Least == r.Most }

// Ended tells whether the capture shows the end of Old.
func (e *Event) Ended() bool { return e.New != "" }

// Binds tells whether the event is that of connect(), at which a socket that
// was not bound has no local port yet.
func (e *Event) Binds() bool { return e.Old == linux(state.Closed) && e.New == linux(state.SynSent) }

func linux(s state.State) string { return state.ViewLinux.Name(s) }

// Events returns the events of the sockets of a connection that are chosen, in
// their order for each socket. Where Extra of the connection is a *Closes, the
// time of a close() is told as a bound where its FIN may have waited.
func (o *Choice) Events(c *analyze.Connection) []Event {
	var all []Event
	for _, s := range o.sockets(c) {
		all = append(all, eventsOf(s, c)...)
	}
	return all
}

// Sort puts events of many sockets into the order of time.
func Sort(all []Event) {
	slices.SortStableFunc(all, func(a, b Event) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Conn, b.Conn), cmp.Compare(a.Side, b.Side))
	})
}

func eventsOf(s *Socket, c *analyze.Connection) []Event {
	var all []Event
	closes, _ := c.Extra.(*Closes)
	for _, t := range state.ViewLinux.Tell(c.States.Paths[s.Side]) {
		if t.Transition.To == state.Listen {
			continue // of another socket, which stays
		}
		e := Event{
			Socket: s, Began: c.Start, Old: t.From, New: t.To, Frame: t.Frame, ProofFrame: t.ProofFrame, Certainty: t.Certainty,
			When: Range{t.Earliest, t.Latest, t.HasEarliest, t.HasLatest},
		}
		e.At = e.instant(all)
		if closes != nil && closes.waited[s.Side] && closing(t.Transition) {
			e.When.Least, e.When.HasLeast = latest(all)
		}
		e.In = e.since(all, t.Transition.From)
		all = append(all, e)
	}
	if last, ok := unfinished(s, c, all); ok {
		all = append(all, last)
	}
	return all
}

// closing tells whether a change is that of a close() or shutdown().
func closing(t state.Transition) bool {
	return t.Cause == state.Sent && (t.To == state.FinWait1 || t.To == state.LastAck)
}

// latest is the least time of the last event so far; ok is false where there
// is none.
func latest(all []Event) (d time.Duration, ok bool) {
	if len(all) == 0 {
		return 0, false
	}
	last := &all[len(all)-1]
	return last.When.Least, last.When.HasLeast
}

// since is how long the socket was in the state that e ends. A state that it
// was in from before the capture lasted at least since then.
func (e *Event) since(before []Event, from state.State) Range {
	if len(before) == 0 {
		if from == state.Closed || from == state.Listen {
			return Range{HasLeast: true, HasMost: true} // as the tools have it
		}
		return Range{Least: max(e.When.Least, 0), HasLeast: e.When.HasLeast}
	}
	entered := &before[len(before)-1]
	if e.Frame != 0 && e.Frame == entered.Frame {
		return Range{HasLeast: true, HasMost: true} // one segment made both
	}
	return entered.When.until(e.When)
}

// until is how long it is from one instant to a later one.
func (r Range) until(end Range) Range {
	return Range{
		Least: max(end.Least-r.Most, 0), HasLeast: end.HasLeast && r.HasMost,
		Most: max(end.Most-r.Least, 0), HasMost: end.HasMost && r.HasLeast,
	}
}

// instant is where the event stands among those of other sockets, no earlier
// than what came before it on its own.
func (e *Event) instant(before []Event) capture.Timestamp {
	at := e.Began
	if len(before) > 0 {
		at = before[len(before)-1].At
	}
	switch {
	case e.When.HasLeast:
		return max(at, e.Began+capture.Timestamp(e.When.Least))
	case e.When.HasMost:
		return max(at, e.Began+capture.Timestamp(e.When.Most))
	}
	return at
}

// unfinished is the state in which a socket was when its latest packet passed.
// Of FIN_WAIT2 nothing is known then: close() may have ended it at once.
func unfinished(s *Socket, c *analyze.Connection, all []Event) (e Event, ok bool) {
	final, known := c.States.Final(s.Side)
	if !known {
		return e, false
	}
	e = Event{Socket: s, Began: c.Start, At: c.End, Old: linux(final)}
	seen := c.End.Sub(c.Start)
	if len(all) == 0 {
		e.In = Range{Least: seen, HasLeast: true}
		return e, c.States.Start[s.Side] == state.Established // else there was no socket yet
	}
	entered := &all[len(all)-1]
	e.Old, e.At = entered.New, max(e.At, entered.At)
	if final != state.FinWait2 {
		e.In = Range{Least: max(seen-entered.When.Most, 0), HasLeast: entered.When.HasMost}
	}
	return e, e.Old != linux(state.Closed)
}
