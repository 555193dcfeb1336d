package diagram

import "github.com/flowstate-tcp/flowstate/reconstruct"

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
	var dashes [foreign + 1]bool
	missed, counts := false, g.counted()
	for i := range g.links {
		l := &g.links[i]
		missed = missed || g.overlaid && !l.taken()
		for _, side := range reconstruct.Sides {
			if t := &l.tracks[side]; t.count > 0 {
				sides[side] = true
				dashes[g.pen(l, t, side).dash] = true
			}
		}
	}
	for _, side := range reconstruct.Sides {
		if sides[side] {
			items = append(items, legendItem{trackStyle{0, stroke{sideInk[side], 1.1, solid}, [2]head{full, hollow}[side]}, false, side.String()})
		}
	}
	items = append(items, dashItems(dashes, counts)...)
	if missed {
		items = append(items, legendItem{trackStyle{0, stroke{grey, 0.7, solid}, slim}, false, "not taken"})
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
func dashItems(used [foreign + 1]bool, merged bool) (items []legendItem) {
	texts := [...]string{"shown by the capture", "assumed", "not observable (call or timer)", "not in RFC"}
	if merged {
		texts[solid] = "shown by a capture at least once"
	}
	if used == [foreign + 1]bool{solid: true} {
		return nil
	}
	for d, text := range texts {
		if used[d] {
			items = append(items, legendItem{trackStyle{0, stroke{black, 1.1, dash(d)}, full}, false, text})
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

func (it *legendItem) width(f *fonts) float64 {
	return sampleWidth + sampleGap + f.width(it.text, regular, legendText)
}

// flow breaks a legend into as few lines as a width allows, and makes them as
// even as it can.
func flow(f *fonts, items []legendItem, width float64) flowed {
	out := fill(f, items, width)
	for w := width - 5; w > width/2; w -= 5 {
		if next := fill(f, items, w); len(next.lines) == len(out.lines) {
			out = next
		}
	}
	return out
}

// fill puts on each line what fits.
func fill(f *fonts, items []legendItem, width float64) (out flowed) {
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

func (fl flowed) draw(s *scene, f *fonts, at point, width float64) {
	for i, items := range fl.lines {
		x, y := at.x+(width-fl.widths[i])/2, at.y+legendAbove+legendLine*(float64(i)+0.5)
		for _, it := range items {
			it.sample(s, point{x, y})
			s.words(f, it.text, point{x + sampleWidth + sampleGap, y + legendText*0.35}, regular, legendText, black)
			x += it.width(f) + itemGap
		}
	}
}

func (it *legendItem) sample(s *scene, at point) {
	if it.node {
		r := rect{point{at.x, at.y - 4.5}, point{at.x + sampleWidth, at.y + 4.5}}
		s.add(mark{path: roundRect(r, 3), closed: true, filled: true, fill: paper, stroke: stroke{black, 1, solid}})
		s.add(mark{path: roundRect(r.grow(-2), 2), closed: true, stroke: stroke{black, 0.7, solid}})
		return
	}
	line := []point{at, {at.x + sampleWidth, at.y}}
	shaft := shorten(line, it.track.head.length(it.track.stroke))
	s.add(mark{path: straightPath(shaft...), stroke: it.track.stroke})
	s.add(arrowHead(shaft[1], line[1], it.track.head.width(it.track.stroke), it.track))
}
