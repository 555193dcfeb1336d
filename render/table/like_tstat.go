package table

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tstat"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// LikeTstat returns the table of connections with the columns of tstat's
// log_tcp_complete that are about TCP, in a format other than Text. Each
// connection's Extra is a *tstat.Tracker.
func LikeTstat(format Format) *Table[Connection] { return newTable(format, tstatFields()) }

// tstatRow is a side of a connection as tstat's columns need it.
type tstatRow struct {
	*tstat.Side
	n      *tcptrace.Side
	causes loss.Counts
	c      *Connection
	side   reconstruct.Side
}

func tstatRowOf(c *Connection, side reconstruct.Side) *tstatRow {
	t := c.Extra.(*tstat.Tracker)
	return &tstatRow{t.Side(side), &t.Numbers.Result(&c.Connection.Connection).Sides[side], c.Sides[side].Causes, c, side}
}

// tstatColumn exists once for each side, with c_ or s_ before its name.
type tstatColumn struct {
	name, unit, meaning string
	of                  func(r *tstatRow) Value
}

func tstatFields() fields[Connection] {
	var all fields[Connection]
	add := func(columns ...[]tstatColumn) {
		for i, list := range columns {
			side := reconstruct.Sides[i%2]
			for _, t := range list {
				all = append(all, field[Connection]{Column{side.String()[:1] + "_" + t.name, t.unit, t.meaning}, func(c *Connection) Value {
					return t.of(tstatRowOf(c, side))
				}})
			}
		}
	}
	add(tstatCounts(), tstatCounts())
	all = append(all,
		field[Connection]{Column{"first", "ms", "time of the first packet, since 1970"}, func(c *Connection) Value { return tstatClock(c.Start) }},
		field[Connection]{Column{"last", "ms", "time of the latest packet, since 1970"}, func(c *Connection) Value { return tstatClock(c.End) }},
		field[Connection]{Column{"durat", "ms", "between them"}, func(c *Connection) Value { return tstatSpan(c.End.Sub(c.Start)) }})
	for _, t := range tstatMoments() {
		add([]tstatColumn{t}, []tstatColumn{t})
	}
	add(tstatRTT(), tstatRTT(), tstatOptions(), tstatOptions())
	return append(all,
		field[Connection]{Column{"file", "", "the capture; tstat has no such column"}, func(c *Connection) Value { return text(c.File) }},
		field[Connection]{Column{"conn", "", "number of the connection in its file; tstat has no such column"}, func(c *Connection) Value { return num(c.Number) }})
}

// tstatSpan is a time in ms, with its microseconds.
func tstatSpan(d time.Duration) Value { return Value{kind: millis, number: d.Microseconds()} }

func tstatClock(t capture.Timestamp) Value {
	return when(t != capture.NoTime, Value{kind: millis, number: int64(t) / 1000})
}

func tstatFlag(b bool) Value {
	if b {
		return num(1)
	}
	return num(0)
}

func tstatCounts() []tstatColumn {
	type R = *tstatRow
	return []tstatColumn{
		{"ip", "", "address", func(r R) Value { return text(r.c.Ends[r.side].IP.String()) }},
		{"port", "", "port", func(r R) Value { return num(r.c.Ends[r.side].Port) }},
		{"pkts_all", "packets", "sent", func(r R) Value { return num(r.n.Packets) }},
		{"rst_cnt", "packets", "with RST", func(r R) Value { return num(r.n.Resets) }},
		{"ack_cnt", "packets", "with ACK", func(r R) Value { return num(r.n.ACKs) }},
		{"ack_cnt_p", "packets", "that do nothing but acknowledge", func(r R) Value { return num(r.n.PureACKs) }},
		{"bytes_uniq", "bytes", "payload without what was sent again", func(r R) Value { return num(r.n.UniqueBytes) }},
		{"pkts_data", "packets", "with payload", func(r R) Value { return num(r.n.DataPackets) }},
		{"bytes_all", "bytes", "payload, all of it", func(r R) Value { return num(r.n.DataBytes) }},
		{"pkts_retx", "packets", "in which any byte was seen before", func(r R) Value { return num(r.n.ResentPackets) }},
		{"bytes_retx", "bytes", "those bytes", func(r R) Value { return num(r.n.ResentBytes) }},
		{"pkts_ooo", "packets", "new, that begin and end before what is known", func(r R) Value { return num(r.n.OutOfOrder) }},
		{"syn_cnt", "packets", "with SYN", func(r R) Value { return num(r.n.SYNs) }},
		{"fin_cnt", "packets", "with FIN", func(r R) Value { return num(r.n.FINs) }},
	}
}

// tstatMoments are since the connection's first packet.
func tstatMoments() []tstatColumn {
	type R = *tstatRow
	since := func(r R, known bool, t capture.Timestamp) Value { return when(known, tstatSpan(t.Sub(r.c.Start))) }
	return []tstatColumn{
		{"first", "ms", "first payload, after the first packet", func(r R) Value { return since(r, r.HasData, r.FirstData) }},
		{"last", "ms", "latest payload, after the first packet", func(r R) Value { return since(r, r.HasData, r.LastData) }},
		{"first_ack", "ms", "first acknowledgement without SYN, after the first packet", func(r R) Value { return since(r, r.HasACK, r.FirstACK) }},
	}
}

