package ladder

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// latexDashes are the names that TikZ has for the dashes of ladders.
var latexDashes = map[scene.Dash]string{scene.Solid: "solid", scene.Dashed: "dashed", scene.Dotted: "dotted"}

// WriteLaTeX writes what Draw draws for TikZ: a figure environment with the
// caption and a label. Texts are set by LaTeX, each as wide as it was measured.
func (l *Ladder) WriteLaTeX(w io.Writer, fonts *scene.Fonts, size chart.Size, label string) error {
	page := l.Draw(fonts, size)
	t := tikz{bufio.NewWriter(w)} // which keeps its first error for Flush
	t.printf("%% In the preamble: \\usepackage{tikz,graphicx}\n\\begin{figure}\n\\centering\n")
	t.colours(page)
	t.printf("\\begin{tikzpicture}[x=1bp, y=-1bp, line join=round]\n\\useasboundingbox (0,0) rectangle (%s);\n", scene.Pair(page.Size))
	for i := range page.Marks {
		t.mark(&page.Marks[i])
	}
	t.printf("\\end{tikzpicture}\n\\caption{%s}\n\\label{fig:%s}\n\\end{figure}\n", chart.EscapeLaTeX(l.Caption()), chart.EscapeLabel(label))
	if command := l.options.Command; command != "" {
		t.printf("%% Made by: %s\n", scene.Clean(command))
	}
	return t.Flush()
}

// tikz writes marks.
type tikz struct{ *bufio.Writer }

func (t tikz) printf(format string, args ...any) { fmt.Fprintf(t, format, args...) }

func colour(i scene.Ink) string { return "fs" + strings.TrimPrefix(i.String(), "#") }

func (t tikz) colours(page *scene.Scene) {
	seen := map[scene.Ink]bool{}
	for i := range page.Marks {
		m := &page.Marks[i]
		for _, ink := range []scene.Ink{m.Fill, m.Stroke.Ink} {
			if !seen[ink] {
				seen[ink] = true
				t.printf("\\definecolor{%s}{HTML}{%06X}\n", colour(ink), uint32(ink))
			}
		}
	}
}

func (t tikz) mark(m *scene.Mark) {
	if m.Text != "" {
		face := [...]string{scene.Regular: "", scene.Bold: "\\bfseries ", scene.Italic: "\\itshape "}[m.Face]
		t.printf("\\node[anchor=base west, inner sep=0pt, text=%s] at (%s) {\\resizebox{%sbp}{!}{\\sffamily %s%s}};\n",
			colour(m.Fill), scene.Pair(m.At), scene.Num(m.Width), face, chart.EscapeLaTeX(m.Text))
		return
	}
	var options []string
	if m.Filled {
		options = append(options, "fill="+colour(m.Fill))
	}
	if s := m.Stroke; s.Width > 0 {
		options = append(options, "draw="+colour(s.Ink), "line width="+scene.Num(s.Width)+"bp", latexDashes[s.Dash])
	}
	t.printf("\\path[%s] ", strings.Join(options, ", "))
	for i, p := range m.Path {
		switch {
		case i == 0:
			t.printf("(%s)", scene.Pair(p.To))
		case p.Break:
			t.printf(" (%s)", scene.Pair(p.To))
		case p.Curve:
			t.printf(" .. controls (%s) and (%s) .. (%s)", scene.Pair(p.C1), scene.Pair(p.C2), scene.Pair(p.To))
		default:
			t.printf(" -- (%s)", scene.Pair(p.To))
		}
	}
	if m.Closed {
		t.printf(" -- cycle")
	}
	t.printf(";\n")
}
