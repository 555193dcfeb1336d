package workload

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// gate lets two goroutines through at the same moment. They spin: waking a
// thread takes longer than a packet on a short link. It is for one use.
type gate struct{ arrived atomic.Int32 }

// gate returns one that is closed, except where the environment runs two
// functions at the same moment by itself, and one at a time.
func (e *Env) gate() *gate {
	g := &gate{}
	if e.Both != nil {
		g.leave()
	}
	return g
}

func (g *gate) pass() {
	g.arrived.Add(1)
	const spins = 20_000 // some 20 microseconds; then the other may need this processor
	for n := 0; g.arrived.Load() < 2; n++ {
		if n > spins {
			runtime.Gosched()
		}
	}
}

// leave lets the other through alone, where this one will not come. It counts
// for good: passing does not wait for it any more.
func (g *gate) leave() { g.arrived.Add(2) }

// simultaneousOpen has both hosts connect to each other from bound ports. On a
// link without delay the first SYN mostly arrives before the second connect
// and is refused, so it is tried until it comes about.
func simultaneousOpen(ctx context.Context, e *Env) error {
	const attempts, between = 5000, time.Millisecond
	for range attempts {
		p, err := e.meet(ctx)
		if err == nil {
			return e.exchangeAndClose(p, Client)
		}
		if !errors.Is(err, syscall.ECONNREFUSED) {
			return err
		}
		if err := e.Clock.Sleep(ctx, between); err != nil {
			return err
		}
	}
	return fmt.Errorf("all of %d attempts were refused: the link is faster than two connect calls are together", attempts)
}

// meet connects both hosts to each other at the same moment.
func (e *Env) meet(ctx context.Context) (pair, error) {
	var p pair
	g := e.gate()
	at := [2]netip.AddrPort{e.from(), e.at()}
	dial := func(s Side) error {
		defer g.leave()
		o := Options{Local: at[s], ReuseAddr: true, Congestion: e.Congestion, BeforeConnect: g.pass}
		var err error
		p[s], err = e.Hosts[s].Stack.Dial(ctx, at[s.other()], o)
		return err
	}
	err := e.both(
		func() error { return dial(Client) },
		func() error { return dial(Server) },
	)
	if err == nil {
		return p, nil
	}
	for _, c := range p {
		if c != nil { // somebody else has answered
			err = errors.Join(err, c.Abort())
		}
	}
	return pair{}, err
}

// greet exchanges a message each way.
func (e *Env) greet(p pair) error {
	err := errors.Join(send(p[Client], helloServer), send(p[Server], helloClient))
	if err != nil {
		return err
	}
	return errors.Join(expect(p[Server], helloServer), expect(p[Client], helloClient))
}

// simultaneousClose closes both ends at the same moment. Whether the FINs
// cross is up to the link: each has to be on its way for longer than the gap
// between the two calls.
func simultaneousClose(ctx context.Context, e *Env) error {
	p, err := e.connect(ctx, Options{}, Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	if err := e.greet(p); err != nil {
		return err
	}
	// Acknowledgements on their way would be one reason more for a FIN to
	// acknowledge something.
	if err := e.pause(ctx); err != nil {
		return err
	}
	g := e.gate()
	closing := func(s Side) func() error {
		return func() error { g.pass(); return p[s].Close() }
	}
	return e.both(closing(Client), closing(Server))
}
