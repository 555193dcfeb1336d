package explain

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Column is a column of a Table.
type Column struct {
	Name    string // as in CSV and JSON, such as "rtt_s"
	Unit    string // of its values: s, octets, packets; empty for none
	Meaning string
	Head    string // in text and Markdown; empty for the name
	Spare   bool   // left out of text where the rows would be too long with it
}

// Cell is a value in a Table. The zero value is unknown.
type Cell struct {
	text   string
	shown  string // to people, where that differs
	number bool
}

// Word is a cell of text.
func Word(s string) Cell { return Cell{text: s} }

// Number is a cell of a whole number.
func Number[N ~int | ~int64 | ~uint8 | ~uint16 | ~uint32](n N) Cell {
	return Cell{text: fmt.Sprintf("%d", n), number: true}
}

// Seconds is a cell of a time in seconds, which people are shown to the
// microsecond.
func Seconds(d time.Duration) Cell {
	return Cell{text: Time(d), shown: fmt.Sprintf("%.6f", d.Seconds()), number: true}
}

// Decimal is a cell of a number with some places.
func Decimal(v float64, places int) Cell {
	return Cell{text: fmt.Sprintf("%.*f", places, v), number: true}
}

// Known returns c, or the unknown cell where ok is false.
func (c Cell) Known(ok bool) Cell {
	if !ok {
		return Cell{}
	}
	return c
}

// String returns the value for people, "-" where it is unknown.
func (c Cell) String() string { return cmp.Or(c.shown, c.text, "-") }

// MarshalJSON writes a number, a string, or null where the value is unknown.
func (c Cell) MarshalJSON() ([]byte, error) {
	switch {
	case c.text == "":
		return []byte("null"), nil
	case c.number:
		return []byte(c.text), nil
	}
	return json.Marshal(c.text)
}

// Table is what is told in rows. Each row has a cell for each column.
type Table struct {
	Columns []Column
	Rows    [][]Cell
}

// MarshalJSON writes the names of the columns and the rows.
func (t *Table) MarshalJSON() ([]byte, error) {
	names := make([]string, len(t.Columns))
	for i := range t.Columns {
		names[i] = t.Columns[i].Name
	}
	return json.Marshal(struct {
		Columns []string `json:"columns"`
		Rows    [][]Cell `json:"rows"`
	}{names, append([][]Cell{}, t.Rows...)}) // [] where there are none
}

// Title returns the title of a column for people.
func (c *Column) Title() string {
	if c.Head != "" {
		return c.Head
	}
	name := strings.ReplaceAll(strings.TrimSuffix(c.Name, "_s"), "_", " ")
	if c.Unit == "s" {
		name += " (s)"
	}
	return name
}

// Lines returns the rows as sentences of the form "name value, name value.", for
// those who show no tables. What is unknown is left out.
func (t *Table) Lines() []string {
	lines := make([]string, len(t.Rows))
	for i, row := range t.Rows {
		var parts []string
		for j, c := range row {
			if c != (Cell{}) {
				parts = append(parts, t.Columns[j].Title()+" "+c.String())
			}
		}
		lines[i] = strings.Join(parts, ", ") + "."
	}
	return lines
}

// brief returns the table without its spare columns.
func (t *Table) brief() *Table {
	short := &Table{Rows: make([][]Cell, len(t.Rows))}
	for j, c := range t.Columns {
		if c.Spare {
			continue
		}
		short.Columns = append(short.Columns, c)
		for i, row := range t.Rows {
			short.Rows[i] = append(short.Rows[i], row[j])
		}
	}
	return short
}

// widths are those of the columns, in letters, and their sum with the gaps.
func (t *Table) widths() (list []int, sum int) {
	list = make([]int, len(t.Columns))
	for j := range t.Columns {
		list[j] = utf8.RuneCountInString(t.Columns[j].Title())
		for _, row := range t.Rows {
			list[j] = max(list[j], utf8.RuneCountInString(scene.Clean(row[j].String())))
		}
		sum += list[j] + 2
	}
	return list, sum
}

// text writes the table with aligned columns where it fits, without the spare
// ones if need be, else row by row.
func (t *Table) text(b *strings.Builder) {
	widths, sum := t.widths()
	if sum > columns {
		short := t.brief()
		if few, sum := short.widths(); sum <= columns {
			short.aligned(b, few)
			return
		}
		for _, line := range t.Lines() {
			wrap(b, "  - ", "    ", line)
		}
		return
	}
	t.aligned(b, widths)
}

// aligned writes the table with columns of the given widths.
func (t *Table) aligned(b *strings.Builder, widths []int) {
	line := func(cell func(j int) (string, bool)) {
		text := ""
		for j, w := range widths {
			s, right := cell(j)
			pad := strings.Repeat(" ", w-utf8.RuneCountInString(s))
			if right {
				text += "  " + pad + s
			} else {
				text += "  " + s + pad
			}
		}
		b.WriteString(strings.TrimRight(text, " ") + "\n")
	}
	line(func(j int) (string, bool) { return t.Columns[j].Title(), t.numeric(j) })
	for _, row := range t.Rows {
		line(func(j int) (string, bool) { return scene.Clean(row[j].String()), t.numeric(j) })
	}
}

// numeric tells whether a column holds numbers alone, which are aligned right.
func (t *Table) numeric(j int) bool {
	for _, row := range t.Rows {
		if row[j].text != "" && !row[j].number {
			return false
		}
	}
	return true
}

func (t *Table) markdown(b *strings.Builder) {
	line := func(cell func(j int) string) {
		for j := range t.Columns {
			b.WriteString("| " + cell(j) + " ")
		}
		b.WriteString("|\n")
	}
	line(func(j int) string { return EscapeMarkdown(t.Columns[j].Title()) })
	line(func(j int) string {
		if t.numeric(j) {
			return "---:"
		}
		return "---"
	})
	for _, row := range t.Rows {
		line(func(j int) string { return EscapeMarkdown(row[j].String()) })
	}
}

// writeCSV writes the rows, each behind the given first cells.
func (t *Table) writeCSV(w io.Writer, first []string) error {
	out := csv.NewWriter(w)
	for _, row := range t.Rows {
		record := append([]string(nil), first...)
		for _, c := range row {
			record = append(record, c.text)
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// IsNumber tells whether the cell holds a number, or nothing.
func (c Cell) IsNumber() bool { return c.number || c == Cell{} }
