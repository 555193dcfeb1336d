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

// Collector gathers the connections of an analysis. The zero value is ready.
type Collector struct {
	open  map[int]*Connection
	ended []*Connection
}

// Observe takes the next segment of the capture.
func (l *Collector) Observe(s *analyze.Segment) {
	if l.open == nil {
		l.open = map[int]*Connection{}
	}
	c := l.open[s.Conn.Number]
	if c == nil {
		c = new(Connection)
		l.open[s.Conn.Number] = c
	}
	c.Observe(s)
}

// End takes a connection that has ended, all of whose segments were observed.
func (l *Collector) End(ended *analyze.Connection) {
	c := l.open[ended.Number]
	if c == nil {
		c = new(Connection) // no segment of it was chosen
	}
	c.Connection = ended
	l.ended = append(l.ended, c)
	delete(l.open, ended.Number)
}

// Connections returns those that have ended, by their numbers.
func (l *Collector) Connections() []*Connection {
	slices.SortFunc(l.ended, func(a, b *Connection) int { return cmp.Compare(a.Number, b.Number) })
	return l.ended
}

// Connections runs an analysis and returns its connections by their numbers.
func Connections(a *analyze.Analysis) []*Connection {
	var l Collector
	for s, ended := range a.Walk() {
		if s != nil {
			l.Observe(s)
		} else {
			l.End(ended)
		}
	}
	return l.Connections()
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
