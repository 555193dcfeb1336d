package vantage

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Result is where the tap was.
type Result struct {
	Vantage   state.Vantage
	Certainty state.Certainty // strong or assumed; unobserved where Vantage is unknown
	Half      [2]Half
	// Full is the whole round trip in nanoseconds, by pairs of halves that
	// follow each other; N is 0 unless the tap was between, or after a delay.
	Full quantile.Summary

	offload bool // Vantage rests on checksums
}

// Half is the way from the tap to one side and back.
type Half struct {
	Least     time.Duration // as fast as that side answers, meaningful with Known
	Known     bool
	Handshake time.Duration // of the handshake alone, meaningful with Shook
	Shook     bool
	Hops      int // routers that its packets have passed, by their TTL; -1 unknown
	// Echoes are those of the peer's acknowledgements by its data, in
	// nanoseconds: too long where it had nothing that it might send at once.
	Echoes quantile.Summary
}

const (
	client = reconstruct.Client
	server = reconstruct.Server
)

// clear is how many times an end's own delay must fit into the round trip, and
// shortest the round trip that can be told from what hosts take to answer.
const (
	clear    = 10
	shortest = 2 * time.Millisecond
)

// Result returns where the tap was, as far as the segments seen tell.
func (t *Tracker) Result(c *reconstruct.Connection) (r Result) {
	for _, x := range reconstruct.Sides {
		s := &t.sides[x]
		h := Half{Handshake: s.handshake, Shook: s.shook, Hops: s.hops(), Echoes: s.echoed.Summary()}
		h.Least, h.Known = s.least()
		r.Half[x] = h
	}
	if c.SelfConnect {
		return r
	}
	undone, offloaded := t.undoneAt()
	switch near, ok := t.nearest(&r); {
	case ok:
		r.at(near, t.sureAt(near, &r, offloaded && undone != near))
		r.Half[near].Least, r.Half[near].Known = t.sides[near].fastest(), true
	case r.round() >= shortest:
		r.apart(c, offloaded)
		r.Full = t.full.Summary()
	case offloaded:
		r.at(undone, state.Strong)
		r.offload = true
	}
	return r
}

// nearest returns the side at which the tap was, by the times of the halves.
func (t *Tracker) nearest(r *Result) (near reconstruct.Side, ok bool) {
	var short time.Duration
	for _, x := range reconstruct.Sides {
		own, far := t.sides[x].fastest(), r.Half[x.Peer()]
		if own < 0 || !far.Known || own+far.Least < shortest || own*clear >= own+far.Least {
			continue
		}
		if r.Half[x].Hops > 0 && own >= shortest {
			continue // behind routers, and further than a host takes to answer
		}
		if !ok || own < short {
			near, short, ok = x, own, true
		}
	}
	return near, ok
}

// round returns the whole round trip, 0 where a half is not known.
func (r *Result) round() time.Duration {
	if !r.Half[client].Known || !r.Half[server].Known {
		return 0
	}
	return r.Half[client].Least + r.Half[server].Least
}

// at places the tap at a side.
func (r *Result) at(x reconstruct.Side, sure state.Certainty) {
	r.Vantage = [2]state.Vantage{client: state.VantageClient, server: state.VantageServer}[x]
	r.Certainty = sure
}

// sureAt tells how sure it is that the tap was at a side. It is only assumed
// without a handshake, against the word of TTLs or checksums, and where no
// more than one slow answer shows the other side far.
func (t *Tracker) sureAt(x reconstruct.Side, r *Result, offloadElsewhere bool) state.Certainty {
	far := &r.Half[x.Peer()]
	routed := r.Half[x].Hops > 0 && far.Hops == 0
	again, often := t.sides[x.Peer()].any.robust() // of many answers none is much faster
	confirmed := far.Hops > 0 || often && 2*again > far.Least
	if !r.shook() || routed || offloadElsewhere || !confirmed {
		return state.Assumed
	}
	return state.Strong
}

func (r *Result) shook() bool { return r.Half[client].Shook && r.Half[server].Shook }

// apart places the tap where both halves are long.
func (r *Result) apart(c *reconstruct.Connection, offloaded bool) {
	r.Vantage, r.Certainty = state.VantageBetween, state.Strong
	if c.Ends[client].IP.Addr().IsLoopback() {
		r.Vantage = state.VantageAfterDelay
	}
	least := min(r.Half[client].Least, r.Half[server].Least)
	if !r.shook() || least < shortest/2 || offloaded {
		r.Certainty = state.Assumed // a slow host looks the same
	}
}

// Evidence tells in words what Vantage rests on; nothing where it is unknown.
func (r *Result) Evidence() string {
	side := client
	switch r.Vantage {
	case state.VantageUnknown:
		return ""
	case state.VantageServer:
		side = server
	}
	if r.offload {
		return fmt.Sprintf("the checksums of the %s alone are left to its network card", side)
	}
	text := fmt.Sprintf("the %s answers in %s, the %s in %s", side, words(r.Half[side].Least), side.Peer(), words(r.Half[side.Peer()].Least))
	if r.Vantage == state.VantageAfterDelay {
		text += ", over a loopback"
	}
	return text
}

// words tells a time as far as it matters.
func words(d time.Duration) string {
	switch {
	case d >= time.Second:
		return d.Round(time.Millisecond).String()
	case d >= time.Millisecond:
		return d.Round(10 * time.Microsecond).String()
	}
	return d.Round(time.Microsecond).String()
}

// fastest returns how fast a side answers whatever held it back, negative
// where that is not known.
func (s *side) fastest() time.Duration {
	d, ok := s.least()
	if a, known := s.any.robust(); known && (!ok || a < d) {
		return a
	}
	if !ok {
		return -1
	}
	return d
}

// undoneAt returns the side whose checksums alone are left to its card. No
// router has passed such packets on.
func (t *Tracker) undoneAt() (x reconstruct.Side, ok bool) {
	for _, x := range reconstruct.Sides {
		s, peer := &t.sides[x], &t.sides[x.Peer()]
		if s.partial > 1 && 2*s.partial > s.segments && s.hops() == 0 && peer.partial == 0 && peer.segments > 1 {
			return x, true
		}
	}
	return 0, false
}

// hops returns how many routers have passed the side's packets on, from the
// usual initial values of the TTL; -1 where nothing was captured of it.
func (s *side) hops() int {
	if s.segments == 0 || s.ttl == 0 {
		return -1
	}
	for _, initial := range [...]int{64, 128, 255} {
		if int(s.ttl) <= initial {
			return initial - int(s.ttl)
		}
	}
	return -1
}
