package diagram

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
func writeSVG(w io.Writer, s *scene) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="%spt" height="%spt" viewBox="0 0 %s %s" role="img" font-family="%s" style="font-kerning:none">
`, num(s.size.x), num(s.size.y), num(s.size.x), num(s.size.y), family)
	if s.title != "" {
		fmt.Fprintf(&b, "<title>%s</title>\n", escaped(s.title))
	}
	fmt.Fprintf(&b, "<rect width=\"%s\" height=\"%s\" fill=\"#ffffff\"/>\n", num(s.size.x), num(s.size.y))
	for i := range s.marks {
		s.marks[i].svg(&b)
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

func (m *mark) svg(b *bytes.Buffer) {
	if m.text != "" {
		fmt.Fprintf(b, `<text x="%s" y="%s" font-size="%s"%s fill="%s" textLength="%s" lengthAdjust="spacingAndGlyphs">%s</text>`+"\n",
			num(m.at.x), num(m.at.y), num(m.size), [numFaces]string{bold: ` font-weight="bold"`, italic: ` font-style="italic"`}[m.face],
			m.fill, num(m.width), escaped(m.text))
		return
	}
	fill := "none"
	if m.filled {
		fill = m.fill.String()
	}
	fmt.Fprintf(b, `<path d="%s" fill="%s"`, m.svgPath(), fill)
	if m.stroke.width > 0 {
		fmt.Fprintf(b, ` stroke="%s" stroke-width="%s"`, m.stroke.ink, num(m.stroke.width))
		if d := dashes[m.stroke.dash]; d != nil {
			fmt.Fprintf(b, ` stroke-dasharray="%s"`, nums(d))
		}
	}
	b.WriteString("/>\n")
}

func (m *mark) svgPath() string {
	var b strings.Builder
	for i, p := range m.path {
		switch {
		case i == 0:
			b.WriteString("M" + pair(p.to))
		case p.curve:
			b.WriteString("C" + pair(p.c1) + " " + pair(p.c2) + " " + pair(p.to))
		default:
			b.WriteString("L" + pair(p.to))
		}
	}
	if m.closed {
		b.WriteString("Z")
	}
	return b.String()
}

// String returns #rrggbb.
func (i ink) String() string { return fmt.Sprintf("#%06x", uint32(i)) }

func pair(p point) string { return num(p.x) + "," + num(p.y) }

func nums(list []float64) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = num(v)
	}
	return strings.Join(parts, " ")
}

// num writes a length to a hundredth of a point: finer is invisible, and
// hides differences of floating point between machines.
func num(v float64) string {
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
