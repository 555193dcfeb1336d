package view

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// Options say what is shown, and connect an App to what is around it.
type Options struct {
	File   string                     // the name of the capture
	Open   func() (Capture, error)    // opens it, each time from its start
	Select func(*decode.Segment) bool // picks connections by their segments; nil for all
	// Filter makes a Select of an expression that was typed.
	Filter func(text string) (func(*decode.Segment) bool, error)
	View   state.View // whose names of states
	ASCII  bool       // only characters of ASCII

	Start func(work func())    // runs work on another goroutine
	Post  func(deliver func()) // has deliver called on the App's own
}

// App is the browser.
type App struct {
	o       Options
	list    list
	open    *connection // nil while the list is shown
	tab     int
	prompt  *prompt
	help    *page // nil while it is not shown
	listing *job  // reads the list; nil once that is done
	job     *job  // any other reading
	note    string
	sought  string // in lower case
	rows    int    // of the page between title and foot, as drawn latest
	keep    int    // segments of a connection that are kept
	damaged bool
	done    bool
}

// New makes an App and begins to read the capture.
func New(o Options) *App {
	a := &App{o: o, rows: 20, keep: windowRows}
	a.readList()
	return a
}

// Done tells whether the user has ended.
func (a *App) Done() bool { return a.done }

// Handle takes a key.
func (a *App) Handle(k Key) {
	if a.prompt != nil {
		a.handlePrompt(k)
		return
	}
	a.note = ""
	switch k {
	case "Ctrl-C", "Esc", "Backspace":
		a.back(k)
		return
	case "q":
		a.done = true
		return
	case "?", "F1":
		a.toggleHelp()
		return
	}
	switch {
	case a.help != nil:
		a.help.handle(k)
	case k == ":":
		a.ask(":", "a frame number; $ is the last; c7 is connection 7", "", a.command)
	case a.open == nil:
		a.handleList(k)
	default:
		a.handleOpen(k)
	}
}

// back leaves what is on top: help, a reading, a connection.
func (a *App) back(k Key) {
	switch {
	case a.help != nil:
		a.help = nil
	case a.job != nil && k != "Backspace":
		a.job.interrupt()
	case a.open == nil && a.listing != nil && k != "Backspace":
		a.listing.interrupt()
	case k == "Ctrl-C":
		a.done = true
	case a.open != nil:
		a.open = nil
	case a.list.filter != "":
		a.setFilter("")
	default:
		a.note = "q quits, ? helps"
	}
}

// handleOpen takes a key for an open connection.
func (a *App) handleOpen(k Key) {
	switch k {
	case "Tab":
		a.tab = (a.tab + 1) % numTabs
		return
	case "Backtab":
		a.tab = (a.tab + numTabs - 1) % numTabs
		return
	case "1", "2", "3", "4", "5", "6":
		a.tab = int(k[0] - '1')
		return
	case "[", "]":
		a.neighbour(map[Key]int{"[": -1, "]": 1}[k])
		return
	case "/":
		a.ask("/", "a text", "", func(text string) { a.sought = strings.ToLower(text); a.seekOpen(1) })
		return
	case "n", "N":
		a.seekOpen(map[Key]int{"n": 1, "N": -1}[k])
		return
	}
	switch a.tab {
	case tabSegments:
		a.handleSegments(k)
	case tabCharts:
		a.handleCharts(k)
	default:
		p := &a.open.pages[a.tab]
		if k == "Enter" && p.frame() != 0 {
			a.jump(p.frame())
			return
		}
		p.handle(k)
	}
}

// neighbour opens the next connection of the list, or the one before.
func (a *App) neighbour(step int) {
	l := &a.list
	if at := l.at + step; at >= 0 && at < len(l.shown) {
		l.at = at
		a.openConnection(*l.current(), 0, a.tab)
	}
}

// seekOpen searches the tab that is shown.
func (a *App) seekOpen(step int) {
	switch {
	case a.sought == "":
	case a.tab == tabSegments:
		a.seekRow(step, "with "+a.sought, func(r *row) bool { return r.holds(a.sought) })
	case a.tab == tabCharts:
		a.note = "charts hold no text"
	case !a.open.pages[a.tab].seek(a.sought, step):
		a.note = "not found: " + a.sought
	}
}

// command takes what was typed behind a colon.
func (a *App) command(text string) {
	if rest, ok := strings.CutPrefix(text, "c"); ok {
		if n, err := strconv.Atoi(strings.TrimSpace(rest)); err == nil {
			a.openNumber(n)
			return
		}
	}
	if text == "$" {
		a.last()
		return
	}
	frame, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil || frame < 1:
		a.note = fmt.Sprintf("%q is no frame number", text)
	case a.open != nil:
		a.jump(capture.FrameNumber(frame))
	default:
		a.findFrame(capture.FrameNumber(frame))
	}
}

