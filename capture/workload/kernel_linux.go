package workload

import (
	"context"
	"net/netip"

	"golang.org/x/sys/unix"
)

// Kernel is the TCP of this machine's kernel. The zero value is ready to use.
type Kernel struct {
	Host    string                   // client or server, for log and samples
	Do      func(func() error) error // runs a function inside the host's namespace; nil: here
	Log     *Log                     // nil: none
	Samples *Sampler                 // nil: none
}

// Listen binds and listens.
func (k *Kernel) Listen(ctx context.Context, at netip.AddrPort, o Options) (Listener, error) {
	s, err := k.socket(ctx, unix.SOCK_STREAM, at.Addr(), o)
	if err != nil {
		return nil, err
	}
	if err := s.bind(at); err != nil {
		return nil, s.giveUp(err)
	}
	backlog := o.Backlog
	if backlog == 0 {
		backlog = -1 // as in the original; the kernel takes it for the most that it allows
	}
	err = s.control("listen", "", func(fd int) error { return unix.Listen(fd, backlog) })
	if err != nil {
		return nil, s.giveUp(err)
	}
	return &kernelListener{s}, nil
}

// Dial connects without blocking a thread, and waits for the outcome.
func (k *Kernel) Dial(ctx context.Context, to netip.AddrPort, o Options) (Conn, error) {
	c, err := k.dial(ctx, unix.SOCK_STREAM, to, o)
	if err != nil {
		return nil, err // not c: a nil pointer in an interface is no nil
	}
	k.Samples.watch(k.Host, c)
	return c, nil
}

// DialUDP returns a connected datagram socket: a port unreachable message
// from the peer fails its next read or write with ECONNREFUSED.
func (k *Kernel) DialUDP(ctx context.Context, to netip.AddrPort, o Options) (Conn, error) {
	c, err := k.dial(ctx, unix.SOCK_DGRAM, to, o)
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (k *Kernel) dial(ctx context.Context, kind int, to netip.AddrPort, o Options) (*kernelConn, error) {
	s, err := k.socket(ctx, kind, to.Addr(), o)
	if err != nil {
		return nil, err
	}
	if o.Local.IsValid() {
		if err := s.bind(o.Local); err != nil {
			return nil, s.giveUp(err)
		}
	}
	if o.BeforeConnect != nil {
		o.BeforeConnect()
	}
	if err := s.connect(to, o.Timeout); err != nil {
		return nil, s.giveUp(err)
	}
	return &kernelConn{s}, nil
}

// socket makes a non-blocking socket inside the host, with its options set.
func (k *Kernel) socket(ctx context.Context, kind int, a netip.Addr, o Options) (*socket, error) {
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	family := unix.AF_INET
	if a.Is6() && !a.Is4In6() {
		family = unix.AF_INET6
	}
	s := &socket{kernel: k, endpoint: endpoint{ctx: ctx, host: k.Host, log: k.Log}}
	err := s.call("socket", "", func() error {
		return k.inside(func() (err error) {
			s.fd, err = unix.Socket(family, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	if err := s.adopt(); err != nil {
		return nil, s.giveUp(err)
	}
	if err := o.apply(s.fd); err != nil {
		return nil, s.giveUp(s.wrap("setsockopt", err))
	}
	return s, nil
}

func (k *Kernel) inside(f func() error) error {
	if k.Do == nil {
		return f()
	}
	return k.Do(f)
}
