package view

import (
	"math/bits"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// entry is what the list keeps of a connection.
type entry struct {
	ends     [2]decode.Endpoint
	number   int
	packets  int64
	bytes    [2]int64 // of each stream, each once
	again    int64    // segments sent again, by both
	start    capture.Timestamp
	lasted   time.Duration
	findings codes
	open     state.Open
	close    state.Close
}

// codes is a set of codes of findings.
type codes uint64

func entryOf(c *analyze.Connection) entry {
	e := entry{
		ends: c.Ends, number: c.Number, packets: c.Packets(), start: c.Start, lasted: c.End.Sub(c.Start),
		open: c.States.Open, close: c.States.Close,
	}
	for _, side := range reconstruct.Sides {
		e.bytes[side] = c.Half[side].Unique
		e.again += int64(c.Half[side].Counts[reconstruct.Retransmission])
	}
	for _, f := range c.Findings {
		e.findings |= 1 << f.Code
	}
	return e
}

// list returns the codes, the most serious first.
func (s codes) list() (all []finding.Code) {
	for left := s; left != 0; left &= left - 1 {
		all = append(all, finding.Code(bits.TrailingZeros64(uint64(left))))
	}
	slices.SortStableFunc(all, func(a, b finding.Code) int { return int(b.Severity()) - int(a.Severity()) })
	return all
}

// severity is that of the most serious; ok is false for none.
func (s codes) severity() (worst finding.Severity, ok bool) {
	if s == 0 {
		return finding.Note, false
	}
	return s.list()[0].Severity(), true
}
