package workload

import (
	"context"
	"errors"
	"io"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
)

// endpoint is what the sockets of every stack share: whom they belong to, the
// context they live in, and their part of the log.
type endpoint struct {
	ctx    context.Context
	host   string
	log    *Log
	fd     int
	local  netip.AddrPort
	remote netip.AddrPort

	closed      atomic.Bool
	wrote, read atomic.Bool // a first write or read is in the log
}

// Local returns the socket's own address, invalid before it has one.
func (e *endpoint) Local() netip.AddrPort { return e.local }

// Remote returns the peer's address, invalid without one.
func (e *endpoint) Remote() netip.AddrPort { return e.remote }

// call runs f as a call of the log, and wraps its error.
func (e *endpoint) call(name, detail string, f func() error) error {
	c := Call{Begin: e.log.now(), Host: e.host, Call: name, Detail: detail}
	err := e.reason(f())
	e.log.end(&c, err)
	e.keep(c)
	return e.wrap(name, err)
}

// transfer runs a read or write as a call of the log. Most of them are not
// kept, see Log.Every.
func (e *endpoint) transfer(name string, first *atomic.Bool, f func() (int, error)) (int, error) {
	begin := e.log.now()
	n, err := f()
	err = e.reason(err)
	isFirst := first.CompareAndSwap(false, true)
	if e.log != nil && (e.log.Every || isFirst || err != nil) {
		c := Call{Begin: begin, Host: e.host, Call: name, Bytes: n}
		e.log.end(&c, err)
		e.keep(c)
	}
	if err == io.EOF {
		return n, err // readers compare it as it is
	}
	return n, e.wrap(name, err)
}

// keep adds a call with the addresses that the socket has by then.
func (e *endpoint) keep(c Call) {
	c.FD, c.Local, c.Remote = e.fd, e.local, e.remote
	e.log.add(c)
}

// reason puts the end of the context in the place of what it did to a call.
// Other deadlines are those of Options.Timeout.
func (e *endpoint) reason(err error) error {
	late := errors.Is(err, os.ErrDeadlineExceeded)
	switch {
	case (late || errors.Is(err, os.ErrClosed)) && e.ctx.Err() != nil:
		return context.Cause(e.ctx)
	case late:
		return syscall.ETIMEDOUT
	}
	return err
}

func (e *endpoint) wrap(name string, err error) error {
	if err == nil {
		return nil
	}
	return &CallError{Host: e.host, Call: name, Local: e.local, Remote: e.remote, Err: err}
}
