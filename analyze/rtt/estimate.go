package rtt

import "time"

// Estimate is the smoothed round-trip time of RFC 6298 section 2. The zero
// value has seen no sample.
type Estimate struct {
	SRTT   time.Duration
	RTTVar time.Duration
	Least  time.Duration // shortest sample
	Known  bool
}

// Smoothed is the smoothed round trip alone, meaningful with Known.
type Smoothed struct {
	SRTT  time.Duration
	Known bool
}

func (e *Estimate) smoothed() Smoothed { return Smoothed{e.SRTT, e.Known} }

// The clock's granularity and the bounds of the time-out (RFC 6298 sections
// 2.1, 2.3 and 2.4).
const (
	granularity = time.Millisecond
	initialRTO  = time.Second
	minRTO      = time.Second
)

// Add takes a sample.
func (e *Estimate) Add(r time.Duration) {
	if !e.Known {
		*e = Estimate{SRTT: r, RTTVar: r / 2, Least: r, Known: true}
		return
	}
	e.RTTVar += ((e.SRTT - r).Abs() - e.RTTVar) / 4
	e.SRTT += (r - e.SRTT) / 8
	e.Least = min(e.Least, r)
}

// RTO returns the retransmission time-out, at least the RFC's one second.
func (e *Estimate) RTO() time.Duration {
	if !e.Known {
		return initialRTO
	}
	return max(e.SRTT+max(granularity, 4*e.RTTVar), minRTO)
}
