package lab

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Climb notes how what a sender has on the way grew: the extra tracker of
// captures of a lab. The zero value is ready; it keeps a few hundred numbers.
type Climb struct{ sides [2]climb }

type climb struct {
	began capture.Timestamp // its first payload
	rungs []rung
}

// rung is a moment when more was on the way than ever before.
type rung struct {
	at    capture.Timestamp
	level int64 // octets on the way
	sent  int64 // of the stream so far
}

// step is by how much a rung is above the one before.
const step = 1.02

// NewClimb is for analyze.Options.Extra.
func NewClimb() analyze.Extra { return &Climb{} }

// Observe takes the next segment of the connection.
func (c *Climb) Observe(s *reconstruct.Step) {
	if s.Swapped {
		c.sides[0], c.sides[1] = c.sides[1], c.sides[0]
	}
	if s.Segment.Len == 0 {
		return
	}
	side, half := &c.sides[s.From], &s.Conn.Half[s.From]
	r := rung{at: s.Segment.Time, level: int64(half.Max - half.Acked), sent: half.Unique}
	n := len(side.rungs)
	if n == 0 {
		side.began = r.at
	}
	if n == 0 || float64(r.level) >= step*float64(side.rungs[n-1].level) {
		side.rungs = append(side.rungs, r)
	}
}

// nearly is what counts as all that was ever on the way.
const nearly = 0.85

// full is when a side first had nearly as much on the way as it ever had.
func (c *climb) full() (rung, bool) {
	n := len(c.rungs)
	if n == 0 {
		return rung{}, false
	}
	for _, r := range c.rungs {
		if float64(r.level) >= nearly*float64(c.rungs[n-1].level) {
			return r, true
		}
	}
	return c.rungs[n-1], true
}

// since is a time after the first payload.
func (c *climb) since(at capture.Timestamp) time.Duration { return max(at.Sub(c.began), 0) }