func tstatRTT() []tstatColumn {
	type R = *tstatRow
	some := func(r R, d time.Duration) Value { return when(r.n.RTT.N > 0, tstatSpan(d)) }
	return []tstatColumn{
		{"rtt_avg", "ms", "mean round trip", func(r R) Value { return some(r, r.n.RTT.Mean()) }},
		{"rtt_min", "ms", "the least", func(r R) Value { return some(r, r.n.RTT.Min) }},
		{"rtt_max", "ms", "the most", func(r R) Value { return some(r, r.n.RTT.Max) }},
		{"rtt_std", "ms", "their deviation", func(r R) Value { return when(r.n.RTT.N > 1, tstatSpan(r.n.RTT.Deviation())) }},
		{"rtt_cnt", "samples", "acknowledgements that end at a segment sent once", func(r R) Value { return num(r.n.RTT.N) }},
		{"ttl_min", "hops", "least time to live", func(r R) Value { return when(r.n.Packets > 0, num(r.TTLMin)) }},
		{"ttl_max", "hops", "most time to live", func(r R) Value { return when(r.n.Packets > 0, num(r.TTLMax)) }},
	}
}

func tstatOptions() []tstatColumn {
	type R = *tstatRow
	caused := func(name, meaning string, causes ...loss.Cause) tstatColumn {
		return tstatColumn{"pkts_" + name, "packets", meaning, func(r R) Value {
			var n int64
			for _, cause := range causes {
				n += int64(r.causes[cause])
			}
			return num(n)
		}}
	}
	return []tstatColumn{
		{"f1323_opt", "", "1 if it offered window scaling", func(r R) Value { return tstatFlag(r.n.AsksScale) }},
		{"tm_opt", "", "1 if it sent timestamps", func(r R) Value { return tstatFlag(r.n.AsksTimestamps) }},
		{"win_scl", "", "shift count", func(r R) Value { return num(r.n.Scale) }},
		{"sack_opt", "", "1 if it offered SACK", func(r R) Value { return tstatFlag(r.n.AsksSACK) }},
		{"sack_cnt", "packets", "with SACK blocks", func(r R) Value { return num(r.n.SACKs) }},
		{"mss", "bytes", "MSS option", func(r R) Value { return when(r.n.HasMSS, num(r.n.MSS)) }},
		{"mss_max", "bytes", "largest payload", func(r R) Value { return num(r.n.MaxSegment) }},
		{"mss_min", "bytes", "smallest payload", func(r R) Value { return num(r.n.MinSegment) }},
		{"win_max", "bytes", "largest window, scaled", func(r R) Value { return num(r.n.MaxWindow) }},
		{"win_min", "bytes", "smallest window but 0", func(r R) Value { return num(r.n.MinWindow) }},
		{"win_0", "times", "windows of 0", func(r R) Value { return num(r.n.ZeroWindows) }},
		{"cwin_max", "bytes", "most outstanding data", func(r R) Value { return num(r.n.MaxOut) }},
		{"cwin_min", "bytes", "least outstanding data but 0", func(r R) Value { return num(r.n.MinOut) }},
		{"cwin_ini", "bytes", "sent before the first acknowledgement of data", func(r R) Value { return num(r.n.InitialBytes) }},
		caused("rto", "sent again because the timer ran out", loss.RTO),
		caused("fs", "sent again because of duplicate acknowledgements or SACK, or in the recovery that followed", loss.Fast, loss.Recovery),
		caused("reor", "overtaken on the path", loss.Reordering),
		caused("dup", "that the path delivered twice", loss.NetworkDuplicate),
		caused("unk", "sent again, nothing tells why; and tail loss probes, for which tstat has no class", loss.Unknown, loss.TLP),
		caused("fc", "probes of a zero window, and keep-alives", loss.WindowProbe, loss.KeepAlive),
		{"pkts_unrto", "packets", "not known: whether a needless repetition was the timer's", func(R) Value { return Value{} }},
		{"pkts_unfs", "packets", "not known: whether a needless repetition was a fast one", func(R) Value { return Value{} }},
		caused("spurious", "needless repetitions of both kinds; tstat has no such column", loss.Spurious),
		{"syn_retx", "packets", "SYNs sent again", func(r R) Value { return num(r.SYNsAgain) }},
	}
}

// TstatLog writes connections as tstat does. Each one's Extra is a
// *tstat.Tracker.
type TstatLog struct{}

// Header appends the names of the columns, numbered.
func (TstatLog) Header(b []byte) []byte {
	b = append(b, '#')
	for i, f := range tstatFields() {
		if i > 0 {
			b = append(b, ' ')
		}
		b = fmt.Appendf(b, "%s:%d", f.Name, i+1)
	}
	return append(b, '\n')
}

// Append appends one connection.
func (TstatLog) Append(b []byte, c *Connection) []byte {
	for i, f := range tstatFields() {
		if i > 0 {
			b = append(b, ' ')
		}
		v := f.of(c)
		if v.kind == unknown {
			b = append(b, '-')
			continue
		}
		b = append(b, clean(string(v.appendFlat(nil)))...)
	}
	return append(b, '\n')
}
