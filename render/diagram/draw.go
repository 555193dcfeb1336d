package diagram

// Sizes of what surrounds the figure proper.
const (
	margin     = 8.0
	titleText  = 10.0
	legendText = 7.5
	minPage    = 150.0
	maxTitle   = 330.0 // a figure is not widened for a longer title; the title is broken
)

// draw turns a laid-out graph into a scene.
func (l *layout) draw(f *fonts) *scene {
	s := &scene{title: clean(l.g.Title)}
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
		s.words(f, nothing, point{-f.width(nothing, italic, labelText) / 2, 0}, italic, labelText, black)
	}
	s.compose(f, l.frame(), l.g)
	return s
}

// frame is the box that holds nodes, lines and labels.
func (l *layout) frame() rect {
	if len(l.boxes) == 0 {
		return box(point{}, minPage, labelText*leading)
	}
	var all rect
	started := false
	add := func(r rect) {
		if started {
			r = r.union(all)
		}
		all, started = r, true
	}
	for _, b := range l.boxes {
		add(b.grow(1))
	}
	for _, r := range l.routes {
		half := l.g.halfWidth(&l.g.links[r.link])
		for _, p := range r.line {
			add(rect{p, p}.grow(half))
		}
	}
	for _, p := range l.labels {
		add(p.box)
	}
	return all
}

// drawRoute draws the lines of a link and their heads.
func (l *layout) drawRoute(s *scene, r *route) {
	for _, t := range l.g.trackStyles(&l.g.links[r.link]) {
		line := parallel(r.line, t.offset)
		length, width := t.head.length(t.stroke), t.head.width(t.stroke)
		tip := line[len(line)-1]
		// The head lies along the last stretch, whatever bends come before.
		shaft := shorten(line, length)
		base := shaft[len(shaft)-1]
		s.add(mark{path: rounded(shaft, r.radius), stroke: t.stroke})
		s.add(arrowHead(base, tip, width, t))
	}
}

func arrowHead(base, tip point, width float64, t trackStyle) mark {
	along := tip.sub(base).unit()
	across := point{-along.y, along.x}.mul(width / 2)
	m := mark{filled: true, fill: t.stroke.ink, closed: true}
	if t.head == hollow {
		// The outline is drawn about the path: keep it within the head.
		const pen = 1.0
		tip, across = tip.sub(along.mul(1.2*pen)), across.mul(0.85)
		m.fill, m.stroke = white, stroke{t.stroke.ink, pen, solid}
	}
	m.path = straightPath(tip, base.add(across), base.sub(across))
	return m
}

// drawNode draws a state: shaded where it was visited, with a double border
// where a path ends.
func (l *layout) drawNode(s *scene, f *fonts, i int) {
	n, b := &l.g.nodes[i], l.boxes[i]
	outline, ground, text := stroke{black, 1, solid}, white, black
	switch {
	case n.used:
		ground = paper
	case l.g.overlaid:
		outline, text = stroke{grey, 0.8, solid}, 0x7a7a7a
	}
	s.add(mark{path: roundRect(b, 5), closed: true, filled: true, fill: ground, stroke: outline})
	if l.g.marksEnd(n) {
		s.add(mark{path: roundRect(b.grow(-2.4), 3), closed: true, stroke: stroke{outline.ink, 0.7, solid}})
	}
	c, name := b.centre(), clean(n.name)
	w := f.width(name, bold, nodeText)
	s.words(f, name, point{c.x - w/2, c.y + nodeText*0.355}, bold, nodeText, text)
}

// marksEnd tells whether a state is drawn as the end of a path. In a merged
// figure nearly every state could be.
func (g *Graph) marksEnd(n *node) bool { return !g.counted() && (n.final[0] || n.final[1]) }

// draw writes a label. One that was forced hides what lies below it; for the
// others there is nothing to hide.
func (p *placedLabel) draw(s *scene, f *fonts) {
	if p.forced {
		s.add(mark{path: roundRect(p.box.grow(1), 1), closed: true, filled: true, fill: white})
	}
	y := p.box.min.y + labelText*ascent
	for _, l := range p.lines {
		w := f.width(l.text, l.voice.face(), labelText)
		x := p.box.min.x
		switch p.flush {
		case flushRight:
			x = p.box.max.x - w
		case flushCentre:
			x = p.box.centre().x - w/2
		}
		s.words(f, l.text, point{x, y}, l.voice.face(), labelText, l.voice.ink())
		y += labelText * leading
	}
}

// compose puts the title above the figure and the legend below it, and moves
// everything to where the page begins.
func (s *scene) compose(f *fonts, frame rect, g *Graph) {
	items := g.legend()
	width := max(frame.width(), minPage, min(maxTitle, f.width(clean(g.Title), bold, titleText)))
	legend := flow(f, items, width)
	titles := f.wrap(clean(g.Title), bold, titleText, width)
	if titles[0] == "" {
		titles = nil
	}
	head := float64(len(titles)) * titleText * leading
	if head > 0 {
		head += 6
	}
	s.size = point{width + 2*margin, head + frame.height() + legend.height + 2*margin}
	shift := point{margin + (width-frame.width())/2 - frame.min.x, margin + head - frame.min.y}
	for i := range s.marks {
		s.marks[i].move(shift)
	}
	for i, t := range titles {
		w := f.width(t, bold, titleText)
		s.words(f, t, point{s.size.x/2 - w/2, margin + titleText*(ascent+float64(i)*leading)}, bold, titleText, black)
	}
	legend.draw(s, f, point{margin, margin + head + frame.height()}, width)
}

func (m *mark) move(d point) {
	m.at = m.at.add(d)
	for i := range m.path {
		p := &m.path[i]
		p.to, p.c1, p.c2 = p.to.add(d), p.c1.add(d), p.c2.add(d)
	}
}
