package vantage

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// sample is one half round trip. The zero value is none.
type sample struct {
	ended capture.Timestamp
	took  time.Duration
}

// atEnd is how many times a half must fit into the whole for the tap to be at
// an end, where the other half is the whole. It is more than clear, so that no
// sample is missed of a tap that is just far enough from both.
const atEnd = 2 * clear

// pair takes a half round trip from the tap to side x and back, and adds it to
// the latest one to the other side, as far as they follow each other: one may
// begin no further from the end of the other than they take together.
func (t *Tracker) pair(x reconstruct.Side, now sample) {
	other := t.sides[x.Peer()].latest
	t.sides[x].latest = now
	whole := now.took + other.took
	apart := now.ended.Sub(other.ended) - now.took
	if other.took > 0 && apart.Abs() <= whole && min(now.took, other.took)*atEnd >= whole {
		t.full.Add(int64(whole))
	}
}
