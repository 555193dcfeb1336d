package view

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// TestScreens presses keys and compares the page with a file. What other packages
// word is left to TestTexts, but for what stands beside other things.
func TestScreens(t *testing.T) {
	for _, test := range []struct{ name, capture, size, keys string }{
		{"list", "short-connections", "80x24", "j j"},
		{"list-wide", "short-connections", "120x40", "End"},
		{"list-sorted", "short-connections", "120x40", "s s s"},
		{"list-ipv6", "benchmark-ipv6", "80x24", ""},
		{"states", "half-close", "80x24", "Enter 2"},
		{"states-wide", "simultaneous-close", "120x40", "Enter 2"},
		{"segments", "linux-loss", "80x24", "Enter 3 m m m"},
		{"segments-wide", "linux-loss", "120x40", "Enter 3 : 9 1 3 Enter"},
		{"chart", "benchmark-loss", "80x24", "Enter 5 Enter"},
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
	testneed.Golden(t, filepath.Join("testdata", name+".txt"), []byte(got), *update)
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
