package workload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Stack makes the sockets of one host. A socket lives in the context that it
// was made with: once that is done, its calls fail with the context's cause.
// It has to be closed all the same.
type Stack interface {
	Listen(ctx context.Context, at netip.AddrPort, o Options) (Listener, error)

	// Dial returns when the connection is established or has failed.
	Dial(ctx context.Context, to netip.AddrPort, o Options) (Conn, error)

	// DialUDP returns a socket that sends to one address, and is told when
	// nobody receives there.
	DialUDP(ctx context.Context, to netip.AddrPort, o Options) (Conn, error)
}

// Listener is a socket in LISTEN.
type Listener interface {
	Accept() (Conn, error)
	Addr() netip.AddrPort
	Close() error
}

// Conn is one end of a connection. Read returns io.EOF after the peer's FIN.
// Closing it again does nothing.
type Conn interface {
	io.ReadWriteCloser
	CloseWrite() error // sends FIN behind what was written; Read goes on
	Abort() error      // closes with a reset: SO_LINGER with no time

	// SetBuffers fixes the sizes of the socket's buffers, in bytes; 0 leaves
	// one as it is.
	SetBuffers(send, receive int) error

	Local() netip.AddrPort
	Remote() netip.AddrPort
}

// Informer is a Conn whose stack tells of its state.
type Informer interface {
	Info() (Info, error)
}

// metricsPurger is a Stack that remembers round-trip times and thresholds of
// earlier connections, and can be made to forget them.
type metricsPurger interface {
	PurgeMetrics() error
}

// Options are set before a socket binds, listens or connects. The zero value
// leaves all to the system.
type Options struct {
	Local         netip.AddrPort // of a dialled socket; bound where valid
	ReuseAddr     bool           // SO_REUSEADDR
	NoDelay       bool           // TCP_NODELAY: no Nagle
	Congestion    string         // TCP_CONGESTION, as in cubic
	SendBuffer    int            // SO_SNDBUF, bytes
	ReceiveBuffer int            // SO_RCVBUF, bytes
	KeepAlive     KeepAlive
	Backlog       int           // of a listener; 0: the most that the system allows
	Timeout       time.Duration // of Dial, ends in ETIMEDOUT; 0: the system's

	// BeforeConnect, where set, is called just before connect(2), after all
	// else is done: two ends that wait for each other there open together.
	BeforeConnect func()
}

// KeepAlive is when an idle connection is probed. The kernel counts in whole
// seconds, at least one. The zero value is no keep-alive.
type KeepAlive struct {
	Idle, Interval time.Duration // TCP_KEEPIDLE, TCP_KEEPINTVL
	Count          int           // TCP_KEEPCNT, 0: the system's
}

// CallError is a socket call that failed. Err is a syscall.Errno where the
// system or the stack gave one.
type CallError struct {
	Host, Call    string
	Local, Remote netip.AddrPort
	Err           error
}

// Error names host, call, peer and reason.
func (e *CallError) Error() string {
	at := e.Remote
	if !at.IsValid() {
		at = e.Local
	}
	if !at.IsValid() {
		return fmt.Sprintf("%s: %s: %v", e.Host, e.Call, e.Err)
	}
	return fmt.Sprintf("%s: %s %v: %v", e.Host, e.Call, at, e.Err)
}

// Unwrap returns the reason.
func (e *CallError) Unwrap() error { return e.Err }

// errNoOption says that a stack lacks something that was asked of it.
func errNoOption(what string) error {
	return fmt.Errorf("%s: %w by this stack", what, errors.ErrUnsupported)
}
