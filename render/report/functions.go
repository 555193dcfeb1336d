package report

import (
	"html/template"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	labtext "github.com/flowstate-tcp/flowstate/render/lab"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/phrase"
	"github.com/flowstate-tcp/flowstate/render/scene"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// functions are those that the templates call.
func (p *page) functions() template.FuncMap {
	return template.FuncMap{
		"counted": phrase.Counted[int], "clean": scene.Clean,
		"grid": func(caption, class string, h []table.Heading, rows [][]string) grid {
			return grid{caption, class, h, rows}
		},
		"trustHeadings": TrustHeadings, "sourceHeadings": SourceHeadings,
		"summaryHeadings": table.SummaryHeadings, "pathHeadings": table.PathHeadings,
		"findingHeadings": table.FindingHeadings, "interfaceHeadings": table.InterfaceHeadings,
		"captureFacts":  func(s Source) []table.Fact { return table.CaptureFacts(&s.Capture) },
		"interfaceRows": func(s Source) [][]string { return table.InterfaceCells(&s.Capture) },
		"findingRows":   findingRows,
		"facts":         func(c *Connection) []table.Fact { return table.Facts(&c.Connection) },
		"sideFacts":     func(c *Connection) []table.SideFact { return table.SideFacts(&c.Connection) },
		"path":          func(t table.Path) string { return t.Who + " " + t.Ends },
		"severities":    severities,
		"alone":         func() bool { return len(p.Connections) == 1 },
		"fileOf":        p.fileOf,
		"brief":         func(c *Connection) bool { return p.Brief() && !c.Drawn() },
		"diagram":       p.diagram, "ladder": p.ladder, "charts": p.charts, "overview": p.overview, "labFigure": p.labFigure,
	}
}

// grid is a table with a caption.
type grid struct {
	Caption  string
	Class    string
	Headings []table.Heading
	Rows     [][]string
}

// ClassOf is that of a cell: for numbers, or for what a word in it says.
func (g grid) ClassOf(column int, text string) string {
	switch h := g.Headings[column]; {
	case h.Right:
		return "right"
	case h.Name == "certainty" || h.Name == "severity":
		return text
	}
	return ""
}

// Several tells whether rows must name their capture.
func (r *Report) Several() bool { return len(r.Sources) > 1 }

// Told tells whether any capture has more to tell of itself than its row.
func (r *Report) Told() bool {
	return slices.ContainsFunc(r.Sources, func(s Source) bool {
		return len(table.CaptureFacts(&s.Capture))+len(s.Findings)+len(s.Comments) > 0 || s.ICMP != nil
	})
}

// Many tells whether the connections are too many to be printed without being
// asked for.
func (r *Report) Many() bool {
	const few = 20
	return len(r.Connections) > few
}

// SourceRows are the captures as rows.
func (r *Report) SourceRows() (rows [][]string) {
	for i := range r.Sources {
		rows = append(rows, r.Sources[i].Cells())
	}
	return rows
}

// Cells is the connection as a row under table.SummaryHeadings.
func (c *Connection) Cells() []string { return table.SummaryCells(&c.Connection) }

// Text is what was measured, in lines of equal letters.
func (l *Lab) Text() (string, error) {
	var b strings.Builder
	err := labtext.Text(&b, l.Report)
	return b.String(), err
}

func findingRows(list []finding.Finding) (rows [][]string) {
	for _, f := range list {
		rows = append(rows, table.FindingCells(f))
	}
	return rows
}

// tag is a word beside the name of a connection.
type tag struct{ Class, Text string }

// severities counts the findings that are more than notes.
func severities(c *Connection) (tags []tag) {
	var counts [finding.Error + 1]int
	for _, f := range c.Findings() {
		counts[f.Severity()]++
	}
	for _, s := range [...]finding.Severity{finding.Error, finding.Warning} {
		if n := counts[s]; n > 0 {
			tags = append(tags, tag{s.String(), phrase.Counted(n, s.String())})
		}
	}
	return tags
}

// fileOf names the capture of a connection, where there are several.
func (p *page) fileOf(c *Connection) string {
	if !p.Several() {
		return ""
	}
	return c.File
}

// labFigure draws one of the lab's figures.
func (p *page) labFigure(f *labfigures.Figure) (*figure, error) {
	return inline("lab-"+f.Name, "lab", p.labScene(f), f.Said)
}

// sheetColumns is how many diagrams stand side by side.
func sheetColumns(n int) int {
	const widest = 3
	rows := (n + widest - 1) / widest
	return (n + rows - 1) / max(rows, 1)
}
