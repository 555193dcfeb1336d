package reconstruct

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// span is a range of offsets: lo is in it, hi is not.
type span struct{ lo, hi seq.Offset }

// maxHoles bounds the holes remembered in one direction. Past it the oldest
// hole is forgotten: its octets count as passed, so that filling it late looks
// like a retransmission and its bytes are not counted as missing.
const maxHoles = 1024

// holes are the ranges of a stream that have not passed the tap although later
// octets have. Holes are kept rather than what was seen because a healthy
// stream has none.
//
// Invariant: ascending, not empty, not touching one another.
type holes []span

// dig adds a hole. It does not overlap those that are there.
func (h *holes) dig(lo, hi seq.Offset) {
	at := h.find(lo)
	*h = slices.Insert(*h, at, span{lo, hi})
	if at+1 < len(*h) && (*h)[at+1].lo == hi {
		(*h)[at].hi = (*h)[at+1].hi
		*h = slices.Delete(*h, at+1, at+2)
	}
	if at > 0 && (*h)[at-1].hi == lo {
		(*h)[at-1].hi = (*h)[at].hi
		*h = slices.Delete(*h, at, at+1)
	}
	if len(*h) > maxHoles {
		*h = slices.Delete(*h, 0, 1)
	}
}

// fill takes [lo, hi) out of the holes and returns how many octets of it were
// in them.
func (h *holes) fill(lo, hi seq.Offset) (n int64) {
	from := h.find(lo)
	to := from
	var rest [2]span
	left := rest[:0]
	for ; to < len(*h) && (*h)[to].lo < hi; to++ {
		s := (*h)[to]
		n += int64(min(s.hi, hi) - max(s.lo, lo))
		if s.lo < lo {
			left = append(left, span{s.lo, lo})
		}
		if s.hi > hi {
			left = append(left, span{hi, s.hi})
		}
	}
	if to > from {
		*h = slices.Replace(*h, from, to, left...)
	}
	return n
}

// find returns the index of the first hole that ends after o.
func (h *holes) find(o seq.Offset) int {
	i, _ := slices.BinarySearchFunc(*h, o, func(s span, o seq.Offset) int {
		if s.hi <= o {
			return -1
		}
		return 1
	})
	return i
}

// within returns how many octets of [lo, hi) are in holes.
func (h *holes) within(lo, hi seq.Offset) (n int64) {
	if lo >= hi {
		return 0
	}
	for i := h.find(lo); i < len(*h) && (*h)[i].lo < hi; i++ {
		n += int64(min((*h)[i].hi, hi) - max((*h)[i].lo, lo))
	}
	return n
}

// next returns the first octet at or above o that is in a hole, or limit where
// there is none.
func (h *holes) next(o, limit seq.Offset) seq.Offset {
	if i := h.find(o); i < len(*h) {
		return max((*h)[i].lo, o)
	}
	return limit
}

// reach tells whether the last hole ends at o.
func (h holes) reach(o seq.Offset) bool { return len(h) > 0 && h[len(h)-1].hi == o }
