package limit

// reduce begins a recovery.
func (s *side) reduce(m *moment, why Ending) {
	if s.phase == Recovery && m.half.Acked < s.recover {
		return
	}
	s.exit(m, why)
	s.phase, s.entered = Recovery, m.now
	s.recover = m.before()
	s.ssthresh, s.slow, s.spare, s.rate = 0, 0, 0, 0
	if s.trusted {
		s.limit = Cwnd
	}
	s.result.Recoveries++
}

// expire is a retransmission that the timer sent (RFC 5681 section 3.1).
func (s *side) expire(m *moment) {
	s.keep()
	s.exit(m, Timeout)
	if s.phase != TimeoutWait {
		s.result.Timeouts++
	}
	if s.phase == Recovery {
		s.result.Recovering += max(m.now.Sub(s.entered), 0)
	}
	s.phase = TimeoutWait
	s.attribute(m.now, Cwnd)
	s.limit, s.estimate, s.leaving = Cwnd, true, false
	s.level, s.peak, s.high, s.last, s.base = m.pipe, 0, 0, 0, m.pipe
	s.ssthresh, s.slow, s.spare, s.rate = 0, 0, 0, 0
	s.round = m.half.Max
	s.ack, s.answers = m.now, 0 // it answers nothing
}

// exit notes the end of the first slow start.
func (s *side) exit(m *moment, why Ending) {
	if s.result.SlowStart.Why == Still {
		s.result.SlowStart = s.point(m, why)
	}
}

func (s *side) point(m *moment, why Ending) Exit {
	return Exit{Why: why, Frame: m.step.Segment.Frame, Time: m.now, Bytes: max(int64(m.before())-1, 0), Cwnd: s.whole(s.level)}
}

// turn ends a round, and begins another: the time in which what was on the way
// at its begin is acknowledged.
func (s *side) turn(m *moment) {
	if s.calm && s.high > 0 && s.phase < Recovery && s.level+s.spare > s.high+s.burst() {
		s.level, s.spare = s.high, 0 // a window that shrank unseen, or has ceased to grow
	}
	if s.phase < Recovery && !s.leaving && s.base > 0 {
		s.learn()
		if s.even {
			s.judge(m)
		}
	}
	s.last, s.high = s.high, s.peak
	s.chunks, s.chunk = s.chunk, 0
	s.base, s.even, s.calm = s.level+s.spare, true, true
	s.round = m.half.Max
}

// slowRounds is how many rounds without growth end a slow start.
const slowRounds = 2

// judge judges a round in which nothing but the congestion window limited the
// side. In slow start that doubles, or grows by half with delayed
// acknowledgements that are counted one by one (RFC 5681 section 3.1).
func (s *side) judge(m *moment) {
	growth := s.level + s.spare - s.base
	switch {
	case s.phase == SlowStart && growth > max(s.base/4, s.mss):
		s.slow = 0
	case s.phase == SlowStart:
		s.flatten(m)
	case s.slow == 0 && growth > max(s.base/4, 2*s.mss):
		s.phase, s.ssthresh = SlowStart, 0 // the recovery left the window below it
	default:
		s.slow = 1
	}
}

// flatten counts the slow rounds of a slow start.
func (s *side) flatten(m *moment) {
	if s.slow++; s.slow == 1 {
		s.turned = s.point(m, Growth)
		s.turned.Cwnd = s.whole(s.base)
	}
	if s.slow < slowRounds {
		return
	}
	s.phase, s.ssthresh = Avoidance, s.turned.Cwnd
	if s.result.SlowStart.Why == Still {
		s.result.SlowStart = s.turned
	}
}
