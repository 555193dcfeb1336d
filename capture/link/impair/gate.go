package impair

import (
	"math/rand/v2"
	"time"
)

// Copy is one packet that leaves the link.
type Copy struct {
	Due time.Duration // on the clock of Admit's now
	Bit int           // number of the bit that is turned, -1: none
}

// Gate judges the packets of one direction, in the order in which they enter.
// It is not safe for several goroutines.
//
// Invariant: the same Params, seed and calls give the same answers.
type Gate struct {
	Params
	random *rand.Rand
	free   time.Duration // when the wire is free again, where Rate is set
}

// NewGate refuses what Params.Check refuses.
func NewGate(p Params, seed uint64) (*Gate, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	if p.Limit == 0 {
		p.Limit = DefaultLimit
	}
	return &Gate{Params: p, random: rand.New(rand.NewPCG(seed, 0))}, nil
}

// Admit answers what leaves the link for a packet of size bytes that enters it
// at now while queued packets are under way: the first n of copies. A packet
// that is drawn for loss and for duplication arrives once, as with netem.
func (g *Gate) Admit(now time.Duration, size, queued int) (copies [2]Copy, n int) {
	count := 1
	if g.happens(g.Duplicate) {
		count++
	}
	if g.happens(g.Loss) {
		count--
	}
	for ; n < count && queued+n < g.Limit; n++ {
		copies[n] = g.carry(now, size)
	}
	return copies, n
}

// carry sends one packet down the wire.
func (g *Gate) carry(now time.Duration, size int) Copy {
	c := Copy{Due: now, Bit: -1}
	if size > 0 && g.happens(g.Corrupt) {
		c.Bit = g.random.IntN(size * 8)
	}
	if g.happens(g.Reorder) {
		return c
	}
	if g.Rate > 0 {
		g.free = max(g.free, now) + g.serialisation(size)
		c.Due = g.free
	}
	c.Due += g.delay()
	return c
}

// serialisation is how long the packet occupies a wire of the set rate.
func (g *Gate) serialisation(size int) time.Duration {
	return time.Duration(float64(size) * 8 / float64(g.Rate) * float64(time.Second))
}

func (g *Gate) delay() time.Duration {
	if g.Jitter == 0 {
		return g.Delay
	}
	return g.Delay - g.Jitter + time.Duration(g.random.Int64N(2*int64(g.Jitter)+1))
}

// happens draws only where the share is set, so that setting one impairment
// leaves the draws of another as they were without it.
func (g *Gate) happens(share float64) bool {
	return share > 0 && g.random.Float64() < share
}
