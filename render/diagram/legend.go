package diagram

import (
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// legendItem explains one kind of line or node: a sample and words.
type legendItem struct {
	track trackStyle
	node  bool // the sample is a state in which a path ends
	text  string
}

// Sizes of the legend.
const (
	sampleWidth = 24.0
	sampleGap   = 4.0
	itemGap     = 14.0
	legendLine  = 12.0
	legendAbove = 10.0
)

// legend lists what a figure uses and nothing else.
func (g *Graph) legend() (items []legendItem) {
	var sides [2]bool
	var dashes [scene.DashDot + 1]bool
	missed, counts := false, g.counted()
	for i := range g.links {
		l := &g.links[i]
		missed = missed || g.overlaid && !l.taken()
		for _, side := range reconstruct.Sides {
			if t := &l.tracks[side]; t.count > 0 {
				sides[side] = true
				dashes[g.pen(l, t, side).Dash] = true
			}
		}
	}
	for _, side := range reconstruct.Sides {
		if sides[side] {
			items = append(items, legendItem{trackStyle{0, scene.Pen(sideInk[side], 1.1, scene.Solid), [2]head{full, hollow}[side]}, false, side.String()})
		}
	}
	items = append(items, dashItems(dashes, counts)...)
	if missed {
		items = append(items, legendItem{trackStyle{0, scene.Pen(scene.Grey, 0.7, scene.Solid), slim}, false, "not taken"})
	}
	for i := range g.nodes {
		if g.marksEnd(&g.nodes[i]) {
			return append(items, legendItem{node: true, text: "a path ends here"})
		}
	}
	return items
}

// dashItems explains the ways in which lines are broken. A figure in which all
// are whole has nothing to explain.
func dashItems(used [scene.DashDot + 1]bool, merged bool) (items []legendItem) {
	texts := [...]string{"shown by the capture", "assumed", "not observable (call or timer)", "not in RFC"}
	if merged {
		texts[scene.Solid] = "shown by a capture at least once"
	}
	if used == [scene.DashDot + 1]bool{scene.Solid: true} {
		return nil
	}
	for d, text := range texts {
		if used[d] {
			items = append(items, legendItem{trackStyle{0, scene.Pen(scene.Black, 1.1, scene.Dash(d)), full}, false, text})
		}
	}
	return items
}

// flowed is a legend broken into lines.
type flowed struct {
	lines  [][]legendItem
	widths []float64
	height float64
}

func (it *legendItem) width(f *scene.Fonts) float64 {
	return sampleWidth + sampleGap + f.Width(it.text, scene.Regular, legendText)
}

// flow breaks a legend into as few lines as a width allows, and makes them as
// even as it can.
func flow(f *scene.Fonts, items []legendItem, width float64) flowed {
	out := fill(f, items, width)
	for w := width - 5; w > width/2; w -= 5 {
		if next := fill(f, items, w); len(next.lines) == len(out.lines) {
			out = next
		}
	}
	return out
}

// fill puts on each line what fits.
func fill(f *scene.Fonts, items []legendItem, width float64) (out flowed) {
	for _, it := range items {
		w := it.width(f)
		last := len(out.lines) - 1
		if last < 0 || out.widths[last]+itemGap+w > width {
			out.lines, out.widths = append(out.lines, []legendItem{it}), append(out.widths, w)
			continue
		}
		out.lines[last] = append(out.lines[last], it)
		out.widths[last] += itemGap + w
	}
	if len(items) > 0 {
		out.height = legendAbove + legendLine*float64(len(out.lines))
	}
	return out
}

func (fl flowed) draw(s *scene.Scene, f *scene.Fonts, at scene.Point, width float64) {
	for i, items := range fl.lines {
		x, y := at.X+(width-fl.widths[i])/2, at.Y+legendAbove+legendLine*(float64(i)+0.5)
		for _, it := range items {
			it.sample(s, scene.Pt(x, y))
			s.Words(f, it.text, scene.Pt(x+sampleWidth+sampleGap, y+legendText*0.35), scene.Regular, legendText, scene.Black)
			x += it.width(f) + itemGap
		}
	}
}

func (it *legendItem) sample(s *scene.Scene, at scene.Point) {
	if it.node {
		r := scene.Corners(scene.Pt(at.X, at.Y-4.5), scene.Pt(at.X+sampleWidth, at.Y+4.5))
		s.Add(scene.Mark{Path: scene.RoundRect(r, 3), Closed: true, Filled: true, Fill: scene.Paper, Stroke: scene.Pen(scene.Black, 1, scene.Solid)})
		s.Add(scene.Mark{Path: scene.RoundRect(r.Grow(-2), 2), Closed: true, Stroke: scene.Pen(scene.Black, 0.7, scene.Solid)})
		return
	}
	line := []scene.Point{at, scene.Pt(at.X+sampleWidth, at.Y)}
	shaft := scene.Shorten(line, it.track.head.length(it.track.stroke))
	s.Add(scene.Mark{Path: scene.StraightPath(shaft...), Stroke: it.track.stroke})
	s.Add(arrowHead(shaft[1], line[1], it.track.head.width(it.track.stroke), it.track))
}
