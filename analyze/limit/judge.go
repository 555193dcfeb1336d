package limit

import "time"

// An answer that ends late in the time that it has, on average, was not set off
// by the acknowledgement: the sender paces.
const (
	lateShift = 10
	lateWhole = 1 << lateShift
	lateLimit = lateWhole * 35 / 100
	// leastTime is the time to the next acknowledgement from which on an answer
	// counts: what a host needs to answer must be little of it.
	leastTime = 200 * time.Microsecond
)

// mostSilent is how many acknowledgements a sender in recovery leaves without
// an answer if it sends in proportion to what arrives (RFC 6937), or one segment
// for two acknowledgements as Linux did before. One that is silent for longer
// waits until the pipe is down to its window (RFC 6675), or its send buffer is
// full of what it cannot drop yet; then the pipe does not tell the window.
const mostSilent = 4

// settle judges the interval that an acknowledgement ends.
func (s *side) settle(m *moment) {
	if given := m.now.Sub(s.ack); s.answers > 0 && !s.short && given > leastTime {
		took := min(max(s.sent.Sub(s.ack), 0), given)
		s.late += (int32(took/(given>>lateShift)) - s.late) / 8
	}
	if s.answers == 0 {
		s.silent++
	}
	s.limit = s.why(m)
	if s.limit == Cwnd {
		s.fill()
	} else {
		s.even, s.leaving = false, s.leaving && s.answers == 0
	}
	s.keep()
	s.attribute(m.now, s.limit)
}

// keep keeps the largest window.
func (s *side) keep() {
	if s.peak > s.result.MaxCwnd {
		s.result.MaxCwnd, s.result.Estimate = s.peak, false
	}
	if s.level+s.mss <= s.result.MaxCwnd {
		return // as it is mostly; spares the division that rounds
	}
	if cwnd, ok := s.window(); ok && cwnd >= s.result.MaxCwnd {
		s.result.MaxCwnd, s.result.Estimate = cwnd, true
	}
}

// fill takes the peak of an answer for the congestion window.
func (s *side) fill() {
	if s.phase == Recovery || s.leaving || s.peak > s.level {
		s.level = s.peak
	}
	if s.leaving && s.answers > 0 {
		s.leaving, s.base = false, s.level
		if !s.paces() {
			s.ssthresh = s.whole(s.level)
		}
	}
	s.estimate = s.full()
}

// full tells whether the answer filled the congestion window as far as known.
// With segmentation offload a sender waits until a long segment fits.
func (s *side) full() bool { return s.leaving || s.peak+s.burst > s.level }

// why says what limited the side since the latest acknowledgement.
func (s *side) why(m *moment) Limit {
	switch {
	case m.scaled && s.room < s.mss:
		return Rwnd
	case !s.trusted:
		return Unknown
	case s.phase == Recovery && s.silent > mostSilent, s.leaving && s.silent > 1:
		return Unknown
	case s.phase == Recovery && s.paces():
		return Path
	case s.phase >= Recovery:
		return Cwnd
	case m.finished():
		return App
	case s.answers == 0 && s.full():
		return s.limit // too little was acknowledged for an answer
	case (s.answers == 0 || s.short) && m.now.Sub(max(s.ack, s.sent)) < s.patience(m):
		return s.limit // the answer may be under way
	case s.short || s.pushed && (s.answers == 0 || s.unasked):
		return App
	case s.paces():
		return Path
	case !m.scaled || !s.full() || s.limit == Rwnd:
		return Unknown // after Rwnd, one answer may be all that was left to send
	}
	return Cwnd
}

func (s *side) paces() bool { return s.late > lateLimit }

// guess says what limits the side as far as its latest segment tells; the next
// acknowledgement will tell better.
func (s *side) guess(m *moment) {
	if s.phase == Recovery {
		s.level = s.peak
	}
	switch {
	case m.scaled && s.room < s.mss:
		s.limit = Rwnd
	case !s.trusted || s.phase == Recovery:
	case s.short && (s.level == 0 || s.peak+s.mss <= s.level), s.pushed && s.unasked:
		s.limit = App
	case s.limit == Rwnd || s.short:
	case s.peak+s.mss > s.level && m.scaled && !s.paces():
		s.limit = Cwnd
		// A window that grows by more than was acknowledged is not full yet, or
		// was never seen full before.
		s.estimate = s.level > 0 && s.peak <= s.level+s.news+2*s.mss
	}
}

// window returns what is known of the congestion window, and whether that is
// an estimate.
func (s *side) window() (cwnd int64, estimate bool) {
	switch {
	case s.limit == Unknown && (s.phase == Recovery || s.leaving):
		return 0, false // it may be less than the pipe
	case s.limit == Cwnd && s.estimate && s.phase == Recovery:
		// The window follows the pipe down (RFC 6937 section 3).
		return s.whole(min(s.level, s.peak+s.mss)), true
	case s.limit == Cwnd && s.estimate:
		return s.whole(max(s.level, s.peak)), true
	case s.limit == Unknown, s.limit == Path, s.phase >= Recovery:
		return s.peak, false // it may have shrunk unseen
	}
	return max(s.high, s.last), false
}

// whole rounds up to full segments.
func (s *side) whole(n int64) int64 { return (n + s.mss - 1) / s.mss * s.mss }
