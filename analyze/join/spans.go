package join

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// maxSpans is how many runs of octets are told apart; the lowest are forgotten.
const maxSpans = 1024

// spans is a set of octets, as runs in their order that do not touch.
type spans []span

type span struct{ lo, hi seq.Offset }

// add puts the octets from lo to before hi in the set.
func (s *spans) add(lo, hi seq.Offset) {
	if hi <= lo {
		return
	}
	list := *s
	from := len(list)
	for from > 0 && list[from-1].hi >= lo {
		from--
	}
	to := from
	for to < len(list) && list[to].lo <= hi {
		lo, hi = min(lo, list[to].lo), max(hi, list[to].hi)
		to++
	}
	list = slices.Replace(list, from, to, span{lo, hi})
	if len(list) > maxSpans {
		list = slices.Delete(list, 0, 1)
	}
	*s = list
}

// holds tells whether all octets from lo to before hi are in the set.
func (s spans) holds(lo, hi seq.Offset) bool {
	for i := len(s) - 1; i >= 0 && s[i].hi > lo; i-- {
		if s[i].lo <= lo && hi <= s[i].hi {
			return true
		}
	}
	return false
}

// recently is a set of the packets of late: between generation and twice as many.
type recently struct{ now, past map[uint64]bool }

const generation = 1024

// before tells whether a packet is in the set, and adds it.
func (r *recently) before(identity uint64) bool {
	known := r.now[identity] || r.past[identity]
	if r.now == nil || len(r.now) >= generation {
		r.now, r.past = make(map[uint64]bool), r.now
	}
	r.now[identity] = true
	return known
}
