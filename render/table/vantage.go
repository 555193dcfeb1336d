package table

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// halfTrip is the way from the tap to a side and back.
type halfTrip struct {
	method string // empty where nothing is known
	quantile.Summary
}

// halfTrip returns what is known of the way from the tap to a side: the round
// trips of what its peer sent, or else the handshake's alone.
func (c *Connection) halfTrip(side reconstruct.Side) halfTrip {
	r := &c.Sides[side.Peer()].RTT
	if s := r.Best(); s.N > 0 {
		return halfTrip{r.Method.String(), *s}
	}
	if h := &c.Vantage.Half[side]; h.Shook {
		v := int64(h.Handshake)
		return halfTrip{"handshake", quantile.Summary{N: 1, Min: v, P10: v, Median: v, P90: v, P99: v, Max: v}}
	}
	return halfTrip{}
}

// placeFields are the columns about where the tap was, and how far from it the
// sides are.
func placeFields() fields[Connection] {
	all := fields[Connection]{
		{Column{"vantage_certainty", "", "how sure that is: strong or assumed"}, func(c *Connection) Value {
			return when(c.Vantage.Vantage != state.VantageUnknown, text(c.Vantage.Certainty.String()))
		}},
		{Column{"vantage_evidence", "", "what shows it, in words"}, func(c *Connection) Value {
			evidence := c.Vantage.Evidence()
			return when(evidence != "", text(evidence))
		}},
	}
	for _, side := range reconstruct.Sides {
		all = append(all, halfFields(side)...)
	}
	return all
}

func halfFields(side reconstruct.Side) fields[Connection] {
	prefix := "half_rtt." + side.String() + "."
	time := func(name, meaning string, of func(h *halfTrip) int64) field[Connection] {
		return field[Connection]{Column{prefix + name, "s", meaning}, func(c *Connection) Value {
			h := c.halfTrip(side)
			return when(h.method != "", span(time.Duration(of(&h))))
		}}
	}
	return fields[Connection]{
		{Column{prefix + "method", "", "how the way from the tap to the " + side.String() + " and back was measured: by the round trips of its peer's data (karn, timestamps) or of the handshake alone"}, func(c *Connection) Value {
			h := c.halfTrip(side)
			return when(h.method != "", text(h.method))
		}},
		{Column{prefix + "n", "samples", "how often"}, func(c *Connection) Value {
			h := c.halfTrip(side)
			return when(h.method != "", num(h.N))
		}},
		time("min_s", "the least", func(h *halfTrip) int64 { return h.Min }),
		time("median_s", "half of them are no longer; what the "+side.String()+" took to answer included", func(h *halfTrip) int64 { return h.Median }),
		time("p90_s", "90 % of them are no longer", func(h *halfTrip) int64 { return h.P90 }),
		time("max_s", "the longest", func(h *halfTrip) int64 { return h.Max }),
		{Column{prefix + "hops", "routers", "passed by its packets on their way to the tap, by their TTL"}, func(c *Connection) Value {
			n := c.Vantage.Half[side].Hops
			return when(n >= 0, num(n))
		}},
	}
}
