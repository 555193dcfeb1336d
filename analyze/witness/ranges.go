package witness

import (
	"cmp"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
)

// Range is from the least to the most that an estimate was. The zero value has
// seen none.
type Range struct {
	Least, Most int64
	Known       bool
}

func (r *Range) add(n int64) {
	if !r.Known {
		*r = Range{n, n, true}
		return
	}
	r.Least, r.Most = min(r.Least, n), max(r.Most, n)
}

// Ranges is how far the estimates of one side reached over its connection:
// octets, and nanoseconds for the smoothed round trip of its octets.
type Ranges struct {
	SRTT, RTTVar, Cwnd, Ssthresh, Window, InFlight Range
	CwndAtLeast                                    bool // some of Cwnd is only the least that it can have been

	shortest, longest rtt.Estimate // those that give the shortest and the longest time-out
}

// estimate takes an estimate of the round trip.
func (r *Ranges) estimate(e *rtt.Estimate) {
	if !e.Known {
		return
	}
	r.SRTT.add(int64(e.SRTT))
	r.RTTVar.add(int64(e.RTTVar))
	if !r.shortest.Known {
		r.shortest, r.longest = *e, *e
	}
	if timeout := e.SRTT + 4*e.RTTVar; timeout < r.shortest.SRTT+4*r.shortest.RTTVar {
		r.shortest = *e
	} else if timeout > r.longest.SRTT+4*r.longest.RTTVar {
		r.longest = *e
	}
}

// Connection is a connection with what the comparison needs beside its results.
// The zero value is ready to Observe its segments; Connection is set at its end.
type Connection struct {
	*analyze.Connection
	Sides [2]Ranges

	index int // in Lay's list
}

// Connections runs an analysis and returns its connections by their numbers.
func Connections(a *analyze.Analysis) (all []*Connection) {
	open := map[int]*Connection{}
	for s, ended := range a.Walk() {
		number := 0
		if s != nil {
			number = s.Conn.Number
		} else {
			number = ended.Number
		}
		c := open[number]
		if c == nil {
			c = new(Connection)
			open[number] = c
		}
		if s != nil {
			c.Observe(s)
			continue
		}
		c.Connection = ended
		all = append(all, c)
		delete(open, number)
	}
	slices.SortFunc(all, func(a, b *Connection) int { return cmp.Compare(a.Number, b.Number) })
	return all
}

// Observe takes the next segment of the connection.
func (c *Connection) Observe(s *analyze.Segment) {
	if s.Swapped {
		c.Sides[0], c.Sides[1] = c.Sides[1], c.Sides[0]
	}
	if s.Delivers {
		c.Sides[s.Conn.Peer(s.From)].estimate(&s.RTT.Estimate)
	}
	about, ok := flight.About(s.Step)
	if !ok {
		return
	}
	r := &c.Sides[about]
	if s.FlightKnown {
		r.InFlight.add(s.Flight.InFlight)
		if s.Flight.WindowKnown {
			r.Window.add(s.Flight.Window)
		}
	}
	if s.LimitKnown && s.Limit.Cwnd > 0 {
		r.Cwnd.add(s.Limit.Cwnd)
		r.CwndAtLeast = r.CwndAtLeast || !s.Limit.Estimate
	}
	if s.LimitKnown && s.Limit.Ssthresh > 0 {
		r.Ssthresh.add(s.Limit.Ssthresh)
	}
}

// at is how long after the connection's first packet an instant of the
// capture's clock is.
func (c *Connection) at(instant time.Duration) time.Duration {
	return instant - time.Duration(c.Start)
}

// began is the time of the first packet.
func (c *Connection) began() time.Duration { return time.Duration(c.Start) }