// last goes to the end of what is shown.
func (a *App) last() {
	if a.open == nil {
		a.handleList("End")
		return
	}
	a.tab = tabSegments
	a.handleSegments("End")
}

// openNumber opens a connection by its number.
func (a *App) openNumber(n int) {
	for i := range a.list.all {
		if a.list.all[i].number == n {
			a.openConnection(a.list.all[i], 0, a.tab)
			return
		}
	}
	a.note = fmt.Sprintf("no connection %d here", n)
}

// findFrame opens the connection that a frame belongs to.
func (a *App) findFrame(frame capture.FrameNumber) {
	a.read("looking for the frame", func(source analyze.Source, _ func(func())) (func(error), error) {
		number := -1
		pass := analyze.New(source, analyze.Options{Brief: true})
		for s := range pass.Segments() {
			if f := s.Step.Segment.Frame; f >= frame {
				if f == frame {
					number = s.Conn.Number
				}
				break
			}
		}
		return func(err error) {
			for i := range a.list.all {
				if a.list.all[i].number == number {
					a.openConnection(a.list.all[i], frame, tabSegments)
					return
				}
			}
			if err == nil {
				a.note = fmt.Sprintf("frame %d is of no TCP connection in this list", frame)
			}
		}, pass.Err()
	})
}

// Draw shows the App on an empty page.
func (a *App) Draw(g *cell.Grid) {
	g.ASCII = a.o.ASCII
	area := g.Area()
	if area.W < leastWidth || area.H < leastHeight {
		area.Put(0, 0, fmt.Sprintf("%dx%d is too small: %dx%d", area.W, area.H, leastWidth, leastHeight), cell.Look{})
		return
	}
	a.drawTitle(area.Sub(0, 0, area.W, 1))
	body := area.Sub(0, 1, area.W, area.H-2)
	a.rows = body.H
	switch {
	case a.help != nil:
		a.drawHelp(body)
	case a.open == nil:
		a.drawList(body)
	default:
		a.drawOpen(body)
	}
	a.drawFoot(area.Sub(0, area.H-1, area.W, 1))
}

// What is smaller shows nothing of use.
const (
	leastWidth  = 40
	leastHeight = 10
)

// drawTitle tells which capture this is, and what goes on.
func (a *App) drawTitle(area cell.Area) {
	look := cell.Look{Reverse: true}
	area.Fill(' ', look)
	status := ""
	if j := cmp.Or(a.job, a.listing); j != nil {
		status = j.text()
	}
	area.PutRight(area.W-1, 0, status, cell.Look{Reverse: true, Bold: true})
	area.Sub(0, 0, area.W-cell.TextWidth(status)-2, 1).Put(1, 0, a.title(), look)
}

func (a *App) title() string {
	name := filepath.Base(a.o.File)
	if c := a.open; c != nil {
		return fmt.Sprintf("%s: connection %d  %s > %s", name, c.number, c.Ends[0], c.Ends[1])
	}
	l := &a.list
	text := fmt.Sprintf("%s: %d connections", name, len(l.all))
	if len(l.all) == 1 {
		text = name + ": 1 connection"
	}
	if l.keep != nil {
		text = fmt.Sprintf("%s: %d of %d connections, %s", name, len(l.shown), len(l.all), l.filter)
	}
	if a.damaged {
		text += ", the file is damaged"
	}
	if l.partial != "" {
		text += ", " + l.partial
	}
	return text
}

// drawFoot shows the prompt, a note, or which keys there are.
func (a *App) drawFoot(area cell.Area) {
	switch {
	case a.prompt != nil:
		x := area.Put(0, 0, a.prompt.sign+a.prompt.text, bold)
		x = area.Put(x, 0, " ", cell.Look{Reverse: true})
		area.Put(x+1, 0, a.prompt.hint, dim)
	case a.note != "":
		area.Put(0, 0, a.note, cell.Look{Ink: cell.Yellow})
	default:
		area.Put(0, 0, a.hint(), dim)
	}
}

func (a *App) hint() string {
	switch {
	case a.help != nil:
		return "Esc closes the help"
	case a.open == nil:
		return "Enter opens  s sorts  f filters  / searches  :frame  ? help  q quits"
	case a.tab == tabSegments:
		return "m next mark  / searches  :frame  Tab next view  Esc list  ? help  q quits"
	case a.tab == tabCharts:
		return "Enter one chart  d direction  Tab next view  Esc list  ? help  q quits"
	}
	if f := a.open.pages[a.tab].frame(); f != 0 {
		return fmt.Sprintf("Enter goes to frame %d  Tab next view  Esc list  ? help  q quits", f)
	}
	return "Tab next view  / searches  [ ] other connection  Esc list  ? help  q quits"
}
