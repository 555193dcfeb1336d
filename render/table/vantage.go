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

// few is how many round trips of data do not outweigh more echoes.
const few = 10

// halfTrip returns what is known of the way from the tap to a side: the round
// trips of what its peer sent, or where these are few the echoes of its peer's
// acknowledgements, or else the handshake's alone.
func (c *Connection) halfTrip(side reconstruct.Side) halfTrip {
	r, h := &c.Sides[side.Peer()].RTT, &c.Vantage.Half[side]
	s := r.Best()
	if s.N < few && h.Echoes.N > s.N {
		return halfTrip{"echoes", h.Echoes}
	}
	if s.N > 0 {
		return halfTrip{r.Method.String(), *s}
	}
	if h.Shook {
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
	return append(all, fullFields()...)
}

// fullFields are the columns about the whole round trip.
func fullFields() fields[Connection] {
	add := func(name, unit, meaning string, of func(s *quantile.Summary) Value) field[Connection] {
		return field[Connection]{Column{"full_rtt." + name, unit, meaning}, func(c *Connection) Value {
			s := &c.Vantage.Full
			return when(s.N > 0, of(s))
		}}
	}
	took := func(name, meaning string, of func(s *quantile.Summary) int64) field[Connection] {
		return add(name, "s", meaning, func(s *quantile.Summary) Value { return span(time.Duration(of(s))) })
	}
	return fields[Connection]{
		add("method", "", "how the whole round trip was measured where the tap was between both sides: halves (sums of two that follow each other). At a side it is the rtt of what that side sent", func(*quantile.Summary) Value { return text("halves") }),
		add("n", "samples", "such sums", func(s *quantile.Summary) Value { return num(s.N) }),
		took("min_s", "the least", func(s *quantile.Summary) int64 { return s.Min }),
		took("p10_s", "10 % of them are no longer", func(s *quantile.Summary) int64 { return s.P10 }),
		took("median_s", "half of them are no longer", func(s *quantile.Summary) int64 { return s.Median }),
		took("p90_s", "90 % of them are no longer", func(s *quantile.Summary) int64 { return s.P90 }),
		took("p99_s", "99 % of them are no longer", func(s *quantile.Summary) int64 { return s.P99 }),
		took("max_s", "the longest", func(s *quantile.Summary) int64 { return s.Max }),
		add("sd_s", "s", "their standard deviation, of two or more", func(s *quantile.Summary) Value { return when(s.N > 1, span(time.Duration(s.SD))) }),
	}
}

func halfFields(side reconstruct.Side) fields[Connection] {
	prefix := "half_rtt." + side.String() + "."
	took := func(name, meaning string, of func(h *halfTrip) int64) field[Connection] {
		return field[Connection]{Column{prefix + name, "s", meaning}, func(c *Connection) Value {
			h := c.halfTrip(side)
			return when(h.method != "", span(time.Duration(of(&h))))
		}}
	}
	return fields[Connection]{
		{Column{prefix + "method", "", "how the way from the tap to the " + side.String() + " and back was measured: by the round trips of its peer's data (karn, timestamps), by the echo of its peer's acknowledgements in its data (echoes; too long where it had nothing to send at once), or of the handshake alone"}, func(c *Connection) Value {
			h := c.halfTrip(side)
			return when(h.method != "", text(h.method))
		}},
		{Column{prefix + "n", "samples", "how often"}, func(c *Connection) Value {
			h := c.halfTrip(side)
			return when(h.method != "", num(h.N))
		}},
		took("min_s", "the least", func(h *halfTrip) int64 { return h.Min }),
		took("median_s", "half of them are no longer; what the "+side.String()+" took to answer included", func(h *halfTrip) int64 { return h.Median }),
		took("p90_s", "90 % of them are no longer", func(h *halfTrip) int64 { return h.P90 }),
		took("max_s", "the longest", func(h *halfTrip) int64 { return h.Max }),
		{Column{prefix + "hops", "routers", "passed by its packets on their way to the tap, by their TTL"}, func(c *Connection) Value {
			n := c.Vantage.Half[side].Hops
			return when(n >= 0, num(n))
		}},
	}
}
