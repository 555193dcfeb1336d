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
// otherwise), and ahead of others where the rights allow it. The function that
// it returns takes that back, since the runtime uses the thread again.
func punctual() (restore func()) {
	const asIs = 0 // for timer slack: back to the thread's default
	nice, niceErr := unix.Getpriority(unix.PRIO_PROCESS, 0)
	nice = 20 - nice // the system call answers 20 less the value
	// Errors leave the thread as it was, which is right: it works, only later.
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0)
	_ = unix.Setpriority(unix.PRIO_PROCESS, 0, nice-10)
	return func() {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, asIs, 0, 0, 0)
		if niceErr == nil {
			_ = unix.Setpriority(unix.PRIO_PROCESS, 0, nice)
		}
	}
}
