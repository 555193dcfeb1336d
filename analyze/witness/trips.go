package witness

import (
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// isAt tells whether the capture was taken at a side.
func (c *Connection) isAt(side reconstruct.Side) bool {
	return c.States.Vantage == [2]state.Vantage{state.VantageClient, state.VantageServer}[side]
}

// trips returns the endpoints whose round trips a histogram counts. It names no
// ports: it is of all connections of an address.
func (l *layer) trips(o *Observation) (all []place) {
	for i, c := range l.conns {
		for _, side := range reconstruct.Sides {
			named := o.Local.Addr.IsValid() || o.Remote.Addr.IsValid()
			if !named && !c.isAt(side) && c.isAt(side.Peer()) {
				continue // the tool ran where the capture was taken
			}
			if o.Local.matches(c.Ends[side]) && o.Remote.matches(c.Ends[side.Peer()]) {
				all = append(all, place{i, side})
			}
		}
	}
	return all
}

// roundTrips lays a histogram beside the smoothed round trips of an endpoint.
func (l *layer) roundTrips(o *Observation, p place) Comparison {
	c := l.of(o, p, "round-trips")
	conn := l.conns[p.conn]
	least, most, n, counted := o.Trips.span()
	ours := conn.Sides[p.side].SRTT
	if !counted {
		c.Why = "the histogram counts nothing"
		return c
	}
	c.Shown = o.Shown + ": " + strconv.FormatInt(n, 10) + " from " + length(least) + " to " + length(most)
	if !ours.Known {
		c.Why = "no round trip of this endpoint is known"
		return c
	}
	c.Ours = length(time.Duration(ours.Least)) + " to " + length(time.Duration(ours.Most))
	c.Range, c.Unit = ours, Nanoseconds
	whole := conn.isAt(p.side)
	switch {
	case int64(most) >= ours.Least && (int64(least) <= ours.Most || !whole):
		c.Verdict, c.Why = Agrees, "the smoothed round trips of this endpoint fall into its slots"
		if !whole {
			c.Why = "the capture, taken elsewhere, shows a part of the round trip, and no slot is below it"
		}
	case int64(most) < ours.Least:
		c.Verdict, c.Why = Differs, "the capture shows longer round trips than any that was counted"
	case len(l.conns) > 1 && !o.Remote.Addr.IsValid():
		c.Why = "the histogram counts other connections too"
	default:
		c.Verdict, c.Why = Differs, "the capture shows shorter round trips than any that was counted"
	}
	return c
}
