package scene

import (
	"cmp"
	"image"
	"image/color"
	"maps"
	"slices"
)

// A figure has few inks; its other colours are the edges between them, where the
// rasterizer mixes two. With a palette, a picture is a third as large, and is
// compressed in a fifth of the time.

// paletteBits are the bits of each channel by which colours are told apart. Those
// that differ less are one; the most frequent stands for them, so that inks stay
// exactly as they are and edges differ by an eighth of a shade at most.
var paletteBits = [...]uint{6, 5, 4}

// paletted returns a picture with a palette, nil where it has too many colours.
func paletted(m *image.RGBA) *image.Paletted {
	counts := countColours(m)
	for _, bits := range paletteBits {
		if p, index := palette(counts, bits); p != nil {
			return applied(m, p, index)
		}
	}
	return nil
}

// rgb is a colour as 0xRRGGBB.
type rgb uint32

func pixel(line []byte) rgb { return rgb(line[0])<<16 | rgb(line[1])<<8 | rgb(line[2]) }

// countColours counts the pixels of each colour. Most are like the one before.
func countColours(m *image.RGBA) map[rgb]int {
	counts := map[rgb]int{}
	last, run := pixel(m.Pix), 0
	for i := 0; i < len(m.Pix); i += 4 {
		if c := pixel(m.Pix[i:]); c != last {
			counts[last] += run
			last, run = c, 0
		}
		run++
	}
	counts[last] += run
	return counts
}

// palette joins colours that are alike; it is nil where more than 256 are left.
func palette(counts map[rgb]int, bits uint) (p color.Palette, index map[rgb]uint8) {
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b rgb) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	mask := rgb(0xff<<(8-bits)) & 0xff
	mask |= mask<<8 | mask<<16
	index = make(map[rgb]uint8, len(colours))
	alike := map[rgb]uint8{}
	for _, c := range colours {
		at, known := alike[c&mask]
		if !known {
			if len(p) == 256 {
				return nil, nil
			}
			at = uint8(len(p))
			alike[c&mask] = at
			p = append(p, Ink(c).rgba())
		}
		index[c] = at
	}
	return p, index
}

// applied is a picture in the colours of a palette.
func applied(m *image.RGBA, p color.Palette, index map[rgb]uint8) *image.Paletted {
	out := image.NewPaletted(m.Rect, p)
	last, at := pixel(m.Pix), index[pixel(m.Pix)]
	for i := range out.Pix {
		if c := pixel(m.Pix[4*i:]); c != last {
			last, at = c, index[c]
		}
		out.Pix[i] = at
	}
	return out
}
