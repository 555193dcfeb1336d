package view

import (
	"bytes"
	"flag"
	"path/filepath"
	"sync"
	"testing"
	"unicode"

	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"github.com/flowstate-tcp/flowstate/render/view/cell"
)

var update = flag.Bool("update", false, "write the screens that differ")

// rig is a browser whose readings run when it is told so, and end at once.
type rig struct {
	t teller
	*App
	mu     sync.Mutex // a reading posts from its own goroutines
	posted []func()
	work   []func()
	held   bool // readings wait
}

// teller is a test, or a check of a property.
type teller interface {
	Errorf(format string, args ...any)
}

func newRig(t teller, o Options) *rig {
	r := &rig{t: t}
	o.Start = func(work func()) { r.work = append(r.work, work) }
	o.Post = func(f func()) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.posted = append(r.posted, f)
	}
	o.Filter = func(text string) (func(*decode.Segment) bool, error) {
		e, err := filter.Parse(text)
		return func(s *decode.Segment) bool {
			return filter.Match(e, &filter.Header{Src: s.Src.AddrPort(), Dst: s.Dst.AddrPort(), Flags: uint16(s.Flags)})
		}, err
	}
	r.App = New(o)
	r.settle()
	return r
}

// settle runs what was started and delivers what was posted.
func (r *rig) settle() {
	for !r.held && (len(r.work) > 0 || len(r.posted) > 0) {
		work := r.work
		r.work = nil
		for _, w := range work {
			w()
		}
		r.mu.Lock()
		posted := r.posted
		r.posted = nil
		r.mu.Unlock()
		for _, f := range posted {
			f()
		}
	}
}

func (r *rig) press(keys string) {
	for _, k := range Keys(keys) {
		r.Handle(k)
		r.settle()
	}
}

// screen draws, and fails on any cell that could move a terminal's cursor.
func (r *rig) screen(width, height int) string {
	g := cell.New(width, height)
	r.Draw(g)
	for y := range g.Height {
		for x := range g.Width {
			switch c := g.At(x, y).Rune; {
			case c != 0 && !unicode.IsPrint(c) && c != unicode.ReplacementChar:
				r.t.Errorf("%q at column %d, line %d", c, x, y)
			case c > unicode.MaxASCII && r.o.ASCII:
				r.t.Errorf("%q at column %d, line %d is not ASCII", c, x, y)
			case c == 0 && cell.Width(g.At(x-1, y).Rune) != 2:
				r.t.Errorf("half a character at column %d, line %d", x, y)
			}
		}
	}
	return g.String()
}

// opener opens a capture that is held in memory.
func opener(data []byte) func() (Capture, error) {
	return func() (Capture, error) { return pcapfile.NewReader(bytes.NewReader(data), "test") }
}

func labCapture(t testing.TB, name string) Options {
	path := filepath.Join(testneed.Root(t), "testdata/lab", name, "client.pcapng.gz")
	return Options{File: path, Open: func() (Capture, error) { return pcapfile.Open(path) }}
}

func played(t testing.TB, text string) Options {
	return Options{File: "played.pcap", Open: opener(scenariotest.Pcap(t, text))}
}
