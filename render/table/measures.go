package table

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// causeMeanings says what each kind of retransmission is.
var causeMeanings = [loss.NumCauses]string{
	loss.RTO:       "sent again because the retransmission timer ran out",
	loss.Fast:      "sent again because of duplicate acknowledgements or SACK",
	loss.Recovery:  "sent again while a recovery that began so went on",
	loss.TLP:       "tail loss probes",
	loss.Spurious:  "sent again although the receiver had reported it",
	loss.Handshake: "SYNs and SYN-ACKs sent again",
	loss.Unknown:   "sent again or overtaken, nothing tells why",
}

// causeFields are the columns about what one side sent again, by cause.
func causeFields(side reconstruct.Side) fields[Connection] {
	var all fields[Connection]
	for _, cause := range loss.Retransmissions {
		all = append(all, field[Connection]{
			Column{side.String() + ".retransmissions." + cause.String(), "packets", causeMeanings[cause]},
			func(c *Connection) Value { return num(c.Sides[side].Causes[cause]) },
		})
	}
	add := func(name, meaning string, of func(c *Connection) Value) {
		all = append(all, field[Connection]{Column{side.String() + "." + name, "packets", meaning}, of})
	}
	add("retransmissions.not_needed", "of all these, those that were not needed: reported before, or shown later by DSACK or Eifel", func(c *Connection) Value {
		return num(c.Sides[side].NotNeeded)
	})
	for _, sure := range [...]state.Certainty{state.Proven, state.Strong, state.Assumed} {
		add("retransmissions."+sure.String(), "of all these, those whose cause is "+sure.String(), func(c *Connection) Value {
			return num(c.Sides[side].Sure[sure])
		})
	}
	add("syn_retransmissions", "SYNs, or SYN-ACKs, sent again", func(c *Connection) Value { return num(c.Half[side].Counts[reconstruct.SYNRetransmission]) })
	add("fin_retransmissions", "FINs sent again", func(c *Connection) Value { return num(c.Half[side].Counts[reconstruct.FINRetransmission]) })
	add("lost.before_tap", "sent again because of a loss before the tap, which did not see the first transmission", func(c *Connection) Value {
		return num(c.Sides[side].Lost[loss.BeforeTap])
	})
	add("lost.after_tap", "sent again because of a loss after the tap, or of the acknowledgement", func(c *Connection) Value {
		return num(c.Sides[side].Lost[loss.AfterTap])
	})
	return all
}

// rttFields are the columns about the round trips of what one side sent.
func rttFields(side reconstruct.Side) fields[Connection] {
	var all fields[Connection]
	add := func(name, unit, meaning string, of func(r *rtt.Result) Value) {
		all = append(all, field[Connection]{
			Column{side.String() + "." + name, unit, meaning},
			func(c *Connection) Value { return of(&c.Sides[side].RTT) },
		})
	}
	spread := func(name, meaning string, of func(s *quantile.Summary) int64) {
		add("rtt."+name, "s", meaning, func(r *rtt.Result) Value {
			s := r.Best()
			return when(s.N > 0, span(time.Duration(of(s))))
		})
	}
	add("rtt.method", "", "how the round trips of its data were measured: karn (acknowledgements of what was sent once) or timestamps", func(r *rtt.Result) Value {
		return when(r.Method != rtt.None, text(r.Method.String()))
	})
	add("rtt.n", "samples", "round trips measured", func(r *rtt.Result) Value { return when(r.Method != rtt.None, num(r.Best().N)) })
	spread("min_s", "the least", func(s *quantile.Summary) int64 { return s.Min })
	spread("p10_s", "10 % of them are no longer", func(s *quantile.Summary) int64 { return s.P10 })
	spread("median_s", "half of them are no longer", func(s *quantile.Summary) int64 { return s.Median })
	spread("p90_s", "90 % of them are no longer", func(s *quantile.Summary) int64 { return s.P90 })
	spread("p99_s", "99 % of them are no longer", func(s *quantile.Summary) int64 { return s.P99 })
	spread("max_s", "the longest", func(s *quantile.Summary) int64 { return s.Max })
	spread("mean_s", "their mean", func(s *quantile.Summary) int64 { return int64(s.Mean) })
	add("rtt.sd_s", "s", "their standard deviation, of two or more", func(r *rtt.Result) Value {
		s := r.Best()
		return when(s.N > 1, span(time.Duration(s.SD)))
	})
	add("rtt.sack_n", "samples", "of those by karn, how many a SACK gave", func(r *rtt.Result) Value { return when(r.Method == rtt.Karn, num(r.Selective)) })
	add("rtt.methods_differ_s", "s", "median by timestamps less median by karn", func(r *rtt.Result) Value {
		d, ok := r.Agreement()
		return when(ok, span(d))
	})
	addTimestamps(add)
	add("handshake_rtt_s", "s", "of its SYN or SYN-ACK, from the tap and back, where that was sent once", func(r *rtt.Result) Value {
		return when(r.HasHandshake, span(r.Handshake))
	})
	add("srtt_s", "s", "smoothed round trip (RFC 6298) at the end", func(r *rtt.Result) Value { return when(r.Known, span(r.SRTT)) })
	return all
}

