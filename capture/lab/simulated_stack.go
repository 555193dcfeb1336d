package lab

import (
	"context"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link/simulated"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// stack is a host's sockets.
func (w *virtual) stack(name string, h *simulated.Host, r *session) workload.Stack {
	return &workload.Foreign{
		Host: name, Log: r.log, Samples: r.samples,
		ListenTCP: func(_ context.Context, at netip.AddrPort, o workload.Options) (net.Listener, error) {
			options := w.options(o)
			l, err := h.Listen(at.Port(), options)
			if err != nil {
				return nil, err
			}
			return &tunedListener{l, options}, nil
		},
		DialTCP: func(_ context.Context, to netip.AddrPort, o workload.Options) (net.Conn, error) {
			return known(h.Dial(to, w.options(o)))
		},
		Datagram: func(_ context.Context, to netip.AddrPort, o workload.Options) (net.Conn, error) {
			return known(h.DialUDP(to, w.options(o)))
		},
		Reset: func(c net.Conn) error { return c.(*simulated.Conn).Abort() },
		Buffers: func(c net.Conn, send, receive int) error {
			c.(*simulated.Conn).SetBuffers(send, receive)
			return nil
		},
		Inform: func(c net.Conn) (workload.Info, error) { return inform(c.(*simulated.Conn)) },
		Steps: &workload.Steps{
			TryRead:  func(c net.Conn, p []byte) (int, error) { return c.(*simulated.Conn).TryRead(p) },
			TryWrite: func(c net.Conn, p []byte) (int, error) { return c.(*simulated.Conn).TryWrite(p) },
			Await: func(read, write net.Conn) error {
				other, _ := write.(*simulated.Conn) // nil: none
				return simulated.AwaitEither(read.(*simulated.Conn), other)
			},
		},
		AfterFunc: func(ctx context.Context, _ func()) func() bool { return context.AfterFunc(ctx, w.Stop) },
	}
}

// known keeps a connection that is nil from becoming an interface that is not.
func known(c *simulated.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	return c, nil
}

// options are those of a workload as a simulated host takes them.
func (w *virtual) options(o workload.Options) simulated.Options {
	deadline := time.Time{}
	if o.Timeout > 0 {
		deadline = w.World.Now().Add(o.Timeout)
	}
	return simulated.Options{
		ReuseAddr: o.ReuseAddr, NoDelay: o.NoDelay, Congestion: o.Congestion,
		Send: o.SendBuffer, Receive: o.ReceiveBuffer, Backlog: o.Backlog,
		KeepAlive: simulated.KeepAlive{Idle: o.KeepAlive.Idle, Interval: o.KeepAlive.Interval, Count: o.KeepAlive.Count},
		Port:      o.Local.Port(), Deadline: deadline,
	}
}

// tunedListener gives what it accepts the options that it was made with: with
// gVisor they are the listener's alone.
type tunedListener struct {
	*simulated.Listener
	options simulated.Options
}

func (l *tunedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return c, c.(*simulated.Conn).Apply(l.options)
}

// inform tells what gVisor does; the rest is unknown.
func inform(c *simulated.Conn) (workload.Info, error) {
	told, err := c.Info()
	if err != nil {
		return workload.Info{}, os.ErrClosed
	}
	return workload.Info{
		State: told.State, MSS: told.MSS, Cwnd: told.Cwnd, Ssthresh: told.Ssthresh,
		SRTT: told.SRTT, RTTVar: told.RTTVar, RTO: told.RTO, TotalRetrans: int(told.SegmentsRepeated),
		SendWindow: told.SendWindow, ReceiveSpace: -1, Unacked: -1, Retransmits: -1,
		Busy: -1, RwndLimited: -1, SndbufLimited: -1, BytesAcked: -1, BytesReceived: -1,
	}, nil
}
