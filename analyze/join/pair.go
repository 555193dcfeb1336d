package join

import (
	"cmp"
	"slices"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Match says by what two connections were found to be one.
type Match uint8

// The ways, the surest first.
const (
	BySockets  Match = iota // the same addresses and ports, and the same initial sequence numbers
	ByPackets               // the same addresses and ports, and packets that both captures hold
	ByNumbers               // other addresses or ports, the same initial sequence numbers of both sides
	ByContents              // other addresses or ports, several packets that both captures hold
	ByRange                 // the same addresses and ports, and sequence numbers of the same range
)

var matchNames = [...]string{"sockets-and-isn", "sockets-and-packets", "isn", "packets", "sockets-and-range"}

// String returns sockets-and-isn, sockets-and-packets, isn, packets or
// sockets-and-range.
func (m Match) String() string { return matchNames[m] }

// Certainty returns proven, strong or assumed.
func (m Match) Certainty() string {
	return [...]string{BySockets: "proven", ByPackets: "proven", ByNumbers: "strong", ByContents: "strong", ByRange: "assumed"}[m]
}

// pair is a connection that both captures hold.
type pair struct {
	sides [2]*Side
	match Match
	cross bool // the client of one is called the server of the other
	// of the packets that both samples hold:
	flow flow
	kept kept
}

// leastVotes is how many packets in common make two connections one, where
// nothing else does.
const leastVotes = 3

// pairing finds the connections that both captures hold.
type pairing struct {
	sketches [2]*Sketch
	taken    [2]map[int]bool
	pairs    []*pair
	votes    map[[2]int32]votes // by the numbers of two connections
}

// votes count the packets that two connections share, by whether client and
// server agree.
type votes [2]int

func (v votes) total() int { return v[0] + v[1] }

func findPairs(a, b *Sketch) []*pair {
	p := &pairing{sketches: [2]*Sketch{a, b}, taken: [2]map[int]bool{{}, {}}}
	p.count()
	p.bySockets()
	p.byNumbers()
	p.byContents()
	slices.SortFunc(p.pairs, func(x, y *pair) int { return cmp.Compare(x.sides[0].Number, y.sides[0].Number) })
	return p.pairs
}

// count finds the packets that are in both samples, and once in each.
func (p *pairing) count() {
	p.votes = map[[2]int32]votes{}
	for x, y := range common(p.sketches, func(_ int, s *sample) uint64 { return s.digest }) {
		v := p.votes[[2]int32{x.conn, y.conn}]
		if p.sketches[0].from(x) == p.sketches[1].from(y) {
			v[0]++
		} else {
			v[1]++
		}
		p.votes[[2]int32{x.conn, y.conn}] = v
	}
}

// common yields the samples of both captures that share a key which no other
// has, in no order that means anything, but always the same.
func common(both [2]*Sketch, of func(tap int, s *sample) uint64) func(func(*sample, *sample) bool) {
	var lists [2][]keyed
	bound := min(both[0].bound, both[1].bound)
	for tap, k := range both {
		var list []keyed
		for i := range k.samples {
			if s := &k.samples[i]; s.digest <= bound {
				list = append(list, keyed{of(tap, s), s})
			}
		}
		slices.SortFunc(list, func(x, y keyed) int { return cmp.Compare(x.key, y.key) })
		lists[tap] = unique(list)
	}
	return func(yield func(*sample, *sample) bool) {
		for x, y := lists[0], lists[1]; len(x) > 0 && len(y) > 0; {
			switch {
			case x[0].key < y[0].key:
				x = x[1:]
			case x[0].key > y[0].key:
				y = y[1:]
			default:
				if !yield(x[0].sample, y[0].sample) {
					return
				}
				x, y = x[1:], y[1:]
			}
		}
	}
}

type keyed struct {
	key uint64
	*sample
}

// unique keeps of a sorted list what is in it once.
func unique(list []keyed) []keyed {
	var kept []keyed
	for i := range list {
		if (i == 0 || list[i-1].key != list[i].key) && (i+1 == len(list) || list[i+1].key != list[i].key) {
			kept = append(kept, list[i])
		}
	}
	return kept
}

func (p *pairing) add(a, b *Side, match Match, cross bool) {
	p.taken[0][a.Number], p.taken[1][b.Number] = true, true
	p.pairs = append(p.pairs, &pair{sides: [2]*Side{a, b}, match: match, cross: cross})
}

// bySockets pairs connections with the same addresses and ports. Of several
// incarnations, those with the same initial numbers go first.
func (p *pairing) bySockets() {
	sockets := map[[2]decode.Endpoint][]*Side{}
	for b := range p.left(1) {
		sockets[b.Ends] = append(sockets[b.Ends], b)
	}
	for _, match := range [...]Match{BySockets, ByPackets, ByRange} {
		for a := range p.left(0) {
			for _, cross := range [...]bool{false, true} {
				ends := a.Ends
				if cross {
					ends[0], ends[1] = ends[1], ends[0]
				}
				p.choose(a, sockets[ends], match, cross)
			}
		}
	}
}

// choose pairs a with the first of the candidates that suits it.
func (p *pairing) choose(a *Side, candidates []*Side, match Match, cross bool) {
	for _, b := range candidates {
		if p.taken[0][a.Number] || p.taken[1][b.Number] {
			continue
		}
		if match == p.likeness(a, b, cross) {
			p.add(a, b, match, cross)
			return
		}
	}
}

// unlike is the likeness of two connections that are not one.
const unlike = Match(0xff)

// likeness tells by what two connections with the same sockets are one.
func (p *pairing) likeness(a, b *Side, cross bool) Match {
	same, overlap := 0, 0
	for side := range a.halves {
		x, y := &a.halves[side], &b.halves[mirrored(side, cross)]
		switch {
		case x.packets == 0 || y.packets == 0:
		case x.syn && y.syn && x.isn != y.isn:
			return unlike
		case x.syn && y.syn:
			same++
		case x.overlaps(y):
			overlap++
		default:
			return unlike
		}
	}
	switch v := p.votes[[2]int32{int32(a.Number), int32(b.Number)}]; {
	case same > 0:
		return BySockets
	case v.total() > 0:
		return ByPackets
	case overlap > 0:
		return ByRange
	}
	return unlike
}

// mirrored is the index in B of what has index i in A.
func mirrored(i int, cross bool) int {
	if cross {
		return 1 - i
	}
	return i
}

// overlaps tells whether the ranges of two halves share a number.
func (h *half) overlaps(o *half) bool {
	shift := seq.Offset(o.base.Diff(h.base)) - o.from + h.from
	return o.low+shift <= h.high && h.low <= o.high+shift
}

// byNumbers pairs what is left by the initial numbers of both sides.
func (p *pairing) byNumbers() {
	numbers := map[[2]seq.Number][]*Side{}
	key := func(s *Side) ([2]seq.Number, bool) {
		return [2]seq.Number{s.halves[0].isn, s.halves[1].isn}, s.halves[0].syn && s.halves[1].syn
	}
	var firsts []*Side
	mine := map[[2]seq.Number]int{}
	for a := range p.left(0) {
		if k, ok := key(a); ok {
			firsts = append(firsts, a)
			mine[k]++
		}
	}
	for b := range p.left(1) {
		if k, ok := key(b); ok {
			numbers[k] = append(numbers[k], b)
		}
	}
	for _, a := range firsts {
		if k, _ := key(a); len(numbers[k]) == 1 && mine[k] == 1 {
			p.add(a, numbers[k][0], ByNumbers, false)
		}
	}
}

// byContents pairs what is left by packets in common, the most first.
func (p *pairing) byContents() {
	var list [][2]int32
	for k, v := range p.votes {
		if v.total() >= leastVotes {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(x, y [2]int32) int {
		return cmp.Or(cmp.Compare(p.votes[y].total(), p.votes[x].total()), cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	for _, k := range list {
		if a, b := int(k[0]), int(k[1]); !p.taken[0][a] && !p.taken[1][b] && !p.sameSockets(a, b) {
			v := p.votes[k]
			p.add(&p.sketches[0].conns[a], &p.sketches[1].conns[b], ByContents, v[1] > v[0])
		}
	}
}

// sameSockets tells whether two connections have the same addresses and ports;
// that they are not one was found already.
func (p *pairing) sameSockets(a, b int) bool {
	x, y := p.sketches[0].conns[a].Ends, p.sketches[1].conns[b].Ends
	return x == y || x[0] == y[1] && x[1] == y[0]
}

// left yields the connections of a capture that have no counterpart yet.
func (p *pairing) left(tap int) func(func(*Side) bool) {
	return func(yield func(*Side) bool) {
		for i := range p.sketches[tap].conns {
			s := &p.sketches[tap].conns[i]
			if s.packets() > 0 && !p.taken[tap][i] && !yield(s) {
				return
			}
		}
	}
}

// anchor is a packet that both samples hold.
type anchor struct {
	pair   *pair
	from   reconstruct.Side // by A's roles
	frames [2]capture.FrameNumber
	times  [2]capture.Timestamp
	hops   int // how much less its TTL is in B
}

// delta is how much later B's clock was when it passed.
func (a *anchor) delta() int64 { return int64(a.times[1].Sub(a.times[0])) }

// findAnchors returns the packets of pairs that both samples hold, in the order
// of A. Connections that use the same numbers are told apart by their pair.
func findAnchors(both [2]*Sketch, pairs []*pair) []anchor {
	var of [2]map[int32]int // the pair of a connection, from 1
	for tap := range of {
		of[tap] = map[int32]int{}
		for i, p := range pairs {
			of[tap][int32(p.sides[tap].Number)] = i + 1
		}
	}
	var list []anchor
	for x, y := range common(both, func(tap int, s *sample) uint64 { return mix(s.digest, uint64(of[tap][s.conn])) }) {
		i := of[0][x.conn]
		if i == 0 || i != of[1][y.conn] {
			continue
		}
		p, from := pairs[i-1], both[0].from(x)
		if mirrored(int(from), p.cross) != int(both[1].from(y)) {
			continue
		}
		p.kept.compare(x, y)
		list = append(list, anchor{
			pair: p, from: from, hops: int(x.ttl) - int(y.ttl),
			frames: [2]capture.FrameNumber{x.frame, y.frame}, times: [2]capture.Timestamp{x.time, y.time},
		})
	}
	slices.SortFunc(list, func(x, y anchor) int { return cmp.Compare(x.frames[0], y.frames[0]) })
	return list
}
