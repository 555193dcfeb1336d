package simulated

import (
	"errors"
	"fmt"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// Options are what a socket is given before it binds, connects or listens. The
// zero value leaves all to gVisor.
type Options struct {
	ReuseAddr  bool      // SO_REUSEADDR: a port that only TIME-WAIT holds is free
	NoDelay    bool      // no Nagle
	Congestion string    // reno or cubic
	Send       int       // bytes of the send buffer, at least 4096
	Receive    int       // bytes of the receive buffer, at least 4096; the window's size follows
	KeepAlive  KeepAlive // when an idle connection is probed
	Backlog    int       // of a listener: one more connection than that waits to be accepted; 0: 4096
	Port       uint16    // of a socket that connects; 0: any
	Deadline   time.Time // of an attempt to connect; zero: gVisor's own
}

// KeepAlive is when an idle connection is probed; the zero value is never.
type KeepAlive struct {
	Idle, Interval time.Duration
	Count          int // probes without an answer until the connection is given up; 0: 9
}

// Apply gives a connection what of its options can be set at any time: those
// of a listener are not its children's.
func (c *Conn) Apply(o Options) error { return o.apply(c.ep) }

// apply sets the options of an endpoint.
func (o Options) apply(ep tcpip.Endpoint) error {
	s := ep.SocketOptions()
	s.SetReuseAddress(o.ReuseAddr)
	s.SetDelayOption(!o.NoDelay)
	setBuffers(ep, o.Send, o.Receive)
	if err := o.KeepAlive.apply(ep); err != nil {
		return err
	}
	if o.Congestion == "" {
		return nil
	}
	name := tcpip.CongestionControlOption(o.Congestion)
	if err := ep.SetSockOpt(&name); err != nil {
		return fmt.Errorf("congestion control %s: %w by the simulated link (hint: reno or cubic)", o.Congestion, errors.ErrUnsupported)
	}
	return nil
}

func setBuffers(ep tcpip.Endpoint, send, receive int) {
	if send > 0 {
		ep.SocketOptions().SetSendBufferSize(int64(send), true)
	}
	if receive > 0 {
		ep.SocketOptions().SetReceiveBufferSize(int64(receive), true)
	}
}

func (k KeepAlive) apply(ep tcpip.Endpoint) error {
	if k == (KeepAlive{}) {
		return nil
	}
	ep.SocketOptions().SetKeepAlive(true)
	idle, interval := tcpip.KeepaliveIdleOption(k.Idle), tcpip.KeepaliveIntervalOption(k.Interval)
	for _, option := range []tcpip.SettableSocketOption{&idle, &interval} {
		if err := ep.SetSockOpt(option); err != nil {
			return translate(err)
		}
	}
	if k.Count == 0 {
		return nil
	}
	return translate(ep.SetSockOptInt(tcpip.KeepaliveCountOption, k.Count))
}
