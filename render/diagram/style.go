package diagram

import (
	"math"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// ink is a colour as 0xRRGGBB.
type ink uint32

// Client and server are blue and vermilion of the palette of Okabe and Ito,
// which colour-blind readers tell apart. In black and white the heads differ:
// full for the client, hollow for the server.
const (
	black  ink = 0x1a1a1a
	blue   ink = 0x0072b2
	orange ink = 0xc04a00 // darker than the palette's, to be read as text
	grey   ink = 0xa6a6a6
	white  ink = 0xffffff
	paper  ink = 0xf3f3f1 // ground of a state that was visited
)

var sideInk = [2]ink{reconstruct.Client: blue, reconstruct.Server: orange}

// dash is how a line is broken: lengths of ink and gap. It stays an index, so
// that a stroke can be compared.
type dash uint8

const (
	solid   dash = iota
	dashed       // assumed
	dotted       // unobserved
	foreign      // not in the RFC
)

var dashes = [...][]float64{solid: nil, dashed: {4.5, 2.6}, dotted: {1.3, 2}, foreign: {8, 2.2, 1.3, 2.2}}

func dashOf(c state.Certainty) dash {
	switch c {
	case state.Unobserved:
		return dotted
	case state.Assumed:
		return dashed
	}
	return solid
}

// stroke is a pen.
type stroke struct {
	ink   ink
	width float64
	dash  dash
}

// head is the end of an arrow.
type head uint8

const (
	full head = iota
	hollow
	slim
)

// trackStyle is one line of a link: how far beside the middle it runs, and how
// it looks.
type trackStyle struct {
	offset float64
	stroke stroke
	head   head
}

// trackStyles returns the lines of a link, as they are drawn.
func (g *Graph) trackStyles(l *link) []trackStyle {
	if !l.taken() {
		if g.overlaid {
			return []trackStyle{{0, stroke{grey, 0.7, solid}, slim}}
		}
		return []trackStyle{{0, stroke{black, 1, solid}, full}}
	}
	var out []trackStyle
	for _, side := range reconstruct.Sides {
		if t := &l.tracks[side]; t.count > 0 {
			out = append(out, trackStyle{0, g.pen(l, t, side), [2]head{full, hollow}[side]})
		}
	}
	if len(out) == 2 {
		apart := trackGap + (out[0].stroke.width+out[1].stroke.width)/2 - 1
		out[0].offset, out[1].offset = -apart/2, apart/2
	}
	return out
}

func (g *Graph) pen(l *link, t *track, side reconstruct.Side) stroke {
	s := stroke{sideInk[side], 1.1, dashOf(t.certainty)}
	if g.overlaid {
		s.width = 1.7
		if l.reference == unknown {
			s.dash = foreign
		}
	}
	if g.counted() {
		s.width += min(2.2, 0.35*math.Log2(float64(t.count)))
	}
	return s
}

// halfWidth is how far the lines and heads of a link reach from its middle.
func (g *Graph) halfWidth(l *link) (half float64) {
	for _, t := range g.trackStyles(l) {
		half = max(half, math.Abs(t.offset)+t.head.width(t.stroke)/2)
	}
	return half
}

func (h head) width(s stroke) float64 {
	if h == slim {
		return 4
	}
	return headWidth + (s.width-1.1)*1.1
}

func (h head) length(s stroke) float64 {
	if h == slim {
		return 5
	}
	return headLength + (s.width-1.1)*1.1
}

func (v voice) face() face {
	switch v {
	case client, server, both:
		return bold
	case remark:
		return italic
	}
	return regular
}

func (v voice) ink() ink {
	switch v {
	case client:
		return blue
	case server:
		return orange
	}
	return black
}
