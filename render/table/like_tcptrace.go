package table

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// LikeTcptrace returns the table of connections with the columns of tcptrace's
// long output, in a format other than Text. Each connection's Extra is a
// *tcptrace.Tracker.
func LikeTcptrace(format Format) *Table[Connection] { return newTable(format, tcptraceFields()) }

// tcptraceLine is a line of the long output, which exists once for each side.
type tcptraceLine struct {
	label, name, unit, meaning string
	of                         func(s *tcptrace.Side) Value
	// print is how the long output shows it, nil for a number as it stands.
	print func(s *tcptrace.Side) string
	rule  bool // an empty line goes before it
	// shown tells whether the long output has the line at all, nil for always.
	shown func(a, b *tcptrace.Side) bool
}

func tcptraceFields() fields[Connection] {
	all := identity()
	for i, name := range [2]string{"a", "b"} {
		end := func(c *Connection) reconstruct.Side {
			return [2]reconstruct.Side{tcptraceOf(c).A, tcptraceOf(c).A.Peer()}[i]
		}
		all = append(all,
			field[Connection]{Column{"host_" + name, "", "address of host " + name + "; a sent the first packet"}, func(c *Connection) Value { return text(c.Ends[end(c)].IP.String()) }},
			field[Connection]{Column{"port_" + name, "", "its port"}, func(c *Connection) Value { return num(c.Ends[end(c)].Port) }})
	}
	all = append(all,
		field[Connection]{Column{"first_packet", "RFC 3339", "time of the first packet"}, func(c *Connection) Value { return moment(c.Start) }},
		field[Connection]{Column{"last_packet", "RFC 3339", "time of the latest packet"}, func(c *Connection) Value { return moment(c.End) }},
		field[Connection]{Column{"complete_conn", "", "yes (SYN and FIN both ways), reset, unidirectional or no"}, func(c *Connection) Value {
			return text(tcptraceVerdict(tcptraceOf(c)))
		}})
	lines := append(tcptraceLines(), tcptraceLine{name: "corrected", meaning: "fields that are not as tcptrace has them, and why", of: func(s tcptraceSide) Value {
		return when(len(s.Corrected) > 0, names(s.Corrected))
	}})
	for _, l := range lines {
		all = append(all,
			field[Connection]{Column{l.name + ".a2b", l.unit, l.meaning}, func(c *Connection) Value { return l.of(tcptraceOf(c).From(0)) }},
			field[Connection]{Column{l.name + ".b2a", l.unit, l.meaning}, func(c *Connection) Value { return l.of(tcptraceOf(c).From(1)) }})
	}
	return all
}

func tcptraceOf(c *Connection) *tcptrace.Result {
	return c.Extra.(*tcptrace.Tracker).Result(&c.Connection.Connection)
}

// tcptraceVerdict is what stands behind "complete conn".
func tcptraceVerdict(r *tcptrace.Result) string {
	a, b := &r.Sides[0], &r.Sides[1]
	switch {
	case a.Resets+b.Resets > 0:
		return "reset"
	case a.SYNs > 0 && b.SYNs > 0 && a.FINs > 0 && b.FINs > 0:
		return "yes"
	case a.Packets == 0 || b.Packets == 0:
		return "unidirectional"
	}
	return "no"
}

// milliseconds are as tcptrace prints them.
func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 1, 64)
}

func yesNo(b bool) string { return map[bool]string{true: "Y", false: "N"}[b] }

// tcptraceLines are all lines, in tcptrace's order.
func tcptraceLines() []tcptraceLine {
	lines := append(tcptraceCounts(), tcptraceOptions()...)
	lines = append(lines, tcptraceSizes()...)
	return append(lines, tcptraceTimes()...)
}

type tcptraceSide = *tcptrace.Side

func tcptraceAmbiguous(a, b tcptraceSide) bool { return a.LastRTT.N+b.LastRTT.N > 0 }

// count is a line that is a number.
func tcptraceCount(label, name, unit, meaning string, of func(s tcptraceSide) int64) tcptraceLine {
	return tcptraceLine{label: label, name: name, unit: unit, meaning: meaning, of: func(s tcptraceSide) Value { return num(of(s)) }}
}

