package scene

// Ink is a colour as 0xRRGGBB.
type Ink uint32

// Colours after the palette of Okabe and Ito, which colour-blind readers tell
// apart. None is needed to read a figure: dashes, heads and markers say the same.
const (
	Black  Ink = 0x1a1a1a
	Blue   Ink = 0x0072b2
	Orange Ink = 0xc04a00 // darker than the palette's, to be read as text
	Grey   Ink = 0xa6a6a6
	White  Ink = 0xffffff
	Paper  Ink = 0xf3f3f1 // a ground that is hardly there
)

// Tint returns the ink mixed with so much of white, from 0 for none to 1.
func (i Ink) Tint(white float64) Ink { return i.Mix(White, white) }

// Mix returns the ink mixed with so much of another, from 0 for none to 1.
func (i Ink) Mix(other Ink, share float64) Ink {
	mix := func(v, w uint8) Ink { return Ink(float64(v) + (float64(w)-float64(v))*share + 0.5) }
	r, g, b := i.channels()
	s, h, c := other.channels()
	return mix(r, s)<<16 | mix(g, h)<<8 | mix(b, c)
}

// Dash is how a line is broken: lengths of ink and gap. It stays an index, so
// that a stroke can be compared.
type Dash uint8

const (
	Solid Dash = iota
	Dashed
	Dotted
	DashDot
	LongDash
	DashDotDot
	ShortDash
	Sparse
)

var dashes = [...][]float64{Solid: nil, Dashed: {4.5, 2.6}, Dotted: {1.3, 2}, DashDot: {8, 2.2, 1.3, 2.2}, LongDash: {7, 3}, DashDotDot: {7, 2, 1.3, 2, 1.3, 2}, ShortDash: {2.4, 1.6}, Sparse: {1.3, 4}}

// Lengths are those of ink and gap by turns, in points; none for a whole line.
func (d Dash) Lengths() []float64 { return dashes[d] }

// Stroke is a pen.
type Stroke struct {
	Ink   Ink
	Width float64
	Dash  Dash
}

// Pen is a stroke.
func Pen(i Ink, width float64, d Dash) Stroke { return Stroke{i, width, d} }
