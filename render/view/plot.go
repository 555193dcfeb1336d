package view

import (
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// bins is into how many stretches of time a connection is parted for its charts.
const bins = 1024

// span is from the lowest to the highest of some values.
type span struct {
	lo, hi int64
	any    bool
}

func (s *span) add(v int64) {
	if !s.any {
		*s = span{v, v, true}
		return
	}
	s.lo, s.hi = min(s.lo, v), max(s.hi, v)
}

// join takes in another.
func (s *span) join(o span) {
	if o.any {
		s.add(o.lo)
		s.add(o.hi)
	}
}

// bin is what charts need of one side in one stretch of time.
type bin struct {
	sent     span // relative sequence numbers of its data
	again    span // of what it sent again
	acked    span // by its peer
	inFlight span
	window   span // that its peer granted
	cwnd     span
	rtt      span  // in nanoseconds
	payload  int64 // octets, copies included
}

// join takes in a later bin.
func (b *bin) join(o *bin) {
	b.sent.join(o.sent)
	b.again.join(o.again)
	b.acked.join(o.acked)
	b.inFlight.join(o.inFlight)
	b.window.join(o.window)
	b.cwnd.join(o.cwnd)
	b.rtt.join(o.rtt)
	b.payload += o.payload
}

// plot holds what charts need of a connection, in the same memory whatever its
// length.
type plot struct {
	lasted time.Duration
	sides  [2][bins]bin
}

func newPlot(lasted time.Duration) *plot { return &plot{lasted: max(lasted, 1)} }

// at returns the stretch of a time since the connection's first packet. Clocks
// step back, so that a time may be before it.
func (p *plot) at(t time.Duration) int {
	return max(min(int(float64(t)/float64(p.lasted)*bins), bins-1), 0)
}

// add takes the next segment of the connection.
func (p *plot) add(s *analyze.Segment) {
	if s.Swapped {
		p.sides[0], p.sides[1] = p.sides[1], p.sides[0]
	}
	g := s.Step.Segment
	i := p.at(g.Time.Sub(s.Conn.Start))
	own, peer := &p.sides[s.From][i], &p.sides[s.Conn.Peer(s.From)][i]
	if s.End > s.Seq {
		kind := &own.sent
		if s.Marks.Has(reconstruct.Retransmission) || slices.Contains(loss.Retransmissions[:], s.Loss.Cause) {
			kind = &own.again
		}
		kind.add(int64(s.Seq))
		kind.add(int64(s.End))
	}
	if g.Len > 0 && !s.Marks.Has(reconstruct.Duplicate) {
		own.payload += int64(g.Len)
	}
	if s.HasAck && !g.Flags.Has(decode.RST) {
		peer.acked.add(int64(s.Ack))
	}
	if s.Delivers && s.RTT.Valid {
		peer.rtt.add(int64(s.RTT.RTT))
	}
	about := peer
	if g.Len > 0 {
		about = own
	}
	about.measure(s)
}

// measure takes what was measured of the side that the bin is of.
func (b *bin) measure(s *analyze.Segment) {
	if s.FlightKnown {
		b.inFlight.add(s.Flight.InFlight)
	}
	if s.Flight.WindowKnown {
		b.window.add(s.Flight.Window)
	}
	if s.LimitKnown && s.Limit.Cwnd > 0 {
		b.cwnd.add(s.Limit.Cwnd)
	}
}

// columns sums the bins up into so many columns of the same length; of a column
// that is shorter than a bin, the bin that it lies in.
func (p *plot) columns(side reconstruct.Side, n int) []bin {
	list := make([]bin, n)
	for x := range list {
		from, to := x*bins/n, (x+1)*bins/n
		for i := from; i < max(to, from+1); i++ {
			list[x].join(&p.sides[side][i])
		}
	}
	return list
}