func tcptraceCounts() []tcptraceLine {
	count := tcptraceCount
	lines := []tcptraceLine{
		count("total packets", "total_packets", "packets", "packets sent", func(s tcptraceSide) int64 { return s.Packets }),
		count("resets sent", "resets_sent", "packets", "with RST", func(s tcptraceSide) int64 { return s.Resets }),
		count("ack pkts sent", "ack_pkts_sent", "packets", "with ACK", func(s tcptraceSide) int64 { return s.ACKs }),
		count("pure acks sent", "pure_acks_sent", "packets", "that do nothing but acknowledge", func(s tcptraceSide) int64 { return s.PureACKs }),
		count("sack pkts sent", "sack_pkts_sent", "packets", "with SACK blocks", func(s tcptraceSide) int64 { return s.SACKs }),
		count("dsack pkts sent", "dsack_pkts_sent", "packets", "of them that report a duplicate", func(s tcptraceSide) int64 { return s.DSACKs }),
		count("max sack blks/ack", "max_sack_blks/ack", "blocks", "most SACK blocks in one", func(s tcptraceSide) int64 { return int64(s.MaxSACKBlocks) }),
		count("unique bytes sent", "unique_bytes_sent", "bytes", "payload without what was sent again and window probes", func(s tcptraceSide) int64 { return s.UniqueBytes }),
		count("actual data pkts", "actual_data_pkts", "packets", "with payload", func(s tcptraceSide) int64 { return s.DataPackets }),
		count("actual data bytes", "actual_data_bytes", "bytes", "payload, all of it", func(s tcptraceSide) int64 { return s.DataBytes }),
		count("rexmt data pkts", "rexmt_data_pkts", "packets", "in which any byte was seen before", func(s tcptraceSide) int64 { return s.ResentPackets }),
		count("rexmt data bytes", "rexmt_data_bytes", "bytes", "those bytes", func(s tcptraceSide) int64 { return s.ResentBytes }),
		count("zwnd probe pkts", "zwnd_probe_pkts", "packets", "with data or FIN while the peer's window was 0", func(s tcptraceSide) int64 { return s.ProbePackets }),
		count("zwnd probe bytes", "zwnd_probe_bytes", "bytes", "payload of them", func(s tcptraceSide) int64 { return s.ProbeBytes }),
		count("outoforder pkts", "outoforder_pkts", "packets", "new, that begin and end before what is known", func(s tcptraceSide) int64 { return s.OutOfOrder }),
		count("pushed data pkts", "pushed_data_pkts", "packets", "payload with PSH", func(s tcptraceSide) int64 { return s.Pushed }),
	}
	lines[1].shown = func(a, b *tcptrace.Side) bool { return a.Resets+b.Resets > 0 }
	return lines
}

func tcptraceOptions() []tcptraceLine {
	word := func(label, name, meaning string, of func(s tcptraceSide) string) tcptraceLine {
		return tcptraceLine{label: label, name: name, meaning: meaning, of: func(s tcptraceSide) Value { return text(of(s)) }, print: of}
	}
	return []tcptraceLine{
		word("SYN/FIN pkts sent", "SYN/FIN_pkts_sent", "how many of each", func(s tcptraceSide) string { return fmt.Sprintf("%d/%d", s.SYNs, s.FINs) }),
		word("req 1323 ws/ts", "req_1323_ws/ts", "asked for window scaling, timestamps", func(s tcptraceSide) string {
			return yesNo(s.AsksScale) + "/" + yesNo(s.AsksTimestamps)
		}),
		tcptraceCount("adv wind scale", "adv_wind_scale", "", "shift count", func(s tcptraceSide) int64 { return int64(s.Scale) }),
		word("req sack", "req_sack", "asked for SACK", func(s tcptraceSide) string { return yesNo(s.AsksSACK) }),
		tcptraceCount("sacks sent", "sacks_sent", "packets", "with SACK blocks", func(s tcptraceSide) int64 { return s.SACKs }),
		tcptraceCount("urgent data pkts", "urgent_data_pkts", "packets", "payload with URG", func(s tcptraceSide) int64 { return s.UrgentPackets }),
		tcptraceCount("urgent data bytes", "urgent_data_bytes", "bytes", "sum of the urgent pointers", func(s tcptraceSide) int64 { return s.UrgentBytes }),
	}
}

