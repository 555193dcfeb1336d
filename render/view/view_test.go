package view

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
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
	s, err := scenario.Parse("played", text)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	return Options{File: "played.pcap", Open: opener(data)}
}

// TestScreens presses keys and compares the page with a file.
func TestScreens(t *testing.T) {
	for _, test := range []struct{ name, capture, size, keys string }{
		{"list", "short-connections", "80x24", "j j"},
		{"list-wide", "short-connections", "120x40", "End"},
		{"list-sorted", "short-connections", "120x40", "s s s"},
		{"list-ipv6", "benchmark-ipv6", "80x24", ""},
		{"summary", "linux-loss", "80x24", "Enter"},
		{"summary-wide", "linux-loss", "120x40", "Enter"},
		{"states", "half-close", "80x24", "Enter 2"},
		{"states-wide", "simultaneous-close", "120x40", "Enter 2"},
		{"segments", "linux-loss", "80x24", "Enter 3 m m m"},
		{"segments-wide", "linux-loss", "120x40", "Enter 3 : 9 1 3 Enter"},
		{"ladder", "reset-unread-server", "80x24", "Enter 4"},
		{"ladder-wide", "linux-loss", "120x40", "Enter 4 PgDn PgDn PgDn PgDn"},
		{"charts", "linux-loss", "80x24", "Enter 5"},
		{"charts-wide", "linux-loss", "120x40", "Enter 5"},
		{"chart", "benchmark-loss", "80x24", "Enter 5 Enter"},
		{"words", "refused", "80x24", "Enter 6"},
		{"help", "refused", "80x24", "?"},
		{"prompt", "refused", "80x24", "f p o r t Space 4"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, labCapture(t, test.capture))
			width, height := sizeOf(test.size)
			r.screen(width, height)
			for _, k := range Keys(test.keys) {
				r.press(string(k))
				r.screen(width, height) // how far a key leads depends on the page
			}
			golden(t, test.name, r.screen(width, height))
		})
	}
}

func sizeOf(s string) (w, h int) {
	return map[string]int{"80x24": 80, "120x40": 120}[s], map[string]int{"80x24": 24, "120x40": 40}[s]
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test ./render/view -update writes it anew. It is now\n%s", path, got)
	}
}

// TestSizes draws every tab at many sizes, also those that are too small.
func TestSizes(t *testing.T) {
	r := newRig(t, labCapture(t, "benchmark-loss"))
	for _, keys := range []string{"", "Enter 1", "2", "3", "4", "5", "Enter", "6", "?"} {
		r.press(keys)
		for _, size := range [][2]int{{0, 0}, {1, 1}, {39, 30}, {40, 10}, {41, 11}, {80, 24}, {57, 13}, {200, 60}, {400, 10}} {
			if text := r.screen(size[0], size[1]); size[0] >= leastWidth && size[1] >= leastHeight && !strings.Contains(text, "client.pcapng.gz") {
				t.Errorf("after %q at %v there is no title:\n%s", keys, size, text)
			}
		}
	}
}

// TestResize keeps the place in a text whose lines are made anew.
func TestResize(t *testing.T) {
	r := newRig(t, labCapture(t, "linux-loss"))
	r.press("Enter 6")
	r.screen(80, 24)
	r.press("PgDn PgDn PgDn")
	r.screen(80, 24)
	p := &r.open.pages[tabWords]
	before := float64(p.at) / float64(len(p.lines))
	r.screen(120, 40)
	if after := float64(p.at) / float64(len(p.lines)); after < before-0.05 || after > before+0.05 || p.width != 120 {
		t.Errorf("the cursor was at %.2f of the text and is at %.2f, made for %d columns", before, after, p.width)
	}
}

const hostileName = "/tmp/\x1b]0;owned\x07\x1b[2J\u202egnp.\u200d界界\u0301\xff\n.pcap"

// TestHostile shows names that would like to drive the terminal.
func TestHostile(t *testing.T) {
	o := played(t, "0 > S 0:0(0)\n0.1 < R. 0:0(0) ack 1\n")
	o.File = hostileName
	r := newRig(t, o)
	for _, keys := range []string{"", "f \x1b \u202e 界 Enter", "Esc Enter", "2", "3", "4", "5", "6"} {
		r.press(keys)
		r.screen(80, 24)
		r.screen(121, 40)
	}
	if title := strings.SplitN(r.screen(80, 24), "\n", 2)[0]; !strings.Contains(title, "界界") {
		t.Errorf("the title lacks what can be shown: %q", title)
	}
}

