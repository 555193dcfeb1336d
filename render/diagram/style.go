package diagram

import (
	"math"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Client and server differ in black and white too: the heads of the client's
// arrows are full, the server's hollow.
var sideInk = [2]scene.Ink{reconstruct.Client: scene.Blue, reconstruct.Server: scene.Orange}

func dashOf(c state.Certainty) scene.Dash {
	switch c {
	case state.Unobserved:
		return scene.Dotted
	case state.Assumed:
		return scene.Dashed
	}
	return scene.Solid
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
	stroke scene.Stroke
	head   head
}

// trackStyles returns the lines of a link, as they are drawn.
func (g *Graph) trackStyles(l *link) []trackStyle {
	if !l.taken() {
		if g.overlaid {
			return []trackStyle{{0, scene.Pen(scene.Grey, 0.7, scene.Solid), slim}}
		}
		return []trackStyle{{0, scene.Pen(scene.Black, 1, scene.Solid), full}}
	}
	var out []trackStyle
	for _, side := range reconstruct.Sides {
		if t := &l.tracks[side]; t.count > 0 {
			out = append(out, trackStyle{0, g.pen(l, t, side), [2]head{full, hollow}[side]})
		}
	}
	if len(out) == 2 {
		apart := trackGap + (out[0].stroke.Width+out[1].stroke.Width)/2 - 1
		out[0].offset, out[1].offset = -apart/2, apart/2
	}
	return out
}

func (g *Graph) pen(l *link, t *track, side reconstruct.Side) scene.Stroke {
	s := scene.Pen(sideInk[side], 1.1, dashOf(t.certainty))
	if g.overlaid {
		s.Width = 1.7
		if l.reference == unknown {
			s.Dash = scene.DashDot
		}
	}
	if g.counted() {
		s.Width += min(2.2, 0.35*math.Log2(float64(t.count)))
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

func (h head) width(s scene.Stroke) float64 {
	if h == slim {
		return 4
	}
	return headWidth + (s.Width-1.1)*1.1
}

func (h head) length(s scene.Stroke) float64 {
	if h == slim {
		return 5
	}
	return headLength + (s.Width-1.1)*1.1
}

func (v voice) face() scene.Face {
	switch v {
	case client, server, both:
		return scene.Bold
	case remark:
		return scene.Italic
	}
	return scene.Regular
}

func (v voice) ink() scene.Ink {
	switch v {
	case client:
		return scene.Blue
	case server:
		return scene.Orange
	}
	return scene.Black
}
