package main

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
)

// TestCrew: no more are drawn at a time than there are slots, all are drawn, and
// of those that fail the first is told.
func TestCrew(t *testing.T) {
	slots := newSlots(3)
	for _, failing := range []bool{false, true} {
		var watch stopwatch
		c := crew{slots: slots, watch: &watch}
		var now, most atomic.Int32
		for i := range 100 {
			c.do(func() error {
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				defer now.Add(-1)
				if failing && i >= 2 {
					return fmt.Errorf("figure %d", i)
				}
				return nil
			})
		}
		err := c.wait()
		switch {
		case most.Load() > 3:
			t.Errorf("%d at a time", most.Load())
		case !failing && (err != nil || watch.drawn.Load() != 100):
			t.Errorf("%d drawn, %v", watch.drawn.Load(), err)
		case failing && (err == nil || watch.drawn.Load() > 6):
			t.Errorf("%d drawn, %v", watch.drawn.Load(), err)
		}
	}
}

// TestFiguresInOneRun draws the connections of captures at several settings of -j:
// the same files, byte for byte.
func TestFiguresInOneRun(t *testing.T) {
	captures := []string{"../../testdata/lab/short-connections/client.pcapng.gz", "../../testdata/lab/half-close/client.pcapng.gz"}
	for _, command := range [][]string{{"plot", "--kind", "states,tcptrace"}, {"diagram"}, {"ladder", "--image", "svg"}} {
		var first map[string][]byte
		for _, jobs := range []string{"1", "4"} {
			dir := t.TempDir()
			printedBy(t, 0, append(append(command, "-q", "-j", jobs, "-o", dir+"/"), captures...)...)
			all := contents(t, dir)
			if first == nil {
				first = all
				continue
			}
			if err := sameFiles(first, all); err != nil {
				t.Errorf("%s: %v", command[0], err)
			}
		}
	}
}

func sameFiles(a, b map[string][]byte) error {
	if len(a) < 10 || len(a) != len(b) {
		return fmt.Errorf("%d and %d files", len(a), len(b))
	}
	for name := range a {
		if string(a[name]) != string(b[name]) {
			return errors.New(name + " differs")
		}
	}
	return nil
}
