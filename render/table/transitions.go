package table

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// transition is a row of the flat form of paths.
type transition struct {
	conn        *Connection
	side        reconstruct.Side
	alternative int // 0 for the path itself
	step        int // from 1
	told        state.Told
}

// Transitions writes the paths of connections flat, a row for each transition.
type Transitions struct{ table *Table[transition] }

// NewTransitions returns the table of transitions in CSV or TSV.
func NewTransitions(format Format) *Transitions {
	return &Transitions{newTable(format, flatTransitionFields())}
}

func flatTransitionFields() fields[transition] {
	type T = transition
	conn := func(t *T) *Connection { return t.conn }
	all := lift(identity(), conn)
	for _, side := range reconstruct.Sides {
		all = append(all, lift(ends(side), conn)...)
	}
	all = append(all,
		field[T]{Column{"side", "", "whose transition: client or server"}, func(t *T) Value { return text(t.side.String()) }},
		field[T]{Column{"alternative", "", "0 for the most probable path, 1 and up for the others"}, func(t *T) Value { return num(t.alternative) }},
		field[T]{Column{"step", "", "position in its path, from 1"}, func(t *T) Value { return num(t.step) }},
	)
	all = append(all, lift(transitionFields(), func(t *T) *state.Told { return &t.told })...)
	return append(all, field[T]{Column{"why", "", "the evidence in words"}, func(t *T) Value { return text(t.told.Why) }})
}

// Header appends the names of the columns.
func (t *Transitions) Header(b []byte) []byte { return t.table.Header(b) }

// Append appends the rows of a connection.
func (t *Transitions) Append(b []byte, c *Connection) []byte {
	for _, side := range reconstruct.Sides {
		b = t.appendPath(b, transition{conn: c, side: side}, c.View.Tell(c.States.Paths[side]))
		for i, a := range c.States.Alternatives[side] {
			b = t.appendPath(b, transition{conn: c, side: side, alternative: i + 1}, c.View.Tell(a.Path))
		}
	}
	return b
}

func (t *Transitions) appendPath(b []byte, row transition, path []state.Told) []byte {
	for i, told := range path {
		row.step, row.told = i+1, told
		b = t.table.Append(b, &row)
	}
	return b
}
