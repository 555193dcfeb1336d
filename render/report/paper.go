package report

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// WriteLaTeX writes the report as a document for pdflatex, in the sections that
// the L41 labs ask for, and its figures as PDF into f. What is too long for the
// pages of Options.Pages stands in appendices. It returns the error of w or of f.
func (r *Report) WriteLaTeX(w io.Writer, f Figures) error {
	b := bufio.NewWriter(w)
	o := outline{Report: r, scribe: latex{b}, figures: f, format: scene.PDF, shown: map[*Connection]bool{}}
	var err error
	if o.artist, err = newArtist(); err != nil {
		return err
	}
	p := paper{outline: o, b: b, budget: newBudget(r.Pages)}
	if err := p.write(); err != nil {
		return err
	}
	return b.Flush()
}

// paper writes the report in the sections of a laboratory report.
type paper struct {
	outline
	b      *bufio.Writer
	budget *budget
	later  []func() error // what goes into the appendices for want of room
}

const preamble = `%% Compile it with pdflatex, twice; it needs the packages of TeX's base alone.
\documentclass[11pt,a4paper]{article}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage[T1]{fontenc}\usepackage{lmodern}}{\DeclareTextCommandDefault{\textquotedbl}{''}}
\usepackage{textcomp}
\usepackage[margin=22mm]{geometry}
\usepackage{array,longtable,graphicx}
\usepackage[hidelinks]{hyperref}
\setcounter{topnumber}{4}\setcounter{totalnumber}{6}
\renewcommand{\topfraction}{0.95}\renewcommand{\textfraction}{0.05}\renewcommand{\floatpagefraction}{0.6}
\setlength{\emergencystretch}{3em}
\begin{document}
`

func (p *paper) write() error {
	fmt.Fprint(p.b, strings.ReplaceAll(preamble, "%%", "%"))
	p.titlePage()
	p.heading(1, "Introduction")
	p.introduce()
	p.heading(1, "Experimental setup and methodology")
	p.setup()
	p.heading(1, "Results and discussion")
	if err := p.results(); err != nil {
		return err
	}
	p.heading(1, "Conclusion")
	p.list(p.conclusions())
	p.endOfBody()
	p.references()
	if err := p.appendices(); err != nil {
		return err
	}
	fmt.Fprint(p.b, "\\end{document}\n")
	return nil
}

func (p *paper) titlePage() {
	fmt.Fprintf(p.b, "\\begin{titlepage}\n\\centering\\vspace*{30mm}\n{\\LARGE %s\\par}\n\\vspace{10mm}\n%% \\author: your name and number here\n\\begin{abstract}\n", breakable(p.Title))
	p.paragraph(p.scope() + " " + p.Verdict())
	p.list(p.conclusions())
	fmt.Fprint(p.b, "\\end{abstract}\n\\end{titlepage}\n\\setcounter{page}{1}\n")
}

// introduce says what is examined.
func (p *paper) introduce() {
	p.paragraph(p.scope() + " For each connection the state transitions of both endpoints (RFC 9293, section 3.3.2) are inferred from flags, order and acknowledgement numbers, each with its evidence and certainty; round-trip times, data in flight, losses and what limited each transfer are estimated.")
	p.paragraph(legend)
	p.comment("Write here: the question, and what you expect.")
}

// setup says what was run and how far it can be trusted.
func (p *paper) setup() {
	if p.Lab != nil {
		p.paragraph(strings.Join(p.Lab.Setup, " "))
	}
	p.budget.take(textLines(p.scope()) + 20)
	p.paragraph(p.Verdict())
	p.table(grid{Caption: "In how many connections each measurement can be trusted", Headings: TrustHeadings(), Rows: p.TrustRows()})
	if p.Command != "" {
		p.paragraph("Made by: " + p.Command)
	}
}

