package limit

import "time"

// A sender paces if for the most part no acknowledgement sets its answers off,
// until next to all of them are.
const (
	mostly   = whole * 5 / 8
	scarcely = whole / 8
)

// leastTime is what a host needs at most to answer an acknowledgement; a writer
// that is woken by one may need longest times that.
const (
	leastTime = 200 * time.Microsecond
	longest   = 5
)

// One who paces sends what a timer lets go at a time: two segments, or what the
// rate makes of a millisecond or two. A writer's bursts are longer and rarer.
const (
	quantum = 2
	tick    = 2500 * time.Microsecond
)

// clock judges whether an acknowledgement set off what is sent now, after a gap
// in which neither happened. What a recovery sends follows acknowledgements in
// any case (RFC 6937).
func (s *side) clock(m *moment, n int64, gap time.Duration) {
	if s.phase >= Recovery {
		return
	}
	prompt := leastTime
	if near := m.times.Estimate(m.who.Peer()); near.Known {
		prompt += 2 * near.Least
	}
	switch {
	case gap > prompt:
		s.unasked = s.unasked || gap > longest*prompt
		if !s.short && m.outstanding() > n && (s.group <= quantum || gap < tick) {
			s.paced += (whole - s.paced) / 8
		}
		s.group = 0
	case s.answers == 0:
		s.paced -= s.paced / 32
		s.group = 0
	}
	s.pacing = s.paced > mostly || s.pacing && s.paced > scarcely
}
