package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/gdamore/tcell/v2"

	"github.com/flowstate-tcp/flowstate/render/view"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

// endingSignals are those by which a terminal is left behind.
var endingSignals = []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT}

// show runs the browser on the terminal, which it leaves as it was, however it
// ends.
func show(o view.Options, mouse bool) error {
	tcell.SetEncodingFallback(tcell.EncodingFallbackASCII)
	screen, err := tcell.NewScreen()
	if err != nil {
		return usage("TERM=xterm flowstate view "+quote(o.File), "nothing here knows the terminal that TERM names, %q", os.Getenv("TERM"))
	}
	return perform(screen, o, mouse)
}

// perform runs the browser on a screen.
func perform(screen tcell.Screen, o view.Options, mouse bool) error {
	if err := screen.Init(); err != nil {
		return fmt.Errorf("the terminal cannot be used: %w", err)
	}
	defer screen.Fini() // also on the way of a panic
	if mouse {
		screen.EnableMouse(tcell.MouseButtonEvents)
	}
	return newStage(screen, o).run()
}

// stage is a terminal with the browser on it.
type stage struct {
	screen tcell.Screen
	app    *view.App
	events chan tcell.Event
	posted chan func()
	color  bool
	held   tcell.ButtonMask // buttons of the mouse that are down
}

func newStage(screen tcell.Screen, o view.Options) *stage {
	s := &stage{screen: screen, events: make(chan tcell.Event), posted: make(chan func(), 64), color: os.Getenv("NO_COLOR") == ""}
	o.Start, o.Post = s.start, func(f func()) { s.posted <- f }
	s.app = view.New(o)
	return s
}

// start runs work beside the keys. A panic there would leave the terminal as it
// is, so it is carried on where that can be mended.
func (s *stage) start(work func()) {
	go func() {
		defer func() {
			if why := recover(); why != nil {
				text := fmt.Sprintf("%v\n\n%s", why, debug.Stack())
				s.posted <- func() { panic(text) }
			}
		}()
		work()
	}()
}

// run goes on until the user or a signal ends it.
func (s *stage) run() error {
	quit := make(chan struct{})
	defer close(quit)
	go s.screen.ChannelEvents(s.events, quit)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, endingSignals...)
	defer signal.Stop(signals)
	for !s.app.Done() {
		s.draw()
		select {
		case e := <-s.events:
			s.take(e)
		case f := <-s.posted:
			f()
		case why := <-signals:
			return fmt.Errorf("ended: %v", why)
		}
		s.drain()
	}
	return nil
}

// drain takes what has come meanwhile, so that a page is not drawn for each.
func (s *stage) drain() {
	for !s.app.Done() {
		select {
		case e := <-s.events:
			s.take(e)
		case f := <-s.posted:
			f()
		default:
			return
		}
	}
}

// take hands an event of the terminal to the browser.
func (s *stage) take(e tcell.Event) {
	switch e := e.(type) {
	case *tcell.EventResize:
		s.screen.Sync()
	case *tcell.EventMouse:
		s.takeMouse(e)
	case *tcell.EventKey:
		switch {
		case e.Key() == tcell.KeyCtrlZ:
			s.suspend()
		case e.Key() == tcell.KeyCtrlL:
			s.screen.Sync()
		default:
			s.app.Handle(keyOf(e))
		}
	}
}

// takeMouse hands on the wheel, and clicks once they begin.
func (s *stage) takeMouse(e *tcell.EventMouse) {
	pressed := e.Buttons()
	switch {
	case pressed&tcell.WheelUp != 0:
		s.app.Wheel(-1)
	case pressed&tcell.WheelDown != 0:
		s.app.Wheel(1)
	case pressed&tcell.Button1 != 0 && s.held&tcell.Button1 == 0:
		s.app.Click(e.Position())
	}
	s.held = pressed
}

// suspend gives the terminal back to the shell, until it calls us back.
func (s *stage) suspend() {
	if canSuspend && s.screen.Suspend() == nil {
		stop()
		if err := s.screen.Resume(); err != nil {
			panic(err) // there is no terminal any more
		}
		s.screen.Sync()
	}
}

// keyNames are those of package view that tcell has others for.
var keyNames = map[tcell.Key]view.Key{
	tcell.KeyUp: "Up", tcell.KeyDown: "Down", tcell.KeyLeft: "Left", tcell.KeyRight: "Right",
	tcell.KeyPgUp: "PgUp", tcell.KeyPgDn: "PgDn", tcell.KeyHome: "Home", tcell.KeyEnd: "End",
	tcell.KeyEnter: "Enter", tcell.KeyEsc: "Esc", tcell.KeyTab: "Tab", tcell.KeyBacktab: "Backtab",
	tcell.KeyBackspace: "Backspace", tcell.KeyBackspace2: "Backspace", tcell.KeyF1: "F1",
	tcell.KeyCtrlB: "Ctrl-B", tcell.KeyCtrlC: "Ctrl-C", tcell.KeyCtrlD: "Ctrl-D", tcell.KeyCtrlF: "Ctrl-F",
	tcell.KeyCtrlU: "Ctrl-U", tcell.KeyCtrlW: "Ctrl-W",
}

func keyOf(e *tcell.EventKey) view.Key {
	switch {
	case e.Key() != tcell.KeyRune:
		return keyNames[e.Key()]
	case e.Rune() == ' ':
		return "Space"
	}
	return view.Key(e.Rune())
}

// draw puts the page of the browser on the screen.
func (s *stage) draw() {
	width, height := s.screen.Size()
	page := cell.New(width, height)
	s.app.Draw(page)
	for y := range height {
		for x := range width {
			if c := page.At(x, y); c.Rune != 0 {
				s.screen.SetContent(x, y, c.Rune, nil, s.style(c.Look))
			}
		}
	}
	s.screen.Show()
}

// inks are the colours by their numbers in ANSI.
var inks = [...]int{cell.Red: 1, cell.Green: 2, cell.Yellow: 3, cell.Blue: 4, cell.Magenta: 5, cell.Cyan: 6}

func (s *stage) style(l cell.Look) tcell.Style {
	style := tcell.StyleDefault.Bold(l.Bold).Dim(l.Dim).Reverse(l.Reverse)
	if l.Ink != cell.Plain && s.color {
		style = style.Foreground(tcell.PaletteColor(inks[l.Ink]))
	}
	return style
}

// utf8Locale tells whether the locale says that the terminal knows UTF-8.
func utf8Locale(getenv func(string) string) bool {
	for _, name := range [...]string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := strings.ToLower(getenv(name)); value != "" {
			return strings.Contains(value, "utf-8") || strings.Contains(value, "utf8")
		}
	}
	return false
}
