package figures

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	text "github.com/flowstate-tcp/flowstate/render/lab"
)

// Markdown writes the report: what was run, the table of settings, each figure
// with its caption and answers, and what is missing. Image is the ending of the
// images that it shows.
func Markdown(w io.Writer, s *Sweep, all []*Figure, missing []Missing, image string) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# TCP over a delayed link: report of a sweep\n\n## Set-up\n\n%s\n\n## What was measured\n\n", strings.Join(s.Setup, " "))
	var table bytes.Buffer
	if err := text.Text(&table, s.Report); err != nil {
		return err
	}
	for line := range strings.Lines(table.String()) {
		if strings.TrimSpace(line) == "" {
			fmt.Fprintln(b)
			continue
		}
		fmt.Fprint(b, "    ", line)
	}
	fmt.Fprint(b, "\n## Figures and answers\n")
	for i, f := range all {
		fmt.Fprintf(b, "\n### Figure %d. %s\n\n", i+1, f.Title)
		if image == "pdf" {
			fmt.Fprintf(b, "[%s](%s.pdf)\n\n", f.Title, f.Name)
		} else {
			fmt.Fprintf(b, "![%s](%s.%s)\n\n", f.Title, f.Name, image)
		}
		fmt.Fprintf(b, "%s\n", f.Said)
		for _, a := range f.Answer {
			fmt.Fprintf(b, "\n%s\n", a)
		}
		if f.Chart != nil {
			fmt.Fprintf(b, "\nNumbers: [%s.csv](%s.csv).\n", f.Name, f.Name)
		}
	}
	if len(missing) > 0 {
		fmt.Fprint(b, "\n## Figures that are missing\n\n")
		for _, m := range missing {
			fmt.Fprintf(b, "- %s: %s.\n", m.Title, m.Why)
		}
	}
	fmt.Fprintf(b, "\nMade by `%s`, from the folder alone.\n", s.Command)
	return b.Flush()
}

// LaTeX writes the figures for inclusion with \input: each with caption and
// label. The images are looked for beside the document, without ending.
func LaTeX(w io.Writer, s *Sweep, all []*Figure) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%% Made by: %s\n%% Needs \\usepackage{graphicx}; \\graphicspath says where the images are.\n", s.Command)
	for _, f := range all {
		fmt.Fprintf(b, "\n\\begin{figure}\n  \\centering\n  \\includegraphics[width=\\linewidth]{%s}\n  \\caption{%s}\n  \\label{fig:%s}\n\\end{figure}\n", f.Name, chart.EscapeLaTeX(f.Said), f.Name)
	}
	return b.Flush()
}
