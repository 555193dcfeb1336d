package model

import (
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// delayedACK is how long the receiver waits for a second segment (RFC 9293
// section 3.8.6.3).
const delayedACK = 40 * time.Millisecond

// bulkReceiver acknowledges every second segment, and every one that is out of
// order at once, with SACK.
type bulkReceiver struct {
	*bulk
	next    int   // segment that it waits for
	held    []run // above it, the one that changed last first
	waiting int   // segments in order, not acknowledged yet
	timer   timer
}

// run is a range of segments.
type run struct{ lo, hi int }

// take is the arrival of segment n, sent at a time.
func (r *bulkReceiver) take(n int, sent time.Duration) {
	gap := len(r.held) > 0
	switch {
	case n == r.next:
		r.next++
		r.advance()
	case n > r.next:
		r.hold(n)
		gap = true
	default:
		gap = true // twice
	}
	if r.waiting++; gap || r.waiting >= 2 {
		r.acknowledge(sent)
		return
	}
	r.timer.set(&r.clock, delayedACK, func() { r.acknowledge(sent) })
}

// advance takes over what is in order now.
func (r *bulkReceiver) advance() {
	for i := 0; i < len(r.held); i++ {
		if r.held[i].lo <= r.next {
			r.next = max(r.next, r.held[i].hi)
			r.held = slices.Delete(r.held, i, i+1)
			i = -1
		}
	}
}

// hold keeps a segment that is not in order.
func (r *bulkReceiver) hold(n int) {
	fresh := run{n, n + 1}
	r.held = slices.DeleteFunc(r.held, func(old run) bool {
		if old.hi < fresh.lo || old.lo > fresh.hi {
			return false
		}
		fresh.lo, fresh.hi = min(fresh.lo, old.lo), max(fresh.hi, old.hi)
		return true
	})
	r.held = slices.Insert(r.held, 0, fresh)
}

// acknowledge sends what it has, set off by a segment sent at a time.
func (r *bulkReceiver) acknowledge(sent time.Duration) {
	r.timer.stop()
	r.waiting = 0
	g := decode.Segment{Flags: decode.ACK, Seq: 1, Ack: r.number(r.next)}
	for i, h := range r.held[:min(len(r.held), 4)] {
		g.Options.Set |= decode.OptSACK
		g.Options.SACK[i] = decode.SACKBlock{Left: r.number(h.lo), Right: r.number(h.hi)}
		g.Options.SACKCount++
	}
	next, held := r.next, slices.Clone(r.held[:min(len(r.held), 4)])
	if r.rand.Float64() < r.Loss[1] {
		return
	}
	r.clock.after(r.Delay, func() {
		truth := r.sender.truth(Acking)
		truth.RTT = r.clock.now - sent
		r.record(g, false, truth)
		r.sender.hear(next, held, truth.RTT)
	})
}

// number is the sequence number of the first octet of segment n.
func (b *bulk) number(n int) seq.Number { return seq.Number(1).Add(uint32(n * b.MSS)) }
