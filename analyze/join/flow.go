package join

import "github.com/flowstate-tcp/flowstate/reconstruct"

// Tap is one of the two captures.
type Tap uint8

// The captures, in the order in which they were named.
const (
	A Tap = 0
	B Tap = 1
)

// Taps lists both.
var Taps = [2]Tap{A, B}

// Peer returns the other one.
func (t Tap) Peer() Tap { return 1 - t }

// String returns a or b.
func (t Tap) String() string { return [...]string{"a", "b"}[t] }

// flow says which way the packets of a connection pass the two taps.
type flow struct {
	known  bool
	client Tap // whose tap is nearer to the client: what the client sends passes it first
}

// up returns the tap that what a side sends passes first.
func (f flow) up(from reconstruct.Side) Tap { return f.client ^ Tap(from) }

// forward tells whether what a side sends passes A first.
func (f flow) forward(from reconstruct.Side) bool { return f.up(from) == A }

// orient finds for each pair which tap is nearer to its client: B's clock
// differs from A's by more for what A saw first. Where all of that went one
// way, the TTL tells, and at last the clocks once they are known.
func orient(anchors []anchor) {
	type seen struct {
		delta  [2]int64
		known  [2]bool
		excess int // of comparisons in which the client's delta is larger
		hops   int
	}
	pairs := map[*pair]*seen{}
	for i := range anchors {
		a := &anchors[i]
		s := pairs[a.pair]
		if s == nil {
			s = new(seen)
			pairs[a.pair] = s
		}
		s.delta[a.from], s.known[a.from] = a.delta(), true
		if s.known[0] && s.known[1] {
			s.excess += sign(s.delta[0] - s.delta[1])
		}
		if a.from == reconstruct.Client {
			s.hops += sign(int64(a.hops))
		} else {
			s.hops -= sign(int64(a.hops))
		}
	}
	for p, s := range pairs {
		verdict := s.excess
		if verdict == 0 {
			verdict = s.hops
		}
		p.flow = flow{known: verdict != 0}
		if verdict < 0 {
			p.flow.client = B
		}
	}
}

// orientByClock does the same, for pairs of which nothing else told, once it is
// known what B's clock shows.
func orientByClock(anchors []anchor, c *Clock) {
	sums := map[*pair]int{}
	for i := range anchors {
		a := &anchors[i]
		if a.pair.flow.known {
			continue
		}
		late := sign(int64(c.Joined(B, a.frames[1], a.times[1]).Sub(a.times[0])))
		if a.from == reconstruct.Server {
			late = -late
		}
		sums[a.pair] += late
	}
	for p, n := range sums {
		p.flow = flow{known: n != 0}
		if n < 0 {
			p.flow.client = B
		}
	}
}

func sign(n int64) int {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
