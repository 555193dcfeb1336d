package table

import (
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Segment is a row about a segment in its connection.
type Segment struct {
	File string
	*reconstruct.Step
}

// Segments returns the table of segments in a format other than Text.
func Segments(format Format) *Table[Segment] { return newTable(format, segmentFields()) }

func segmentFields() fields[Segment] {
	type S = Segment
	return fields[S]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(s *S) Value { return text(s.File) }},
		{Column{"conn", "", "number of the connection in its file, from 0"}, func(s *S) Value { return num(s.Conn.Number) }},
		{Column{"frame", "", "frame number"}, func(s *S) Value { return num(s.Segment.Frame) }},
		{Column{"t_s", "s", "since the connection's first packet"}, func(s *S) Value { return span(s.Segment.Time.Sub(s.Conn.Start)) }},
		{Column{"from", "", "who sent it: client or server"}, func(s *S) Value { return text(s.From.String()) }},
		{Column{"flags", "", "names of its flags, joined by commas; none if there is none"}, func(s *S) Value { return when(s.whole(), text(flagNames(s.Segment.Flags))) }},
		{Column{"seq", "", "sequence number as in the header"}, func(s *S) Value { return when(s.whole(), num(s.Segment.Seq)) }},
		{Column{"rel_seq", "", "the same relative to the sender's initial one"}, func(s *S) Value { return when(s.whole(), num(s.Seq)) }},
		{Column{"len", "bytes", "payload on the wire"}, func(s *S) Value { return when(s.whole(), num(s.Segment.Len)) }},
		{Column{"ack", "", "acknowledgement number as in the header"}, func(s *S) Value { return when(s.acks(), num(s.Segment.Ack)) }},
		{Column{"rel_ack", "", "the same relative to the peer's initial sequence number"}, func(s *S) Value { return when(s.HasAck, num(s.Ack)) }},
		{Column{"win", "", "window as in the header, not scaled"}, func(s *S) Value { return when(s.whole(), num(s.Segment.Window)) }},
		{Column{"marks", "", "what is noticeable about it"}, func(s *S) Value { return names(markNames(s.Marks)) }},
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
