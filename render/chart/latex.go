package chart

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// WriteLaTeX writes a figure for pgfplots: a figure environment with the panels,
// the legend below them, the caption and a label. It draws what Draw draws,
// thinned in the same way; text is set by LaTeX, in its fonts.
func (f *Figure) WriteLaTeX(w io.Writer, fonts *scene.Fonts, size Size, label string) error {
	d := f.lay(fonts, size)
	l := &latex{Writer: bufio.NewWriter(w), d: d}
	l.printf("%% In the preamble: \\usepackage{pgfplots} \\usepgfplotslibrary{groupplots} \\usetikzlibrary{patterns} \\pgfplotsset{compat=1.16}\n")
	l.printf("\\begin{figure}\n\\centering\n")
	l.colours()
	l.printf("\\begin{tikzpicture}[font=\\footnotesize]\n\\begin{groupplot}[group style={group size=1 by %d, vertical sep=%.0fpt, xticklabels at=edge bottom},\n", len(d.parts), l.separation())
	l.printf("  scale only axis, width=%.0fmm, xmin=%s, xmax=%s, clip mode=individual, unbounded coords=jump,\n", (d.x.b-d.x.a)/millimetre, l.x(d.x.lo), l.x(d.x.hi))
	if d.x.axis.Log {
		l.printf("  xmode=log,\n")
	}
	if ticks := l.ticks(); ticks != "" {
		l.printf("  xtick={%s},\n", ticks)
	}
	l.printf("  scaled ticks=false, tick label style={/pgf/number format/fixed, /pgf/number format/1000 sep={}},\n")
	l.printf("  axis lines=left, axis line style={-}, tick align=outside, grid=major, grid style={gray!25},\n")
	l.printf("  title style={at={(0,1)}, anchor=south west, font=\\footnotesize\\bfseries}, legend columns=%d,\n", legendColumns)
	l.printf("  legend cell align=left, legend style={draw=none, fill=none, inner sep=0pt, at={(0,1)}, anchor=south west, /tikz/every even column/.append style={column sep=6pt}}]\n")
	for i := range d.parts {
		l.panel(&d.parts[i], i == len(d.parts)-1)
	}
	l.printf("\\end{groupplot}\n\\end{tikzpicture}\n")
	l.printf("\\caption{%s}\n\\label{fig:%s}\n\\end{figure}\n", EscapeLaTeX(f.told()), EscapeLabel(label))
	if f.Command != "" {
		l.printf("%% Made by: %s\n", strings.ReplaceAll(scene.Clean(f.Command), "\n", " "))
	}
	return l.Flush()
}

// latex writes a figure that is laid out. A bufio.Writer keeps the first error
// for Flush.
type latex struct {
	*bufio.Writer
	d *drawing
}

func (l *latex) printf(format string, args ...any) { fmt.Fprintf(l, format, args...) }

// shown is a value as the numbers at the ticks are, in their unit.
func (r *ruler) shown(v float64) string {
	if r.axis.Log { // six digits of each
		return number(v/r.unit.scale, max(0, 5-int(math.Floor(math.Log10(v/r.unit.scale)))))
	}
	span := (r.hi - r.lo) / r.unit.scale
	return number((v-r.base)/r.unit.scale, max(0, 5-int(math.Floor(math.Log10(span)))))
}

// value is the inverse of at.
func (r *ruler) value(at float64) float64 {
	share := (at - r.a) / (r.b - r.a)
	if r.axis.Log {
		return r.lo * math.Pow(r.hi/r.lo, share)
	}
	return r.lo + share*(r.hi-r.lo)
}

func (l *latex) x(v float64) string { return l.d.x.shown(v) }

// ticks are those of the X axis that were given.
func (l *latex) ticks() string {
	var list []string
	for _, v := range l.d.x.axis.Ticks {
		list = append(list, l.x(v))
	}
	return strings.Join(list, ",")
}

func (l *latex) y(p *part, v float64) string {
	if p.y.axis.Down {
		return number(-v, 5)
	}
	return p.y.shown(v)
}

// The legend of a panel stands between its title and its area, in rows.
const (
	legendColumns = 4
	legendRow     = 11 // height, in points
)

func (l *latex) legendRows(p *part) (rows int) {
	for _, row := range p.head.rows {
		rows += len(row)
	}
	return (rows + legendColumns - 1) / legendColumns
}

// separation is how far panels stand apart: room for the highest legend.
func (l *latex) separation() float64 {
	most := 0
	for i := range l.d.parts {
		most = max(most, l.legendRows(&l.d.parts[i]))
	}
	return float64(30 + legendRow*most)
}

func colour(i scene.Ink) string { return "fs" + strings.TrimPrefix(i.String(), "#") }