// results are the figures of the lab, or of the connections; those for which
// there is no room stand in an appendix.
func (p *paper) results() error {
	if p.Lab != nil {
		here := p.chosen(p.Lab.Figures)
		var later []string
		for i, f := range p.Lab.Figures {
			if !here[i] {
				later = append(later, f.Title)
				p.later = append(p.later, func() error { return p.labFigure(1, f) })
				continue
			}
			if err := p.labFigure(2, f); err != nil {
				return err
			}
		}
		if len(later) > 0 {
			p.paragraph("In the appendix: " + strings.Join(later, "; ") + ".")
		}
		p.missing()
		return nil
	}
	shown := min(len(p.Connections), mostRows)
	p.budget.take(float64(shown) * 1.6)
	p.index(0, shown, brief)
	if shown < len(p.Connections) {
		p.later = append(p.later, func() error {
			p.heading(1, "Further connections")
			p.index(shown, len(p.Connections), brief)
			return nil
		})
	}
	if err := p.overview(); err != nil {
		return err
	}
	for _, c := range p.drawn.kept {
		if err := p.placeFigures(c); err != nil {
			return err
		}
	}
	return nil
}

// placeFigures shows the figures of a connection here, where there is room for
// all of them.
func (p *paper) placeFigures(c *Connection) error {
	lines := 4.0
	if c.Charts != nil {
		lines += p.figureLines(c.Charts.Draw(&p.fonts, chart.TwoColumn), "-charts", c.Charts.Caption)
	}
	if g := c.Graph(); g != nil {
		lines += p.figureLines(p.diagrams.Sheet(g.Title, 1, g), "-diagram", c.GraphCaption())
	}
	if c.Ladder != nil && !c.Ladder.Empty() {
		lines += p.figureLines(c.Ladder.Draw(&p.fonts, chart.TwoColumn), "-ladder", c.Ladder.Caption())
	}
	if !p.budget.take(lines) {
		return nil
	}
	p.shown[c] = true
	p.heading(2, c.Title())
	return p.drawings(c)
}

// brief are the columns of connections for which a page of paper has no room.
// They are told of each connection in its appendix.
var brief = []string{"client ends", "server ends", "ooo", "dup", "findings"}

// mostRows is how many connections the table in the body lists.
const mostRows = 30

// chosen are the figures of a lab for which the body has room, in the order of
// their ranks.
func (p *paper) chosen(all []*labfigures.Figure) []bool {
	here := make([]bool, len(all))
	for rank := range numRanks {
		for i, f := range all {
			if rankOf(all, i) == rank {
				here[i] = p.budget.take(p.figureLines(p.labScene(f), f.Name, f.Said) + textLines(f.Answer...) + 3)
			}
		}
	}
	return here
}

const numRanks = 3

// rankOf says how much a figure of a lab is needed: first what answers its
// hypotheses; then of those that show the same at several delays the last, since
// it shows most.
func rankOf(all []*labfigures.Figure, i int) int {
	switch {
	case strings.HasPrefix(all[i].Title, "Hypothesis"):
		return 0
	case i == len(all)-1 || kindOf(all[i+1]) != kindOf(all[i]):
		return 1
	}
	return 2
}

// kindOf is what a figure has in common with those that show the same at other
// delays.
func kindOf(f *labfigures.Figure) string {
	name, _, _ := strings.Cut(f.Title, ",")
	return name
}

// conclusions are the results in a sentence each.
func (p *paper) conclusions() (said []string) {
	if p.Lab != nil {
		for i, f := range p.Lab.Figures {
			if alone := i == 0 || kindOf(p.Lab.Figures[i-1]) != kindOf(f); alone && rankOf(p.Lab.Figures, i) < 2 && len(f.Answer) > 0 {
				said = append(said, f.Title+": "+begin(f.Answer[0]))
			}
		}
		return said
	}
	return append(said, "Opened: "+p.tally(func(c *Connection) string { return c.States.Open.String() })+".",
		"Closed: "+p.tally(func(c *Connection) string { return c.States.Close.String() })+".")
}

