package table

import (
	"bytes"
	"io"
	"strings"
)

// heading is one column of aligned text.
type heading struct {
	name  string
	right bool // numbers
	rank  int  // on a narrow terminal the highest rank goes first; 0 stays
	least int  // a column that may be cut on a terminal keeps this width; 0: never cut
	tail  bool // cut at the front, so that the end is seen
}

// lookAhead is how many rows are seen before the first is printed. Columns are
// as wide as the widest cell in these; a wider one later pushes its own line
// to the right, and memory stays bounded however long the table is.
const lookAhead = 2000

// Aligner lays out lines of cells in columns. What is written to it are lines
// of cells separated by tabs; a line without a tab passes as it is. Flush ends
// the table.
type Aligner struct {
	out      io.Writer
	style    Style
	headings []heading
	rest     []byte // a line that is not complete yet
	waiting  [][]byte
	widths   []int
	hidden   []bool
	begun    bool // the headings are out
	tabular  bool // it has rows, so it needs headings
	line     bytes.Buffer
	err      error
}

func newAligner(out io.Writer, style Style, headings []heading) *Aligner {
	return &Aligner{out: out, style: style, headings: headings, widths: make([]int, len(headings)), hidden: make([]bool, len(headings))}
}

// Write takes lines. It keeps no part of p.
func (a *Aligner) Write(p []byte) (int, error) {
	for rest := p; ; {
		line, after, found := bytes.Cut(rest, []byte{'\n'})
		if !found {
			a.rest = append(a.rest, rest...)
			return len(p), a.err
		}
		a.add(append(a.rest, line...))
		a.rest = nil
		rest = after
	}
}

// add takes one line, which it may keep.
func (a *Aligner) add(line []byte) {
	if a.begun {
		a.print(line)
		return
	}
	a.waiting = append(a.waiting, line)
	cells := a.cells(line)
	for i, cell := range cells {
		a.widths[i] = max(a.widths[i], width(cell))
	}
	a.tabular = a.tabular || cells != nil
	if len(a.waiting) == lookAhead {
		a.begin()
	}
}

// cells takes a line apart; nil for a line that is no row.
func (a *Aligner) cells(line []byte) []string {
	if bytes.IndexByte(line, '\t') < 0 {
		return nil
	}
	return strings.SplitN(string(line), "\t", len(a.headings))
}

// Flush prints what is still waiting. The table is complete then.
func (a *Aligner) Flush() error {
	if !a.begun {
		a.begin()
	}
	return a.err
}

// Hidden returns the names of the columns for which the terminal had no room.
func (a *Aligner) Hidden() []string {
	var names []string
	for i, hidden := range a.hidden {
		if hidden {
			names = append(names, a.headings[i].name)
		}
	}
	return names
}

// begin fixes the widths and prints the headings and the rows seen so far.
func (a *Aligner) begin() {
	a.begun = true
	if a.tabular {
		a.fit()
		titles := make([]string, len(a.headings))
		for i, h := range a.headings {
			titles[i] = a.style.paint(dim, h.name)
		}
		a.print([]byte(strings.Join(titles, "\t")))
	}
	for _, line := range a.waiting {
		a.print(line)
	}
	a.waiting = nil
}

const gap = "  "

// fit makes room on a narrow terminal: columns that may be cut count with
// their least width, others are hidden until the rest fits, and what is left
// over goes to those that were cut.
func (a *Aligner) fit() {
	full := make([]int, len(a.headings))
	for i, h := range a.headings {
		full[i] = max(a.widths[i], width(h.name))
		a.widths[i] = full[i]
		if a.style.Width > 0 && h.least > 0 {
			a.widths[i] = min(full[i], h.least)
		}
	}
	if a.style.Width == 0 {
		return
	}
	for a.total() > a.style.Width && a.hide() {
	}
	spare := max(a.style.Width-a.total(), 0)
	for i := range a.headings {
		more := min(full[i]-a.widths[i], spare)
		a.widths[i] += more
		spare -= more
	}
}

// hide hides the column that matters least, if one may be hidden.
func (a *Aligner) hide() bool {
	drop := -1
	for i, h := range a.headings {
		if !a.hidden[i] && h.rank > 0 && (drop < 0 || h.rank >= a.headings[drop].rank) {
			drop = i
		}
	}
	if drop >= 0 {
		a.hidden[drop] = true
	}
	return drop >= 0
}

func (a *Aligner) total() int {
	total := -len(gap)
	for i, w := range a.widths {
		if !a.hidden[i] {
			total += w + len(gap)
		}
	}
	return total
}

// cut shortens a cell to its column, where the column may be cut.
func (a *Aligner) cut(i int, cell string) string {
	h := a.headings[i]
	switch {
	case a.style.Width == 0 || h.least == 0 || width(cell) <= a.widths[i]:
		return cell
	case h.tail:
		runes := []rune(cell)
		return "…" + string(runes[max(len(runes)-a.widths[i]+1, 0):])
	}
	return shorten(cell, a.widths[i])
}

// print writes one line in its columns.
func (a *Aligner) print(line []byte) {
	a.line.Reset()
	cells := a.cells(line)
	if cells == nil {
		a.line.Write(line)
	}
	pending := 0 // blanks owed to the columns before; a line ends without any
	for i, cell := range cells {
		if a.hidden[i] {
			continue
		}
		cell = a.cut(i, cell)
		pad := max(a.widths[i]-width(cell), 0)
		if a.headings[i].right {
			pending, pad = pending+pad, 0
		}
		if cell != "" {
			a.blanks(pending)
			a.line.WriteString(cell)
			pending = 0
		} else {
			pad = a.widths[i]
		}
		pending += pad + len(gap)
	}
	text := a.line.Bytes()
	if a.style.Width > 0 && cells != nil {
		text = []byte(shorten(string(text), a.style.Width))
	}
	if a.err == nil {
		_, a.err = a.out.Write(append(text, '\n'))
	}
}

func (a *Aligner) blanks(n int) {
	for range n {
		a.line.WriteByte(' ')
	}
}