// colours defines the colours of all series and fills.
func (l *latex) colours() {
	seen := map[scene.Ink]bool{}
	define := func(i scene.Ink) {
		if !seen[i] {
			seen[i] = true
			l.printf("\\definecolor{%s}{HTML}{%06X}\n", colour(i), uint32(i))
		}
	}
	for i := range l.d.parts {
		p := l.d.parts[i].panel
		for j := range p.Series {
			define(p.Series[j].Look.Ink)
			if len(l.d.parts[i].dense) > j {
				l.d.parts[i].dense[j].inks(p.Series[j].Look.Ink, define)
			}
		}
		for j := range p.Bands {
			define(p.Bands[j].Fill.Ink)
		}
		for j := range p.Key {
			define(p.Key[j].Fill.Ink)
		}
		for _, lane := range p.Lanes {
			for _, s := range lane.Spans {
				define(s.Fill.Ink)
			}
		}
	}
}

// panel writes one plot.
func (l *latex) panel(p *part, lowest bool) {
	l.printf("\\nextgroupplot[height=%.0fmm, title={%s}, title style={yshift=%dpt}", p.height/millimetre, EscapeLaTeX(p.head.title), legendRow*l.legendRows(p))
	if lowest {
		l.printf(", xlabel={%s}", EscapeLaTeX(l.d.x.title()))
	}
	if p.y == nil {
		l.lanes(p)
		return
	}
	lo, hi := l.y(p, p.y.lo), l.y(p, p.y.hi)
	if p.y.axis.Log {
		l.printf(", ymode=log")
	}
	if p.y.axis.Down { // turned over by its sign: where y is reversed, pgfplots moves the X axis
		lo, hi = hi, lo
		l.printf(", yticklabel={\\pgfmathparse{-\\tick}\\pgfmathprintnumber{\\pgfmathresult}}")
	}
	if names := p.y.axis.Names; len(names) > 0 {
		l.printf(", ytick={0,-1,...,%d}, yticklabels={%s}", 1-len(names), l.list(names))
	}
	l.printf(", ymin=%s, ymax=%s]\n", lo, hi)
	named := map[string]bool{}
	for i := range p.panel.Bands {
		b := &p.panel.Bands[i]
		if from, to := max(b.Lo, l.d.x.lo), min(b.Hi, l.d.x.hi); l.d.seen(b) {
			l.printf("\\fill[%s] (axis cs:%s,%s) rectangle (axis cs:%s,%s);\n", colour(b.Fill.Ink), l.x(from), lo, l.x(to), hi)
			if !named[b.Name] {
				l.printf("\\addlegendimage{area legend, draw=none, %s}\n\\addlegendentry{%s}\n", latexFill(b.Fill), EscapeLaTeX(b.Name))
				named[b.Name] = true
			}
		}
	}
	l.blocks(p)
	for _, i := range p.order() {
		l.series(p, i)
	}
}

// blocks writes the bands of all lines, and explains them.
func (l *latex) blocks(p *part) {
	outlines, ink := p.bands()
	if len(outlines) > 0 {
		l.printf("\\addlegendimage{area legend, draw=none, fill=%s}\n\\addlegendentry{%s}\n", colour(ink), bandNames)
	}
	for _, outline := range outlines {
		l.printf("\\addplot[draw=none, fill=%s, forget plot] coordinates {", colour(ink))
		for _, at := range outline {
			l.point(p, at)
		}
		l.printf("} -- cycle;\n")
	}
}

func (l *latex) list(names []string) string {
	var out []string
	for _, n := range names {
		out = append(out, "{"+EscapeLaTeX(n)+"}")
	}
	return strings.Join(out, ",")
}

// series writes the lines of a series, then its markers.
func (l *latex) series(p *part, i int) {
	s := &p.panel.Series[i]
	told := !p.head.explains(s)
	entry := func() {
		if !told {
			l.printf("\\addlegendentry{%s}\n", EscapeLaTeX(p.nameOf(i)))
			told = true
		}
	}
	legend := func() string {
		if told {
			return ", forget plot"
		}
		return ""
	}
	for k, path := range l.d.strokes(p, i) {
		if len(path) == 0 {
			continue
		}
		dash := ", " + latexDashes[s.Look.Dash]
		if k > 0 {
			dash = ", solid"
		}
		l.printf("\\addplot[%s, line width=%.1fpt%s%s] coordinates {", colour(s.Look.Ink), s.Look.Pen().Width, dash, legend())
		for j, piece := range path {
			if j > 0 && piece.Break {
				l.printf("(nan,nan)")
			}
			l.point(p, piece.To)
		}
		l.printf("};\n")
		entry()
	}
	if s.Look.Marker == NoMarker {
		return
	}
	for _, of := range l.d.shades(p, i) {
		if len(of.places) == 0 {
			continue
		}
		look := of.look
		l.printf("\\addplot[%s, only marks, mark=%s, mark size=%.1fpt%s] coordinates {", colour(look.Ink), latexMarkers[look.Marker], look.markerSize()/2, legend())
		for _, at := range of.places {
			l.point(p, at)
		}
		l.printf("};\n")
		entry()
	}
}

func (l *latex) point(p *part, at scene.Point) {
	l.printf("(%s,%s)", l.x(l.d.x.value(at.X)), l.y(p, p.y.value(at.Y)))
}
