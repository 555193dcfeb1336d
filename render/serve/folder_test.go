package serve

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// TestSweep takes away what a crash left, and nothing else.
func TestSweep(t *testing.T) {
	r := newRig(t, 1000)
	r.write(partPrefix+"OLD", "x")
	r.write(partPrefix+"NEW", "x")
	r.write("a.pcap", "x")
	long := time.Now().Add(-2 * abandoned)
	for _, name := range []string{partPrefix + "OLD", "a.pcap"} {
		if err := os.Chtimes(filepath.Join(r.dir, name), long, long); err != nil {
			t.Fatal(err)
		}
	}
	r.site.o.Folder.sweep()
	if got := r.files(); !slices.Equal(got, []string{partPrefix + "NEW", "a.pcap"}) {
		t.Errorf("left are %q", got)
	}
}

// TestList lists the latest first, and counts what it leaves out.
func TestList(t *testing.T) {
	r := newRig(t, 0)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, name := range []string{"b.pcap", "a.pcap", "sub/c.cap", "capture-without-ending", "none"} {
		r.write(name, "x")
		if name == "capture-without-ending" {
			r.write(name, string(scenariotest.Pcap(t, "0 > S 0:0(0)\n")))
		}
		at := day.Add(time.Duration(i/2) * time.Hour)
		if err := os.Chtimes(filepath.Join(r.dir, name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	odd := 0
	if os.WriteFile(filepath.Join(r.dir, "\xff.pcap"), nil, 0o644) == nil { // not every file system takes it
		odd = 1
	}
	list, leftOut, err := r.site.o.Folder.List()
	var names []string
	for _, f := range list {
		names = append(names, f.Name)
	}
	if want := []string{"capture-without-ending", "sub/c.cap", "a.pcap", "b.pcap"}; err != nil || !slices.Equal(names, want) || leftOut != odd {
		t.Errorf("%q and %d left out, want %q and %d: %v", names, leftOut, want, odd, err)
	}
	if _, err := OpenFolder(filepath.Join(r.dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an absent folder: %v", err)
	}
}
