package workload

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// kernelListener is a socket in LISTEN.
type kernelListener struct{ *socket }

// Addr returns the address that it listens at.
func (l *kernelListener) Addr() netip.AddrPort { return l.local }

// Accept waits for a connection.
func (l *kernelListener) Accept() (Conn, error) {
	s := &socket{kernel: l.kernel, endpoint: endpoint{ctx: l.ctx, host: l.host, log: l.log, local: l.local}}
	err := s.call("accept", "", func() error { return l.acceptInto(s) })
	if err != nil {
		return nil, err
	}
	if err := s.adopt(); err != nil {
		return nil, s.giveUp(err)
	}
	c := &kernelConn{s}
	l.kernel.Samples.watch(l.host, c)
	return c, nil
}

func (l *kernelListener) acceptInto(s *socket) error {
	var failed error
	err := l.raw.Read(func(fd uintptr) bool {
		var peer unix.Sockaddr
		s.fd, peer, failed = unix.Accept4(int(fd), unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK)
		if failed == unix.EAGAIN || failed == unix.ECONNABORTED {
			return false // nobody there, or gone again
		}
		if failed == nil {
			s.remote = addrPort(peer)
			s.readLocal(s.fd)
		}
		return true
	})
	if err != nil {
		return err
	}
	return failed
}
