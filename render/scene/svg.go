package scene

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// writeSVG writes a scene as SVG 1.1. Each text carries its measured width, so
// that a viewer with another font still keeps it within its place.
func writeSVG(w io.Writer, s *Scene) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="%spt" height="%spt" viewBox="0 0 %s %s" role="img" font-family="%s" style="font-kerning:none">
`, Num(s.Size.X), Num(s.Size.Y), Num(s.Size.X), Num(s.Size.Y), family)
	if s.Title != "" {
		fmt.Fprintf(&b, "<title>%s</title>\n", escaped(s.Title))
	}
	fmt.Fprintf(&b, "<rect width=\"%s\" height=\"%s\" fill=\"#ffffff\"/>\n", Num(s.Size.X), Num(s.Size.Y))
	s.svgMarks(&b, (*Mark).svgPath)
	_, err := w.Write(b.Bytes())
	return err
}

// svgMarks writes the marks and the end of the image.
func (s *Scene) svgMarks(b *bytes.Buffer, path func(*Mark) string) {
	for i := range s.Marks {
		s.Marks[i].svg(b, path)
	}
	b.WriteString("</svg>\n")
}

// WriteInline writes a scene as an SVG element within a page of HTML. It has no
// ground and no style of its own, so that the page can set its colours: each is
// an attribute, as in fill="#1a1a1a". Its title has the id given with "-title"
// behind it; the page describes it in an element with that id and "-caption".
// Nothing else in it has an id.
func (s *Scene) WriteInline(w io.Writer, id string) error {
	var b bytes.Buffer
	id = escaped(id)
	fmt.Fprintf(&b, `<svg viewBox="0 0 %s %s" width="%s" height="%s" role="img" font-family="%s" aria-labelledby="%s-title" aria-describedby="%s-caption">`+"\n<title id=\"%s-title\">%s</title>\n",
		Num(s.Size.X), Num(s.Size.Y), Num(s.Size.X*pixels), Num(s.Size.Y*pixels), family, id, id, id, escaped(s.Title))
	s.svgMarks(&b, (*Mark).shortPath)
	_, err := w.Write(b.Bytes())
	return err
}

// pixels of CSS are in a point.
const pixels = 96.0 / 72

func (m *Mark) svg(b *bytes.Buffer, path func(*Mark) string) {
	if m.Text != "" {
		fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s"%s fill="%s" textLength="%s" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
			Num(m.At.X), Num(m.At.Y), Num(m.Size), [numFaces]string{Bold: ` font-weight="bold"`, Italic: ` font-style="italic"`}[m.Face],
			m.Fill, Num(m.Width), escaped(m.Text))
		return
	}
	fill := "none"
	if m.Filled {
		fill = m.Fill.String()
	}
	fmt.Fprintf(b, `<path d="%s" fill="%s"`, path(m), fill)
	if m.Stroke.Width > 0 {
		fmt.Fprintf(b, ` stroke="%s" stroke-width="%s"`, m.Stroke.Ink, Num(m.Stroke.Width))
		if d := dashes[m.Stroke.Dash]; d != nil {
			fmt.Fprintf(b, ` stroke-dasharray="%s"`, nums(d))
		}
	}
	b.WriteString("/>\n")
}

func (m *Mark) svgPath() string {
	var b strings.Builder
	for i, p := range m.Path {
		switch {
		case i == 0 || p.Break:
			if i > 0 && m.Closed {
				b.WriteString("Z")
			}
			b.WriteString("M" + Pair(p.To))
		case p.Curve:
			b.WriteString("C" + Pair(p.C1) + " " + Pair(p.C2) + " " + Pair(p.To))
		default:
			b.WriteString("L" + Pair(p.To))
		}
	}
	if m.Closed {
		b.WriteString("Z")
	}
	return b.String()
}

// String returns #rrggbb.
func (i Ink) String() string { return fmt.Sprintf("#%06x", uint32(i)) }

// Pair writes a point as x,y.
func Pair(p Point) string { return Num(p.X) + "," + Num(p.Y) }

func nums(list []float64) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = Num(v)
	}
	return strings.Join(parts, " ")
}

// Num writes a length to a hundredth of a point: finer is invisible, and
// hides differences of floating point between machines.
func Num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder does not fail
	return b.String()
}
