package scene

import (
	"fmt"
	"strings"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	gonum "gonum.org/v1/plot/font"
)

// family is what an SVG asks for. The first four have the same widths, so a
// figure looks the same wherever one of them is; textLength holds the others
// to it.
const family = "'Liberation Sans', Arimo, Helvetica, Arial, sans-serif"

// Face is one of the three cuts that figures use.
type Face uint8

const (
	Regular Face = iota
	Bold
	Italic
	numFaces int = iota
)

var faceData = [numFaces][]byte{liberationsansregular.TTF, liberationsansbold.TTF, liberationsansitalic.TTF}

var faceFonts = [numFaces]gonum.Font{
	{Typeface: "Liberation", Variant: "Sans"},
	{Typeface: "Liberation", Variant: "Sans", Weight: font.WeightBold},
	{Typeface: "Liberation", Variant: "Sans", Style: font.StyleItalic},
}

// Fonts measures text. It is never changed once made.
type Fonts [numFaces]*sfnt.Font

// NewFonts reads the built-in fonts.
func NewFonts() (f Fonts, err error) {
	for i, data := range faceData {
		if f[i], err = sfnt.Parse(data); err != nil {
			return f, fmt.Errorf("reading the built-in font %s: %w", faceFonts[i].Name(), err)
		}
	}
	return f, nil
}

// Width returns the width of a line at a size. Kerning is left out: no
// backend of ours applies it, and viewers that do only make text narrower.
func (f *Fonts) Width(s string, c Face, size float64) float64 {
	var buf sfnt.Buffer
	em := f[c].UnitsPerEm()
	sum := fixed.Int26_6(0)
	for _, r := range s {
		glyph, err := f[c].GlyphIndex(&buf, r)
		if err != nil {
			glyph = 0 // the box that stands for a missing glyph
		}
		if adv, err := f[c].GlyphAdvance(&buf, glyph, fixed.Int26_6(em), font.HintingNone); err == nil {
			sum += adv
		}
	}
	return float64(sum) / float64(em) * size
}

// Ascent and Descent are how far text reaches above and below its baseline, as
// shares of its size; Leading is the distance of two baselines.
const (
	Ascent  = 0.74
	Descent = 0.22
	Leading = 1.2
)

// Wrap breaks text into lines of at most width, between words where it can.
func (f *Fonts) Wrap(s string, c Face, size, width float64) (lines []string) {
	current := ""
	for _, word := range strings.Fields(s) {
		for _, piece := range f.pieces(word, c, size, width) {
			joined := strings.TrimSpace(current + " " + piece)
			if current != "" && f.Width(joined, c, size) > width {
				lines = append(lines, current)
				joined = piece
			}
			current = joined
		}
	}
	return append(lines, current)
}

// pieces breaks a word that is wider than a line by itself.
func (f *Fonts) pieces(word string, c Face, size, width float64) (out []string) {
	start := 0
	for i := range word {
		if i > start && f.Width(word[start:i+1], c, size) > width {
			out = append(out, word[start:i])
			start = i
		}
	}
	return append(out, word[start:])
}

// Clean makes text from outside safe to draw: it has no control or
// direction-changing characters, and no broken UTF-8.
func Clean(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}
