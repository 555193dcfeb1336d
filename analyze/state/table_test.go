package state

import "testing"

// The table answers every pair of state and event once, leads only where the
// walk can go on, and reaches every state.
func TestTableIsTotal(t *testing.T) {
	seen := map[[2]int]bool{}
	for _, r := range rules {
		pair := [2]int{int(r.From), int(r.Event)}
		if seen[pair] {
			t.Errorf("two rows for %s and %s", r.From, r.Event)
		}
		seen[pair] = true
		if r.From == r.To {
			t.Errorf("%s moves nowhere", r)
		}
		if r.RFC == "" || r.Meaning == "" {
			t.Errorf("%s has no reference or no meaning", r)
		}
	}
	for _, s := range stays {
		for _, from := range s.states {
			if seen[[2]int{int(from), int(s.event)}] {
				t.Errorf("%s in %s both moves and stays", s.event, from)
			}
			if s.why == "" {
				t.Errorf("%s stays without a reason", s.event)
			}
		}
	}
}

func TestEveryStateIsReachable(t *testing.T) {
	m := newMachine()
	reached := map[State]bool{Closed: true}
	for grew := true; grew; {
		grew = false
		for from := range State(NumStates) {
			for e := range Event(NumEvents) {
				verdict, rule := m.next(from, e)
				if reached[from] && verdict == Moves && !reached[rule.To] {
					reached[rule.To], grew = true, true
				}
			}
		}
	}
	for s := range State(NumStates) {
		if !reached[s] {
			t.Errorf("no way leads to %s", s)
		}
	}
}

// The figure of RFC 9293 (section 3.3.2) has these edges and no others.
func TestFigureEdges(t *testing.T) {
	type edge struct{ from, to State }
	want := map[edge]bool{
		{Closed, Listen}: true, {Closed, SynSent}: true, {Listen, SynReceived}: true, {Listen, SynSent}: true,
		{Listen, Closed}: true, {SynSent, SynReceived}: true, {SynSent, Established}: true, {SynSent, Closed}: true,
		{SynReceived, Established}: true, {SynReceived, FinWait1}: true, {SynReceived, Listen}: true,
		{Established, FinWait1}: true, {Established, CloseWait}: true, {FinWait1, FinWait2}: true,
		{FinWait1, Closing}: true, {FinWait2, TimeWait}: true, {CloseWait, LastAck}: true,
		{Closing, TimeWait}: true, {LastAck, Closed}: true, {TimeWait, Closed}: true,
	}
	for _, r := range rules {
		if r.Figure && !want[edge{r.From, r.To}] {
			t.Errorf("the figure has no %s", r)
		}
		if r.Figure {
			delete(want, edge{r.From, r.To})
		}
	}
	for e := range want {
		t.Errorf("the table lacks %s to %s", e.from, e.to)
	}
}
