// Package impair decides what a link does to each packet: when it arrives, in
// how many copies, with which bit turned, or that it is lost.
//
// In: the Params of one direction, a seed, and for each packet the time at
// which it entered the link and its size. Out: the copies that leave it, each
// with its time. It moves no packets, reads no clock and starts nothing, so
// the emulated link (real time) and the simulated one (virtual time) share it
// and a test can ask it a million times a second. The words and their order are
// those of Linux's sch_netem, so that a number means the same on every back
// end. It refuses Params that no link can have: see Params.Check.
//
//	gate, err := impair.NewGate(impair.Params{Delay: 20 * time.Millisecond, Loss: 0.01}, 1)
//	copies, n := gate.Admit(now, len(packet), queued)
package impair

import (
	"fmt"
	"time"
)

// DefaultLimit is the queue of a link whose Params name none. netem's own
// default of 1,000 packets loses segments of a single connection at 40 ms.
const DefaultLimit = 100_000

// Params is what a link does to the packets of one direction. Shares are from
// 0 to 1; the zero value is a wire without delay or loss.
type Params struct {
	Delay     time.Duration `json:"delay,omitempty"`     // one way
	Jitter    time.Duration `json:"jitter,omitempty"`    // the delay is uniform within plus or minus this
	Loss      float64       `json:"loss,omitempty"`      // share of packets that never arrive
	Reorder   float64       `json:"reorder,omitempty"`   // share of packets that skip the delay, and so overtake
	Duplicate float64       `json:"duplicate,omitempty"` // share of packets that arrive twice
	Corrupt   float64       `json:"corrupt,omitempty"`   // share of packets with one bit turned
	Rate      int64         `json:"rate,omitempty"`      // bits a second, 0: unlimited
	Limit     int           `json:"limit,omitempty"`     // packets in the queue, those under way included; 0: DefaultLimit
}

// None tells whether the link is a plain wire. Limit alone changes nothing.
func (p Params) None() bool {
	p.Limit = 0
	return p == Params{}
}

// Check refuses what no link can do.
func (p Params) Check() error {
	for _, share := range []struct {
		name  string
		value float64
	}{{"loss", p.Loss}, {"reordering", p.Reorder}, {"duplication", p.Duplicate}, {"corruption", p.Corrupt}} {
		if !(share.value >= 0 && share.value <= 1) { // this way round NaN is refused too
			return fmt.Errorf("a %s of %v is no share from 0 to 1", share.name, share.value)
		}
	}
	switch {
	case p.Delay < 0, p.Jitter < 0, p.Rate < 0, p.Limit < 0:
		return fmt.Errorf("a negative delay, jitter, rate or limit")
	case p.Jitter > p.Delay:
		return fmt.Errorf("a jitter of %v is more than the delay of %v", p.Jitter, p.Delay)
	case p.Reorder > 0 && p.Delay == 0:
		return fmt.Errorf("reordering lets packets skip the delay, and there is no delay")
	}
	return nil
}
