package limit

// mostSilent is how many acknowledgements a sender in recovery leaves without
// an answer if it sends in proportion to what arrives (RFC 6937), or one segment
// for two acknowledgements as Linux did before. One that is silent for longer
// waits until the pipe is down to its window (RFC 6675), or its send buffer is
// full of what it cannot drop yet; then the pipe does not tell the window.
const mostSilent = 4

// settle judges the interval that an acknowledgement ends.
func (s *side) settle(m *moment) {
	if s.answers == 0 {
		s.silent++
	}
	s.limit = s.why(m)
	switch {
	case s.limit == Cwnd:
		s.fill()
	case s.leaving && s.answers > 0:
		s.leaving, s.level, s.base = false, s.peak, 0 // where it led to is not seen
	}
	s.even = s.even && s.limit == Cwnd
	s.calm = s.calm && (s.limit == Cwnd || s.limit == Unknown && s.answers > 0)
	if s.phase < Recovery && !s.leaving {
		s.rise()
	}
	s.keep()
	s.attribute(m.now, s.limit)
}

// keep keeps the largest window.
func (s *side) keep() {
	if s.peak > s.result.MaxCwnd {
		s.result.MaxCwnd, s.result.Estimate = s.peak, false
	}
	if s.level+s.spare+s.mss <= s.result.MaxCwnd {
		return // as it is mostly; spares the division that rounds
	}
	if cwnd, ok := s.window(); ok && cwnd >= s.result.MaxCwnd {
		s.result.MaxCwnd, s.result.Estimate = cwnd, true
	}
}

// why says what limited the side since the latest acknowledgement.
func (s *side) why(m *moment) Limit {
	switch {
	case m.scaled && s.room < s.burst():
		return Rwnd
	case !s.trusted:
		return Unknown
	case s.short && s.phase <= Recovery:
		return App
	case s.phase == Recovery && s.silent > mostSilent, s.leaving && s.silent > 1:
		return Unknown
	case s.phase == Recovery && s.pacing:
		return Path
	case s.phase >= Recovery:
		return Cwnd
	case m.finished():
		return App
	case s.answers == 0 && (s.full() || s.open == 0 || m.now.Sub(s.open) < s.patience(m)):
		return s.limit // too little was acknowledged for an answer, or it may be under way
	case s.pacing:
		return Path
	case s.pushed && (s.answers == 0 || s.unasked):
		return App
	case s.unasked && s.level > 0 || !m.scaled || !s.full() || s.limit == Rwnd:
		return Unknown // after Rwnd, one answer may be all that was left to send
	}
	return Cwnd
}

// guess says what limits the side as far as its latest segment tells; the next
// acknowledgement will tell better.
func (s *side) guess(m *moment) {
	if s.phase == Recovery {
		s.level = s.peak
	}
	switch {
	case m.scaled && s.room < s.burst():
		s.limit = Rwnd
	case !s.trusted || s.phase > Recovery:
	case s.short:
		s.limit = App
	case s.phase == Recovery, s.limit == Rwnd:
	case s.pacing:
		s.limit = Path
	case s.unasked && s.pushed:
		s.limit = App
	case s.unasked && s.level > 0:
	case s.peak+s.mss > s.level && m.scaled && s.full():
		s.limit = Cwnd
		// A window that grows by more than was acknowledged is not full yet, or
		// was never seen full before.
		s.estimate = s.level > 0 && s.peak <= s.level+s.spare+2*s.mss
	}
}

// window returns what is known of the congestion window, and whether that is
// an estimate.
func (s *side) window() (cwnd int64, estimate bool) {
	switch {
	case s.limit != Cwnd && (s.phase == Recovery || s.leaving):
		return 0, false // it may be less than the pipe
	case s.limit == Cwnd && s.estimate && s.phase == Recovery:
		// The window follows the pipe down (RFC 6937 section 3).
		return s.whole(min(s.level, s.peak+s.mss)), true
	case s.limit == Cwnd && s.estimate:
		return s.whole(max(s.level+s.spare/s.mss*s.mss, s.peak)), true
	case s.limit == Unknown, s.limit == Path, s.phase >= Recovery:
		return s.peak, false // it may have shrunk unseen
	}
	return max(s.high, s.last), false
}

// whole rounds up to full segments.
func (s *side) whole(n int64) int64 { return (n + s.mss - 1) / s.mss * s.mss }
