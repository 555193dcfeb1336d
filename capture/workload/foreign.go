package workload

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// Foreign makes a Stack of a TCP with the API of package net: gVisor's gonet,
// or package net itself. Functions that are nil are things that the stack
// cannot do; asking for them is refused. The functions that make sockets have
// to refuse the Options that they cannot follow.
type Foreign struct {
	Host    string
	Log     *Log     // nil: none
	Samples *Sampler // nil: none

	ListenTCP func(ctx context.Context, at netip.AddrPort, o Options) (net.Listener, error)
	DialTCP   func(ctx context.Context, to netip.AddrPort, o Options) (net.Conn, error)
	Datagram  func(ctx context.Context, to netip.AddrPort, o Options) (net.Conn, error)

	Reset   func(net.Conn) error // close with a reset
	Buffers func(c net.Conn, send, receive int) error
	Inform  func(net.Conn) (Info, error)

	Steps *Steps // nil: its calls always wait

	// AfterFunc arranges for f to be called when a context ends, and returns
	// what undoes that. nil: context.AfterFunc. f interrupts a socket's calls
	// from a goroutine of its own; a stack that must not be touched by one has
	// its own way to interrupt them.
	AfterFunc func(ctx context.Context, f func()) (stop func() bool)
}

// Steps are calls of a stack that do not wait, and the one that does.
type Steps struct {
	TryRead  func(c net.Conn, p []byte) (int, error) // 0 bytes: nothing is there
	TryWrite func(c net.Conn, p []byte) (int, error) // 0 bytes: there is no room

	// Await waits until the one can be read or the other (nil: none) written.
	Await func(read, write net.Conn) error
}

// Listen logs one call where the kernel needs three.
func (f *Foreign) Listen(ctx context.Context, at netip.AddrPort, o Options) (Listener, error) {
	if f.ListenTCP == nil {
		return nil, errNoOption("listen")
	}
	l := &foreignListener{stack: f, endpoint: endpoint{ctx: ctx, host: f.Host, log: f.Log, local: at}}
	err := l.call("listen", "", func() (err error) {
		l.net, err = f.ListenTCP(ctx, at, o)
		return ownWords(err)
	})
	if err != nil {
		return nil, err
	}
	l.local = addrPortOf(l.net.Addr(), at)
	l.stop = f.afterFunc(ctx, func() { _ = l.net.Close() }) // closing is how its Accept is interrupted
	return l, nil
}

func (f *Foreign) afterFunc(ctx context.Context, interrupt func()) (stop func() bool) {
	if f.AfterFunc != nil {
		return f.AfterFunc(ctx, interrupt)
	}
	return context.AfterFunc(ctx, interrupt)
}

// Dial connects.
func (f *Foreign) Dial(ctx context.Context, to netip.AddrPort, o Options) (Conn, error) {
	c, err := f.dial(ctx, f.DialTCP, to, o)
	if err != nil {
		return nil, err
	}
	f.Samples.watch(f.Host, c.telling())
	return c, nil
}

// DialUDP returns a connected datagram socket.
func (f *Foreign) DialUDP(ctx context.Context, to netip.AddrPort, o Options) (Conn, error) {
	c, err := f.dial(ctx, f.Datagram, to, o)
	if err != nil {
		return nil, err
	}
	return c, nil
}

type dialer func(context.Context, netip.AddrPort, Options) (net.Conn, error)

func (f *Foreign) dial(ctx context.Context, dial dialer, to netip.AddrPort, o Options) (*foreignConn, error) {
	if dial == nil {
		return nil, errNoOption("connect")
	}
	if o.BeforeConnect != nil {
		o.BeforeConnect()
	}
	c := &foreignConn{stack: f, endpoint: endpoint{ctx: ctx, host: f.Host, log: f.Log, local: o.Local, remote: to}}
	err := c.call("connect", "", func() (err error) {
		c.net, err = dial(ctx, to, o)
		if err == nil {
			c.local = addrPortOf(c.net.LocalAddr(), o.Local)
		}
		return ownWords(err)
	})
	if err != nil {
		return nil, err
	}
	c.adopt()
	return c, nil
}

// ownWords gives the errors that workloads ask for the system's names. A
// user-space stack has them as text only.
func ownWords(err error) error {
	if err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	var number syscall.Errno
	if errors.As(err, &number) {
		return number
	}
	for _, known := range []struct {
		text string
		err  error
	}{
		{"refused", syscall.ECONNREFUSED},
		{"reset", syscall.ECONNRESET},
		{"port is in use", syscall.EADDRINUSE},
	} {
		if strings.Contains(err.Error(), known.text) {
			return known.err
		}
	}
	return err
}

