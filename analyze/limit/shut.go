package limit

import (
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// gate is the peer's window while nothing is on the way and it takes less than
// the side sends at a time.
type gate struct {
	opened  capture.Timestamp // when it took that again, 0 if it does not
	probing bool              // it was probed meanwhile, so something waited (RFC 9293 section 3.8.6.1)
}

// shut tells whether the peer's window is too small for what the side sends.
func (s *side) shut() bool { return s.active() && s.room < s.burst() }

// look takes an acknowledgement of nothing new, which may open the window.
func (s *side) look(m *moment) {
	if m.scaled && m.room >= s.burst() {
		s.gate.opened, s.room = m.now, m.room
	}
}

// held accounts for the time in which the peer's window was too small for
// what the side sends now, though nothing was on the way. That it had waited
// shows in a probe, in an answer to the window that opens, or where it
// fills a window that does not; ok tells whether all of the time is judged by that.
func (s *side) held(m *moment) (ok bool) {
	opened := s.gate.opened
	if opened == 0 {
		return m.step.Marks.Has(reconstruct.WindowFull) && s.shut()
	}
	prompt := s.trusted && m.now.Sub(opened) <= s.patience(m)
	if prompt || s.gate.probing {
		s.attribute(opened, Rwnd)
	}
	return prompt
}
