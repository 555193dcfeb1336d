package limit

// Shares of octets and of answers are in parts of whole.
const (
	shift = 10
	whole = 1 << shift
	// A window that grows steeply is in slow start: by an octet for each that is
	// acknowledged (RFC 5681 section 3.1), or by half of it where delayed
	// acknowledgements are counted one by one.
	steeply  = whole * 2 / 5
	steadily = whole * 3 / 4
)

// grow adds what the window grows upon the latest acknowledgement, at the rate
// of the round before. In slow start that is much, and a sender that does not
// use it within the answer was not held back by its window. Later it matters
// only where the sender waits until a super-segment fits.
func (s *side) grow() {
	if s.phase < Recovery && !s.leaving {
		grown := s.spare + s.news*int64(s.rate)>>shift
		if s.rate > steeply {
			s.spare = min(grown, s.level) // it does not grow where half of it is unused (RFC 7661)
		} else if s.limit == Cwnd {
			s.spare = max(s.spare, min(grown, s.burst()-s.mss))
		}
	}
	s.news = 0
}

// rise takes a peak above the level for part of what the window has grown.
func (s *side) rise() {
	if s.peak > s.level {
		s.level, s.spare = s.peak, max(s.spare-(s.peak-s.level), 0)
	}
}

// burst is the longest segment of late. With segmentation offload a sender waits
// until its windows take one of those.
func (s *side) burst() int64 { return max(s.chunk, s.chunks, s.mss) }

// full tells whether the answer filled the congestion window as far as known. An
// answer that ends with less than a super-segment used all that it could: if the
// window grew before, it does not now.
func (s *side) full() bool {
	reach := s.peak + s.burst() + 2*s.mss
	return s.leaving || reach > s.level+s.spare || reach > s.level && s.answers > 0 && s.latest < s.burst() && !s.short
}

// fill takes the peak of an answer for the congestion window.
func (s *side) fill() {
	if s.phase == Recovery || s.leaving {
		s.level = s.peak
	}
	if s.answers == 0 {
		return
	}
	s.estimate = s.full()
	s.rise()
	if s.spare > s.burst()+2*s.mss {
		s.spare, s.rate = 0, 0
	}
	s.spare = min(s.spare, s.burst()-s.mss)
	if s.latest < s.burst() && s.rate <= steeply {
		s.spare = 0
	}
	if s.leaving {
		s.leaving, s.base = false, s.level
		if !s.pacing {
			s.ssthresh = s.whole(s.level)
		}
	}
}

// learn measures the rate at which the window grew in the round that ends. Later
// than slow start two rounds have to agree, in which nothing else limited it.
func (s *side) learn() {
	rate := int32(min(max(s.level+s.spare-s.base, 0), s.base) << shift / s.base)
	switch {
	case rate > steadily:
		s.rate = whole
	case !s.calm:
	case rate > steeply:
		s.rate = whole / 2
	case s.rate > steeply:
		s.rate = 0
	default:
		s.rate = min(rate, s.grew)
	}
	s.grew = rate
}
