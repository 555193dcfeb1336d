package health

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// stamps compares the clock of the capture with that of one side's timestamps,
// which ticks at a steady rate of its own (RFC 7323 section 5.4).
type stamps struct {
	first, last moment
	before      moment        // the longest silence of the side
	silence     time.Duration // how long it was
	ticks       int32         // by how much its timestamps advanced meanwhile
	begun       bool
}

// moment is one time on both clocks.
type moment struct {
	at    capture.Timestamp
	value uint32
}

func (s *stamps) see(at capture.Timestamp, value uint32) {
	now := moment{at, value}
	if !s.begun {
		s.first, s.last, s.begun = now, now, true
		return
	}
	if silence := at.Sub(s.last.at); silence > s.silence {
		s.before, s.silence, s.ticks = s.last, silence, int32(value-s.last.value)
	}
	s.last = now
}

// What it takes to know the rate of a side's timestamps from outside its
// longest silence, and how far the clocks must part in it.
const (
	enoughTime  = 200 * time.Millisecond
	enoughTicks = 20
	apart       = 500 * time.Millisecond
)

// ahead returns by how much more the clock of the capture advanced in the
// longest silence than the side's; ok is false where that cannot be known.
func (s *stamps) ahead() (d time.Duration, ok bool) {
	outside := s.last.at.Sub(s.first.at) - s.silence
	ticks := int64(int32(s.last.value-s.first.value)) - int64(s.ticks)
	if s.silence < apart || outside < enoughTime || ticks < enoughTicks || s.ticks < 0 {
		return 0, false
	}
	tick := float64(outside) / float64(ticks)
	return s.silence - time.Duration(tick*float64(s.ticks)), true
}

// forward returns by how much the clock of the capture jumped ahead: both
// sides slept through the same jump, if there was one, and agree on it. One
// host that was suspended jumps alone.
func (t *Tracker) forward() time.Duration {
	a, b := &t.stamps[0], &t.stamps[1]
	x, known := a.ahead()
	y, too := b.ahead()
	overlap := a.before.at < b.before.at+capture.Timestamp(b.silence) && b.before.at < a.before.at+capture.Timestamp(a.silence)
	if !known || !too || !overlap || min(x, y) < apart || (x-y).Abs() > max(x, y)/4 {
		return 0
	}
	return min(x, y)
}