// addTimestamps adds what the timestamps tell, beside the better method.
func addTimestamps(add func(name, unit, meaning string, of func(r *rtt.Result) Value)) {
	stamps := func(name, unit, meaning string, of func(s *quantile.Summary) Value) {
		add("rtt.timestamps."+name, unit, meaning, func(r *rtt.Result) Value {
			s := &r.Samples[rtt.Timestamps]
			return when(s.N > 0, of(s))
		})
	}
	stamps("n", "samples", "round trips by timestamps, also where karn is the method above", func(s *quantile.Summary) Value { return num(s.N) })
	stamps("min_s", "s", "the least of them", func(s *quantile.Summary) Value { return span(time.Duration(s.Min)) })
	stamps("median_s", "s", "their median", func(s *quantile.Summary) Value { return span(time.Duration(s.Median)) })
	stamps("p90_s", "s", "90 % of them are no longer", func(s *quantile.Summary) Value { return span(time.Duration(s.P90)) })
	stamps("max_s", "s", "the longest of them", func(s *quantile.Summary) Value { return span(time.Duration(s.Max)) })
	stamps("sd_s", "s", "their standard deviation, of two or more", func(s *quantile.Summary) Value { return when(s.N > 1, span(time.Duration(s.SD))) })
}

// flightFields are the columns about what one side had on the way.
func flightFields(side reconstruct.Side) fields[Connection] {
	most := func(name, meaning string, of func(r *flight.Result) int64) field[Connection] {
		return field[Connection]{Column{side.String() + "." + name, "bytes", meaning}, func(c *Connection) Value {
			r := &c.Sides[side].Flight
			return when(r.Known, num(of(r)))
		}}
	}
	return fields[Connection]{
		most("max_in_flight", "most that it had sent and not seen acknowledged, at the tap", func(r *flight.Result) int64 { return r.MaxInFlight }),
		most("max_pipe", "most of it in the network (RFC 6675), at the tap", func(r *flight.Result) int64 { return r.MaxPipe }),
	}
}

// windowFields are the columns about the window that one side advertised.
func windowFields(side reconstruct.Side) fields[Connection] {
	name := side.String() + ".window."
	size := func(key, meaning string, of func(s *quantile.Summary) int64) field[Connection] {
		return field[Connection]{Column{name + key, "bytes", meaning}, func(c *Connection) Value {
			s := &c.Sides[side].Flight.Windows
			return when(s.N > 0, num(of(s)))
		}}
	}
	half := func(key, unit, meaning string, of func(h *reconstruct.Half) Value) field[Connection] {
		return field[Connection]{Column{name + key, unit, meaning}, func(c *Connection) Value { return of(&c.Half[side]) }}
	}
	return fields[Connection]{
		size("min", "least window that it advertised, scaled; SYNs and resets left out", func(s *quantile.Summary) int64 { return s.Min }),
		size("median", "median of these windows", func(s *quantile.Summary) int64 { return s.Median }),
		size("max", "largest of them", func(s *quantile.Summary) int64 { return s.Max }),
		half("scale", "bits", "shift count of the window that it advertises", func(h *reconstruct.Half) Value {
			return when(h.Options.Set&decode.OptWindowScale != 0, num(h.Options.WindowScale))
		}),
		half("zero_count", "packets", "segments that advertise a closed window", func(h *reconstruct.Half) Value { return num(h.Counts[reconstruct.ZeroWindow]) }),
	}
}
