package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// WriteMarkdown writes the report as Markdown, and its figures as SVG into f. It
// returns the error of w or of f.
func (r *Report) WriteMarkdown(w io.Writer, f Figures) error {
	b := bufio.NewWriter(w)
	o := outline{Report: r, scribe: markdown{b}, figures: f, format: scene.SVG}
	var err error
	if o.artist, err = newArtist(); err != nil {
		return err
	}
	if err := o.inOrder(); err != nil {
		return err
	}
	return b.Flush()
}

// inOrder writes all parts in the order of the page of HTML.
func (o *outline) inOrder() error {
	o.heading(0, o.Title)
	o.paragraph(o.scope())
	o.heading(1, "Health of the recording")
	o.health()
	if o.Lab != nil {
		if err := o.lab(); err != nil {
			return err
		}
	}
	o.heading(1, "Connections")
	if err := o.overview(); err != nil {
		return err
	}
	o.index(0, len(o.Connections), nil)
	if len(o.Connections) > 0 {
		o.heading(1, "Each connection")
	}
	for _, c := range o.Connections {
		if err := o.connection(c); err != nil {
			return err
		}
	}
	o.heading(1, "How to read this")
	o.paragraph(legend)
	if o.Command != "" {
		o.paragraph("Made by: " + o.Command)
	}
	return nil
}

// lab tells what a sweep measured, with its figures.
func (o *outline) lab() error {
	o.heading(1, "Lab")
	o.paragraph(strings.Join(o.Lab.Setup, " "))
	text, err := o.Lab.Text()
	if err != nil {
		return err
	}
	o.code(text)
	for _, f := range o.Lab.Figures {
		if err := o.labFigure(2, f); err != nil {
			return err
		}
	}
	o.missing()
	return nil
}

// markdown is a scribe.
type markdown struct{ b *bufio.Writer }

func (m markdown) heading(level int, text string) {
	fmt.Fprintf(m.b, "%s %s\n\n", strings.Repeat("#", min(level+1, 6)), explain.EscapeMarkdown(text))
}

// paragraph is indented by nothing and begins with no mark of a block, since all
// marks are escaped but those of numbered lists.
func (m markdown) paragraph(text string) {
	fmt.Fprintf(m.b, "%s\n\n", guardNumber(explain.EscapeMarkdown(text)))
}

// guardNumber keeps a number with a point at the start from being taken for that
// of a list.
func guardNumber(s string) string {
	digits := strings.TrimLeft(s, "0123456789")
	if len(digits) < len(s) && (strings.HasPrefix(digits, ".") || strings.HasPrefix(digits, ")")) {
		return s[:len(s)-len(digits)] + `\` + digits
	}
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") || strings.HasPrefix(s, "=") {
		return `\` + s
	}
	return s
}

func (m markdown) list(items []string) {
	for _, s := range items {
		fmt.Fprintf(m.b, "- %s\n", guardNumber(explain.EscapeMarkdown(s)))
	}
	if len(items) > 0 {
		m.b.WriteByte('\n')
	}
}

func (m markdown) table(g grid) {
	if g.Caption != "" {
		fmt.Fprintf(m.b, "**%s**\n\n", explain.EscapeMarkdown(g.Caption))
	}
	for _, h := range g.Headings {
		fmt.Fprintf(m.b, "| %s ", explain.EscapeMarkdown(h.Name))
	}
	m.b.WriteString("|\n")
	for _, h := range g.Headings {
		if h.Right {
			m.b.WriteString("|---:")
		} else {
			m.b.WriteString("|---")
		}
	}
	m.b.WriteString("|\n")
	for _, row := range g.Rows {
		for _, text := range row {
			fmt.Fprintf(m.b, "| %s ", explain.EscapeMarkdown(text))
		}
		m.b.WriteString("|\n")
	}
	m.b.WriteByte('\n')
}

// code is set as it stands: in a block by indentation nothing can end it.
func (m markdown) code(text string) {
	for line := range strings.Lines(text) {
		if line = scene.Clean(strings.TrimRight(line, "\n")); strings.TrimSpace(line) != "" {
			line = "    " + line
		}
		fmt.Fprintln(m.b, line)
	}
	m.b.WriteByte('\n')
}

func (m markdown) figure(name, title, caption string) {
	fmt.Fprintf(m.b, "![%s](%s)\n\n*%s*\n\n", explain.EscapeMarkdown(title), name, explain.EscapeMarkdown(caption))
}
