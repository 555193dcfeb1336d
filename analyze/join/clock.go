package join

import (
	"math"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// MaxDrift is how much faster or slower than the other a clock can be: that of
// a clock which is slewed (adjtimex(2): 500 ppm) against another.
const MaxDrift = 1000e-6

// leastStep is how far a clock must have been set to be noticed at all.
const leastStep = int64(time.Millisecond)

// Clock relates the clocks of two captures. The time of both, joined, is A's.
type Clock struct {
	Stretches []Stretch // between steps, in order; none where nothing is known
	N         int       // packets that both samples hold: what it was found from
}

// Stretch is a time in which neither clock was set.
type Stretch struct {
	From   [2]capture.FrameNumber // its first packet that both samples hold
	Start  capture.Timestamp      // of that in A
	N      int
	Offset time.Duration // how far B's clock is ahead of A's at Start
	// Error is the most that Offset can be wrong by, delays being positive:
	// half the least time from one tap to the other and back.
	Error time.Duration
	// Sided is set where packets went one way alone. Offset then holds their
	// shortest delay too, and Error means nothing.
	Sided bool
	// Drift is how much faster B's clock is, 0 where that cannot be told from
	// none; DriftSpread how far the estimates of the two ways are apart.
	Drift       float64
	DriftSpread float64
	DriftKnown  bool // there are estimates of both ways
}

// Steps is how many times a clock was set.
func (c *Clock) Steps() int { return max(len(c.Stretches)-1, 0) }

// Longest returns the stretch with the most packets; ok is false if there is none.
func (c *Clock) Longest() (s Stretch, ok bool) {
	for _, x := range c.Stretches {
		if !ok || x.N > s.N {
			s, ok = x, true
		}
	}
	return s, ok
}

// at returns the stretch that a frame of a capture is in, nil where no clock is
// known.
func (c *Clock) at(tap Tap, frame capture.FrameNumber) *Stretch {
	var found *Stretch
	for i := range c.Stretches {
		if s := &c.Stretches[i]; found == nil || frame >= s.From[tap] {
			found = s
		}
	}
	return found
}

// Joined returns the time of a packet on the clock of A.
func (c *Clock) Joined(tap Tap, frame capture.FrameNumber, t capture.Timestamp) capture.Timestamp {
	s := c.at(tap, frame)
	if tap == A || s == nil || t == capture.NoTime {
		return t
	}
	since := int64(t-s.Start) - int64(s.Offset)
	return s.Start + capture.Timestamp(since-int64(math.Round(float64(since)*s.Drift/(1+s.Drift))))
}

// findClock fits a clock to what both samples hold.
func findClock(anchors []anchor) Clock {
	c := Clock{N: len(anchors)}
	var known []anchor
	for i := range anchors {
		if anchors[i].pair.flow.known {
			known = append(known, anchors[i])
		}
	}
	if len(known) == 0 {
		known = anchors // both taps are at one place, as far as can be told
	}
	for len(known) > 0 {
		n := stretchLength(&known)
		c.Stretches = append(c.Stretches, fit(known[:n]))
		known = known[n:]
	}
	return c
}

// bounds is between what B's clock can be ahead, at a time of A's.
type bounds struct {
	at    capture.Timestamp
	upper float64  // no delay is negative one way, and
	lower float64  // the other
	last  [2]int64 // difference of the latest anchor, by way
	seen  [2]bool
}

// way is 0 for what passes A first.
func (a *anchor) way() int {
	if a.pair.flow.forward(a.from) {
		return 0
	}
	return 1
}

// widen lets the bounds hold at a later time.
func (b *bounds) widen(t capture.Timestamp) {
	slack := MaxDrift * math.Abs(float64(t-b.at))
	b.upper += slack
	b.lower -= slack
	b.at = t
}

// contradicts tells whether no clock fits both the bounds and an anchor.
func (b *bounds) contradicts(a *anchor) bool {
	slack := MaxDrift*math.Abs(float64(a.times[0]-b.at)) + float64(leastStep)
	if a.way() == 0 {
		return float64(a.delta()) < b.lower-slack
	}
	return float64(a.delta()) > b.upper+slack
}

func (b *bounds) take(a *anchor) {
	b.widen(a.times[0])
	if d := float64(a.delta()); a.way() == 0 {
		b.upper = min(b.upper, d)
	} else {
		b.lower = max(b.lower, d)
	}
	b.last[a.way()], b.seen[a.way()] = a.delta(), true
}

// stretchLength returns how many of the anchors one clock fits. An anchor that
// fits neither what came before nor what follows is no packet that both hold,
// and is taken out.
func stretchLength(list *[]anchor) int {
	all := *list
	b := bounds{at: all[0].times[0], upper: math.Inf(1), lower: math.Inf(-1)}
	kept := 0
	for i := range all {
		a := &all[i]
		switch {
		case !b.contradicts(a):
			b.take(a)
			all[kept] = *a
			kept++
		case confirmed(&b, all[i:]):
			rest := all[i:]
			back := stepBack(all[:kept], &b, a)
			moved := append(append([]anchor{}, all[kept-back:kept]...), rest...)
			*list = append(all[:kept-back:kept-back], moved...)
			return kept - back
		}
	}
	*list = all[:kept]
	return kept
}

// confirmed tells whether the next anchor of the same way as the first, within
// reach, contradicts the bounds too.
func confirmed(b *bounds, rest []anchor) bool {
	for i := 1; i < len(rest); i++ {
		if rest[i].way() == rest[0].way() {
			return b.contradicts(&rest[i])
		}
	}
	return false
}

// stepBack tells how many of the latest anchors were after the step that a
// shows already: they went the other way, where a step looks like a delay.
func stepBack(before []anchor, b *bounds, a *anchor) (n int) {
	way := a.way()
	if !b.seen[way] {
		return 0
	}
	step := a.delta() - b.last[way]
	usual := int64(b.upper+b.lower) / 2
	for n < len(before)-1 {
		x := &before[len(before)-1-n]
		if x.way() == way || abs(x.delta()-usual-step) >= abs(x.delta()-usual) {
			break
		}
		n++
	}
	return n
}

func abs(n int64) int64 { return max(n, -n) }
