package simulated

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"
)

// Directions of a Conn, for its deadlines.
const (
	reading = iota
	writing
)

// Conn is a TCP connection of a simulated host, or a datagram socket with one
// peer. Its deadlines are virtual times; calls that wait do so as tasks.
type Conn struct {
	host      *Host
	network   string // tcp or udp
	ep        tcpip.Endpoint
	queue     *waiter.Queue
	deadlines [2]time.Time
	waiting   map[*task]struct{}
	closed    bool
}

var _ net.Conn = (*Conn)(nil)

func newConn(h *Host, network string, ep tcpip.Endpoint, queue *waiter.Queue) *Conn {
	return &Conn{host: h, network: network, ep: ep, queue: queue, waiting: map[*task]struct{}{}}
}

// connect starts to connect and waits for the outcome.
func (c *Conn) connect(to tcpip.FullAddress, deadline time.Time) error {
	err := c.ep.Connect(to)
	if _, started := err.(*tcpip.ErrConnectStarted); !started {
		return translate(err)
	}
	c.deadlines[writing] = deadline
	defer func() { c.deadlines[writing] = time.Time{} }()
	for {
		if ready := c.ep.Readiness(waiter.WritableEvents | waiter.EventErr | waiter.EventHUp); ready != 0 {
			return translate(c.ep.LastError())
		}
		if err := c.wait(writing, waiter.WritableEvents|waiter.EventErr|waiter.EventHUp); err != nil {
			return err
		}
	}
}

// wait parks the current task until one of events, or its deadline.
func (c *Conn) wait(direction int, events waiter.EventMask) error {
	if err := c.late(direction); err != nil {
		return err
	}
	w := c.host.world
	t := w.current
	c.waiting[t] = struct{}{}
	defer delete(c.waiting, t)
	return w.await(c.queue, events, c.deadlines[direction])
}

// late tells whether the direction can still be used.
func (c *Conn) late(direction int) error {
	if c.closed {
		return net.ErrClosed
	}
	if d := c.deadlines[direction]; !d.IsZero() && !c.host.world.Now().Before(d) {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	for {
		if err := c.late(reading); err != nil {
			return 0, c.failure("read", err)
		}
		n, err := c.TryRead(b)
		if n > 0 || err != nil {
			return n, err
		}
		if err := c.wait(reading, waiter.ReadableEvents|waiter.EventErr|waiter.EventHUp); err != nil {
			return 0, c.failure("read", err)
		}
	}
}

// Write implements net.Conn.
func (c *Conn) Write(b []byte) (written int, err error) {
	for written < len(b) {
		if err := c.late(writing); err != nil {
			return written, c.failure("write", err)
		}
		n, err := c.TryWrite(b[written:])
		if written += n; err != nil {
			return written, err
		}
		if n > 0 {
			continue
		}
		if err := c.wait(writing, waiter.WritableEvents|waiter.EventErr|waiter.EventHUp); err != nil {
			return written, c.failure("write", err)
		}
	}
	return written, nil
}

// Close implements net.Conn. As with a kernel, what was written is still sent,
// and bytes that came and were not read make it a reset.
func (c *Conn) Close() error {
	if c.closed {
		return c.failure("close", net.ErrClosed)
	}
	c.closed = true
	c.host.senders.forget(c.senderID())
	// gVisor would go on probing out of TIME-WAIT, where Linux has stopped.
	c.ep.SocketOptions().SetKeepAlive(false)
	c.ep.Close()
	c.rouse()
	return nil
}

// CloseWrite sends a FIN and goes on reading.
func (c *Conn) CloseWrite() error {
	if err := c.ep.Shutdown(tcpip.ShutdownWrite); err != nil {
		return c.failure("shutdown", translate(err))
	}
	return nil
}

// Abort sends a reset, as a kernel does for close() with SO_LINGER of zero.
func (c *Conn) Abort() error {
	c.ep.SocketOptions().SetLinger(tcpip.LingerOption{Enabled: true})
	return c.Close()
}

// SetBuffers fixes the sizes of the buffers, in bytes; 0 leaves one as it is.
func (c *Conn) SetBuffers(send, receive int) { setBuffers(c.ep, send, receive) }

// Endpoint is gVisor's, for options that this package does not offer.
func (c *Conn) Endpoint() tcpip.Endpoint { return c.ep }

// rouse lets the tasks that wait look again.
func (c *Conn) rouse() {
	// The order matters to repetition, and there is hardly ever more than one
	// reader and one writer.
	for _, t := range inOrder(c.waiting) {
		c.host.world.wake(t)
	}
}

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(t time.Time) error {
	c.deadlines = [2]time.Time{t, t}
	c.rouse()
	return nil
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.deadlines[reading] = t
	c.rouse()
	return nil
}

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	c.deadlines[writing] = t
	c.rouse()
	return nil
}

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return tcpAddr(c.ep.GetLocalAddress()) }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return tcpAddr(c.ep.GetRemoteAddress()) }

