// Package netns makes network namespaces that have no name: a file descriptor
// of this process keeps each alive, and the kernel removes it, with all the
// interfaces in it, when the process ends in whatever way.
//
// In: functions to run inside. Out: their results. It needs the right to make
// namespaces (root, or a user namespace of one's own) and says so where it is
// missing. It never changes the namespace of a thread for longer than a call.
//
//	n, err := netns.New()
//	defer n.Close()
//	err = n.Do(func() error { conn, err = net.Dial("tcp", "10.0.0.2:80"); return err })
package netns

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/vishvananda/netlink"
	vnetns "github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Namespace is a network namespace. The zero value is invalid; see New. Its
// methods are safe for several goroutines.
type Namespace struct{ handle vnetns.NsHandle }

// New makes a namespace with nothing in it but an lo that is down.
func New() (*Namespace, error) {
	n := &Namespace{handle: vnetns.None()}
	err := visit(func() error {
		handle, err := vnetns.New()
		if err != nil {
			return err
		}
		n.handle = handle
		return nil
	})
	switch {
	case errors.Is(err, unix.EPERM):
		return nil, errors.New("no right to make network namespaces (hint: run as root, or allow unprivileged user namespaces)")
	case err != nil:
		return nil, fmt.Errorf("making a network namespace: %w", err)
	}
	return n, nil
}

// Do runs f on a thread that is inside the namespace. Sockets that f opens and
// programs that it starts stay there.
func (n *Namespace) Do(f func() error) error {
	return visit(func() error {
		if err := vnetns.Set(n.handle); err != nil {
			return fmt.Errorf("entering a network namespace: %w", err)
		}
		return f()
	})
}

// visit runs f on a locked thread, whose namespace is put back afterwards.
func visit(f func() error) error {
	result := make(chan error, 1)
	go func() {
		// Replaced unless f ends the goroutine, as a failing test does.
		err := errors.New("the function that was run in a network namespace did not return")
		defer func() { result <- err }()
		runtime.LockOSThread()
		home, herr := vnetns.Get()
		if herr != nil {
			err = fmt.Errorf("this thread's network namespace: %w", herr)
			return
		}
		defer func() {
			// A thread that cannot go home stays locked, and so ends with this
			// goroutine instead of running somebody else's code in the wrong place.
			if vnetns.Set(home) == nil {
				runtime.UnlockOSThread()
			}
			home.Close() // nothing was written to it
		}()
		err = f()
	}()
	return <-result
}

// Netlink opens a netlink socket inside the namespace. The caller closes it.
func (n *Namespace) Netlink() (*netlink.Handle, error) {
	h, err := netlink.NewHandleAt(n.handle, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, fmt.Errorf("netlink in a network namespace: %w", err)
	}
	return h, nil
}

// Fd is the descriptor that names the namespace to the kernel, as for moving
// an interface into it.
func (n *Namespace) Fd() int { return int(n.handle) }

// Sysctl writes one of the namespace's settings, named as below /proc/sys/net.
func (n *Namespace) Sysctl(name, value string) error {
	return n.Do(func() error {
		// The kernel looks at the namespace of the thread that opens the file.
		return os.WriteFile("/proc/sys/net/"+strings.TrimPrefix(name, "/"), []byte(value), 0)
	})
}

// Close lets the namespace go. The kernel removes it once no socket, program
// or thread is left in it.
func (n *Namespace) Close() error {
	if !n.handle.IsOpen() {
		return nil
	}
	return n.handle.Close()
}
