package peer

import (
	"fmt"
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
)

// number is a field of tcptrace's that is compared.
type number struct {
	name string // without _a2b or _b2a
	of   func(s *tcptrace.Side) int64
}

// numbers are what is compared of a side. Times are in tenths of a millisecond.
var numbers = [...]number{
	{"total_packets", func(s *tcptrace.Side) int64 { return s.Packets }},
	{"ack_pkts_sent", func(s *tcptrace.Side) int64 { return s.ACKs }},
	{"pure_acks_sent", func(s *tcptrace.Side) int64 { return s.PureACKs }},
	{"unique_bytes_sent", func(s *tcptrace.Side) int64 { return s.UniqueBytes }},
	{"actual_data_pkts", func(s *tcptrace.Side) int64 { return s.DataPackets }},
	{"actual_data_bytes", func(s *tcptrace.Side) int64 { return s.DataBytes }},
	{"rexmt_data_pkts", func(s *tcptrace.Side) int64 { return s.ResentPackets }},
	{"rexmt_data_bytes", func(s *tcptrace.Side) int64 { return s.ResentBytes }},
	{"zwnd_probe_pkts", func(s *tcptrace.Side) int64 { return s.ProbePackets }},
	{"outoforder_pkts", func(s *tcptrace.Side) int64 { return s.OutOfOrder }},
	{"pushed_data_pkts", func(s *tcptrace.Side) int64 { return s.Pushed }},
	{"mss_requested", func(s *tcptrace.Side) int64 { return s.MSS }},
	{"max_segm_size", func(s *tcptrace.Side) int64 { return s.MaxSegment }},
	{"avg_segm_size", func(s *tcptrace.Side) int64 { return s.AvgSegment() }},
	{"max_win_adv", func(s *tcptrace.Side) int64 { return s.MaxWindow }},
	{"zero_win_adv", func(s *tcptrace.Side) int64 { return s.ZeroWindows }},
	{"max_owin", func(s *tcptrace.Side) int64 { return s.MaxOut }},
	{"missed_data", func(s *tcptrace.Side) int64 { return s.Missed }},
	{"RTT_samples", func(s *tcptrace.Side) int64 { return s.RTT.N }},
	{"RTT_min", func(s *tcptrace.Side) int64 { return tenths(s.RTT.Min) }},
	{"RTT_max", func(s *tcptrace.Side) int64 { return tenths(s.RTT.Max) }},
	{"ambiguous_acks", func(s *tcptrace.Side) int64 { return s.LastRTT.N }},
	{"duplicate_acks", func(s *tcptrace.Side) int64 { return s.DupACKs }},
}

func tenths(d time.Duration) int64 { return (d.Microseconds() + 50) / 100 }

// half is one side of a connection as tcptrace and we have it.
type half struct {
	me, peer     *tcptrace.Side
	theirs, ours int64
	others       bool // tcptrace has other packets in the connection
	lengths      bool // and the same with other lengths, in this direction
	c            *analyze.Connection
}

// Connection returns how tcptrace differs on a connection, whose Extra is a
// *tcptrace.Tracker. printed is what the program said of the same.
func Connection(c *analyze.Connection, printed *tcptrace.Printed) (list []Difference) {
	r := c.Extra.(*tcptrace.Tracker).Result(&c.Connection)
	others := !samePackets(r, printed)
	for host, way := range [2]string{"_a2b", "_b2a"} {
		h := half{others: others, me: r.From(host), peer: r.From(1 - host), c: c}
		h.lengths = printed.Values["actual_data_bytes"+way] != strconv.FormatInt(h.me.DataBytes, 10)
		for _, n := range numbers {
			cell, there := printed.Values[n.name+way]
			theirs, err := strconv.ParseFloat(cell, 64)
			if !there || err != nil {
				continue // NA
			}
			scale := 1.0
			if n.name == "RTT_min" || n.name == "RTT_max" {
				scale = 10
			}
			h.theirs, h.ours = int64(theirs*scale+0.5), n.of(h.me)
			if d := h.theirs - h.ours; d == 0 || scale == 10 && (d == 1 || d == -1) {
				continue // a tenth of a millisecond is rounding
			}
			list = append(list, h.difference(n.name, way, cell, scale))
		}
	}
	return list
}

// samePackets tells whether tcptrace counts as many packets each way as we.
func samePackets(r *tcptrace.Result, printed *tcptrace.Printed) bool {
	return printed.Values["total_packets_a2b"] == strconv.FormatInt(r.From(0).Packets, 10) &&
		printed.Values["total_packets_b2a"] == strconv.FormatInt(r.From(1).Packets, 10)
}

