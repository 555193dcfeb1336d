package main

import (
	"io"
	"os"

	"github.com/vbauerster/mpb/v8/cwriter"

	"github.com/flowstate-tcp/flowstate/render/table"
)

// isTerminal tells whether a person watches what is written to w.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && cwriter.IsTerminal(int(file.Fd()))
}

// styleOf returns the style of text written to w: colours and a limit to its
// width only on a terminal, and colours only where the user has nothing
// against them (no-color.org).
func styleOf(w io.Writer) table.Style {
	if !isTerminal(w) {
		return table.Style{}
	}
	style := table.Style{Color: os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"}
	if columns, _, err := cwriter.GetSize(int(w.(*os.File).Fd())); err == nil {
		style.Width = columns
	}
	return style
}
