package ladder

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/phrase"
)

// Caption says in sentences what is shown, with the numbers.
func (l *Ladder) Caption() string {
	c := l.Conn
	text := fmt.Sprintf("Segments and states of %s, connection %d, client %s, server %s: opened %s, closed %s; %s, %s, %s.",
		filepath.Base(l.options.File), c.Number, c.Ends[0], c.Ends[1], c.States.Open, c.States.Close,
		phrase.Counted(l.total, "segment"), chart.Bytes.Format(float64(c.Half[0].Payload+c.Half[1].Payload)), short(c.End.Sub(c.Start)))
	return strings.Join(append([]string{text}, l.Notes...), " ")
}

// WriteCaption writes the text for below the figure, and the command that made
// it.
func (l *Ladder) WriteCaption(w io.Writer) error {
	text := l.Caption()
	if l.options.Command != "" {
		text += "\nMade by: " + l.options.Command
	}
	_, err := fmt.Fprintln(w, text)
	return err
}
