package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/link/simulated"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// simulate is a run in virtual time.
func (r *session) simulate(ctx context.Context) (err error) {
	switch {
	case r.settings.Loopback:
		return errors.New("the simulated link joins two hosts and has no loopback")
	case r.settings.Workload == Programs:
		return errors.New("programs need the kernel's TCP, not the simulated link (hint: --link auto)")
	case r.settings.Offloads:
		return errors.New("the simulated link has no offloads")
	}
	record := &simulatedTaps{snapLen: r.settings.SnapLen}
	world, err := simulated.New(simulated.Config{IPv6: r.settings.IPv6, Way: r.settings.Way, Seed: r.settings.Seed, Packet: record.take})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if err := record.open(r); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, record.close()) }() // also after an error, for their folder to go
	w := &virtual{World: world}
	r.prepare(w)
	r.env.Both = w.both
	for i, name := range []string{"client", "server"} {
		r.env.Hosts[i] = workload.Host{Name: name, Addr: world.Host(i).Addr(), Stack: w.stack(name, world.Host(i), r)}
	}
	r.record.Kernel, r.record.Began = "gVisor", world.Now().UTC()
	r.record.Link = &link.Figures{Backend: "simulated"} // exact: virtual time
	if err := r.inWorld(ctx, w); err != nil {
		return err
	}
	r.record.Took = w.Now().Sub(capture.Timestamp(r.record.Began.UnixNano()))
	return record.finish(r, world.Now())
}

// inWorld runs the workload as a task, and samples as another.
func (r *session) inWorld(ctx context.Context, w *virtual) error {
	var failed error
	done := false
	w.Go("workload", func() error {
		defer func() { done = true }()
		failed = r.work(context.WithoutCancel(ctx)) // an end from outside would race with the world
		return nil                                  // as it is: the world would add the task's name
	})
	if r.samples != nil {
		w.Go("samples", func() error {
			for !done {
				r.samples.Take()
				if err := w.World.Sleep(r.settings.Sample); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return errors.Join(w.Run(), failed)
}

// virtual is a simulated world as workloads want it.
type virtual struct{ *simulated.World }

// Now is the virtual time.
func (w *virtual) Now() capture.Timestamp { return capture.Timestamp(w.World.Now().UnixNano()) }

// Sleep waits in virtual time.
func (w *virtual) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return w.World.Sleep(d)
}

// both runs f as a task of its own. A task may wait only in calls of the world,
// so the end of f is looked for at an interval; mostly it has come by then.
func (w *virtual) both(f, g func() error) error {
	const interval = 10 * time.Microsecond
	var first error
	done := false
	w.Go("other end", func() error {
		defer func() { done = true }()
		first = f()
		return nil
	})
	second := g()
	for !done {
		if err := w.World.Sleep(interval); err != nil {
			return err
		}
	}
	if first != nil {
		return first
	}
	return second
}

// stack is a host's sockets.
func (w *virtual) stack(name string, h *simulated.Host, r *session) workload.Stack {
	return &workload.Foreign{
		Host: name, Log: r.log, Samples: r.samples,
		ListenTCP: func(_ context.Context, at netip.AddrPort, o workload.Options) (net.Listener, error) {
			if err := refuse(o); err != nil {
				return nil, err
			}
			l, err := w.listen(h, at.Port(), o.ReuseAddr)
			if err != nil {
				return nil, err
			}
			return &tunedListener{l, o}, nil
		},
		DialTCP: func(_ context.Context, to netip.AddrPort, o workload.Options) (net.Conn, error) {
			if err := refuse(o); err != nil {
				return nil, err
			}
			deadline := time.Time{}
			if o.Timeout > 0 {
				deadline = w.World.Now().Add(o.Timeout)
			}
			c, err := h.DialFrom(o.Local.Port(), to, deadline)
			if err != nil {
				return nil, err
			}
			return c, tune(c, o)
		},
		Reset: func(c net.Conn) error { return c.(*simulated.Conn).Abort() },
		Buffers: func(c net.Conn, send, receive int) error {
			setBufferSizes(c.(*simulated.Conn), send, receive)
			return nil
		},
		Inform: func(c net.Conn) (workload.Info, error) { return inform(c.(*simulated.Conn)) },
	}
}

// listen makes a listener. A simulated host has no SO_REUSEADDR: where that was
// asked for, the end of TIME-WAIT is waited for, which in virtual time costs
// nothing.
func (w *virtual) listen(h *simulated.Host, port uint16, reuse bool) (*simulated.Listener, error) {
	const step, most = time.Second, 5 * time.Minute
	for waited := time.Duration(0); ; waited += step {
		l, err := h.Listen(port)
		if !reuse || !errors.Is(err, syscall.EADDRINUSE) || waited >= most {
			return l, err
		}
		if err := w.World.Sleep(step); err != nil {
			return nil, err
		}
	}
}

// refuse tells which options a simulated host cannot follow.
func refuse(o workload.Options) error {
	switch {
	case o.KeepAlive != workload.KeepAlive{}:
		return fmt.Errorf("keep-alive: %w by the simulated link", errors.ErrUnsupported)
	case o.Backlog != 0:
		return fmt.Errorf("a limited backlog: %w by the simulated link", errors.ErrUnsupported)
	case o.ReceiveBuffer != 0 || o.SendBuffer != 0:
		return fmt.Errorf("buffers set before the handshake: %w by the simulated link", errors.ErrUnsupported)
	}
	return nil
}

// tunedListener gives what it accepts the options that it was made with.
type tunedListener struct {
	*simulated.Listener
	options workload.Options
}

func (l *tunedListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return c, tune(c.(*simulated.Conn), l.options)
}

func tune(c *simulated.Conn, o workload.Options) error {
	c.Endpoint().SocketOptions().SetDelayOption(!o.NoDelay)
	if o.Congestion == "" {
		return nil
	}
	name := tcpip.CongestionControlOption(o.Congestion)
	if err := c.Endpoint().SetSockOpt(&name); err != nil {
		return errors.Join(fmt.Errorf("congestion control %s: %w by the simulated link (hint: reno or cubic)", o.Congestion, errors.ErrUnsupported), c.Close())
	}
	return nil
}

func setBufferSizes(c *simulated.Conn, send, receive int) {
	if send > 0 {
		c.Endpoint().SocketOptions().SetSendBufferSize(int64(send), true)
	}
	if receive > 0 {
		c.Endpoint().SocketOptions().SetReceiveBufferSize(int64(receive), true)
	}
}

// inform tells what gVisor does; the rest is unknown.
func inform(c *simulated.Conn) (workload.Info, error) {
	var told tcpip.TCPInfoOption
	if err := c.Endpoint().GetSockOpt(&told); err != nil {
		return workload.Info{}, os.ErrClosed
	}
	unknown := workload.Info{
		SendWindow: -1, ReceiveSpace: -1, Unacked: -1, Retransmits: -1, TotalRetrans: -1,
		Busy: -1, RwndLimited: -1, SndbufLimited: -1, BytesAcked: -1, BytesReceived: -1,
	}
	unknown.Cwnd, unknown.SRTT, unknown.RTTVar, unknown.RTO = int(told.SndCwnd), told.RTT, told.RTTVar, told.RTO
	if told.SndSsthresh < 1<<30 { // above: gVisor's way to say that it is not set
		unknown.Ssthresh = int(told.SndSsthresh)
	}
	return unknown, nil
}