func tcptraceSizes() []tcptraceLine {
	count := tcptraceCount
	known := func(label, name, meaning string, of func(s tcptraceSide) int64) tcptraceLine {
		return tcptraceLine{label: label, name: name, unit: "bytes", meaning: meaning,
			of: func(s tcptraceSide) Value { return when(s.StreamKnown, num(of(s))) },
			print: func(s tcptraceSide) string {
				if !s.StreamKnown {
					return "NA"
				}
				return strconv.FormatInt(of(s), 10)
			}}
	}
	return []tcptraceLine{
		count("mss requested", "mss_requested", "bytes", "MSS option", func(s tcptraceSide) int64 { return s.MSS }),
		count("max segm size", "max_segm_size", "bytes", "largest payload", func(s tcptraceSide) int64 { return s.MaxSegment }),
		count("min segm size", "min_segm_size", "bytes", "smallest payload", func(s tcptraceSide) int64 { return s.MinSegment }),
		count("avg segm size", "avg_segm_size", "bytes", "mean payload", func(s tcptraceSide) int64 { return s.AvgSegment() }),
		count("max win adv", "max_win_adv", "bytes", "largest window, scaled", func(s tcptraceSide) int64 { return s.MaxWindow }),
		count("min win adv", "min_win_adv", "bytes", "smallest but 0", func(s tcptraceSide) int64 { return s.MinWindow }),
		count("zero win adv", "zero_win_adv", "times", "windows of 0", func(s tcptraceSide) int64 { return s.ZeroWindows }),
		count("avg win adv", "avg_win_adv", "bytes", "mean window", func(s tcptraceSide) int64 { return s.AvgWindow }),
		count("max owin", "max_owin", "bytes", "most outstanding data at a new segment", func(s tcptraceSide) int64 { return s.MaxOut }),
		count("min non-zero owin", "min_non-zero_owin", "bytes", "least but 0", func(s tcptraceSide) int64 { return s.MinOut }),
		count("avg owin", "avg_owin", "bytes", "mean", func(s tcptraceSide) int64 { return s.AvgOut }),
		count("wavg owin", "wavg_owin", "bytes", "mean over time", func(s tcptraceSide) int64 { return s.WeightedOut }),
		count("initial window", "initial_window_bytes", "bytes", "sent before the first acknowledgement of data", func(s tcptraceSide) int64 { return s.InitialBytes }),
		count("initial window", "initial_window_pkts", "packets", "the same in packets", func(s tcptraceSide) int64 { return s.InitialPackets }),
		known("ttl stream length", "ttl_stream_length", "from SYN to FIN", func(s tcptraceSide) int64 { return s.StreamLength }),
		known("missed data", "missed_data", "acknowledged and not in the capture", func(s tcptraceSide) int64 { return s.Missed }),
		{label: "truncated data", name: "truncated_data", unit: "bytes", meaning: "beyond the snapshot; known where there is none",
			of: func(s tcptraceSide) Value { return when(s.CutPackets == 0, num(0)) },
			print: func(s tcptraceSide) string {
				return map[bool]string{true: "0", false: "NA"}[s.CutPackets == 0]
			}},
		count("truncated packets", "truncated_packets", "packets", "so cut", func(s tcptraceSide) int64 { return s.CutPackets }),
	}
}

