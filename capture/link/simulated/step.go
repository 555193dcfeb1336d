package simulated

import (
	"bytes"
	"io"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"
)

// TryRead reads what is there. Nothing there is no error, and the end of the
// stream is io.EOF.
func (c *Conn) TryRead(b []byte) (int, error) {
	into := tcpip.SliceWriter(b)
	result, err := c.ep.Read(&into, tcpip.ReadOptions{})
	switch err.(type) {
	case nil:
		c.ep.ModerateRecvBuf(result.Count)
		return result.Count, nil
	case *tcpip.ErrWouldBlock:
		return 0, nil
	case *tcpip.ErrClosedForReceive:
		return 0, io.EOF
	}
	return 0, c.failure("read", translate(err))
}

// TryWrite writes what the buffer has room for.
func (c *Conn) TryWrite(b []byte) (int, error) {
	n, err := c.ep.Write(bytes.NewReader(b), tcpip.WriteOptions{})
	if _, full := err.(*tcpip.ErrWouldBlock); err != nil && !full {
		return int(n), c.failure("write", translate(err))
	}
	return int(n), nil
}

// AwaitEither parks the current task until the one connection can be read or
// the other (nil: none) be written. Their deadlines count for nothing.
func AwaitEither(read, write *Conn) error {
	const failed = waiter.EventErr | waiter.EventHUp
	w := read.host.world
	if write == nil {
		return w.await(read.queue, waiter.ReadableEvents|failed, time.Time{})
	}
	t := w.current
	if t == nil {
		return errOutside
	}
	entry := waiter.NewFunctionEntry(waiter.WritableEvents|failed, func(waiter.EventMask) { w.wake(t) })
	write.queue.EventRegister(&entry)
	defer write.queue.EventUnregister(&entry)
	return w.await(read.queue, waiter.ReadableEvents|failed, time.Time{})
}
