package report

import (
	"io"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/diagram"
	"github.com/flowstate-tcp/flowstate/render/explain"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/scene"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// Figures is where a writer puts the images that its document shows.
type Figures struct {
	Dir  string // as the document names it, relative and with slashes
	Save func(name string, write func(io.Writer) error) error
}

// scribe is a format that is written from front to back. Texts are plain: each
// scribe makes them safe for its format.
type scribe interface {
	heading(level int, text string) // 1 is a part of the report
	paragraph(text string)
	list(items []string)
	table(g grid)
	code(text string)
	figure(name string, title string, caption string)
}

// outline writes the parts of a report by a scribe.
type outline struct {
	*Report
	scribe
	artist
	figures Figures
	format  scene.Format
	shown   map[*Connection]bool // whose figures were shown before
}

// artist draws what a report shows.
type artist struct {
	fonts    scene.Fonts
	diagrams *diagram.Renderer
}

func newArtist() (a artist, err error) {
	if a.fonts, err = scene.NewFonts(); err != nil {
		return a, err
	}
	a.diagrams, err = diagram.NewRenderer()
	return a, err
}

// show draws a figure, saves its image and puts it here.
func (o *outline) show(name, title, caption string, s *scene.Scene) error {
	o.figure(o.figures.Dir+"/"+name+"."+o.format.String(), title, caption)
	return o.figures.Save(name+"."+o.format.String(), func(w io.Writer) error { return s.Write(w, o.format, &o.fonts) })
}

// health tells how far the captures can be trusted.
func (o *outline) health() {
	o.paragraph(o.Verdict())
	if len(o.Connections) > 0 {
		o.table(grid{Caption: "In how many connections each measurement can be trusted", Headings: TrustHeadings(), Rows: o.TrustRows()})
	}
	o.table(grid{Caption: "What was read", Headings: SourceHeadings(), Rows: o.SourceRows()})
	for i := range o.Sources {
		o.source(&o.Sources[i])
	}
}

func (o *outline) source(s *Source) {
	facts, rows := table.CaptureFacts(&s.Capture), findingRows(s.Findings)
	if len(facts)+len(rows)+len(s.Comments) == 0 && s.ICMP == nil {
		return
	}
	if len(rows) == 0 && s.ICMP == nil && o.Lab != nil {
		return // what the lab notes in its recordings is told of the lab
	}
	o.heading(2, s.File)
	if len(rows) > 0 {
		o.table(grid{Caption: "Findings of the capture", Headings: table.FindingHeadings(), Rows: rows})
	}
	o.facts(facts)
	var said []string
	for _, c := range s.Comments {
		said = append(said, "Comment in the file: “"+c.Text+"”")
	}
	o.list(said)
	if s.ICMP != nil {
		o.words(s.ICMP, 3)
	}
}

func (o *outline) facts(facts []table.Fact) {
	var said []string
	for _, f := range facts {
		said = append(said, f.Label+": "+f.Text)
	}
	o.list(said)
}

// overview shows all connections.
func (o *outline) overview() error {
	if rule := o.Rule(); rule != "" {
		o.paragraph(rule)
	}
	if o.Overview == nil {
		return nil
	}
	return o.show("overview", "All connections", o.Overview.Caption, o.Overview.Draw(&o.fonts, chart.TwoColumn))
}

// index lists the connections from one on, up to another, without some columns.
func (o *outline) index(from, to int, without []string) {
	if from >= to {
		return
	}
	g := grid{Caption: "Connections; > is what the client sent, < what the server sent, in bytes of the stream"}
	var kept []int
	for i, h := range table.SummaryHeadings() {
		if (i > 0 || o.Several()) && !slices.Contains(without, h.Name) {
			kept, g.Headings = append(kept, i), append(g.Headings, h)
		}
	}
	for _, c := range o.Connections[from:to] {
		cells := c.Cells()
		var row []string
		for _, i := range kept {
			row = append(row, cells[i])
		}
		g.Rows = append(g.Rows, row)
	}
	o.table(g)
}

// labFigure shows a figure of the lab with what it answers.
func (o *outline) labFigure(level int, f *labfigures.Figure) error {
	o.heading(level, f.Title)
	if err := o.show("lab-"+f.Name, f.Title, f.Said, o.labScene(f)); err != nil {
		return err
	}
	for _, a := range f.Answer {
		o.paragraph(a)
	}
	return nil
}

func (a *artist) labScene(f *labfigures.Figure) *scene.Scene {
	if f.Chart != nil {
		return f.Chart.Draw(&a.fonts, chart.TwoColumn)
	}
	return a.diagrams.Sheet(f.Title, sheetColumns(len(f.Graphs)), f.Graphs...)
}

// missing lists the figures of the lab that could not be drawn.
func (o *outline) missing() {
	var said []string
	for _, m := range o.Lab.Missing {
		said = append(said, m.Title+": "+m.Why+".")
	}
	if len(said) > 0 {
		o.paragraph("Figures that are missing:")
		o.list(said)
	}
}

// connection tells of one connection, under a heading of level 2.
func (o *outline) connection(c *Connection) error {
	o.heading(2, c.Title())
	if o.Several() {
		o.paragraph(c.File)
	}
	o.facts(table.Facts(&c.Connection))
	if rows := findingRows(c.Findings()); len(rows) > 0 {
		o.table(grid{Caption: "Findings of the connection", Headings: table.FindingHeadings(), Rows: rows})
	}
	o.paths(c)
	if o.shown[c] {
		o.paragraph("Its figures stand with the results.")
	} else if err := o.drawings(c); err != nil {
		return err
	}
	o.sides(c)
	if c.Explanation != nil {
		o.heading(3, "In words")
		o.words(c.Explanation, 4)
	}
	return nil
}

// drawings shows the figures of a connection that has them.
func (o *outline) drawings(c *Connection) error {
	if g := c.Graph(); g != nil && c.Drawn() {
		if err := o.show(c.ID+"-diagram", "State diagram", c.GraphCaption(), o.diagrams.Sheet(g.Title, 1, g)); err != nil {
			return err
		}
	}
	if c.Charts != nil {
		if err := o.show(c.ID+"-charts", "Charts", c.Charts.Caption, c.Charts.Draw(&o.fonts, chart.TwoColumn)); err != nil {
			return err
		}
	}
	if c.Ladder == nil || c.Ladder.Empty() {
		return nil
	}
	return o.show(c.ID+"-ladder", "Ladder", c.Ladder.Caption(), c.Ladder.Draw(&o.fonts, chart.TwoColumn))
}

func (o *outline) paths(c *Connection) {
	for _, p := range c.Paths() {
		who := p.Who + " " + p.Ends
		if len(p.Rows) == 0 {
			o.paragraph(who + ".")
			continue
		}
		o.table(grid{Caption: "States: " + who, Headings: table.PathHeadings(), Rows: p.Rows})
		var others []string
		for _, other := range p.Others {
			others = append(others, other.States+": "+other.Why)
		}
		if len(others) > 0 {
			o.paragraph("The capture allows other paths, too:")
			o.list(others)
		}
	}
}

func (o *outline) sides(c *Connection) {
	headings := []table.Heading{{Name: ""}, {Name: "client " + c.Ends[0].String()}, {Name: "server " + c.Ends[1].String()}}
	var rows [][]string
	for _, f := range table.SideFacts(&c.Connection) {
		rows = append(rows, []string{f.Label, f.Sides[0], f.Sides[1]})
	}
	o.table(grid{Caption: "Both sides in numbers", Headings: headings, Rows: rows})
}

// words tells what a document explains.
func (o *outline) words(d *explain.Document, level int) {
	for _, s := range d.Sections {
		o.heading(level, s.Title)
		o.list(s.Lines)
		if s.Table != nil && len(s.Table.Rows) > 0 {
			o.table(gridOf(s.Title, s.Table))
		}
	}
}

func gridOf(caption string, t *explain.Table) grid {
	g := grid{Caption: caption}
	for j := range t.Columns {
		right := !slices.ContainsFunc(t.Rows, func(row []explain.Cell) bool { return !row[j].IsNumber() })
		g.Headings = append(g.Headings, table.Heading{Name: t.Columns[j].Title(), Right: right})
	}
	for _, row := range t.Rows {
		var cells []string
		for _, c := range row {
			cells = append(cells, c.String())
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}

// oneLine is text without line breaks, safe from control characters.
func oneLine(s string) string { return strings.Join(strings.Fields(scene.Clean(s)), " ") }