// begin is the first sentences of a paragraph, as many as make a line or two.
func begin(paragraph string) string {
	const enough = 100
	if end := strings.Index(paragraph[min(enough, len(paragraph)):], ". "); end >= 0 {
		return paragraph[:enough+end+1]
	}
	return paragraph
}

// tally counts the connections by a word, the most frequent first.
func (r *Report) tally(of func(*Connection) string) string {
	counts := map[string]int{}
	var words []string
	for _, c := range r.Connections {
		word := of(c)
		if counts[word]++; counts[word] == 1 {
			words = append(words, word)
		}
	}
	slices.SortStableFunc(words, func(a, b string) int { return cmp.Or(counts[b]-counts[a], strings.Compare(a, b)) })
	for i, word := range words {
		words[i] = fmt.Sprintf("%d %s", counts[word], word)
	}
	return cmp.Or(strings.Join(words, ", "), "none")
}

// endOfBody lets LaTeX say where the pages are too many all the same.
func (p *paper) endOfBody() {
	fmt.Fprint(p.b, "\\clearpage\n")
	if p.Pages > 0 {
		fmt.Fprintf(p.b, "\\ifnum\\value{page}>%d \\PackageWarningNoLine{flowstate}{The body has more than %d pages}\\fi\n", p.Pages+1, p.Pages)
	}
}

// sources are the documents that the methods come from.
var sources = [...]string{
	"RFC 9293, Transmission Control Protocol (TCP), 2022.",
	"RFC 5681, TCP Congestion Control, 2009.",
	"RFC 5961, Improving TCP's Robustness to Blind In-Window Attacks, 2010.",
	"RFC 6298, Computing TCP's Retransmission Timer, 2011.",
	"RFC 6675, A Conservative Loss Recovery Algorithm Based on Selective Acknowledgment (SACK) for TCP, 2012.",
	"RFC 7323, TCP Extensions for High Performance, 2014.",
	"RFC 8985, The RACK-TLP Loss Detection Algorithm for TCP, 2021.",
}

func (p *paper) references() {
	fmt.Fprint(p.b, "\\begin{thebibliography}{9}\n")
	for _, s := range sources {
		number, _, _ := strings.Cut(s, ",")
		fmt.Fprintf(p.b, "\\bibitem{%s} %s\n", strings.ReplaceAll(number, " ", ""), breakable(s))
	}
	fmt.Fprint(p.b, "\\end{thebibliography}\n")
}

// appendices hold what the body had no room for, the captures, and each connection.
func (p *paper) appendices() error {
	fmt.Fprint(p.b, "\\clearpage\n\\appendix\n")
	for _, show := range p.later {
		if err := show(); err != nil {
			return err
		}
	}
	if p.Lab != nil {
		text, err := p.Lab.Text()
		if err != nil {
			return err
		}
		p.heading(1, "What was measured")
		p.code(text)
	}
	p.heading(1, "The captures")
	p.health()
	if len(p.Connections) > 0 {
		p.heading(1, "Each connection")
	}
	for _, c := range p.detailed() {
		if err := p.connection(c); err != nil {
			return err
		}
		fmt.Fprint(p.b, "\\clearpage\n")
	}
	return nil
}

// mostDetailed is how many connections a paper tells of one by one.
const mostDetailed = 10

// detailed are the connections that are told of one by one, in their order.
func (p *paper) detailed() []*Connection {
	if len(p.Connections) <= mostDetailed {
		return p.Connections
	}
	p.paragraph(fmt.Sprintf("Of %d connections, those with the gravest findings first and then those with most packets, %d are told of here; --conn and --filter choose others, and the report as HTML has all.", len(p.Connections), mostDetailed))
	list := slices.Clone(p.Connections)
	slices.SortStableFunc(list, compare)
	list = list[:mostDetailed]
	slices.SortStableFunc(list, func(a, b *Connection) int { return cmp.Or(a.Source-b.Source, a.Number-b.Number) })
	return list
}

func (p *paper) comment(text string) { fmt.Fprintf(p.b, "%% %s\n", text) }
