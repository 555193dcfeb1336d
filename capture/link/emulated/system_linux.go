package emulated

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// read and write do not block and take about a microsecond, so they skip what
// Go's runtime does around system calls that might: the thread would lose its
// processor to another goroutine in the middle of a burst.
func read(fd int, b []byte) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	return int(n), errno
}

func write(fd int, b []byte) unix.Errno {
	_, _, errno := unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	return errno
}

// punctual asks the kernel to wake this thread on time: no timer slack (50 µs
// otherwise), and ahead of others where the rights allow it. Of them, real time
// comes first, or else a nice value: the thread mostly sleeps, and where it has
// work, the two hosts that make the work wait for it. The function that it
// returns takes that back, since the runtime uses the thread again.
func punctual() (restore func()) {
	const self, asIs, lowest = 0, 0, 1 // for timer slack: back to the thread's default
	before, known := unix.SchedGetAttr(self, 0)
	// Errors leave the thread as it was, which is right: it works, only later.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	if known == nil && unix.SchedSetAttr(self, &unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_RR, Priority: lowest}, 0) != nil {
		favoured := *before
		favoured.Nice -= 10
		_ = unix.SchedSetAttr(self, &favoured, 0)
	}
	return func() {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, asIs, 0, 0, 0)
		if known == nil {
			_ = unix.SchedSetAttr(self, before, 0)
		}
	}
}
