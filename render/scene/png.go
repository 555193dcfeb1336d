package scene

import (
	"cmp"
	"image"
	"image/color"
	"image/png"
	"io"
	"iter"
	"strings"

	"golang.org/x/image/font/opentype"
	gonum "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// pngDPI is twice a screen's.
const pngDPI = 144.0

// writePNG draws a scene with gonum's vg.
func writePNG(w io.Writer, s *Scene, f *Fonts) error {
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(s.Size.X), vg.Length(s.Size.Y)), vgimg.UseDPI(int(cmp.Or(s.DPI, pngDPI))), vgimg.UseBackgroundColor(color.White))
	for i := range s.Marks {
		s.Marks[i].png(c, f, s.Size.Y)
	}
	// The usual compression takes twice the time of all, for files 5 % smaller.
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if m, ok := c.Image().(*image.RGBA); ok {
		if p := paletted(m); p != nil {
			return encoder.Encode(w, p)
		}
	}
	return encoder.Encode(w, c.Image())
}

// png draws a mark; vg's y grows upwards.
func (m *Mark) png(c *vgimg.Canvas, f *Fonts, height float64) {
	at := func(p Point) vg.Point { return vg.Point{X: vg.Length(p.X), Y: vg.Length(height - p.Y)} }
	if m.Text != "" {
		cut := faceFonts[m.Face]
		cut.Size = vg.Length(m.Size)
		c.SetColor(m.Fill.rgba())
		// Word by word: the font kerns the space before an A away.
		for start, word := range wordsOf(m.Text) {
			x := m.At.X + f.Width(m.Text[:start], m.Face, m.Size)
			c.FillString(gonum.Face{Font: cut, Face: (*opentype.Font)(f[m.Face])}, at(Point{x, m.At.Y}), word)
		}
		return
	}
	if m.Filled {
		c.SetColor(m.Fill.rgba())
		for part := range fillParts(m.Path) {
			c.Fill(outline(part, m.Closed, at))
		}
	}
	if m.Stroke.Width > 0 {
		m.strokePNG(c, at)
	}
}

// strokePNG draws the line of a mark. Outlines are whole, to be closed; lines
// can be cut.
func (m *Mark) strokePNG(c *vgimg.Canvas, at func(Point) vg.Point) {
	c.SetColor(m.Stroke.Ink.rgba())
	c.SetLineWidth(vg.Length(m.Stroke.Width))
	dash := lengths(dashes[m.Stroke.Dash])
	c.SetLineDash(dash, 0)
	if m.Closed {
		for part := range fillParts(m.Path) {
			c.Stroke(outline(part, true, at))
		}
		return
	}
	for part, begun := range strokeParts(m.Path) {
		c.SetLineDash(dash, vg.Length(begun))
		c.Stroke(outline(part, false, at))
	}
}

// outline is a path in vg's terms.
func outline(pieces []Piece, closed bool, at func(Point) vg.Point) (path vg.Path) {
	for i, p := range pieces {
		switch {
		case i == 0 || p.Break:
			if i > 0 && closed {
				path.Close()
			}
			path.Move(at(p.To))
		case p.Curve:
			path.CubeTo(at(p.C1), at(p.C2), at(p.To))
		default:
			path.Line(at(p.To))
		}
	}
	if closed {
		path.Close()
	}
	return path
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

func (i Ink) rgba() color.RGBA {
	r, g, b := i.channels()
	return color.RGBA{r, g, b, 255}
}

func (i Ink) channels() (r, g, b uint8) { return uint8(i >> 16), uint8(i >> 8), uint8(i) }
