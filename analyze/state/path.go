package state

import "time"

// bound is a time that may be unknown.
type bound struct {
	at    time.Duration
	known bool
}

func known(t time.Duration) bound { return bound{t, true} }

// path writes out an explanation as transitions with their evidence. agreed
// tells the edges that every explanation takes: only those can be proven.
func (s *story) path(e *explanation, agreed *edgeCount, all int) Path {
	if e.steps == 0 {
		return nil
	}
	earliest, latest := s.bounds(e)
	path := make(Path, 0, e.steps)
	for _, m := range e.path() {
		o := &s.list[m.occ]
		t := Transition{
			From: m.rule.From, To: m.rule.To, Cause: causeOf(o), Call: o.call, RFC: m.rule.RFC, Why: o.why,
			Frame: o.cause.frame, Flags: o.cause.flags, ProofFrame: o.proof.frame, FastOpen: o.data,
		}
		if o.event.sends() && o.cause.seen() {
			t.ProofFrame = o.cause.frame
		}
		lo, hi := earliest[m.occ], latest[m.occ]
		t.Earliest, t.HasEarliest, t.Latest, t.HasLatest = lo.at, lo.known, hi.at, hi.known
		t.Certainty = certainty(o, lo, hi, int(agreed[t.From][t.To]) == all)
		path = append(path, t)
	}
	return path
}

// edgeCount counts in how many explanations each change of state occurs.
type edgeCount [NumStates][NumStates]uint8

func countEdges(all []explanation) (count edgeCount) {
	for i := range all {
		for _, m := range all[i].path() {
			count[m.rule.From][m.rule.To]++
		}
	}
	return count
}

func causeOf(o *occurrence) Cause {
	switch {
	case o.event.sends():
		return Sent
	case o.event == PassiveOpen || o.event == GiveUp:
		return Local
	case o.event == TwoMSL:
		return Timer
	}
	return Received
}

// certainty grades a transition. A segment of the endpoint itself is the event
// and needs no bound before it; what it received is proven only between two
// segments.
func certainty(o *occurrence, lo, hi bound, agreed bool) Certainty {
	switch {
	case o.event == PassiveOpen:
		return Unobserved
	case !o.sure || !agreed:
		return Assumed
	case o.event == GiveUp:
		return Strong
	case o.event.sends() && o.cause.seen() || lo.known && hi.known:
		return Proven
	}
	return Strong
}

// bounds gives each occurrence of an explanation the earliest and latest time
// that the capture allows. What was sent passed the tap no earlier than it
// happened, what was received no later; and nothing happened before what comes
// before it. Where the tap is at the endpoint, both are the tap's own time.
func (s *story) bounds(e *explanation) (earliest, latest [maxOccurrences]bound) {
	var floor bound
	for _, i := range e.order[:e.events] {
		if lo := s.ownEarliest(&s.list[i]); lo.known && (!floor.known || lo.at > floor.at) {
			floor = lo
		}
		earliest[i] = floor
	}
	var ceiling bound
	for n := e.events - 1; n >= 0; n-- {
		i := e.order[n]
		if hi := s.ownLatest(&s.list[i]); hi.known && (!ceiling.known || hi.at < ceiling.at) {
			ceiling = hi
		}
		latest[i] = ceiling
	}
	return earliest, latest
}

func (s *story) ownEarliest(o *occurrence) bound {
	if o.cause.seen() && (s.near || !o.event.sends()) {
		return known(o.cause.at)
	}
	return bound{}
}

func (s *story) ownLatest(o *occurrence) bound {
	switch {
	case o.cause.seen() && (s.near || o.event.sends()):
		return known(o.cause.at)
	case o.proof.seen():
		return known(o.proof.at)
	}
	return bound{}
}
