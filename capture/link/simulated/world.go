// Package simulated runs TCP without a kernel: two hosts, each with gVisor's
// network stack, joined by a simulated link, all in one process and in virtual
// time. The same Config and the same tasks give the same packets to the byte,
// on every system, without privileges, and faster than real time.
//
// In: a Config, and tasks: functions that dial, listen, read, write, close and
// sleep. Out: each packet as a tap at either end sees it, with its virtual
// time, and each state that an endpoint was seen in, as the truth to compare
// an inference with. RTTs are exact: twice the delay.
//
// One task runs at a time, and only while both stacks have nothing left to do;
// time moves only when no task can run. That, and not luck with the scheduler,
// is why runs repeat; so it also holds with the race detector and beside other
// goroutines. The price: a task may wait only in calls of this package (not on
// channels, and not in net/http, which starts goroutines of its own). Such calls
// from elsewhere are refused. A wire without delay takes a microsecond, since
// at no delay at all a world could go on for ever without its clock moving.
//
//	w, err := simulated.New(simulated.Config{Way: link.Both(link.Params{Delay: 20 * time.Millisecond}), Packet: record})
//	defer w.Close()
//	client, server := w.Host(0), w.Host(1)
//	w.Go("server", func() error { ... server.Listen(80, simulated.Options{}) ... })
//	w.Go("client", func() error { c, err := client.Dial(netip.AddrPortFrom(server.Addr(), 80), simulated.Options{}); ... })
//	err = w.Run()
package simulated

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// afterlife is for how long a world goes on after its last task once nothing
// happens any more: longer than TIME-WAIT, FIN-WAIT-2 and the longest pause
// between retransmissions last.
const afterlife = 5 * time.Minute

// Config describes a world. Way[0] is from the client to the server.
type Config struct {
	IPv6  bool
	MTU   int // 0: 1500
	Way   [2]impair.Params
	Seed  uint64    // of everything random: the link's draws, sequence numbers, ports
	Start time.Time // of virtual time; zero: the year 2000

	Packet func(Packet)      // nil: packets are not recorded
	State  func(StateChange) // nil: states are not watched

	Windows bool // Info tells the MSS and the peer's window, which costs a third of the speed
}

// Packet is an IP packet as a tap at one host sees it.
type Packet struct {
	Time time.Time
	Host int  // 0: client, 1: server
	Out  bool // sent by that host
	Data []byte
}

// World is two hosts and the link between them. The zero value is invalid; see
// New. It is for one goroutine and its tasks.
type World struct {
	Config
	clock *clock
	hosts [2]*Host
	truth truth

	tasks   int // not ended yet
	current *task
	ready   taskQueue
	yielded chan struct{} // the current task waits or has ended
	parked  map[*task]struct{}
	errs    []error
	ended   bool // tasks are to leave

	stopped atomic.Bool // by Stop
}

// New makes a world in which nothing happens yet.
func New(c Config) (*World, error) {
	if c.MTU == 0 {
		c.MTU = 1500
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	w := &World{
		Config: c, clock: &clock{start: c.Start},
		yielded: make(chan struct{}), parked: map[*task]struct{}{},
	}
	w.truth = truth{report: c.State, known: map[endpointID]string{}}
	for i := range w.hosts {
		h, err := newHost(w, i)
		if err != nil {
			return nil, errors.Join(err, w.Close())
		}
		w.hosts[i] = h
	}
	return w, w.connect()
}

// connect lays a wire in each direction.
func (w *World) connect() error {
	for i, way := range w.Way {
		way.Delay = max(way.Delay, time.Microsecond)
		gate, err := impair.NewGate(way, w.Seed*2+uint64(i))
		if err != nil {
			return errors.Join(err, w.Close())
		}
		w.hosts[i].nic.wire = &wire{world: w, from: w.hosts[i], to: w.hosts[1-i], gate: gate}
	}
	return nil
}

// Host is the client (0) or the server (1).
func (w *World) Host(i int) *Host { return w.hosts[i] }

// Now is the virtual time.
func (w *World) Now() time.Time { return w.clock.Now() }

// ErrStopped is what Run returns after Stop.
var ErrStopped = errors.New("the simulated world was stopped")

// Stop makes Run end all tasks, with net.ErrClosed from the calls that they
// wait in, and return. It may be called from any goroutine and at any time.
func (w *World) Stop() { w.stopped.Store(true) }

// Run runs the tasks until all have ended, and then the network until it is
// quiet. It returns their errors, or says which tasks wait for ever.
func (w *World) Run() error {
	for !w.stopped.Load() && w.step() {
	}
	if w.stopped.Load() {
		w.leave()
		w.errs = nil // they follow from the stop
		return ErrStopped
	}
	if len(w.parked) > 0 {
		w.errs = append(w.errs, fmt.Errorf("nothing is left to happen, but these tasks wait: %s", strings.Join(w.waiting(), ", ")))
	}
	err := errors.Join(w.errs...)
	w.errs = nil
	return err
}

// step runs one task until it waits, or else one event.
func (w *World) step() bool {
	defer w.settle()
	if t := w.ready.pop(); t != nil {
		w.resume(t)
		return true
	}
	limit := afterlife
	if w.tasks > 0 {
		limit = 1<<63 - 1 // a task may sleep for as long as it likes
	}
	f := w.clock.next(limit)
	if f != nil {
		f()
	}
	return f != nil
}

// settle waits until both stacks have nothing left to do at this time.
func (w *World) settle() {
	for _, h := range w.hosts {
		// Pausing is a barrier: gVisor's workers stop once their queues are empty.
		h.stack.Pause()
		h.stack.Resume()
	}
	w.truth.look(w)
}

// Close ends the tasks that still wait, with net.ErrClosed, and the stacks.
func (w *World) Close() error {
	w.leave()
	for _, h := range w.hosts {
		if h != nil {
			h.stack.Destroy()
		}
	}
	return nil
}

// leave ends the tasks.
func (w *World) leave() {
	w.ended = true
	for _, t := range inOrder(w.parked) {
		w.wake(t)
	}
	for t := w.ready.pop(); t != nil; t = w.ready.pop() {
		w.resume(t)
	}
}

// addresses are those of the other links, so that captures can be compared.
func addresses(ipv6 bool) [2]netip.Addr {
	if ipv6 {
		return [2]netip.Addr{netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")}
	}
	return [2]netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, 1}), netip.AddrFrom4([4]byte{10, 0, 0, 2})}
}
