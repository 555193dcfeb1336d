package ladder

import (
	"bufio"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// Letters are what a ladder in plain text is drawn with.
type Letters struct{ line, dash, again, left, right, cross, dots string }

// The sets of letters.
var (
	Unicode = Letters{"│", "─", "╌", "◄", "►", "✕", "…"}
	ASCII   = Letters{"|", "-", "=", "<", ">", "X", "..."}
)

// The columns of a page of text. What they leave is for the arrows.
const (
	pageWide  = 100
	stampWide = 13
	frameWide = 8
	stateWide = 15
)

// LeastWide is how narrow a page of text can be: less leaves no room for arrows.
const LeastWide = 76

// TextLine is a line of a ladder in plain text.
type TextLine struct {
	Text string
	Row  *Row // the segment that it is about, nil for none
}

// page is a ladder in plain text.
type page struct {
	*Ladder
	Letters
	wide, arrowWide int
	lines           []TextLine
	about           *Row         // the segment that is written
	states          [2][]*Change // still to come
	ofFrame         map[capture.FrameNumber]bool
}

// WriteText writes the ladder as plain text, 100 columns wide. Arrows are
// horizontal, in the order in which segments passed the tap.
func (l *Ladder) WriteText(w io.Writer, letters Letters) error {
	out := bufio.NewWriter(w)
	for _, line := range l.Text(letters, pageWide) {
		out.WriteString(line.Text + "\n") // the writer keeps its error for Flush
	}
	return out.Flush()
}

// Text returns the ladder as plain text of so many columns, at least LeastWide.
func (l *Ladder) Text(letters Letters, columns int) []TextLine {
	columns = max(columns, LeastWide)
	p := &page{Ladder: l, Letters: letters, wide: columns, ofFrame: map[capture.FrameNumber]bool{}}
	p.arrowWide = columns - stampWide - frameWide - 2*stateWide - 4
	for frame := range l.rowsByFrame() {
		p.ofFrame[frame] = true
	}
	p.head()
	last := time.Duration(0)
	for n, i := range l.Items {
		if n > 0 {
			p.wait(i.at() - last)
		}
		if last = i.at(); i.Row != nil {
			p.row(i.Row)
			continue
		}
		p.fold(i.Fold)
		last = i.Fold.To
	}
	p.rest()
	p.foot()
	return p.lines
}

// head writes who talks, and the states that all begins with.
func (p *page) head() {
	p.wrap("", p.Title())
	p.line("time (s)", "frame", "client", strings.Repeat(" ", p.arrowWide), "server")
	var starts [2]string
	for _, side := range reconstruct.Sides {
		t := &p.Tracks[side]
		starts[side] = t.Start
		for i := range t.Changes {
			p.states[side] = append(p.states[side], &t.Changes[i])
		}
	}
	p.line("", "", starts[0], "", starts[1])
	p.early()
}

// early writes the states that come before any packet.
func (p *page) early() {
	var cells [2][]string
	for _, side := range reconstruct.Sides {
		for len(p.states[side]) > 0 && p.states[side][0].before {
			cells[side] = append(cells[side], p.next(side)...)
		}
	}
	p.cells("", "", cells, nil)
}

// next takes the next state of a side.
func (p *page) next(side reconstruct.Side) (cells []string) {
	c := p.states[side][0]
	p.states[side] = p.states[side][1:]
	if call := c.call(); call != "" {
		call = strings.TrimPrefix(call, "close() or ")
		if strings.Contains(c.Call, " or ") {
			call = "close()"
		}
		cells = append(cells, call)
	}
	return append(cells, c.Name+c.certain())
}

// until takes the states of both sides that belong to what has passed.
func (p *page) until(passed func(*Change) bool) (cells [2][]string) {
	for _, side := range reconstruct.Sides {
		for len(p.states[side]) > 0 && passed(p.states[side][0]) {
			cells[side] = append(cells[side], p.next(side)...)
		}
	}
	return cells
}

// row writes a segment.
func (p *page) row(r *Row) {
	cells := p.until(func(c *Change) bool {
		return c.At <= max(r.At, r.Got) && (!p.ofFrame[c.Frame] || c.Frame <= r.Frame)
	})
	frame := "-"
	if r.Frame != 0 {
		frame = whole(r.Frame)
	}
	label := strings.Join(p.words.label(r), " ")
	remark := wrapText(p.words.remark(r), p.arrowWide-2)
	if utf8.RuneCountInString(label) > p.arrowWide-4 {
		lines := wrapText(label, p.arrowWide-4)
		label, remark = lines[0], append(lines[1:], remark...)
	}
	p.about = r
	p.cells(stamp(r.At), frame, cells, append([]string{p.arrow(r, label)}, p.centred(remark)...))
	p.about = nil
}

// arrow draws a segment with its label in the middle.
func (p *page) arrow(r *Row, label string) string {
	dash := p.dash
	if r.Marks.Has(reconstruct.Retransmission) {
		dash = p.again
	}
	room := p.arrowWide - 1 - utf8.RuneCountInString(label) - 2
	line := strings.Repeat(dash, room/2) + " " + label + " " + strings.Repeat(dash, room-room/2)
	tip, mirrored := p.right, r.From == reconstruct.Server
	if mirrored {
		tip = p.left
	}
	if r.Fate == Lost {
		tip = p.cross
	}
	if r.Fate == MaybeLost {
		tip = "?"
	}
	if mirrored {
		return tip + line
	}
	return line + tip
}

// fold writes what is not shown.
func (p *page) fold(f *Fold) {
	cells := p.until(func(c *Change) bool { return !p.ofFrame[c.Frame] && c.At <= f.To })
	lines := wrapText(strings.Join(p.words.fold(f), " "), p.arrowWide-2)
	for _, side := range reconstruct.Sides {
		if text := strings.Join(p.words.sum(f, side), " "); text != "" {
			lines = append(lines, wrapText(side.String()+": "+strings.TrimPrefix(text, "… "), p.arrowWide-2)...)
		}
	}
	p.cells(stamp(f.From), "", cells, p.centred(lines))
}

// wait writes how long nothing happened.
func (p *page) wait(d time.Duration) {
	if d >= time.Second {
		p.cells("", "", [2][]string{}, p.centred([]string{"… " + short(d) + " …"}))
	}
}

// rest writes the states that no segment shows.
func (p *page) rest() {
	p.cells("", "", p.until(func(*Change) bool { return true }), nil)
}

// foot writes the notes.
func (p *page) foot() {
	for _, note := range p.Notes {
		if !strings.HasPrefix(note, "A cross") && !strings.HasPrefix(note, "Hatched") {
			p.wrap("# ", note)
		}
	}
	lost := false
	for _, i := range p.Items {
		lost = lost || i.Row != nil && i.Row.Fate != Arrived
	}
	if lost {
		p.wrap("# ", "At the head of an arrow: "+p.cross+" did not arrive, ? it or what acknowledged it was lost after the tap.")
	}
}

// cells writes lines of which any column may have several.
func (p *page) cells(stamp, frame string, states [2][]string, arrows []string) {
	for n := 0; n < max(len(arrows), len(states[0]), len(states[1])); n++ {
		at := func(list []string) string {
			if n < len(list) {
				return list[n]
			}
			return ""
		}
		p.line(stamp, frame, at(states[0]), at(arrows), at(states[1]))
		stamp, frame = "", ""
	}
}

// line writes one line.
func (p *page) line(stamp, frame, client, arrow, server string) {
	text := padLeft(stamp, stampWide) + padLeft(frame, frameWide) + " " + padLeft(p.spell(client), stateWide-1) + " " +
		p.Letters.line + padRight(p.spell(arrow), p.arrowWide) + p.Letters.line + " " + p.spell(server)
	p.lines = append(p.lines, TextLine{strings.TrimRight(text, " "), p.about})
}

// wrap writes a text across the page.
func (p *page) wrap(before, text string) {
	for _, line := range wrapText(p.spell(text), p.wide-len(before)) {
		p.lines = append(p.lines, TextLine{Text: before + line})
	}
}

// spell writes with the letters that there are.
func (p *page) spell(text string) string {
	if p.dots == "…" {
		return text
	}
	return strings.NewReplacer("…", p.dots, "°", "*", "µ", "u").Replace(text)
}

// wrapText breaks a text between words into lines of so many letters.
func wrapText(text string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(scene.Clean(text)) {
		for utf8.RuneCountInString(word) > width {
			if line != "" {
				lines, line = append(lines, line), ""
			}
			runes := []rune(word)
			lines, word = append(lines, string(runes[:width])), string(runes[width:])
		}
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// centred puts lines into the middle between the life lines.
func (p *page) centred(lines []string) (out []string) {
	for _, s := range lines {
		s = p.spell(s)
		out = append(out, strings.Repeat(" ", max(p.arrowWide-utf8.RuneCountInString(s), 0)/2)+s)
	}
	return out
}

func padLeft(s string, n int) string {
	return strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0)) + s
}

func padRight(s string, n int) string {
	return s + strings.Repeat(" ", max(n-utf8.RuneCountInString(s), 0))
}
