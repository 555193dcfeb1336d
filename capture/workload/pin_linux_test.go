package workload

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPinned: a thread has one processor inside, and all that it had afterwards.
func TestPinned(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	processors := func() (s unix.CPUSet) {
		if err := unix.SchedGetaffinity(0, &s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := processors()
	err := pinned(func() error {
		if s := processors(); s.Count() != 1 || !before.IsSet(0) == s.IsSet(0) {
			t.Errorf("%d processors, the first among them: %v", s.Count(), s.IsSet(0))
		}
		return nil
	})
	if err != nil || processors() != before {
		t.Errorf("%v; %v, want %v", err, processors(), before)
	}
}

// TestBenchmarkPinned: both ends of all modes work on one processor.
func TestBenchmarkPinned(t *testing.T) {
	for _, mode := range []Mode{TwoThreads, TwoProcesses, OneThread} {
		l := newLab(t)
		b := Benchmark{Mode: mode, Pinned: true, Bare: true, Total: 1 << 20, Self: self}
		if r, err := b.Run(t.Context(), l.Env); err != nil || len(r.Samples) != 1 {
			t.Errorf("%s: %+v, %v", mode, r, err)
		}
	}
}
