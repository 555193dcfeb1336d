package model

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Config is everything that a run depends on besides its randomness.
type Config struct {
	Hosts  [2]Host
	Hops   [2][2]Hop // by the side that sends: to the tap, from the tap on
	Tap    Tap
	Script []Call
	Start  time.Time     // on the clock of the tap; zero: the start of 2026
	Length time.Duration // of virtual time; 0: an hour

	lose func(packet) bool // for tests: lost before the tap
}

// Call is what an application does at a moment.
type Call struct {
	At   time.Duration
	Side reconstruct.Side
	Do   Do
	N    int // bytes, for Send and Connect
}

// Do is a kind of call.
type Do uint8

// The calls. One that an endpoint cannot do in its state does nothing.
const (
	Listen   Do = iota // waits for a connection, or will when the present one ends
	Connect            // opens, with N bytes to send
	Send               // queues N bytes
	Shutdown           // sends nothing more, but reads on
	Close              // neither sends nor reads
	Abort              // resets
	Pause              // stops reading
	Resume             // reads again
)

// Packet is one packet in the capture.
type Packet struct {
	Segment decode.Segment
	From    reconstruct.Side
	isn     [2]seq.Number
	ID      int // equal for copies of one transmission
}

// Result is what a run leaves behind.
type Result struct {
	Packets []Packet
	Lives   [2][]*Life // of each side, in order
	End     time.Duration
	config  Config
}

// world is a run under way.
type world struct {
	config Config
	clock  clock
	rand   *rand.Rand
	ends   [2]*endpoint
	sent   int
	frames map[int]capture.FrameNumber // first frame of each transmission
	run    *Result
}

// maxTasks ends a run that would go on for ever, whatever the script.
const maxTasks = 200_000

// Run lets the two endpoints meet. It ends when nothing is left to do, or
// after the length of the config.
func Run(config Config, r *rand.Rand) *Result {
	config.fill()
	w := &world{config: config, rand: r, frames: map[int]capture.FrameNumber{}, run: &Result{config: config}}
	for _, side := range reconstruct.Sides {
		w.ends[side] = &endpoint{
			Host: config.Hosts[side], side: side, peer: config.Hosts[side.Peer()].Addr,
			clock: &w.clock, nextISN: config.Hosts[side].ISN, tcb: newTCB(), sent: func() int { return w.sent },
		}
	}
	for _, side := range reconstruct.Sides {
		w.join(w.ends[side], w.ends[side.Peer()])
	}
	for _, c := range config.Script {
		w.clock.after(c.At, func() { w.ends[c.Side].do(c) })
	}
	for n := 0; n < maxTasks && w.clock.next(config.Length); n++ {
	}
	w.finish()
	return w.run
}

func (c *Config) fill() {
	if c.Length == 0 {
		c.Length = time.Hour
	}
	if c.Start.IsZero() {
		c.Start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	for i, text := range [...]string{"10.0.0.1:40000", "10.0.0.2:80"} {
		if c.Hosts[i].Addr == (decode.Endpoint{}) {
			a := netip.MustParseAddrPort(text)
			c.Hosts[i].Addr = decode.Endpoint{IP: decode.Address{Bytes: a.Addr().As16()}, Port: a.Port()}
		}
	}
}

func (e *endpoint) do(c Call) {
	switch c.Do {
	case Listen:
		e.listen()
	case Connect:
		e.connect(c.N)
	case Send:
		e.send(c.N)
	case Shutdown:
		e.shutdown()
	case Close:
		e.close()
	case Abort:
		e.abort()
	case Pause:
		e.pause()
	case Resume:
		e.resume()
	}
}

// finish hands over the truth. Only now is it known which frame a segment
// became that an endpoint sent.
func (w *world) finish() {
	w.run.End = w.clock.now
	for _, e := range w.ends {
		for _, l := range e.lives {
			for i := range l.Changes {
				if c := &l.Changes[i]; c.Cause == state.Sent {
					c.Frame = w.frames[c.Packet]
				}
			}
		}
		w.run.Lives[e.side] = e.lives
	}
}

// Segments returns the capture as a decoder would.
func (r *Result) Segments() []decode.Segment {
	list := make([]decode.Segment, len(r.Packets))
	for i, p := range r.Packets {
		list[i] = p.Segment
	}
	return list
}

// Life returns the life in which a side used an initial sequence number of its
// own, nil if there is none.
func (r *Result) Life(side reconstruct.Side, iss seq.Number) *Life {
	for _, l := range r.Lives[side] {
		if l.HasISS && l.ISS == iss {
			return l
		}
	}
	return nil
}

// Answer returns the life in which a side met the peer's initial number, nil if
// there is none.
func (r *Result) Answer(side reconstruct.Side, irs seq.Number) *Life {
	for _, l := range r.Lives[side] {
		if l.HasIRS && l.IRS == irs {
			return l
		}
	}
	return nil
}

// Scenario returns the capture in the notation of package scenario, which also
// turns it into bytes.
func (r *Result) Scenario(name string) *scenario.Scenario {
	s := scenario.New(name)
	s.Start = r.config.Start
	for _, side := range reconstruct.Sides {
		s.Conns[0].Ends[side] = r.config.Hosts[side].Addr.AddrPort()
	}
	for i := range r.Packets {
		p := &r.Packets[i]
		s.Add(&p.Segment, p.From, r.relativeTo(i))
	}
	return s
}

// relativeTo returns the numbers that a line is printed relative to: those its
// sender knew, and for the others the nearest that the capture tells.
func (r *Result) relativeTo(i int) [2]seq.Number {
	isn := r.Packets[i].isn
	for _, side := range reconstruct.Sides {
		for j := i; isn[side] == 0 && j < len(r.Packets); j++ {
			isn[side] = r.Packets[j].isn[side]
		}
		for j := i; isn[side] == 0 && j >= 0; j-- {
			isn[side] = r.Packets[j].isn[side]
		}
	}
	return isn
}