// addrPortOf reads an address of package net, or keeps what is known.
func addrPortOf(a net.Addr, known netip.AddrPort) netip.AddrPort {
	if a == nil {
		return known
	}
	if p, err := netip.ParseAddrPort(a.String()); err == nil {
		return netip.AddrPortFrom(p.Addr().Unmap(), p.Port())
	}
	return known
}

type foreignListener struct {
	endpoint
	stack *Foreign
	net   net.Listener
	stop  func() bool
}

func (l *foreignListener) Addr() netip.AddrPort { return l.local }

func (l *foreignListener) Accept() (Conn, error) {
	c := &foreignConn{stack: l.stack, endpoint: endpoint{ctx: l.ctx, host: l.host, log: l.log, local: l.local}}
	err := c.call("accept", "", func() (err error) {
		if c.net, err = l.net.Accept(); err != nil {
			return ended(l.ctx, err)
		}
		c.local = addrPortOf(c.net.LocalAddr(), l.local)
		c.remote = addrPortOf(c.net.RemoteAddr(), netip.AddrPort{})
		return nil
	})
	if err != nil {
		return nil, err
	}
	c.adopt()
	l.stack.Samples.watch(l.host, c.telling())
	return c, nil
}

// ended is the context's cause once it is done: stacks name the interruption
// each in its own way.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func (l *foreignListener) Close() error {
	if l.closed.Swap(true) {
		return nil
	}
	l.stop()
	return l.call("close", "", l.net.Close)
}

type foreignConn struct {
	endpoint
	stack *Foreign
	net   net.Conn
	stop  func() bool
}

// adopt ties the connection to its context.
func (c *foreignConn) adopt() {
	c.stop = c.stack.afterFunc(c.ctx, func() {
		_ = c.net.SetDeadline(time.Unix(1, 0)) // fails only where it is closed already
	})
}

// telling is the connection with an Info, where the stack has one.
func (c *foreignConn) telling() Conn {
	if c.stack.Inform == nil {
		return c
	}
	return informing{c}
}

type informing struct{ *foreignConn }

func (c informing) Info() (Info, error) {
	if c.closed.Load() {
		return Info{}, os.ErrClosed
	}
	return c.stack.Inform(c.net)
}

func (c *foreignConn) Read(p []byte) (int, error) {
	return c.transfer("read", &c.read, func() (int, error) { return c.moved(c.net.Read(p)) })
}

func (c *foreignConn) Write(p []byte) (int, error) {
	return c.transfer("write", &c.wrote, func() (int, error) { return c.moved(c.net.Write(p)) })
}

func (c *foreignConn) tryRead(p []byte) (int, error) {
	if c.stack.Steps == nil {
		return 0, errNoSteps()
	}
	return c.try("read", &c.read, c.stack.Steps.TryRead, p)
}

func (c *foreignConn) tryWrite(p []byte) (int, error) {
	if c.stack.Steps == nil {
		return 0, errNoSteps()
	}
	return c.try("write", &c.wrote, c.stack.Steps.TryWrite, p)
}

// try is a call of the log only where it moved something or failed.
func (c *foreignConn) try(name string, first *atomic.Bool, f func(net.Conn, []byte) (int, error), p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := f(c.net, p)
	if n == 0 && err == nil {
		return 0, nil
	}
	return c.transfer(name, first, func() (int, error) { return c.moved(n, err) })
}

func (c *foreignConn) awaitOr(writer Conn) error {
	other, ok := writer.(*foreignConn)
	if !ok {
		return c.stack.Steps.Await(c.net, nil)
	}
	return c.stack.Steps.Await(c.net, other.net)
}

func (c *foreignConn) moved(n int, err error) (int, error) {
	if err != nil {
		err = ended(c.ctx, ownWords(err))
	}
	return n, err
}

func (c *foreignConn) CloseWrite() error {
	half, ok := c.net.(interface{ CloseWrite() error })
	if !ok {
		return errNoOption("shutdown")
	}
	return c.call("shutdown", "SHUT_WR", half.CloseWrite)
}

func (c *foreignConn) Abort() error {
	if c.stack.Reset == nil {
		return errNoOption("abort")
	}
	return c.closeBy("SO_LINGER 0", func() error { return c.stack.Reset(c.net) })
}

func (c *foreignConn) Close() error { return c.closeBy("", c.net.Close) }

func (c *foreignConn) closeBy(detail string, closing func() error) error {
	if c.closed.Swap(true) {
		return nil
	}
	c.stop()
	return c.call("close", detail, closing)
}

func (c *foreignConn) SetBuffers(send, receive int) error {
	if c.stack.Buffers == nil {
		return errNoOption("fixed buffers")
	}
	return c.stack.Buffers(c.net, send, receive)
}
