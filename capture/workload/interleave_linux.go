package workload

import (
	"context"
	"fmt"
	"io"
	"time"

	"golang.org/x/sys/unix"
)

// interleave is 1thread: one thread writes what fits and reads what is there,
// and waits only when neither moved anything.
func (i *iteration) interleave(ctx context.Context, p pair) (transfer, error) {
	reader, ok := p[Client].(*kernelConn)
	writer, too := p[Server].(*kernelConn)
	if !ok || !too {
		return transfer{}, &UsageError{Problem: "1thread needs the kernel's TCP", Hint: "2thread"}
	}
	t := transfer{begin: i.env.Clock.Now()}
	for wrote, got := int64(0), int64(0); got < i.Total; {
		room := min(i.Total-wrote, i.Buffer-wrote%i.Buffer)
		w, err := writer.try("write", unix.Write, i.buffers[Server][:room])
		if err != nil {
			return t, err
		}
		r, err := reader.try("read", unix.Read, i.buffers[Client][got%i.Buffer:])
		if err != nil {
			return t, fmt.Errorf("after %d of %d bytes: %w", got, i.Total, err)
		}
		wrote, got = wrote+int64(w), got+int64(r)
		if w+r == 0 {
			err = awaitEither(reader, writer, wrote < i.Total)
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return t, err
		}
	}
	t.end = i.env.Clock.Now()
	return t, nil
}

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

// awaitEither waits until something can move, or a moment: the context has to
// be looked at too.
func awaitEither(reader, writer *kernelConn, more bool) error {
	const moment = 50 * time.Millisecond
	return reader.with(func(in int) error {
		return writer.with(func(out int) error {
			waits := []unix.PollFd{{Fd: int32(in), Events: unix.POLLIN}, {Fd: int32(out), Events: unix.POLLOUT}}
			if !more {
				waits = waits[:1]
			}
			_, err := unix.Poll(waits, int(moment/time.Millisecond))
			if err == unix.EINTR {
				return nil
			}
			return err
		})
	})
}
