package workload

import (
	"context"
	"net/netip"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socket is one descriptor. The runtime's poller waits for it, so that the end
// of its context can interrupt any call: a deadline in the past.
//
// Blocking calls, as the original has them, were the alternative; a thread in
// one can only be freed by a shutdown, which puts a FIN on the wire.
type socket struct {
	endpoint
	kernel *Kernel
	file   *os.File
	raw    syscall.RawConn
	stop   func() bool // forgets the context
}

// adopt hands the new descriptor to the poller and to its context.
func (s *socket) adopt() (err error) {
	s.file = os.NewFile(uintptr(s.fd), s.host)
	if s.raw, err = s.file.SyscallConn(); err != nil {
		return err
	}
	s.stop = context.AfterFunc(s.ctx, s.interrupt)
	return nil
}

// giveUp closes a socket that came to nothing and returns why.
func (s *socket) giveUp(why error) error {
	_ = s.Close() // why is the error to tell
	return why
}

// control runs a call that does not wait.
func (s *socket) control(name, detail string, f func(fd int) error) error {
	return s.call(name, detail, func() error { return s.with(f) })
}

// with runs f while the descriptor cannot be closed.
func (s *socket) with(f func(fd int) error) error {
	var failed error
	if err := s.raw.Control(func(fd uintptr) { failed = f(int(fd)) }); err != nil {
		return err
	}
	return failed
}

func (s *socket) bind(at netip.AddrPort) error {
	s.local = at
	return s.control("bind", "", func(fd int) error {
		if err := unix.Bind(fd, sockaddr(at)); err != nil {
			return err
		}
		s.readLocal(fd)
		return nil
	})
}

func (s *socket) connect(to netip.AddrPort, timeout time.Duration) error {
	s.remote = to
	return s.call("connect", "", func() error {
		if timeout != 0 {
			defer s.limit(timeout)()
		}
		err := s.with(func(fd int) error { return unix.Connect(fd, sockaddr(to)) })
		if err != nil && err != unix.EINPROGRESS {
			return err
		}
		if err := s.awaitConnect(); err != nil {
			return err
		}
		return s.with(func(fd int) error { s.readLocal(fd); return nil })
	})
}

// limit gives calls a deadline until lift is called. The context's own, should
// it end meanwhile, is set again.
func (s *socket) limit(timeout time.Duration) (lift func()) {
	_ = s.file.SetDeadline(time.Now().Add(timeout)) // as in interrupt
	return func() {
		_ = s.file.SetDeadline(time.Time{}) // as in interrupt
		if s.ctx.Err() != nil {
			s.interrupt()
		}
	}
}

// interrupt ends the calls of now and of later.
func (s *socket) interrupt() {
	_ = s.file.SetDeadline(time.Unix(1, 0)) // fails only where it is closed already
}

// awaitConnect returns when the handshake is over, one way or the other.
func (s *socket) awaitConnect() error {
	var failed error
	err := s.raw.Write(func(fd uintptr) bool {
		code, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
		switch {
		case err != nil:
			failed = err
		case code != 0:
			failed = syscall.Errno(code)
		default:
			// A wake-up may be left over from before the call.
			_, err := unix.Getpeername(int(fd))
			return err == nil
		}
		return true
	})
	if err != nil {
		return err
	}
	return failed
}

// readLocal notes the address that the kernel chose.
func (s *socket) readLocal(fd int) {
	if name, err := unix.Getsockname(fd); err == nil { // else it stays what was asked for
		s.local = addrPort(name)
	}
}

// Close gives the descriptor back.
func (s *socket) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	if s.stop != nil {
		s.stop()
	}
	return s.call("close", "", s.file.Close)
}
