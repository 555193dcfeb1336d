package report

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

//go:embed assets/page.html assets/page.css assets/page.js assets/uplot/uPlot.iife.min.js assets/uplot/uPlot.min.css
var assets embed.FS

// page writes a report as HTML.
type page struct {
	*Report
	artist
	parts *template.Template
}

// WriteHTML writes the report as one file of HTML that loads nothing. It returns
// the error of w.
func (r *Report) WriteHTML(w io.Writer) error {
	p := &page{Report: r}
	var err error
	if p.artist, err = newArtist(); err != nil {
		return err
	}
	if p.parts, err = template.New("page").Funcs(p.functions()).ParseFS(assets, "assets/page.html"); err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	if err := p.parts.ExecuteTemplate(b, "head", p); err != nil {
		return err
	}
	for _, c := range r.Connections {
		if err := p.parts.ExecuteTemplate(b, "connection", c); err != nil {
			return err
		}
	}
	if err := p.parts.ExecuteTemplate(b, "foot", p); err != nil {
		return err
	}
	return b.Flush()
}

// asset is a file of the page's own.
func asset(name string) string {
	text, err := assets.ReadFile("assets/" + name)
	if err != nil {
		panic(err) // it was not embedded: our mistake
	}
	return string(text)
}

// Style is all that the page has of CSS.
func (p *page) Style() template.CSS {
	return template.CSS(asset("uplot/uPlot.min.css") + asset("page.css") + inkRules())
}

// Library and Script are the two scripts of the page.
func (p *page) Library() template.JS { return template.JS(asset("uplot/uPlot.iife.min.js")) }

// Script is our own.
func (p *page) Script() template.JS { return template.JS(asset("page.js")) }

// Policy lets nothing be loaded, and no script run but the page's own.
func (p *page) Policy() string {
	return "default-src 'none'; style-src " + hash(string(p.Style())) +
		"; script-src " + hash(string(p.Library())) + " " + hash(string(p.Script())) + "; base-uri 'none'; form-action 'none'"
}

// hash names the text of an element as a Content-Security-Policy does.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// figure is a drawing within the page.
type figure struct {
	ID      string
	Class   string
	Image   template.HTML
	Caption string
	Data    template.JS // for the script; empty for none
}

// inline makes a figure of a scene. The scene escapes its texts.
func inline(id, class string, s *scene.Scene, caption string) (*figure, error) {
	var b bytes.Buffer
	err := s.WriteInline(&b, id)
	return &figure{ID: id, Class: class, Image: template.HTML(b.String()), Caption: caption}, err
}

// diagram, ladder and charts are the figures of a connection; nil where there is
// none.
func (p *page) diagram(c *Connection) (*figure, error) {
	g := c.Graph()
	if g == nil || !c.Drawn() {
		return nil, nil
	}
	return inline(c.ID+"-diagram", "diagram", p.diagrams.Sheet(g.Title, 1, g), c.GraphCaption())
}

func (p *page) ladder(c *Connection) (*figure, error) {
	if c.Ladder == nil || c.Ladder.Empty() {
		return nil, nil
	}
	return inline(c.ID+"-ladder", "ladder", c.Ladder.Draw(&p.fonts, chart.TwoColumn), c.Ladder.Caption())
}

func (p *page) charts(c *Connection) (*figure, error) {
	if c.Charts == nil {
		return nil, nil
	}
	f, err := inline(c.ID+"-charts", "charts", c.Charts.Draw(&p.fonts, chart.TwoColumn), c.Charts.Caption)
	f.Data = template.JS(chartData(c.Charts))
	return f, err
}

// overview is the figure of all connections; nil for none.
func (p *page) overview() (*figure, error) {
	if p.Overview == nil {
		return nil, nil
	}
	return inline("overview", "overview", p.Overview.Draw(&p.fonts, chart.TwoColumn), p.Overview.Caption)
}