func (h *half) difference(name, way, cell string, scale float64) Difference {
	d := Difference{Program: "tcptrace", Conn: h.c.Number, Field: name + way, Theirs: cell, Ours: strconv.FormatInt(h.ours, 10)}
	if scale == 10 {
		d.Ours = fmt.Sprintf("%.1f", float64(h.ours)/10)
	}
	d.Kind, d.Reason = Unexplained, "no known rule of tcptrace's gives this"
	for _, k := range numberKinds {
		if (k.field == "" || k.field == name) && k.holds(h) {
			d.Kind, d.Reason = k.name, k.reason
			break
		}
	}
	return d
}

// NumberKinds are the names of all kinds for numbers of connections, in the
// order in which they are tried.
func NumberKinds() (names []string) {
	for _, k := range numberKinds {
		names = append(names, k.name)
	}
	return names
}

// numberKind is a kind of reason for a number.
type numberKind struct {
	name, field, reason string // field is empty for any
	holds               func(h *half) bool
}

const resetReason = "tcptrace times the acknowledgement of a reset too"

func resets(h *half) bool { return h.peer.Resets > 0 }

// numberKinds are tried in their order. It is never written to.
var numberKinds = [...]numberKind{
	{"other-packets", "", "tcptrace has other packets in this connection: it cannot read some link layers, fragments and lengths, and joins or splits connections of the same ports otherwise", func(h *half) bool { return h.others }},
	{"capture-duplicates", "", "packets that the capture holds twice; tcptrace takes copies for retransmissions, which spoil round trips", func(h *half) bool { return h.me.Copies+h.peer.Copies > 0 }},
	{"other-lengths", "", "tcptrace takes padding and what the record does not hold for payload, or not, as the IP header says", func(h *half) bool { return h.lengths }},
	{"owin-octet", "max_owin", "tcptrace's outstanding data is one byte too many", func(h *half) bool { return h.theirs-h.ours == 1 || h.ours == 0 && h.theirs <= 2 }},
	{"owin-below-zero", "max_owin", "tcptrace's outstanding data runs below zero where the latest acknowledgement is beyond the segment", func(h *half) bool { return h.theirs < 0 || h.theirs > 1<<32-1<<24 }},
	{"owin-latest", "max_owin", "tcptrace subtracts the latest acknowledgement, late ones and those of the SYN too; flowstate the highest", func(h *half) bool { return h.theirs > h.ours }},
	{"window-scale", "max_win_adv", "tcptrace scales windows only where it saw both SYNs ask for it, and counts those of SYNs until then", func(h *half) bool {
		return !h.me.AsksScale || !h.peer.AsksScale || h.me.Packets < 3
	}},
	{"reset-sample", "RTT_samples", resetReason, resets}, {"reset-sample", "RTT_min", resetReason, resets}, {"reset-sample", "RTT_max", resetReason, resets},
	{"owin-control", "max_owin", "flowstate counts SYN and FIN as an octet outstanding each", func(h *half) bool { return h.ours-h.theirs <= 2 }},
	{"scale-beyond", "max_win_adv", "a shift count above 14 counts as 14 (RFC 7323)", func(h *half) bool { return h.me.Scale > 14 }},
	{"zero-minimum", "RTT_min", "tcptrace takes a least round trip of 0 for none yet", func(h *half) bool { return h.ours == 0 }},
	{"clock-back", "RTT_samples", "tcptrace counts samples across a step of the clock back", func(h *half) bool { return h.me.RTT.Back > 0 }},
	{"average-rounded", "avg_segm_size", "tcptrace divides by a thousandth of a packet too many", func(h *half) bool { return h.theirs == h.me.ShortAverage() }},
	{"no-end-acknowledged", "duplicate_acks", "tcptrace counts only acknowledgements that end where a segment ends", func(h *half) bool {
		return h.me.DupACKsInside > 0 && h.theirs == h.ours-h.me.DupACKsInside
	}},
	{"stray-order", "outoforder_pkts", "after a packet with numbers far from the stream all others are out of order; tcptrace keeps the quarters of the number space apart", func(h *half) bool {
		return h.me.Strays > 0 && h.theirs < h.ours
	}},
	{"idle-duplicate", "duplicate_acks", "tcptrace counts acknowledgements that repeat with nothing outstanding, FINs among them", func(h *half) bool { return h.theirs > h.ours }},
	{"mss-signed", "mss_requested", "tcptrace takes an MSS above 32,767 for a negative number", func(h *half) bool { return h.theirs > 1<<16 }},
	{"missed-difference", "missed_data", "tcptrace subtracts lengths, which holds only with SYN and FIN and no probes, and may run below zero", func(h *half) bool { return true }},
}
