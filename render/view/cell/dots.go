package cell

import "math/bits"

// firstBraille is the character without a dot. The others follow it, a bit for
// each dot.
const firstBraille = '⠀'

// dotBits are the bits of the dots of a character, two columns of four.
var dotBits = [4][2]uint8{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

// Dots is a picture of Braille's dots: two for each column and four for each row.
// The looks of the dots of a cell are one: that which was set with the most
// weight, of equals the latest.
type Dots struct {
	W, H  int // in dots
	cells []dotCell
}

type dotCell struct {
	dots   uint8
	weight int
	look   Look
}

// NewDots returns an empty picture that fills so many cells.
func NewDots(columns, rows int) *Dots {
	columns, rows = max(columns, 0), max(rows, 0)
	return &Dots{W: 2 * columns, H: 4 * rows, cells: make([]dotCell, columns*rows)}
}

// Set sets the dot at x from the left and y from the bottom. Places outside of
// the picture are left out.
func (d *Dots) Set(x, y int, look Look, weight int) {
	if x < 0 || y < 0 || x >= d.W || y >= d.H {
		return
	}
	y = d.H - 1 - y
	c := &d.cells[y/4*(d.W/2)+x/2]
	c.dots |= dotBits[y%4][x%2]
	if weight >= c.weight {
		c.look, c.weight = look, weight
	}
}

// Rise sets the dots of a column from lo to hi.
func (d *Dots) Rise(x, lo, hi int, look Look, weight int) {
	for y := max(lo, 0); y <= min(hi, d.H-1); y++ {
		d.Set(x, y, look, weight)
	}
}

// Draw puts the picture into the upper left of an area. Cells without a dot are
// left as they are.
func (d *Dots) Draw(a Area) {
	for i, c := range d.cells {
		if c.dots != 0 {
			a.set(i%(d.W/2), i/(d.W/2), firstBraille+rune(c.dots), c.look)
		}
	}
}

// shade stands for dots where there is only ASCII: the more, the darker, and a
// line is told apart by its height.
func shade(dots uint8) rune {
	const upper, lower = 0x01 | 0x08 | 0x02 | 0x10, 0x04 | 0x20 | 0x40 | 0x80
	switch n := bits.OnesCount8(dots); {
	case n >= 6:
		return '#'
	case n >= 4:
		return '*'
	case dots&lower == 0:
		return '\''
	case dots&upper == 0:
		return '.'
	}
	return ':'
}
