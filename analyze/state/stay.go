package state

import "time"

// Stay is how long an endpoint was in one state, by the clock of the capture.
type Stay struct {
	State       State
	Least, Most time.Duration // at least 0; Most is meaningful with HasMost
	HasMost     bool
	Ended       bool // the path goes on to another state
}

// Stays returns how long each transition's new state lasted. A bound is the
// difference of the bounds of the two transitions around it, so it is as sure as
// the weaker of them. Of the last state only that it was entered is known: a
// path does not tell that a state was left unseen.
func (p Path) Stays() []Stay {
	stays := make([]Stay, len(p))
	for i, entered := range p {
		s := &stays[i]
		s.State = entered.To
		if i+1 == len(p) {
			break
		}
		left := p[i+1]
		s.Ended = true
		if left.HasEarliest && entered.HasLatest {
			s.Least = max(0, left.Earliest-entered.Latest)
		}
		if s.HasMost = left.HasLatest && entered.HasEarliest; s.HasMost {
			s.Most = max(0, left.Latest-entered.Earliest)
		}
	}
	return stays
}
