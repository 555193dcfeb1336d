package workload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// Side is one of the two hosts.
type Side int

// The two sides, as indices of a pair.
const (
	Client Side = iota
	Server
)

// other is the opposite side.
func (s Side) other() Side { return 1 - s }

// Host is one end of the lab.
type Host struct {
	Name      string // client or server
	Addr      netip.Addr
	Interface string                   // for the benchmark's description
	Stack     Stack                    // makes its sockets
	Do        func(func() error) error // runs a function inside the host, several at once; nil: here
}

// inside runs f inside the host.
func (h *Host) inside(f func() error) error {
	if h.Do == nil {
		return f()
	}
	return h.Do(f)
}

// Env is where a workload runs and how. Hosts and Clock have to be there, and
// Random for https; zero values of the rest mean what their comments say.
type Env struct {
	Hosts   [2]Host // by Side
	Clock   Clock
	Random  io.Reader // keys of certificates
	Samples *Sampler  // takes a last sample before the benchmark closes; nil: none

	Port       uint16        // the server's, 0: 4000, for the benchmark 10141
	Congestion string        // of every socket, empty: the system's choice
	Pause      time.Duration // between the steps of a lab, 0: 0.3 s
	Timeout    time.Duration // of an attempt to connect that nobody answers, 0: 3.5 s, three retransmissions
	Limit      time.Duration // of a whole workload in real time, 0: 1 minute
	Size       int           // bytes of a download, 0: 64 KiB
	Rate       int           // bytes a second of the slow download, 0: 32 KiB
	Count      int           // of short connections, 0: 50

	// Both runs two functions at once and returns when both have ended, with
	// the first error in their order. nil: as goroutines. It is for stacks in
	// virtual time that run only goroutines which they know; there two calls
	// without a wait between are at the same moment.
	Both func(f, g func() error) error

	// Silent is an address from which nothing comes back, not even a
	// refusal. Without one, a listener whose queue is full keeps silent.
	Silent netip.AddrPort
}

// The defaults of the zero values.
const (
	defaultPort    = 4000
	defaultPause   = 300 * time.Millisecond
	defaultTimeout = 3500 * time.Millisecond
	defaultLimit   = time.Minute
	defaultSize    = 64 << 10
	defaultRate    = 32 << 10
	defaultCount   = 50
)

// at is the server's address.
func (e *Env) at() netip.AddrPort {
	return netip.AddrPortFrom(e.Hosts[Server].Addr, cmp.Or(e.Port, defaultPort))
}

// from is the client's address where its port matters: the server's and one.
func (e *Env) from() netip.AddrPort {
	return netip.AddrPortFrom(e.Hosts[Client].Addr, e.at().Port()+1)
}

// pause waits as long as somebody who follows the steps needs, and always
// longer than a packet is on its way.
func (e *Env) pause(ctx context.Context) error {
	return e.Clock.Sleep(ctx, cmp.Or(e.Pause, defaultPause))
}

func (e *Env) listen(ctx context.Context, o Options) (Listener, error) {
	o.Congestion = cmp.Or(o.Congestion, e.Congestion)
	o.ReuseAddr = true // an earlier run's TIME-WAIT holds the port
	return e.Hosts[Server].Stack.Listen(ctx, e.at(), o)
}

func (e *Env) dial(ctx context.Context, o Options) (Conn, error) {
	o.Congestion = cmp.Or(o.Congestion, e.Congestion)
	return e.Hosts[Client].Stack.Dial(ctx, e.at(), o)
}

// pair is both ends of a connection, by Side.
type pair [2]Conn

// Close closes what is still open, after an error or where no order matters.
// Ends that are nil were never opened.
func (p pair) Close() error {
	var err error
	for _, c := range p {
		if c != nil {
			err = errors.Join(err, c.Close())
		}
	}
	return err
}

// end closes one side, and the other when it has seen that. On a link with
// delay two closes one after the other would mostly be simultaneous.
func (p pair) end(first Side) error {
	if err := p[first].Close(); err != nil {
		return err
	}
	if err := expectEnd(p[first.other()]); err != nil {
		return err
	}
	return p[first.other()].Close()
}

// connect opens one connection, and closes the listener behind it.
func (e *Env) connect(ctx context.Context, client, server Options) (pair, error) {
	l, err := e.listen(ctx, server)
	if err != nil {
		return pair{}, err
	}
	p, err := e.join(ctx, l, client)
	if err != nil {
		return p, errors.Join(err, l.Close())
	}
	if err := l.Close(); err != nil {
		return p, errors.Join(err, p.Close())
	}
	return p, nil
}

// join connects to a listener while it accepts.
func (e *Env) join(ctx context.Context, l Listener, o Options) (pair, error) {
	var p pair
	err := e.both(
		func() (err error) {
			if p[Client], err = e.dial(ctx, o); err != nil {
				err = errors.Join(err, l.Close()) // nobody is coming: Accept need not wait
			}
			return err
		},
		func() (err error) {
			p[Server], err = l.Accept()
			return err
		},
	)
	if err == nil {
		return p, nil
	}
	return pair{}, errors.Join(err, p.Close())
}

// both runs two functions at once. What the second returns often only follows
// from the first.
func (e *Env) both(f, g func() error) error {
	if e.Both != nil {
		return e.Both(f, g)
	}
	done := make(chan error, 1)
	go func() { done <- f() }()
	second := g()
	if first := <-done; first != nil {
		return first
	}
	return second
}

// send writes a text.
func send(c Conn, text string) error {
	_, err := io.WriteString(c, text)
	return err
}

// expect reads as much as text has, and compares.
func expect(c Conn, text string) error {
	got := make([]byte, len(text))
	if _, err := io.ReadFull(c, got); err != nil {
		return err
	}
	if string(got) != text {
		return fmt.Errorf("%v: read %q, want %q", c.Local(), got, text)
	}
	return nil
}

// expectEnd reads until the peer's FIN, and refuses data before it.
func expectEnd(c Conn) error {
	n, err := io.Copy(io.Discard, c)
	if err == nil && n > 0 {
		err = fmt.Errorf("%v: %d bytes before the end of the stream", c.Local(), n)
	}
	return err
}

// expectError turns what a workload is there to show into success.
func expectError(err, want error) error {
	if errors.Is(err, want) {
		return nil
	}
	if err == nil {
		return fmt.Errorf("this should have ended with %q and succeeded", want)
	}
	return err
}
