package table

import (
	"github.com/flowstate-tcp/flowstate/analyze/witness"
)

// comparisonFields are what is told of something that another tool showed of a
// connection.
func comparisonFields() fields[witness.Comparison] {
	type C = witness.Comparison
	amount := func(c *C, n int64) Value {
		if c.Unit == witness.Nanoseconds {
			return Value{kind: seconds, number: n}
		}
		return num(n)
	}
	return fields[C]{
		{Column{"text", "", "the text, as it was named on the command line"}, func(c *C) Value { return text(c.Text) }},
		{Column{"tool", "", "whose output it is: ss, lsof, netstat, tcpstates, tcprtt or dtrace"}, func(c *C) Value { return text(c.Tool.String()) }},
		{Column{"line", "", "line of the text; absent for a change that it should have shown"}, func(c *C) Value { return when(c.Line != 0, num(c.Line)) }},
		{Column{"side", "", "whose socket: client or server"}, func(c *C) Value { return text(c.Side.String()) }},
		{Column{"about", "", "state, change, round-trips, or the tool's name of a number"}, func(c *C) Value { return text(c.About) }},
		{Column{"shown", "", "what the tool showed, in its words"}, func(c *C) Value { return when(c.Shown != "", text(c.Shown)) }},
		{Column{"ours", "", "what the capture says, in words"}, func(c *C) Value { return when(c.Ours != "", text(c.Ours)) }},
		{Column{"verdict", "", "agrees, differs or cannot-be-compared"}, func(c *C) Value { return text(c.Verdict.String()) }},
		{Column{"why", "", "the reason"}, func(c *C) Value { return text(c.Why) }},
		{Column{"when_s", "s", "when the tool showed it, since the connection's first packet, where its clock could be placed"}, func(c *C) Value { return when(c.HasWhen, span(c.When)) }},
		{Column{"frame", "", "frame number of the segment that made the change or the state"}, func(c *C) Value { return frame(c.Frame) }},
		{Column{"unit", "", "of the numbers: s, bytes, packets or bits"}, func(c *C) Value { return when(c.IsNumber, text(c.Unit.String())) }},
		{Column{"number", "unit", "the tool's number"}, func(c *C) Value { return when(c.IsNumber, amount(c, c.Number)) }},
		{Column{"least", "unit", "the least that ours was"}, func(c *C) Value { return when(c.Range.Known, amount(c, c.Range.Least)) }},
		{Column{"most", "unit", "the most that ours was"}, func(c *C) Value { return when(c.Range.Known, amount(c, c.Range.Most)) }},
	}
}

// beside is the column with what other tools showed.
func beside() field[Connection] {
	inner := newTable(JSON, comparisonFields())
	return field[Connection]{
		Column{"beside", "", "what the texts given with --beside show of the connection, laid beside it"},
		func(c *Connection) Value {
			return when(c.Beside != nil, list(nested[witness.Comparison]{inner, c.Beside}))
		},
	}
}

// besideRow is a row of the flat form of comparisons.
type besideRow struct {
	conn *Connection
	witness.Comparison
}

// Comparisons writes what other tools showed of connections flat, a row for
// each comparison.
type Comparisons struct{ table *Table[besideRow] }

// NewComparisons returns the table of comparisons in CSV or TSV.
func NewComparisons(format Format) *Comparisons {
	return &Comparisons{newTable(format, flatComparisonFields())}
}

func flatComparisonFields() fields[besideRow] {
	conn := func(r *besideRow) *Connection { return r.conn }
	all := lift(identity(), conn)
	return append(all, lift(comparisonFields(), func(r *besideRow) *witness.Comparison { return &r.Comparison })...)
}

// Header appends the names of the columns.
func (t *Comparisons) Header(b []byte) []byte { return t.table.Header(b) }

// Append appends the rows of a connection.
func (t *Comparisons) Append(b []byte, c *Connection) []byte {
	for i := range c.Beside {
		b = t.table.Append(b, &besideRow{c, c.Beside[i]})
	}
	return b
}
