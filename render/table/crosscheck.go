package table

import (
	"io"
	"strconv"

	"github.com/flowstate-tcp/flowstate/analyze/peer"
)

// Difference is a row about what another program and flowstate see differently.
type Difference struct {
	File string
	*peer.Difference
}

// Differences returns the table of differences in a format other than Text.
func Differences(format Format) *Table[Difference] { return newTable(format, differenceFields()) }

func differenceFields() fields[Difference] {
	type D = Difference
	value := func(s string) Value { return when(s != "-", text(s)) }
	return fields[D]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(d *D) Value { return text(d.File) }},
		{Column{"program", "", "tshark or tcptrace"}, func(d *D) Value { return text(d.Program) }},
		{Column{"conn", "", "number of the connection in its file"}, func(d *D) Value { return num(d.Conn) }},
		{Column{"frame", "", "frame number of the segment; a number of tcptrace's has none"}, func(d *D) Value { return frame(d.Frame) }},
		{Column{"field", "", "what they differ on, as the program names it; _a2b is what the sender of the first packet sent"}, func(d *D) Value { return text(d.Field) }},
		{Column{"theirs", "", "its value; yes for a flag"}, func(d *D) Value { return value(d.Theirs) }},
		{Column{"ours", "", "flowstate's value"}, func(d *D) Value { return value(d.Ours) }},
		{Column{"kind", "", "of the reason; unexplained for none. docs/peer-differences.md has all"}, func(d *D) Value { return text(d.Kind) }},
		{Column{"reason", "", "in words"}, func(d *D) Value { return text(d.Reason) }},
	}
}

// differenceHeadings are the columns of the text.
var differenceHeadings = []heading{
	{name: "FILE", rank: 3, least: 8, tail: true}, {name: "CONN", right: true}, {name: "FRAME", right: true}, {name: "PROGRAM", rank: 2},
	{name: "FIELD"}, {name: "THEIRS", right: true}, {name: "OURS", right: true}, {name: "KIND", rank: 1}, {name: "REASON", least: 30},
}

// NewDifferenceAligner returns the layout for what AppendDifference writes.
func NewDifferenceAligner(out io.Writer, style Style) *Aligner {
	return newAligner(out, style, differenceHeadings)
}

// AppendDifference appends one row of text.
func AppendDifference(b []byte, d *Difference) []byte {
	at := ""
	if d.Frame != 0 {
		at = strconv.FormatInt(int64(d.Frame), 10)
	}
	cells := [...]string{clean(d.File), strconv.Itoa(d.Conn), at, d.Program, d.Field, d.Theirs, d.Ours, d.Kind, d.Reason}
	for i, cell := range cells {
		if i > 0 {
			b = append(b, '\t')
		}
		b = append(b, cell...)
	}
	return append(b, '\n')
}
