package live

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// favoured is the nice value of a thread that empties a ring. It needs a tenth
// of what moving the packets takes; where it gets no processor in time, packets
// are lost.
const favoured = -10

// favour lets the caller's thread run before others, if that is allowed, until
// what it returns is called.
func favour() (end func()) {
	runtime.LockOSThread()
	thread := unix.Gettid()
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, thread)
	before := 20 - raw // the system call cannot return what is negative
	if err != nil || before <= favoured || unix.Setpriority(unix.PRIO_PROCESS, thread, favoured) != nil {
		return runtime.UnlockOSThread
	}
	return func() {
		// Where it cannot be taken back, the thread stays locked and ends with
		// the goroutine.
		if unix.Setpriority(unix.PRIO_PROCESS, thread, before) == nil {
			runtime.UnlockOSThread()
		}
	}
}
