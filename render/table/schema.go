package table

import (
	"bytes"
	"strings"
)

// Column is one field of a kind of row, as the documentation tells it.
type Column struct {
	Name    string // as in JSON; a dot stands for an object inside the object
	Unit    string // of its value: s, bytes, packets, …; empty for a name or a list
	Meaning string
}

// field is a column and how its value is found.
type field[R any] struct {
	Column
	of func(*R) Value
}

// fields is a row's columns in the order of output. Columns that share an
// object stand together.
type fields[R any] []field[R]

func (f fields[R]) columns() []Column {
	all := make([]Column, len(f))
	for i := range f {
		all[i] = f[i].Column
	}
	return all
}

// lift makes columns of an inner value columns of what holds it.
func lift[R, Outer any](inner fields[R], get func(*Outer) *R) fields[Outer] {
	all := make(fields[Outer], len(inner))
	for i, f := range inner {
		all[i] = field[Outer]{f.Column, func(o *Outer) Value { return f.of(get(o)) }}
	}
	return all
}

// only returns the columns with the given names, in their own order.
func (f fields[R]) only(keep ...string) fields[R] {
	var all fields[R]
	for _, c := range f {
		for _, name := range keep {
			if c.Name == name {
				all = append(all, c)
			}
		}
	}
	return all
}

// Table writes rows of one kind in one format other than Text. It may be used
// from one goroutine at a time.
type Table[R any] struct {
	format  Format
	columns []compiled[R]
	cell    []byte // scratch
}

// compiled is a field with its name taken apart once.
type compiled[R any] struct {
	of     func(*R) Value
	flat   string   // name in CSV
	within []string // the keys of the objects around it, outermost first
	key    string   // "name":
	lead   string   // what stands in JSON between the value of the column before, if that is there, and its own
}

func newTable[R any](format Format, list fields[R]) *Table[R] {
	t := &Table[R]{format: format}
	for _, f := range list {
		if f.Name == schemaName && format != JSON {
			continue // a constant in each row of a spreadsheet helps nobody
		}
		parts := strings.Split(f.Name, ".")
		last := len(parts) - 1
		c := compiled[R]{of: f.of, flat: strings.ReplaceAll(f.Name, ".", "_"), key: keyOf(parts[last])}
		for _, object := range parts[:last] {
			c.within = append(c.within, keyOf(object))
		}
		t.columns = append(t.columns, c)
	}
	for i := range t.columns {
		t.columns[i].lead = string(t.appendLead(nil, i-1, i))
	}
	return t
}

// keyOf returns a name as a key in JSON.
func keyOf(name string) string { return string(append(appendQuoted(nil, name), ':')) }

// Header appends what comes before the first row: the names of the columns in
// CSV and TSV, nothing in JSON.
func (t *Table[R]) Header(b []byte) []byte {
	if t.format == JSON {
		return b
	}
	for i := range t.columns {
		b = t.separate(b, i)
		b = append(b, t.columns[i].flat...)
	}
	return append(b, '\n')
}

// Append appends one row, with the end of its line.
func (t *Table[R]) Append(b []byte, r *R) []byte {
	if t.format == JSON {
		return append(t.appendObject(b, r), '\n')
	}
	for i := range t.columns {
		b = t.separate(b, i)
		switch v := t.columns[i].of(r); {
		case v.kind == unknown:
		case v.plain():
			b = v.appendFlat(b)
		default:
			t.cell = v.appendFlat(t.cell[:0])
			b = t.appendCell(b, t.cell)
		}
	}
	return append(b, '\n')
}

func (t *Table[R]) separate(b []byte, column int) []byte {
	switch {
	case column == 0:
		return b
	case t.format == TSV:
		return append(b, '\t')
	}
	return append(b, ',')
}

// appendCell quotes a cell as its format needs it (RFC 4180 for CSV).
func (t *Table[R]) appendCell(b, cell []byte) []byte {
	if t.format == TSV {
		for _, c := range cell {
			if c == '\t' || c == '\n' || c == '\r' {
				c = ' '
			}
			b = append(b, c)
		}
		return b
	}
	if !bytes.ContainsAny(cell, ",\"\r\n") {
		return append(b, cell...)
	}
	b = append(b, '"')
	for _, c := range cell {
		if c == '"' {
			b = append(b, '"')
		}
		b = append(b, c)
	}
	return append(b, '"')
}

// appendObject writes a row as a JSON object. Objects inside it are opened
// with their first known value, so that one without any is absent.
func (t *Table[R]) appendObject(b []byte, r *R) []byte {
	last := -1 // column that was written
	b = append(b, '{')
	for i := range t.columns {
		c := &t.columns[i]
		v := c.of(r)
		if v.kind == unknown {
			continue
		}
		if last == i-1 {
			b = append(b, c.lead...)
		} else {
			b = t.appendLead(b, last, i)
		}
		b = v.appendJSON(b)
		last = i
	}
	if last >= 0 {
		b = appendEnds(b, len(t.columns[last].within))
	}
	return append(b, '}')
}

// appendLead writes what stands between the values of two columns, of which
// from is -1 for none: the ends of the objects that end there, the beginnings of
// those that begin, and the key.
func (t *Table[R]) appendLead(b []byte, from, to int) []byte {
	c, same := &t.columns[to], 0
	if from >= 0 {
		before := t.columns[from].within
		for same < min(len(before), len(c.within)) && before[same] == c.within[same] {
			same++
		}
		b = append(appendEnds(b, len(before)-same), ',')
	}
	for _, object := range c.within[same:] {
		b = append(append(b, object...), '{')
	}
	return append(b, c.key...)
}

// appendEnds writes the ends of n objects.
func appendEnds(b []byte, n int) []byte {
	for range n {
		b = append(b, '}')
	}
	return b
}

// nested is a list of objects of one kind inside a cell. In CSV it is the
// first column of each.
type nested[R any] struct {
	table *Table[R]
	rows  []R
}

func (n nested[R]) appendJSON(b []byte) []byte {
	b = append(b, '[')
	for i := range n.rows {
		if i > 0 {
			b = append(b, ',')
		}
		b = n.table.appendObject(b, &n.rows[i])
	}
	return append(b, ']')
}

func (n nested[R]) appendFlat(b []byte, sep byte) []byte {
	for i := range n.rows {
		if i > 0 {
			b = append(b, sep)
		}
		v := n.table.columns[0].of(&n.rows[i])
		b = v.appendFlat(b)
	}
	return b
}

// schemaName is the column that names the schema of a JSON object.
const schemaName = "schema"

func schema[R any](name string) field[R] {
	return field[R]{Column{schemaName, "", "always " + name + "; in JSON alone"}, func(*R) Value { return text(name) }}
}
