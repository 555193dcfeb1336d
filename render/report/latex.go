package report

import (
	"bufio"
	"cmp"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// latex is a scribe.
type latex struct{ b *bufio.Writer }

var latexSections = [...]string{1: "section", 2: "subsection", 3: "subsubsection", 4: "paragraph"}

func (l latex) heading(level int, text string) {
	fmt.Fprintf(l.b, "\n\\%s{%s}\n", latexSections[min(level, 4)], breakable(text))
}

func (l latex) paragraph(text string) {
	fmt.Fprintf(l.b, "\n%s\n", breakable(text))
}

func (l latex) list(items []string) {
	if len(items) == 0 {
		return
	}
	l.b.WriteString("\n\\begin{itemize}\n")
	for _, s := range items {
		fmt.Fprintf(l.b, "\\item {}%s\n", breakable(s))
	}
	l.b.WriteString("\\end{itemize}\n")
}

// table is one that may go over several pages. Its columns share the width of
// the page in the proportion of their longest cells.
func (l latex) table(g grid) {
	shares, size := g.shares()
	fmt.Fprintf(l.b, "\n{\\%s\\setlength{\\tabcolsep}{3pt}\n\\begin{longtable}{", size)
	for i, h := range g.Headings {
		side := "raggedright"
		if h.Right {
			side = "raggedleft"
		}
		fmt.Fprintf(l.b, ">{\\%s\\arraybackslash}p{\\dimexpr %.4f\\linewidth-2\\tabcolsep\\relax}", side, shares[i])
	}
	l.b.WriteString("}\n")
	if g.Caption != "" {
		fmt.Fprintf(l.b, "\\caption{%s}\\\\\n", breakable(g.Caption))
	}
	l.b.WriteString("\\hline\\noalign{\\smallskip}\n")
	l.row(g.Headings, func(h table.Heading) string { return "\\textbf{" + breakable(h.Name) + "}" })
	l.b.WriteString("\\hline\\noalign{\\smallskip}\n\\endhead\n\\noalign{\\smallskip}\\hline\n\\endfoot\n")
	for _, row := range g.Rows {
		for i, text := range row {
			if i > 0 {
				l.b.WriteString(" & ")
			}
			l.b.WriteString("{}" + breakable(text)) // {}: a bracket at its start is no option
		}
		l.b.WriteString(" \\\\\n")
	}
	l.b.WriteString("\\end{longtable}}\n")
}

func (l latex) row(all []table.Heading, text func(table.Heading) string) {
	for i, h := range all {
		if i > 0 {
			l.b.WriteString(" & ")
		}
		l.b.WriteString(text(h))
	}
	l.b.WriteString(" \\\\\n")
}

// widest is the longest text that makes its column wider: longer ones are broken.
// Columns up to narrow are never made narrower than their texts, as far as the
// page allows. A page has so many letters of the two sizes.
const (
	widest         = 60
	narrow         = 18
	lettersSmall   = 96
	lettersSmaller = 112
)

// shares are the parts of a page's width that the columns have, and the size of
// letters that fits.
func (g *grid) shares() (list []float64, size string) {
	letters := make([]int, len(g.Headings))
	kept, all := 0, 0
	for i, h := range g.Headings {
		letters[i] = width(h.Name)*9/8 + 2 // it is bold
		for _, row := range g.Rows {
			letters[i] = max(letters[i], min(widest, width(row[i]))+2)
		}
		if all += letters[i]; letters[i] <= narrow {
			kept += letters[i]
		}
	}
	size, room := "footnotesize", lettersSmall
	if all > room {
		size, room = "scriptsize", lettersSmaller
	}
	shrink := 1.0
	if all > room && kept < room*2/3 {
		shrink = float64(room-kept) / float64(all-kept)
	}
	total := 0.0
	for _, n := range letters {
		share := float64(n)
		if n > narrow {
			share *= shrink
		}
		list = append(list, share)
		total += share
	}
	for i := range list {
		list[i] /= max(total, float64(room))
	}
	return list, size
}

// width is how many small letters are as wide as a text: capitals are half as wide
// again.
func width(s string) int {
	halves := 0
	for _, r := range s {
		if halves += 2; unicode.IsUpper(r) {
			halves++
		}
	}
	return (halves + 1) / 2
}

// code is set line by line, so that no text can end it.
func (l latex) code(text string) {
	l.b.WriteString("\n{\\tiny\\ttfamily\\noindent\n")
	for line := range strings.Lines(text) {
		line = chart.EscapeLaTeX(strings.TrimRight(line, "\n"))
		fmt.Fprintf(l.b, "%s\\\\\n", cmp.Or(strings.ReplaceAll(line, " ", "~"), "~"))
	}
	l.b.WriteString("}\n")
}

// tallest are the parts of a page that figures may take at most, by what their
// names end with.
var tallest = [...]struct {
	ending string
	part   float64
}{{"-diagram", 0.33}, {"-charts", 0.48}, {"-ladder", 0.6}, {"", 0.42}}

func tallestOf(name string) float64 {
	for _, t := range tallest {
		if strings.HasSuffix(name, t.ending) {
			return t.part
		}
	}
	return 1
}

func (l latex) figure(name, title, caption string) {
	fmt.Fprintf(l.b, "\n\\begin{figure}[!htbp]\n\\centering\n\\includegraphics[width=\\linewidth,height=%.2f\\textheight,keepaspectratio]{%s}\n\\caption[%s]{%s}\n\\label{fig:%s}\n\\end{figure}\n",
		tallestOf(strings.TrimSuffix(name, ".pdf")), name, chart.EscapeLaTeX(title), breakable(caption), chart.EscapeLabel(strings.TrimSuffix(name[strings.LastIndexByte(name, '/')+1:], ".pdf")))
}

// breaks are where a long word, such as an address or the name of a file, may go
// on in the next line.
var breaks = strings.NewReplacer("--", "--\\allowbreak{}", ".", ".\\allowbreak{}", ":", ":\\allowbreak{}", "/", "/\\allowbreak{}", `\_`, `\_\allowbreak{}`, ",", ",\\allowbreak{}", "-", "-\\allowbreak{}")

// breakable makes text safe for LaTeX, and lets its long words be broken.
func breakable(s string) string {
	words := strings.Fields(chart.EscapeLaTeX(oneLine(s)))
	for i, word := range words {
		if utf8.RuneCountInString(word) > 12 {
			words[i] = breaks.Replace(word)
		}
	}
	return strings.Join(words, " ")
}
