package table

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// phaseFields are the columns about what a connection did with its time.
func phaseFields() fields[Connection] {
	add := func(name, meaning string, of func(*throughput.Result) (time.Duration, bool)) field[Connection] {
		return field[Connection]{Column{"phases." + name, "s", meaning}, func(c *Connection) Value {
			d, known := of(&c.Phases)
			return when(known, span(d))
		}}
	}
	return fields[Connection]{
		add("handshake_s", "from the first packet until both SYNs are acknowledged", func(r *throughput.Result) (time.Duration, bool) { return r.Handshake, r.HandshakeKnown }),
		add("transfer_s", "then, while payload is on the way, at the tap", func(r *throughput.Result) (time.Duration, bool) { return r.Transfer, r.TransferKnown }),
		add("idle_s", "while none is, up to the close", func(r *throughput.Result) (time.Duration, bool) { return r.Idle, r.TransferKnown }),
		add("close_s", "from the first FIN or reset, or the last payload or its acknowledgement if that is later, to the last packet", func(r *throughput.Result) (time.Duration, bool) { return r.Close, r.CloseKnown }),
	}
}

// rateFields are the columns about how fast one side sent.
func rateFields(side reconstruct.Side) fields[Connection] {
	add := func(name, meaning string, of func(*flight.Result) float64) field[Connection] {
		return field[Connection]{Column{side.String() + "." + name, "bits/s", meaning}, func(c *Connection) Value {
			v := of(&c.Sides[side].Flight)
			return when(v > 0, rounded(v))
		}}
	}
	return fields[Connection]{
		add("throughput_bps", "its payload, copies that it sent included, from its first to the acknowledgement of its last", func(r *flight.Result) float64 { return r.Throughput }),
		add("goodput_bps", "bytes of its stream, each once, in the same time", func(r *flight.Result) float64 { return r.Goodput }),
	}
}

// windowRates returns the rates in force at a segment with payload; ok is false
// where they were not measured.
func (s *Segment) windowRates() (r throughput.Rates, ok bool) {
	meter, ok := s.Extra.(*throughput.Meter)
	if !ok || s.Step.Segment.Len == 0 {
		return r, false
	}
	return meter.Rates(s.From, s.Step.Segment.Time), true
}

// windowRateFields are the columns about the rates of a trailing window.
func windowRateFields() fields[Segment] {
	type S = Segment
	return fields[S]{
		{Column{"throughput_bps", "bits/s", "payload that its sender sent in the window of --window that ends with it, copies included, by the window's length"}, func(s *S) Value {
			r, ok := s.windowRates()
			return when(ok, rounded(r.Throughput))
		}},
		{Column{"goodput_bps", "bits/s", "the same with each byte of the stream once, when it passed first"}, func(s *S) Value {
			r, ok := s.windowRates()
			return when(ok, rounded(r.Goodput))
		}},
	}
}

// phaseText tells the phases in one line.
func phaseText(r *throughput.Result) string {
	var line []byte
	add := func(name string, d time.Duration, known bool) {
		if !known {
			return
		}
		if len(line) > 0 {
			line = append(line, ", "...)
		}
		line = append(appendFixed(append(append(line, name...), ' '), d, 6), " s"...)
	}
	add("handshake", r.Handshake, r.HandshakeKnown)
	add("transfer", r.Transfer, r.TransferKnown)
	add("idle", r.Idle, r.TransferKnown)
	add("close", r.Close, r.CloseKnown)
	return string(line)
}
