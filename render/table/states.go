package table

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// States returns the table of connections with the paths of their endpoints.
// It is for JSON; CSV and TSV have a row for each transition (see Transitions).
func States() *Table[Connection] { return newTable(JSON, statesFields()) }

func statesFields() fields[Connection] {
	all := fields[Connection]{schema[Connection]("flowstate.states/1")}
	all = append(all, identity()...)
	for _, side := range reconstruct.Sides {
		all = append(all, ends(side)...)
	}
	all = append(all, story().only("roles", "start", "duration_s", "frames.first", "frames.last", "frames.count")...)
	all = append(all, story().only("open", "close", "close_detail", "vantage")...)
	for _, side := range reconstruct.Sides {
		all = append(all, path(side))
	}
	all = append(all, story().only("final.client", "final.server")...)
	for _, side := range reconstruct.Sides {
		all = append(all, alternatives(side))
	}
	return append(all, findings(func(c *Connection) []finding.Finding { return c.Connection.Findings }), beside())
}

func path(side reconstruct.Side) field[Connection] {
	inner := newTable(JSON, transitionFields())
	return field[Connection]{
		Column{"paths." + side.String(), "", "the " + side.String() + "'s transitions, in order"},
		func(c *Connection) Value {
			return list(nested[state.Told]{inner, c.View.Tell(c.States.Paths[side])})
		},
	}
}

// transitionFields are what is told of a transition. Times are relative to the
// connection's first packet.
func transitionFields() fields[state.Told] {
	type T = state.Told
	return fields[T]{
		{Column{"from", "", "state before"}, func(t *T) Value { return text(t.From) }},
		{Column{"to", "", "state after"}, func(t *T) Value { return text(t.To) }},
		{Column{"cause", "", "sent or received (a segment), local (a call) or timer"}, func(t *T) Value { return text(t.Cause.String()) }},
		{Column{"flags", "", "flags of that segment"}, func(t *T) Value { return when(t.Flags != 0, text(t.Flags.String())) }},
		{Column{"local", "", "the local call that is implied"}, func(t *T) Value { return when(t.Call != "", text(t.Call)) }},
		{Column{"frame", "", "frame number of the segment that moved the endpoint"}, func(t *T) Value { return frame(t.Frame) }},
		{Column{"proof_frame", "", "frame number of the segment that shows it"}, func(t *T) Value { return frame(t.ProofFrame) }},
		{Column{"earliest_s", "s", "no earlier than this after the connection's first packet"}, func(t *T) Value { return when(t.HasEarliest, span(t.Earliest)) }},
		{Column{"latest_s", "s", "no later than this"}, func(t *T) Value { return when(t.HasLatest, span(t.Latest)) }},
		{Column{"certainty", "", "proven, strong, assumed or unobserved"}, func(t *T) Value { return text(t.Certainty.String()) }},
		{Column{"rfc", "", "where the rule stands"}, func(t *T) Value { return text(t.RFC) }},
	}
}

// alternative is another path, under the names of a view.
type alternative struct {
	path []state.Told
	why  string
}

func alternativeFields() fields[alternative] {
	inner := newTable(JSON, transitionFields())
	return fields[alternative]{
		{Column{"path", "", "its transitions"}, func(a *alternative) Value { return list(nested[state.Told]{inner, a.path}) }},
		{Column{"why", "", "what would have to be so"}, func(a *alternative) Value { return text(a.why) }},
	}
}

func alternatives(side reconstruct.Side) field[Connection] {
	inner := newTable(JSON, alternativeFields())
	return field[Connection]{
		Column{"alternatives." + side.String(), "", "other paths of the " + side.String() + " that the capture allows"},
		func(c *Connection) Value {
			return list(nested[alternative]{inner, c.alternatives(side)})
		},
	}
}

func (c *Connection) alternatives(side reconstruct.Side) []alternative {
	all := make([]alternative, 0, len(c.States.Alternatives[side]))
	for _, a := range c.States.Alternatives[side] {
		all = append(all, alternative{c.View.Tell(a.Path), a.Why})
	}
	return all
}
