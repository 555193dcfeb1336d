package table

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/capture"
)

// LikeTshark returns the table of segments with tshark's fields, in a format
// other than Text. Each segment's Extra is a *tshark.Tracker.
func LikeTshark(format Format) *Table[Segment] { return newTable(format, tsharkFields()) }

// tsharkFields have tshark's names, so that a column of its own output can be
// laid beside.
func tsharkFields() fields[Segment] {
	type S = Segment
	all := fields[S]{
		{Column{"file", "", "the capture, as it was named on the command line"}, func(s *S) Value { return text(s.File) }},
		{Column{"frame.number", "", "frame number"}, func(s *S) Value { return num(s.Step.Segment.Frame) }},
		{Column{"tcp.stream", "", "number of the connection in its file"}, func(s *S) Value { return num(s.Conn.Number) }},
		{Column{"tcp.len", "bytes", "payload on the wire"}, func(s *S) Value { return num(s.Step.Segment.Len) }},
	}
	for f := range tshark.Flag(tshark.NumFlags) {
		all = append(all, field[S]{
			Column{"tcp.analysis." + f.String(), "", "1 where tshark 4.0 sets the flag"},
			func(s *S) Value { return when(tsharkRow(s).Flags.Has(f), num(1)) },
		})
	}
	add := func(name, unit, meaning string, of func(r *tshark.Row) Value) {
		all = append(all, field[S]{Column{"tcp.analysis." + name, unit, meaning}, func(s *S) Value {
			row := tsharkRow(s)
			return of(&row)
		}})
	}
	count := func(n int64) Value { return when(n != 0, num(n)) }
	seconds := func(d time.Duration) Value { return when(d != 0, span(d)) }
	number := func(n capture.FrameNumber) Value { return frame(n) }
	add("duplicate_ack_num", "", "how many times the acknowledgement was repeated", func(r *tshark.Row) Value { return count(int64(r.DupNum)) })
	add("duplicate_ack_frame", "", "frame number of the first with its number", func(r *tshark.Row) Value { return number(r.DupFrame) })
	add("acks_frame", "", "frame number of the segment that it acknowledges to its end", func(r *tshark.Row) Value { return number(r.AcksFrame) })
	add("ack_rtt", "s", "since then, though it may have been sent twice", func(r *tshark.Row) Value { return seconds(r.AckRTT) })
	add("initial_rtt", "s", "from the SYN to the first plain acknowledgement", func(r *tshark.Row) Value { return seconds(r.InitialRTT) })
	add("rto", "s", "how long a retransmission waited", func(r *tshark.Row) Value { return seconds(r.RTO) })
	add("rto_frame", "", "frame number since which", func(r *tshark.Row) Value { return number(r.RTOFrame) })
	add("bytes_in_flight", "bytes", "span of what waits for an acknowledgement, less the SACK blocks seen last", func(r *tshark.Row) Value { return count(int64(r.BytesInFlight)) })
	add("push_bytes_sent", "bytes", "since the last PSH", func(r *tshark.Row) Value { return count(int64(r.PushBytesSent)) })
	return all
}

// tsharkRow returns what tshark shows of a segment.
func tsharkRow(s *Segment) tshark.Row { return s.Extra.(*tshark.Tracker).Row() }

// tsharkTitles are what tshark puts before a line of its packet list.
var tsharkTitles = [tshark.NumFlags]string{
	tshark.Retransmission:         "TCP Retransmission",
	tshark.FastRetransmission:     "TCP Fast Retransmission",
	tshark.SpuriousRetransmission: "TCP Spurious Retransmission",
	tshark.OutOfOrder:             "TCP Out-Of-Order",
	tshark.ReusedPorts:            "TCP Port numbers reused",
	tshark.LostSegment:            "TCP Previous segment not captured",
	tshark.ACKLostSegment:         "TCP ACKed unseen segment",
	tshark.WindowUpdate:           "TCP Window Update",
	tshark.WindowFull:             "TCP Window Full",
	tshark.KeepAlive:              "TCP Keep-Alive",
	tshark.KeepAliveACK:           "TCP Keep-Alive ACK",
	tshark.DuplicateACK:           "TCP Dup ACK",
	tshark.ZeroWindowProbe:        "TCP ZeroWindowProbe",
	tshark.ZeroWindow:             "TCP ZeroWindow",
	tshark.ZeroWindowProbeACK:     "TCP ZeroWindowProbeAck",
}
