package table

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Segment is a row about a segment in its connection.
type Segment struct {
	File string
	*analyze.Segment
}

// Segments returns the table of segments in a format other than Text.
func Segments(format Format) *Table[Segment] { return newTable(format, segmentFields()) }

func segmentFields() fields[Segment] {
	return slices.Concat(headerFields(), flightColumns(), windowColumns(), tripColumns(), windowRateFields())
}

func headerFields() fields[Segment] {
	type S = Segment
	return fields[S]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(s *S) Value { return text(s.File) }},
		{Column{"conn", "", "number of the connection in its file, from 0"}, func(s *S) Value { return num(s.Conn.Number) }},
		{Column{"frame", "", "frame number"}, func(s *S) Value { return num(s.Step.Segment.Frame) }},
		{Column{"t_s", "s", "since the connection's first packet"}, func(s *S) Value { return span(s.Step.Segment.Time.Sub(s.Conn.Start)) }},
		{Column{"from", "", "who sent it: client or server"}, func(s *S) Value { return text(s.From.String()) }},
		{Column{"flags", "", "names of its flags, joined by commas; none if there is none"}, func(s *S) Value { return when(s.whole(), text(flagNames(s.Step.Segment.Flags))) }},
		{Column{"seq", "", "sequence number as in the header"}, func(s *S) Value { return when(s.whole(), num(s.Step.Segment.Seq)) }},
		{Column{"rel_seq", "", "the same relative to the sender's initial one"}, func(s *S) Value { return when(s.whole(), num(s.Seq)) }},
		{Column{"len", "bytes", "payload on the wire"}, func(s *S) Value { return when(s.whole(), num(s.Step.Segment.Len)) }},
		{Column{"ack", "", "acknowledgement number as in the header"}, func(s *S) Value { return when(s.acks(), num(s.Step.Segment.Ack)) }},
		{Column{"rel_ack", "", "the same relative to the peer's initial sequence number"}, func(s *S) Value { return when(s.HasAck, num(s.Ack)) }},
		{Column{"win", "", "window as in the header, not scaled"}, func(s *S) Value { return when(s.whole(), num(s.Step.Segment.Window)) }},
		{Column{"marks", "", "what is noticeable about it"}, func(s *S) Value { return names(markNames(s.Marks)) }},
	}
}

// flightColumns are why a segment was sent again, and what is in flight after it.
func flightColumns() fields[Segment] {
	type S = Segment
	return fields[S]{
		{Column{"cause", "", "of a retransmission, out-of-order or duplicate: rto, fast, recovery, tlp, spurious, reordering, network-duplicate, capture-duplicate, keep-alive, window-probe, handshake or unknown"}, func(s *S) Value {
			return when(s.Loss.Cause != loss.None, text(s.Loss.Cause.String()))
		}},
		{Column{"cause_certainty", "", "proven, strong or assumed"}, func(s *S) Value { return when(s.Loss.Witness != loss.Nothing, text(s.Loss.Certainty().String())) }},
		{Column{"cause_witness", "", "what the cause rests on: numbers, sack, tsval, ip-id, dup-acks, arrival (of what was sent later), timing, share (of packets recorded twice), dsack"}, func(s *S) Value {
			return when(s.Loss.Witness != loss.Nothing, text(s.Loss.Witness.String()))
		}},
		{Column{"backoff", "", "which time-out in a row of the same octets, SYN or SYN-ACK it is, from 1"}, func(s *S) Value { return when(s.Loss.Backoff > 0, num(s.Loss.Backoff)) }},
		{Column{"lost", "", "where what it repeats was lost: before-tap, or after-tap, where it may be the acknowledgement that was lost"}, func(s *S) Value {
			return when(s.Loss.Lost != loss.Nowhere, text(s.Loss.Lost.String()))
		}},
		{Column{"of_frame", "", "frame number that carried the same before"}, func(s *S) Value { return frame(s.Loss.OfFrame) }},
		{Column{"shows_spurious_frame", "", "frame number of a retransmission of the other side that this segment shows was not needed"}, func(s *S) Value { return frame(s.Loss.Needless) }},
		{Column{"shows_spurious_by", "", "how: dsack (RFC 2883) or eifel (RFC 3522)"}, func(s *S) Value { return when(s.Loss.Needless != 0, text(s.Loss.By.String())) }},
		{Column{"in_flight", "bytes", "sent and not acknowledged, just after this segment: by its sender where len > 0, else by the side that it acknowledges"}, func(s *S) Value {
			return when(s.FlightKnown, num(s.Flight.InFlight))
		}},
		{Column{"pipe", "bytes", "of them in the network (RFC 6675): without what was SACKed or is lost, with what was sent again"}, func(s *S) Value {
			return when(s.FlightKnown, num(s.Flight.Pipe))
		}},
		{Column{"rwnd", "bytes", "receive window in force for that side, scaled"}, func(s *S) Value {
			return when(s.Flight.WindowKnown, num(s.Flight.Window))
		}},
	}
}

// tripColumns are what an acknowledgement tells of the round trip.
func tripColumns() fields[Segment] {
	type S = Segment
	return fields[S]{
		{Column{"acks_frame", "", "frame number of the latest segment that it acknowledges for the first time, by number or SACK"}, func(s *S) Value { return when(s.Delivers, frame(s.RTT.Frame)) }},
		{Column{"rtt_s", "s", "time since then, where that segment was sent once (Karn's rule)"}, func(s *S) Value { return when(s.Delivers && s.RTT.Valid, span(s.RTT.RTT)) }},
		{Column{"srtt_s", "s", "smoothed round trip of RFC 6298 with that"}, func(s *S) Value { return when(s.Delivers && s.RTT.Estimate.Known, span(s.RTT.Estimate.SRTT)) }},
		{Column{"rto_s", "s", "retransmission time-out of RFC 6298 with that"}, func(s *S) Value {
			return when(s.Delivers && s.RTT.Estimate.Known, span(s.RTT.Estimate.RTO()))
		}},
	}
}

// whole tells whether the capture holds the header as far as the flags.
func (s *Segment) whole() bool { return s.Step.Segment.Quirks&decode.FlagsCut == 0 }

func (s *Segment) acks() bool { return s.whole() && s.Step.Segment.Flags.Has(decode.ACK) }

// flagNames returns the names of flags; the usual sets cost no allocation.
func flagNames(f decode.Flags) string {
	switch f {
	case decode.ACK:
		return "ACK"
	case decode.PSH | decode.ACK:
		return "PSH,ACK"
	}
	return f.String()
}

// noMarks spares most segments a list of their own. It is never written to.
var noMarks = []string{}

func markNames(m reconstruct.Marks) []string {
	if m == 0 {
		return noMarks
	}
	return m.Names()
}
