package diagram

import (
	"image/color"
	"io"
	"iter"
	"strings"

	"golang.org/x/image/font/opentype"
	gonum "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// pngDPI is twice the size of a screen's.
const pngDPI = 144

// writePNG draws a scene with gonum's vg.
func writePNG(w io.Writer, s *scene, f *fonts) error {
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(s.size.x), vg.Length(s.size.y)), vgimg.UseDPI(pngDPI), vgimg.UseBackgroundColor(color.White))
	for i := range s.marks {
		s.marks[i].png(c, f, s.size.y)
	}
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}

// png draws a mark; vg's y grows upwards.
func (m *mark) png(c *vgimg.Canvas, f *fonts, height float64) {
	at := func(p point) vg.Point { return vg.Point{X: vg.Length(p.x), Y: vg.Length(height - p.y)} }
	if m.text != "" {
		cut := faceFonts[m.face]
		cut.Size = vg.Length(m.size)
		c.SetColor(m.fill.rgba())
		// Word by word: the font kerns the space before an A away.
		for start, word := range wordsOf(m.text) {
			x := m.at.x + f.width(m.text[:start], m.face, m.size)
			c.FillString(gonum.Face{Font: cut, Face: (*opentype.Font)(f[m.face])}, at(point{x, m.at.y}), word)
		}
		return
	}
	var path vg.Path
	for i, p := range m.path {
		switch {
		case i == 0:
			path.Move(at(p.to))
		case p.curve:
			path.CubeTo(at(p.c1), at(p.c2), at(p.to))
		default:
			path.Line(at(p.to))
		}
	}
	if m.closed {
		path.Close()
	}
	if m.filled {
		c.SetColor(m.fill.rgba())
		c.Fill(path)
	}
	if m.stroke.width > 0 {
		c.SetColor(m.stroke.ink.rgba())
		c.SetLineWidth(vg.Length(m.stroke.width))
		c.SetLineDash(lengths(dashes[m.stroke.dash]), 0)
		c.Stroke(path)
	}
}

// wordsOf yields the words of a text with the offsets at which they begin.
func wordsOf(text string) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		offset := 0
		for part := range strings.SplitAfterSeq(text, " ") {
			if !yield(offset, strings.TrimSuffix(part, " ")) {
				return
			}
			offset += len(part)
		}
	}
}

func lengths(list []float64) []vg.Length {
	out := make([]vg.Length, len(list))
	for i, v := range list {
		out[i] = vg.Length(v)
	}
	return out
}

func (i ink) rgba() color.RGBA {
	r, g, b := i.channels()
	return color.RGBA{r, g, b, 255}
}

func (i ink) channels() (r, g, b uint8) { return uint8(i >> 16), uint8(i >> 8), uint8(i) }