func (c *Conn) failure(op string, err error) error {
	return &net.OpError{Op: op, Net: c.network, Source: c.LocalAddr(), Addr: c.RemoteAddr(), Err: err}
}

// tcpAddr is an address as package net has it; a socket without one has the
// zero address, as getsockname answers.
func tcpAddr(a tcpip.FullAddress, err tcpip.Error) net.Addr {
	if err != nil {
		return &net.TCPAddr{}
	}
	return net.TCPAddrFromAddrPort(addrPort(a.Addr, a.Port))
}

func addrPort(a tcpip.Address, port uint16) netip.AddrPort {
	ip, _ := netip.AddrFromSlice(a.AsSlice()) // no bytes: the zero Addr, right for "none yet"
	return netip.AddrPortFrom(ip, port)
}

// translate gives the errno that a kernel would, where there is one, so that
// errors.Is works as with package net.
func translate(err tcpip.Error) error {
	switch err.(type) {
	case nil:
		return nil
	case *tcpip.ErrConnectionRefused:
		return syscall.ECONNREFUSED
	case *tcpip.ErrConnectionReset:
		return syscall.ECONNRESET
	case *tcpip.ErrConnectionAborted:
		return syscall.ECONNABORTED
	case *tcpip.ErrTimeout:
		return syscall.ETIMEDOUT
	case *tcpip.ErrClosedForSend:
		return syscall.EPIPE
	case *tcpip.ErrPortInUse:
		return syscall.EADDRINUSE
	case *tcpip.ErrNotConnected:
		return syscall.ENOTCONN
	case *tcpip.ErrHostUnreachable:
		return syscall.EHOSTUNREACH
	}
	return errors.New(err.String())
}

// Listener accepts connections of a simulated host.
type Listener struct {
	host   *Host
	ep     tcpip.Endpoint
	queue  *waiter.Queue
	closed bool
	waits  map[*task]struct{}
}

var _ net.Listener = (*Listener)(nil)

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.accept()
	if err != nil {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Addr: l.Addr(), Err: err}
	}
	return c, nil
}

func (l *Listener) accept() (*Conn, error) {
	for !l.closed {
		ep, queue, err := l.ep.Accept(nil)
		if err == nil {
			return newConn(l.host, "tcp", ep, queue), nil
		}
		if _, blocks := err.(*tcpip.ErrWouldBlock); !blocks {
			return nil, translate(err)
		}
		if err := l.wait(); err != nil {
			return nil, err
		}
	}
	return nil, net.ErrClosed
}

func (l *Listener) wait() error {
	w := l.host.world
	t := w.current
	if l.waits == nil {
		l.waits = map[*task]struct{}{}
	}
	l.waits[t] = struct{}{}
	defer delete(l.waits, t)
	return w.await(l.queue, waiter.ReadableEvents, time.Time{})
}

// Close implements net.Listener.
func (l *Listener) Close() error {
	if l.closed {
		return net.ErrClosed
	}
	l.closed = true
	l.ep.Close()
	for _, t := range inOrder(l.waits) {
		l.host.world.wake(t)
	}
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return tcpAddr(l.ep.GetLocalAddress()) }
