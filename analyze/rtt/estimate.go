package rtt

import "time"

// Estimate is the smoothed round-trip time of RFC 6298 section 2. The zero
// value has seen no sample.
type Estimate struct {
	SRTT   time.Duration
	RTTVar time.Duration
	Known  bool
}

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
		*e = Estimate{SRTT: r, RTTVar: r / 2, Known: true}
		return
	}
	e.RTTVar += ((e.SRTT - r).Abs() - e.RTTVar) / 4
	e.SRTT += (r - e.SRTT) / 8
}

// RTO returns the retransmission time-out, at least the RFC's one second.
func (e *Estimate) RTO() time.Duration {
	if !e.Known {
		return initialRTO
	}
	return max(e.SRTT+max(granularity, 4*e.RTTVar), minRTO)
}

// linuxMinRTO is TCP_RTO_MIN, the least that stacks in use wait for variance.
const linuxMinRTO = 200 * time.Millisecond

// ShortestRTO returns the time-out of a sender that is as hasty as Linux, whose
// floor is for the variance term: no retransmission timer in use runs out much
// sooner.
func (e *Estimate) ShortestRTO() time.Duration {
	if !e.Known {
		return linuxMinRTO
	}
	return e.SRTT + max(linuxMinRTO, 4*e.RTTVar)
}
