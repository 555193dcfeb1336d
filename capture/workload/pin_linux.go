package workload

import (
	"fmt"
	"runtime"

	"golang.org/x/sys/unix"
)

// pinned runs f on one processor: the first that this thread may use, which is
// the original's CPU 0 unless the system keeps it for others.
func pinned(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var before, one unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		return fmt.Errorf("the processors of this thread: %w", err)
	}
	first := 0
	for !before.IsSet(first) {
		first++ // some processor is there: we run on it
	}
	one.Set(first)
	if err := unix.SchedSetaffinity(0, &one); err != nil {
		return fmt.Errorf("pinning to processor %d: %w", first, err)
	}
	defer func() {
		_ = unix.SchedSetaffinity(0, &before) // it was in force a moment ago
	}()
	return f()
}
