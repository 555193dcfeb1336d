package chart

import (
	"fmt"
	"io"
)

// WriteCaption writes the text for below a figure: what it shows, with the
// numbers, and the command that made it.
func (f *Figure) WriteCaption(w io.Writer) error {
	text := f.told()
	if f.Command != "" {
		text += "\nMade by: " + f.Command
	}
	_, err := fmt.Fprintln(w, text)
	return err
}

// told is the caption with what has to be known of how the figure is drawn.
func (f *Figure) told() string {
	text := f.Caption
	if f.banded() {
		text += " " + bandNote
	}
	return text
}
