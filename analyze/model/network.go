package model

import (
	"math/rand/v2"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Hop is one part of the way in one direction. Probabilities are from 0 to 1.
type Hop struct {
	Delay     time.Duration
	Jitter    time.Duration // added to Delay, at random; does not reorder
	Loss      float64
	Reorder   float64       // share of packets that leave the queue
	Duplicate float64       // share of packets that come twice
	Late      time.Duration // how much later those, and second copies, come at most
}

// Tap is the recorder between the two hops of each direction. The zero value
// records everything.
type Tap struct {
	Loss  float64           // share of packets that pass unrecorded
	From  time.Duration     // recording starts
	Until time.Duration     // recording ends; 0: with the run
	Only  *reconstruct.Side // records only what this side sent; nil: both
}

// packet is one copy of a segment under way.
type packet struct {
	id    int // the same for all copies; counted from 1
	seg   decode.Segment
	isn   [2]seq.Number // as the sender knew them, for printing
	from  reconstruct.Side
	frame capture.FrameNumber // of this copy at the tap, 0 if not recorded
}

// line is a hop in operation: it remembers when its queue is empty.
type line struct {
	hop   Hop
	clock *clock
	rand  *rand.Rand
	busy  time.Duration // when the last packet in order leaves
	out   func(packet)
}

func (l *line) carry(p packet) {
	copies := 1
	if l.rand.Float64() < l.hop.Duplicate {
		copies = 2
	}
	if l.rand.Float64() < l.hop.Loss {
		copies--
	}
	for n := range copies {
		at := l.clock.now + l.hop.Delay + upTo(l.rand, l.hop.Jitter)
		if n > 0 || l.rand.Float64() < l.hop.Reorder {
			at += upTo(l.rand, l.hop.Late)
		} else {
			at = max(at, l.busy)
			l.busy = at
		}
		l.clock.after(at-l.clock.now, func() { l.out(p) })
	}
}

// upTo returns a random time from 0 to d.
func upTo(r *rand.Rand, d time.Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	return time.Duration(r.Int64N(int64(d) + 1))
}

// record is what the tap does with a packet that passes.
func (w *world) record(p *packet) {
	t := &w.config.Tap
	now := w.clock.now
	missed := w.rand.Float64() < t.Loss || now < t.From || t.Until > 0 && now > t.Until || t.Only != nil && p.from != *t.Only
	if missed {
		return
	}
	p.frame = capture.FrameNumber(len(w.run.Packets) + 1)
	p.seg.Frame = p.frame
	p.seg.Time = capture.Timestamp(w.config.Start.UnixNano() + int64(now))
	if w.frames[p.id] == 0 {
		w.frames[p.id] = p.frame
	}
	w.run.Packets = append(w.run.Packets, Packet{p.seg, p.from, p.isn, p.id})
}

// join lays the path of one direction: hop, tap, hop.
func (w *world) join(from, to *endpoint) {
	hops := w.config.Hops[from.side]
	far := &line{hop: hops[1], clock: &w.clock, rand: w.rand, out: to.arrive}
	near := &line{hop: hops[0], clock: &w.clock, rand: w.rand, out: func(p packet) {
		w.record(&p)
		far.carry(p)
	}}
	from.transmit = func(p packet) {
		w.sent++
		p.id = w.sent
		if w.config.lose == nil || !w.config.lose(p) {
			near.carry(p)
		}
	}
}