// TestASCII shows everything without a letter beyond ASCII.
func TestASCII(t *testing.T) {
	o := labCapture(t, "linux-loss")
	o.ASCII = true
	r := newRig(t, o)
	for _, keys := range []string{"", "Enter", "2", "3", "4", "5", "6", "?"} {
		r.press(keys)
		r.screen(120, 40)
	}
}

const three = `
0.000 > S 0:0(0)
0.010 < S. 0:0(0) ack 1
0.020 > . 1:1(0) ack 1
0.030 > P. 1:11(10) ack 1
0.050 > P. 1:11(10) ack 1
0.060 < . 1:1(0) ack 11
@conn 1
0.100 > S 0:0(0)
0.110 < R. 0:0(0) ack 1
@conn 2
0.200 > S 0:0(0)
1.200 > S 0:0(0)
`

func (r *rig) shown() (numbers []int) {
	for _, i := range r.list.shown {
		numbers = append(numbers, r.list.all[i].number)
	}
	return numbers
}

// TestList filters, sorts and searches.
func TestList(t *testing.T) {
	for _, test := range []struct {
		keys  string
		shown []int
		at    int // number of the connection under the cursor
		note  string
	}{
		{"", []int{0, 1, 2}, 0, ""},
		{"r", []int{2, 1, 0}, 2, "sorted by conn, largest first"},
		{"s s s s s", []int{0, 1, 2}, 0, "sorted by packets, largest first"},
		{"S", []int{1, 2, 0}, 1, "sorted by findings, largest first"},
		{"f t c p [ 1 3 ] & 4 ! = 0 Enter", []int{1}, 1, ""},
		{"f s y n - u n a Enter", []int{2}, 2, `no filter expression, so these are the lines with the text "syn-una"`},
		{"f h o s t Space 1 . 2 . 3 . 4 Enter", nil, -1, ""},
		{"f s y n - u n a Enter f Ctrl-U Enter", []int{0, 1, 2}, 2, ""},
		{"f s y n - u n a Enter Esc", []int{0, 1, 2}, 2, ""},
		{"f x Esc", []int{0, 1, 2}, 0, ""},
		{"/ r e f u s Enter", []int{0, 1, 2}, 1, ""},
		{"/ n o w h e r e Enter", []int{0, 1, 2}, 0, "not found: nowhere"},
		{"G", []int{0, 1, 2}, 2, ""},
		{"G k", []int{0, 1, 2}, 1, ""},
	} {
		r := newRig(t, played(t, three))
		r.screen(80, 24)
		r.press(test.keys)
		at := -1
		if e := r.list.current(); e != nil {
			at = e.number
		}
		if shown := r.shown(); !equal(shown, test.shown) || at != test.at || r.note != test.note {
			t.Errorf("%q shows %v at %d with the note %q, want %v at %d with %q", test.keys, shown, at, r.note, test.shown, test.at, test.note)
		}
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// TestJumps goes to frames and connections.
func TestJumps(t *testing.T) {
	for _, test := range []struct {
		keys        string
		conn, frame int // -1 for the list
		note        string
	}{
		{": 8 Enter", 1, 8, ""},
		{": 9 9 Enter", -1, 0, "frame 99 is of no TCP connection in this list"},
		{": x Enter", -1, 0, `"x" is no frame number`},
		{": c 2 Enter 3", 2, 9, ""},
		{": c 7 Enter", -1, 0, "no connection 7 here"},
		{"Enter : 5 Enter", 0, 5, ""},
		{"Enter : 8 Enter", 0, 6, "frame 8 is behind the last of this connection"},
		{"G Enter : 3 Enter", 2, 9, "frame 3 is not of this connection; this is the next that is"},
		{"Enter 3 m", 0, 5, ""},
		{"Enter 3 m m", 0, 5, "no further segment marked"},
		{"Enter 3 / a c k Space 1 1 Enter", 0, 6, ""},
		{"Enter : $ Enter", 0, 6, ""},
		{"Enter ] 3", 1, 7, ""},
		{"Enter 2 j j j j Enter", 0, 1, ""},
		{"Enter Esc", -1, 0, ""},
		{"Enter Tab Tab", 0, 1, ""},
		{"Enter Backtab Backtab Backtab Backtab", 0, 1, ""},
	} {
		r := newRig(t, played(t, three))
		r.screen(80, 24)
		for _, k := range Keys(test.keys) {
			r.press(string(k))
			r.screen(80, 24)
		}
		conn, frame := -1, 0
		if r.open != nil {
			conn, frame = r.open.number, int(r.open.rows.row(r.open.segments.at).Frame)
		}
		if conn != test.conn || frame != test.frame || r.note != test.note {
			t.Errorf("%q leads to frame %d of %d with the note %q, want %d of %d with %q", test.keys, frame, conn, r.note, test.frame, test.conn, test.note)
		}
	}
}

// TestWindow scrolls through a connection of which few segments are kept.
func TestWindow(t *testing.T) {
	r := newRig(t, labCapture(t, "linux-loss"))
	r.keep = 100
	r.press("Enter 3")
	total := r.open.rows.total
	if total < 500 {
		t.Fatalf("only %d segments", total)
	}
	want := make([]int64, 0, total)
	for at := range total {
		r.goTo(at)
		r.settle()
		row := r.open.rows.row(r.open.segments.at)
		if r.open.segments.at != at || row == nil || len(r.open.rows.rows) > r.keep {
			t.Fatalf("at %d of %d: the cursor is at %d with %d rows kept", at, total, r.open.segments.at, len(r.open.rows.rows))
		}
		want = append(want, int64(row.Frame))
	}
	for _, at := range []int{0, total - 1, total / 2, 3, total - 7} {
		r.press(": " + strings.Join(strings.Split(decimal(want[at]), ""), " ") + " Enter")
		if r.open.segments.at != at || r.note != "" {
			t.Errorf("frame %d is at %d, the cursor at %d: %s", want[at], at, r.open.segments.at, r.note)
		}
	}
}

// TestInterrupt stops a reading, and forgets one that another replaced.
func TestInterrupt(t *testing.T) {
	r := newRig(t, labCapture(t, "short-connections"))
	r.held = true
	r.press("Enter")
	if text := r.screen(80, 24); !strings.Contains(text, "opening 0") {
		t.Errorf("nothing says that a connection is opened:\n%s", text)
	}
	r.press("j Enter Esc")
	if text := r.screen(80, 24); !strings.Contains(text, "stopping") {
		t.Errorf("nothing says that it is stopped:\n%s", text)
	}
	r.held = false
	r.settle()
	if r.open != nil || r.job != nil {
		t.Errorf("after Esc there is still %v, and open is %v", r.job, r.open)
	}
}

var errBroken = errors.New("the disk is gone")

// TestFailures tells what cannot be read.
func TestFailures(t *testing.T) {
	r := newRig(t, Options{File: "a.pcap", Open: func() (Capture, error) { return nil, errBroken }})
	if text := r.screen(80, 24); !strings.Contains(text, errBroken.Error()) {
		t.Errorf("the error is not told:\n%s", text)
	}
	o := played(t, three)
	whole := o.Open
	fail := false
	o.Open = func() (Capture, error) {
		if fail {
			return nil, errBroken
		}
		return whole()
	}
	r = newRig(t, o)
	fail = true
	r.press("Enter")
	if text := r.screen(80, 24); !strings.Contains(text, errBroken.Error()) || r.open != nil {
		t.Errorf("the error is not told:\n%s", text)
	}
}

// TestDamaged says so of a file that is cut.
func TestDamaged(t *testing.T) {
	s, err := scenario.Parse("three", three)
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.Pcap()
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, Options{File: "cut.pcap", Open: opener(data[:len(data)-3])})
	if text := r.screen(80, 24); !strings.Contains(text, "damaged") {
		t.Errorf("the damage is not told:\n%s", text)
	}
}

// TestAnyKeys presses keys at random: the page can always be drawn.
func TestAnyKeys(t *testing.T) {
	keys := append(Keys("j k g G PgUp PgDn Ctrl-D Ctrl-U Home End Enter Esc Tab Backtab Left Right Backspace ? s S r f / : n N m M d [ ] 1 2 3 4 5 6 7 $ c a Space Ctrl-W"), "")
	o := played(t, three)
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(t, o)
		r.keep = 3
		for _, k := range rapid.SliceOfN(rapid.SampledFrom(keys), 1, 60).Draw(t, "keys") {
			r.Handle(k)
			r.settle()
			r.screen(rapid.IntRange(38, 130).Draw(t, "width"), rapid.IntRange(8, 40).Draw(t, "height"))
		}
	})
}
