package loss

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// stamp is what tells in which order a sender sent its segments.
type stamp struct {
	tsval          uint32
	ipid           uint16
	hasTS, hasIPID bool
}

func stampOf(g *decode.Segment) stamp {
	return stamp{
		tsval:   g.Options.TSval,
		ipid:    uint16(g.IPID),
		hasTS:   g.Options.Set&decode.OptTimestamps != 0,
		hasIPID: hasIPID(g),
	}
}

func hasIPID(g *decode.Segment) bool { return g.Quirks&decode.HasIPID != 0 && g.IPID != 0 }

// compare tells whether s was sent after t, 1, or before it, -1, and by which
// witness; 0 with Nothing where none tells. An equal IP identification means
// the same transmission, 0 with IPID.
func (s stamp) compare(t stamp, ids *counter) (order int, by Witness) {
	if s.hasTS && t.hasTS && s.tsval != t.tsval {
		return sign(int32(s.tsval - t.tsval)), TSval
	}
	if step := int16(s.ipid - t.ipid); s.hasIPID && t.hasIPID && ids.counts(step) {
		return sign(int32(step)), IPID
	}
	return 0, Nothing
}

func sign(d int32) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	}
	return 0
}

// counter finds out whether a sender counts up the IP identification, and does
// not draw it: only then does it tell an order.
type counter struct {
	last  uint16
	score int8
	any   bool
}

const (
	smallStep = 1 << 10 // other connections of the host may count in between
	tinyStep  = 1 << 6  // drawn numbers are hardly ever so near to each other
	trusted   = 4
)

// see takes a segment in order into account. One that brings new octets was sent
// after all before it, so a number that goes far back with it is no counter's:
// a sender whose large segments were cut up by its interface draws from several.
func (c *counter) see(g *decode.Segment, isNew bool) {
	if !hasIPID(g) {
		return
	}
	id := uint16(g.IPID)
	switch step := id - c.last; {
	case !c.any:
	case step > 0 && step < smallStep:
		c.score = min(c.score+1, 4*trusted)
	case isNew && int16(step) <= -tinyStep:
		c.score = -4 * trusted
	default:
		c.score = max(c.score-trusted, -4*trusted)
	}
	c.last, c.any = id, true
}

// counts tells whether a step between two segments is one of a counter.
func (c *counter) counts(step int16) bool {
	return c.score >= trusted || c.score >= 0 && step > -tinyStep && step < tinyStep
}

// clock is where a sender's clock for timestamps stood when it sent octets first.
type clock struct {
	at    capture.Timestamp
	value uint32
	any   bool
}

func (c *clock) see(g *decode.Segment) {
	if !c.any && g.Options.Set&decode.OptTimestamps != 0 {
		*c = clock{g.Time, g.Options.TSval, true}
	}
}

// coarsest is how long the clock of a system in use may stand still: a tick of
// HZ=100. RFC 7323 section 5.4 allows up to 1 s, as old systems take.
const coarsest = 10 * time.Millisecond

// stands tells for how long the clock may stand still: two of its ticks, as far
// as it has moved.
func (c *clock) stands(now stamp, at capture.Timestamp) time.Duration {
	ticks := max(int32(now.tsval-c.value), 1)
	return max(coarsest, 2*at.Sub(c.at)/time.Duration(ticks))
}