func tcptraceTimes() []tcptraceLine {
	ms := func(label, name, meaning string, of func(s tcptraceSide) time.Duration) tcptraceLine {
		return tcptraceLine{label: label, name: name, unit: "ms", meaning: meaning,
			of: func(s tcptraceSide) Value {
				return Value{kind: tenths, number: int64(math.Round(float64(of(s)) / 1e5))}
			},
			print: func(s tcptraceSide) string { return milliseconds(of(s)) }}
	}
	stat := func(label, name, what string, of func(s tcptraceSide) *tcptrace.Stat) []tcptraceLine {
		return []tcptraceLine{
			ms(label+" min", name+"_min", "the least of "+what, func(s tcptraceSide) time.Duration { return of(s).Min }),
			ms(label+" max", name+"_max", "the most of "+what, func(s tcptraceSide) time.Duration { return of(s).Max }),
			ms(label+" avg", name+"_avg", "the mean of "+what, func(s tcptraceSide) time.Duration { return of(s).Mean() }),
			ms(label+" stdev", name+"_stdev", "the deviation of "+what, func(s tcptraceSide) time.Duration { return of(s).Deviation() }),
		}
	}
	count := tcptraceCount
	rtt := func(s tcptraceSide) *tcptrace.Stat { return &s.RTT }
	full := func(s tcptraceSide) *tcptrace.Stat { return &s.FullRTT }
	lines := []tcptraceLine{
		{label: "data xmit time", name: "data_xmit_time", unit: "s", meaning: "from the first data to the last",
			of:    func(s tcptraceSide) Value { return span(s.DataTime) },
			print: func(s tcptraceSide) string { return strconv.FormatFloat(s.DataTime.Seconds(), 'f', 3, 64) }},
		ms("idletime max", "idletime_max", "longest between two packets", func(s tcptraceSide) time.Duration { return s.MaxIdle }),
		count("hardware dups", "hardware_dups", "packets", "that the capture holds twice", func(s tcptraceSide) int64 { return s.Copies }),
		count("throughput", "throughput", "bytes/s", "unique bytes over the whole connection", func(s tcptraceSide) int64 { return s.Throughput }),
		count("RTT samples", "RTT_samples", "samples", "acknowledgements that end at a segment sent once", func(s tcptraceSide) int64 { return s.RTT.N }),
	}
	lines[2].shown = func(a, b *tcptrace.Side) bool { return a.Copies+b.Copies > 0 }
	lines[4].rule = true
	lines = append(lines, stat("RTT", "RTT", "them", rtt)...)
	lines = append(lines, ms("RTT from 3WHS", "RTT_from_3WHS", "from the SYN to its acknowledgement", func(s tcptraceSide) time.Duration { return s.Handshake }),
		count("RTT full_sz smpls", "RTT_full_sz_smpls", "samples", "of the largest segments", func(s tcptraceSide) int64 { return s.FullRTT.N }))
	lines[len(lines)-2].rule, lines[len(lines)-1].rule = true, true
	lines = append(lines, stat("RTT full_sz", "RTT_full_sz", "them", full)...)
	lines = append(lines,
		count("post-loss acks", "post-loss_acks", "packets", "without a sample, since something earlier was sent again later", func(s tcptraceSide) int64 { return s.PostLoss }),
		count("ambiguous acks", "ambiguous_acks", "packets", "of segments that were sent again", func(s tcptraceSide) int64 { return s.LastRTT.N }))
	lines[len(lines)-2].rule = true
	lines[len(lines)-1].shown = tcptraceAmbiguous
	for _, l := range stat("RTT", "RTT", "the times since such a segment was sent last", func(s tcptraceSide) *tcptrace.Stat { return &s.LastRTT }) {
		l.label, l.name, l.shown = l.label+" (last)", l.name+"_(last)", tcptraceAmbiguous
		lines = append(lines, l)
	}
	lines = append(lines,
		count("segs cum acked", "segs_cum_acked", "segments", "covered by the acknowledgement of a later one", func(s tcptraceSide) int64 { return s.CumulativelyACKed }),
		count("duplicate acks", "duplicate_acks", "packets", "received, with data outstanding", func(s tcptraceSide) int64 { return s.DupACKs }),
		count("triple dupacks", "triple_dupacks", "times", "the third duplicate came", func(s tcptraceSide) int64 { return s.TripleDupACKs }),
		count("max # retrans", "max_#_retrans", "times", "most that one segment was sent again", func(s tcptraceSide) int64 { return int64(s.MaxResent) }))
	resend := []string{"min", "max", "avg", "sdv"}
	for i, l := range stat("", "", "the times between a segment and its repetition", func(s tcptraceSide) *tcptrace.Stat { return &s.Resend }) {
		l.label, l.name = resend[i]+" retr time", resend[i]+"_retr_time"
		lines = append(lines, l)
	}
	return lines
}
