package workload

import (
	"io"
	"time"

	"golang.org/x/sys/unix"
)

func (c *kernelConn) tryRead(p []byte) (int, error)  { return c.try("read", unix.Read, p) }
func (c *kernelConn) tryWrite(p []byte) (int, error) { return c.try("write", unix.Write, p) }

// try reads or writes without waiting; nothing moved is no error.
func (c *kernelConn) try(name string, f func(int, []byte) (int, error), p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	first := &c.wrote
	if name == "read" {
		first = &c.read
	}
	moved := 0
	err := c.with(func(fd int) (err error) {
		moved, err = f(fd, p)
		return err
	})
	if err == unix.EAGAIN {
		return 0, nil
	}
	if err == nil && moved == 0 {
		err = io.ErrUnexpectedEOF
	}
	return c.transfer(name, first, func() (int, error) { return moved, err })
}

func (c *kernelConn) awaitOr(writer Conn) error {
	const moment = 50 * time.Millisecond
	return c.with(func(in int) error {
		waits := []unix.PollFd{{Fd: int32(in), Events: unix.POLLIN}}
		poll := func() error {
			_, err := unix.Poll(waits, int(moment/time.Millisecond))
			if err == unix.EINTR {
				return nil
			}
			return err
		}
		other, ok := writer.(*kernelConn)
		if !ok {
			return poll()
		}
		return other.with(func(out int) error {
			waits = append(waits, unix.PollFd{Fd: int32(out), Events: unix.POLLOUT})
			return poll()
		})
	})
}
