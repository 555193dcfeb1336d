package diagram

import "github.com/flowstate-tcp/flowstate/render/scene"

// Sizes of what surrounds the figure proper.
const (
	margin     = 8.0
	titleText  = 10.0
	legendText = 7.5
	minPage    = 150.0
	maxTitle   = 330.0 // a figure is not widened for a longer title; the title is broken
)

// draw turns a laid-out graph into a scene.
func (l *layout) draw(f *scene.Fonts) *scene.Scene {
	s := &scene.Scene{Title: scene.Clean(l.g.Title)}
	for _, taken := range [...]bool{false, true} { // what was taken lies on top
		for i := range l.routes {
			if link := &l.g.links[l.routes[i].link]; link.taken() == taken {
				l.drawRoute(s, &l.routes[i])
			}
		}
	}
	for i := range l.boxes {
		l.drawNode(s, f, i)
	}
	for i := range l.labels {
		l.labels[i].draw(s, f)
	}
	if len(l.boxes) == 0 {
		const nothing = "no change of state was seen"
		s.Words(f, nothing, scene.Pt(-f.Width(nothing, scene.Italic, labelText)/2, 0), scene.Italic, labelText, scene.Black)
	}
	compose(s, f, l.frame(), l.g)
	return s
}

// frame is the box that holds nodes, lines and labels.
func (l *layout) frame() scene.Rect {
	if len(l.boxes) == 0 {
		return scene.Box(scene.Point{}, minPage, labelText*scene.Leading)
	}
	var all scene.Rect
	started := false
	add := func(r scene.Rect) {
		if started {
			r = r.Union(all)
		}
		all, started = r, true
	}
	for _, b := range l.boxes {
		add(b.Grow(1))
	}
	for _, r := range l.routes {
		half := l.g.halfWidth(&l.g.links[r.link])
		for _, p := range r.line {
			add(scene.Corners(p, p).Grow(half))
		}
	}
	for _, p := range l.labels {
		add(p.box)
	}
	return all
}

// drawRoute draws the lines of a link and their heads.
func (l *layout) drawRoute(s *scene.Scene, r *route) {
	for _, t := range l.g.trackStyles(&l.g.links[r.link]) {
		line := scene.Parallel(r.line, t.offset)
		length, width := t.head.length(t.stroke), t.head.width(t.stroke)
		tip := line[len(line)-1]
		// The head lies along the last stretch, whatever bends come before.
		shaft := scene.Shorten(line, length)
		base := shaft[len(shaft)-1]
		s.Add(scene.Mark{Path: scene.Rounded(shaft, r.radius), Stroke: t.stroke})
		s.Add(arrowHead(base, tip, width, t))
	}
}

func arrowHead(base, tip scene.Point, width float64, t trackStyle) scene.Mark {
	along := tip.Sub(base).Unit()
	across := scene.Pt(-along.Y, along.X).Mul(width / 2)
	m := scene.Mark{Filled: true, Fill: t.stroke.Ink, Closed: true}
	if t.head == hollow {
		// The outline is drawn about the path: keep it within the head.
		const pen = 1.0
		tip, across = tip.Sub(along.Mul(1.2*pen)), across.Mul(0.85)
		m.Fill, m.Stroke = scene.White, scene.Pen(t.stroke.Ink, pen, scene.Solid)
	}
	m.Path = scene.StraightPath(tip, base.Add(across), base.Sub(across))
	return m
}

// drawNode draws a state: shaded where it was visited, with a double border
// where a path ends.
func (l *layout) drawNode(s *scene.Scene, f *scene.Fonts, i int) {
	n, b := &l.g.nodes[i], l.boxes[i]
	outline, ground, text := scene.Pen(scene.Black, 1, scene.Solid), scene.White, scene.Black
	switch {
	case n.used:
		ground = scene.Paper
	case l.g.overlaid:
		outline, text = scene.Pen(scene.Grey, 0.8, scene.Solid), 0x7a7a7a
	}
	s.Add(scene.Mark{Path: scene.RoundRect(b, 5), Closed: true, Filled: true, Fill: ground, Stroke: outline})
	if l.g.marksEnd(n) {
		s.Add(scene.Mark{Path: scene.RoundRect(b.Grow(-2.4), 3), Closed: true, Stroke: scene.Pen(outline.Ink, 0.7, scene.Solid)})
	}
	c, name := b.Centre(), scene.Clean(n.name)
	w := f.Width(name, scene.Bold, nodeText)
	s.Words(f, name, scene.Pt(c.X-w/2, c.Y+nodeText*0.355), scene.Bold, nodeText, text)
}

// marksEnd tells whether a state is drawn as the end of a path. In a merged
// figure nearly every state could be.
func (g *Graph) marksEnd(n *node) bool { return !g.counted() && (n.final[0] || n.final[1]) }

// draw writes a label. One that was forced hides what lies below it; for the
// others there is nothing to hide.
func (p *placedLabel) draw(s *scene.Scene, f *scene.Fonts) {
	if p.forced {
		s.Add(scene.Mark{Path: scene.RoundRect(p.box.Grow(1), 1), Closed: true, Filled: true, Fill: scene.White})
	}
	y := p.box.Min.Y + labelText*scene.Ascent
	for _, l := range p.lines {
		w := f.Width(l.text, l.voice.face(), labelText)
		x := p.box.Min.X
		switch p.flush {
		case flushRight:
			x = p.box.Max.X - w
		case flushCentre:
			x = p.box.Centre().X - w/2
		}
		s.Words(f, l.text, scene.Pt(x, y), l.voice.face(), labelText, l.voice.ink())
		y += labelText * scene.Leading
	}
}

// compose puts the title above the figure and the legend below it, and moves
// everything to where the page begins.
func compose(s *scene.Scene, f *scene.Fonts, frame scene.Rect, g *Graph) {
	items := g.legend()
	width := max(frame.Width(), minPage, min(maxTitle, f.Width(scene.Clean(g.Title), scene.Bold, titleText)))
	legend := flow(f, items, width)
	titles := f.Wrap(scene.Clean(g.Title), scene.Bold, titleText, width)
	if titles[0] == "" {
		titles = nil
	}
	head := float64(len(titles)) * titleText * scene.Leading
	if head > 0 {
		head += 6
	}
	s.Size = scene.Pt(width+2*margin, head+frame.Height()+legend.height+2*margin)
	shift := scene.Pt(margin+(width-frame.Width())/2-frame.Min.X, margin+head-frame.Min.Y)
	for i := range s.Marks {
		s.Marks[i].Move(shift)
	}
	for i, t := range titles {
		w := f.Width(t, scene.Bold, titleText)
		s.Words(f, t, scene.Pt(s.Size.X/2-w/2, margin+titleText*(scene.Ascent+float64(i)*scene.Leading)), scene.Bold, titleText, scene.Black)
	}
	legend.draw(s, f, scene.Pt(margin, margin+head+frame.Height()), width)
}
