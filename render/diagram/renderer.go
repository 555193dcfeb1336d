package diagram

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Format is a kind of output file.
type Format uint8

// The formats.
const (
	FormatDOT Format = iota
	FormatSVG
	FormatPNG
	FormatPDF
)

var formatNames = [...]string{"dot", "svg", "png", "pdf"}

// String returns the format's name, which is also its file name's ending.
func (f Format) String() string { return formatNames[f] }

// ParseFormat returns the format of a name or of a file name's ending, with or
// without its dot.
func ParseFormat(ending string) (Format, error) {
	name := strings.ToLower(strings.TrimPrefix(ending, "."))
	for f, n := range formatNames {
		if n == name {
			return Format(f), nil
		}
	}
	return 0, fmt.Errorf("unknown image format %q: use %s", ending, strings.Join(formatNames[:], ", "))
}

// Renderer draws graphs. Make one with NewRenderer and use it for all figures;
// goroutines may share it.
type Renderer struct {
	fonts scene.Fonts
}

// NewRenderer reads the built-in fonts.
func NewRenderer() (*Renderer, error) {
	f, err := scene.NewFonts()
	return &Renderer{f}, err
}

// Render writes a graph in a format, with the states where RFC 9293 figure 5
// has them. The same graph gives the same bytes.
func (r *Renderer) Render(g *Graph, f Format, w io.Writer) error {
	return r.write(layoutGrid(g, &r.fonts), f, w)
}

// Engine is Graphviz in some form: it lays out a graph in the DOT language and
// answers in its format "json0".
type Engine interface {
	Layout(dot []byte) (json []byte, err error)
}

// RenderFree writes a graph with the states where Graphviz puts them.
func (r *Renderer) RenderFree(e Engine, g *Graph, f Format, w io.Writer) error {
	l, err := layoutFree(e, g, &r.fonts)
	if err != nil {
		return err
	}
	return r.write(l, f, w)
}

func (r *Renderer) write(l *layout, f Format, w io.Writer) error {
	if f == FormatDOT {
		return writeDOT(w, l)
	}
	format, err := scene.ParseFormat(f.String())
	if err != nil {
		return err
	}
	return l.draw(&r.fonts).Write(w, format, &r.fonts)
}

// Sheet lays graphs side by side on one page, in rows of so many, each row in
// the middle of the page.
func (r *Renderer) Sheet(title string, columns int, graphs ...*Graph) *scene.Scene {
	sheet := &scene.Scene{Title: scene.Clean(title)}
	var rows [][]*scene.Scene
	for row := range slices.Chunk(graphs, columns) {
		var pages []*scene.Scene
		for _, g := range row {
			pages = append(pages, layoutGrid(g, &r.fonts).draw(&r.fonts))
		}
		sheet.Size.X = max(sheet.Size.X, rowSize(pages).X)
		rows = append(rows, pages)
	}
	for _, pages := range rows {
		size := rowSize(pages)
		at := scene.Pt((sheet.Size.X-size.X)/2, sheet.Size.Y)
		for _, page := range pages {
			for _, m := range page.Marks {
				m.Move(at)
				sheet.Add(m)
			}
			at.X += page.Size.X
		}
		sheet.Size.Y += size.Y
	}
	return sheet
}

// rowSize is that of pages side by side.
func rowSize(pages []*scene.Scene) (size scene.Point) {
	for _, p := range pages {
		size.X, size.Y = size.X+p.Size.X, max(size.Y, p.Size.Y)
	}
	return size
}
