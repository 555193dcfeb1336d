package state

import "slices"

const (
	// maxOccurrences is more than one endpoint can meet: each event once.
	maxOccurrences = NumEvents
	// maxOrders bounds how many explanations of one endpoint are compared. Real
	// connections have one to four; only a contrived one has more.
	maxOrders = 64
)

// explanation is one order of occurrences that the evidence allows and the
// state machine accepts. It is a plain value, since an endpoint is explained
// for every connection of a capture.
type explanation struct {
	order  [maxOccurrences]uint8 // indexes into story.list
	events int
	moves  [maxOccurrences]move
	steps  int
	cost   int // departures from what the tap suggests
}

// move is a step of the state machine within an explanation.
type move struct {
	rule *Rule
	occ  uint8 // index into story.list
}

// path returns the moves in order.
func (e *explanation) path() []move { return e.moves[:e.steps] }

// sameStates tells whether two explanations go through the same states.
func (e *explanation) sameStates(f *explanation) bool {
	return slices.EqualFunc(e.path(), f.path(), func(a, b move) bool { return a.rule.To == b.rule.To })
}

// explain enumerates the orders that the evidence allows and returns those
// with different paths, the most probable first. The result is valid until the
// next call.
func (w *walk) explain(s *story) []explanation {
	*w = walk{machine: w.machine, found: w.found[:0], story: s, state: s.start}
	w.step()
	slices.SortStableFunc(w.found, func(a, b explanation) int { return a.cost - b.cost })
	return w.found
}

// walk runs the machine over every permitted order of the occurrences, depth
// first, leaving out those that need not have happened.
type walk struct {
	machine *machine
	found   []explanation

	story *story
	state State
	done  eventSet // happened so far
	so    explanation
}

func (w *walk) step() {
	if len(w.found) >= maxOrders {
		return
	}
	w.stop()
	open := 0 // expected occurrences before this one in the list that have not happened
	for i := range w.story.list {
		o := &w.story.list[i]
		if w.done.has(o.event) {
			continue
		}
		if w.ready(o) {
			w.take(i, open)
		}
		if o.taken {
			open++
		}
	}
}

// ready tells whether everything that provably came before o has happened, and
// nothing that provably came after.
func (w *walk) ready(o *occurrence) bool {
	for i := range w.story.list {
		p := &w.story.list[i]
		happened := w.done.has(p.event)
		if !happened && p.sure && o.after.has(p.event) || happened && p.after.has(o.event) {
			return false
		}
	}
	return true
}

// take makes occurrence i the next event. Each earlier one in the list that is
// still open is overtaken by it, which costs one.
func (w *walk) take(i, overtaken int) {
	o := &w.story.list[i]
	verdict, rule := w.machine.next(w.state, w.story.eventIn(o.event, w.state))
	if verdict == Impossible {
		return
	}
	state, done, so := w.state, w.done, w.so
	w.done |= 1 << o.event
	w.so.order[w.so.events] = uint8(i)
	w.so.events++
	w.so.cost += overtaken
	if !o.taken {
		w.so.cost += 2
	}
	if verdict == Moves {
		w.so.moves[w.so.steps] = move{rule, uint8(i)}
		w.so.steps++
		w.state = rule.To
	}
	w.step()
	w.state, w.done, w.so = state, done, so
}

// stop ends the story here, if everything left may never have happened.
func (w *walk) stop() {
	e := w.so
	for i := range w.story.list {
		o := &w.story.list[i]
		switch {
		case w.done.has(o.event):
		case o.sure:
			return
		case o.taken:
			e.cost += 2
		}
	}
	for i := range w.found {
		if w.found[i].sameStates(&e) {
			if e.cost < w.found[i].cost {
				w.found[i] = e
			}
			return
		}
	}
	w.found = append(w.found, e)
}

// eventIn refines an event by the state that it meets: a reset sends a passive
// opener back to LISTEN (RFC 9293 3.10.7.4, second).
func (s *story) eventIn(e Event, in State) Event {
	if e == ReceiveRST && in == SynReceived && s.passive {
		return ReceiveRSTPassive
	}
	return e
}
