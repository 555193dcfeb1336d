package view

import (
	"errors"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"pgregory.net/rapid"
)

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
	data := scenariotest.Pcap(t, three)
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

// TestMouse clicks and turns the wheel.
func TestMouse(t *testing.T) {
	r := newRig(t, played(t, three))
	act := func(f func()) {
		f()
		r.settle()
		r.screen(80, 24)
	}
	act(func() {})
	place := func() [3]int {
		if r.open == nil {
			return [3]int{-1, -1, r.list.at}
		}
		return [3]int{r.open.number, r.tab, r.open.segments.at}
	}
	for i, step := range []struct {
		act  func()
		want [3]int // connection, tab, line; -1 for the list
	}{
		{func() { r.Click(5, 3) }, [3]int{-1, -1, 1}},
		{func() { r.Click(5, 12) }, [3]int{-1, -1, 1}},
		{func() { r.Click(5, 0) }, [3]int{-1, -1, 1}},
		{func() { r.Wheel(-1) }, [3]int{-1, -1, 0}},
		{func() { r.Click(5, 2) }, [3]int{0, tabSummary, 0}},
		{func() { r.Click(24, 1) }, [3]int{0, tabSegments, 0}},
		{func() { r.Click(70, 1) }, [3]int{0, tabSegments, 0}},
		{func() { r.Wheel(1) }, [3]int{0, tabSegments, 3}},
		{func() { r.Click(5, 4) }, [3]int{0, tabSegments, 1}},
		{func() { r.Click(5, 21) }, [3]int{0, tabSegments, 1}},
		{func() { r.Click(5, 1); r.Click(5, 8) }, [3]int{0, tabSummary, 1}},
	} {
		act(step.act)
		if got := place(); got != step.want {
			t.Errorf("after step %d the place is %v, want %v", i, got, step.want)
		}
	}
	if p := r.open.pages[tabSummary]; p.at != 6 {
		t.Errorf("the cursor is on line %d", p.at)
	}
}
