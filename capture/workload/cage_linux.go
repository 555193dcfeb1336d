package workload

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// cage is a process namespace (pid_namespaces(7)). Whoever is put into it stays
// there, with all its children, in whatever session or process group they are:
// when its first process ends, the kernel ends all others. The first process
// does nothing but wait for the end of a pipe whose other end is ours alone, so
// that it ends with us, in whatever way we do.
//
// The files below /proc are still the host's, and so are the process numbers in
// their names.
type cage struct {
	first  *exec.Cmd // nil: this system allows no such namespace
	leash  io.Closer
	inside *os.File // the namespace, for setns(2)
}

// newCage makes a cage, or one without bars where the system allows none.
func newCage() (*cage, error) {
	first := exec.Command("/bin/sh", "-c", "read end")
	first.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID, Setpgid: true}
	leash, err := first.StdinPipe()
	if err != nil {
		return nil, err
	}
	err = first.Start()
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSPC) {
		return &cage{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("a process namespace: %w", err)
	}
	c := &cage{first: first, leash: leash}
	if c.inside, err = os.Open(fmt.Sprintf("/proc/%d/ns/pid", first.Process.Pid)); err != nil {
		c.close()
		return nil, fmt.Errorf("a process namespace: %w", err)
	}
	return c, nil
}

// start starts a program in the cage. It is a child of ours all the same: its
// number is the host's, and we wait for it. The thread stays with the namespace,
// since a user namespace has no right to go back, and ends with its goroutine.
func (c *cage) start(program *exec.Cmd) error {
	if c.first == nil {
		return program.Start()
	}
	runtime.LockOSThread() // and nobody unlocks it
	if err := unix.Setns(int(c.inside.Fd()), unix.CLONE_NEWPID); err != nil {
		return fmt.Errorf("entering a process namespace: %w", err)
	}
	// Package syscall asks who the parent is before it relies on that signal, and
	// takes one outside the namespace, of which it gets no number, for dead.
	program.SysProcAttr.Pdeathsig = 0
	return program.Start()
}

// close ends whoever is left. Those that start started have to be waited for by
// somebody else, or it does not return.
func (c *cage) close() {
	if c.first == nil {
		return
	}
	c.leash.Close()    // nothing was written
	_ = c.first.Wait() // it has read no line, and its status says so
	c.inside.Close()   // nil or not, nothing was written
}
