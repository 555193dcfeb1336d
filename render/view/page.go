package view

import (
	"strings"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// line is one of a page of text. Its frames are what Enter leads to: one, or one
// for each half of a page in two halves.
type line struct {
	cell.Line
	frames []capture.FrameNumber
}

// page is a text that is scrolled, with a cursor in its margin.
type page struct {
	scroller
	lines []line
	width int // for which the lines were made
	side  int // of a page in two halves, where the cursor is
	left  int // columns that are scrolled out of sight
	rows  int // of the latest drawing
}

// margin is the room for the cursor.
const margin = 2

// frame is what Enter leads to, 0 for nothing.
func (p *page) frame() capture.FrameNumber {
	if p.at >= len(p.lines) || len(p.lines[p.at].frames) == 0 {
		return 0
	}
	frames := p.lines[p.at].frames
	return frames[min(p.side, len(frames)-1)]
}

// handle takes a key; ok is false for one that is none of the page's.
func (p *page) handle(k Key) (ok bool) {
	if n, ok := k.step(p.rows); ok {
		p.move(n, len(p.lines))
		return true
	}
	wide := 0
	for _, l := range p.lines {
		wide = max(wide, l.Width()+margin)
	}
	switch k {
	case "Left", "h":
		p.side, p.left = 0, max(p.left-8, 0)
	case "Right", "l":
		p.side, p.left = 1, max(min(p.left+8, wide-p.width), 0)
	default:
		return false
	}
	return true
}

// seek goes to the next line that holds a text; step is 1 or -1.
func (p *page) seek(text string, step int) (found bool) {
	for i := 1; i <= len(p.lines); i++ {
		at := ((p.at+i*step)%len(p.lines) + len(p.lines)) % len(p.lines)
		if strings.Contains(strings.ToLower(p.lines[at].text()), text) {
			p.at = at
			return true
		}
	}
	return false
}

func (l *line) text() string {
	var b strings.Builder
	for _, s := range l.Line {
		b.WriteString(s.Text)
	}
	return b.String()
}

// draw shows the page.
func (p *page) draw(a cell.Area) {
	p.rows = a.H
	p.show(a.H, len(p.lines))
	text := a.Sub(margin, 0, a.W-margin, a.H)
	for y := range min(a.H, len(p.lines)-p.top) {
		l := &p.lines[p.top+y]
		text.PutLine(y, p.left, l.Line)
		if p.top+y == p.at {
			a.Put(0, y, "►", cell.Look{Ink: cell.Cyan, Bold: true})
		}
	}
}

// add appends lines that lead nowhere.
func (p *page) add(lines ...cell.Line) {
	for _, l := range lines {
		p.lines = append(p.lines, line{Line: l})
	}
}

// title appends the heading of a section.
func (p *page) title(text string) {
	if len(p.lines) > 0 {
		p.add(nil)
	}
	p.add(cell.Line{{Text: text, Look: cell.Look{Bold: true}}})
}
