package workload

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// option is one integer socket option, set where it is wanted.
type option struct {
	wanted       bool
	level, which int
	value        int
}

type options []option

func (all options) apply(fd int) error {
	for _, o := range all {
		if !o.wanted {
			continue
		}
		if err := unix.SetsockoptInt(fd, o.level, o.which, o.value); err != nil {
			return fmt.Errorf("option %d of level %d: %w", o.which, o.level, err)
		}
	}
	return nil
}

// apply sets what is asked for on a fresh socket.
func (o Options) apply(fd int) error {
	alive := o.KeepAlive != KeepAlive{}
	err := options{
		{o.ReuseAddr, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1},
		{o.NoDelay, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
		{o.SendBuffer != 0, unix.SOL_SOCKET, unix.SO_SNDBUF, o.SendBuffer},
		{o.ReceiveBuffer != 0, unix.SOL_SOCKET, unix.SO_RCVBUF, o.ReceiveBuffer},
		{alive, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
		{o.KeepAlive.Idle != 0, unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, wholeSeconds(o.KeepAlive.Idle)},
		{o.KeepAlive.Interval != 0, unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, wholeSeconds(o.KeepAlive.Interval)},
		{o.KeepAlive.Count != 0, unix.IPPROTO_TCP, unix.TCP_KEEPCNT, o.KeepAlive.Count},
	}.apply(fd)
	if err != nil || o.Congestion == "" {
		return err
	}
	return setCongestion(fd, o.Congestion)
}

// wholeSeconds rounds up: the kernel counts in seconds, and refuses none.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

func setCongestion(fd int, name string) error {
	err := unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, name)
	if err == nil {
		return nil
	}
	const list = "/proc/sys/net/ipv4/tcp_available_congestion_control"
	text, readErr := os.ReadFile(list)
	if readErr != nil {
		return fmt.Errorf("congestion control %q: %w", name, err)
	}
	return fmt.Errorf("congestion control %q: %w (this kernel has %s)", name, err, strings.Join(strings.Fields(string(text)), ", "))
}

// sockaddr is a in the kernel's terms. Zones are not kept: the hosts of a lab
// have no link-local addresses.
func sockaddr(a netip.AddrPort) unix.Sockaddr {
	ip := a.Addr().Unmap()
	if ip.Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: ip.As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: ip.As16()}
}

// addrPort is the inverse of sockaddr.
func addrPort(a unix.Sockaddr) netip.AddrPort {
	switch a := a.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr), uint16(a.Port))
	}
	return netip.AddrPort{}
}
