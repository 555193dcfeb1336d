package table

import (
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// TsharkText writes the segments of one capture as tshark lists packets. The
// zero value writes no colours.
type TsharkText struct{ Style Style }

// Append appends one segment. Its Extra is a *tshark.Tracker. Times are
// relative to the connection's first packet, sequence numbers to the initial
// ones, as tshark shows them.
func (t *TsharkText) Append(b []byte, s *Segment) []byte {
	g, row := s.Step.Segment, tsharkRow(s)
	b = appendPadded(b, strconv.FormatInt(int64(g.Frame), 10), 5)
	b = append(b, ' ')
	b = appendPadded(b, string(appendPlaces(nil, g.Time.Sub(s.Conn.Start))), 12)
	b = append(b, ' ')
	b = append(b, g.Src.IP.String()+" → "+g.Dst.IP.String()+" TCP "...)
	b = t.appendTitles(b, row)
	b = strconv.AppendUint(b, uint64(g.Src.Port), 10)
	b = append(b, " → "...)
	b = strconv.AppendUint(b, uint64(g.Dst.Port), 10)
	b = append(b, " ["+flagNames(g.Flags)+"] Seq="...)
	b = strconv.AppendInt(b, int64(s.Seq), 10)
	if g.Flags.Has(decode.ACK) {
		b = appendField(b, "Ack", int64(s.Ack))
	}
	b = appendField(b, "Win", s.shownWindow())
	b = appendField(b, "Len", int64(g.Len))
	b = appendOptions(b, s)
	return append(t.appendFields(b, row), '\n')
}

// shownWindow is scaled where the scale is known.
func (s *Segment) shownWindow() int64 {
	window, _ := s.Conn.Window(s.From, s.Step.Segment)
	return window
}

// appendTitles names the flags as tshark does: of a fast or spurious
// retransmission only that.
func (t *TsharkText) appendTitles(b []byte, row tshark.Row) []byte {
	special := row.Flags.Has(tshark.FastRetransmission) || row.Flags.Has(tshark.SpuriousRetransmission)
	for f := range tshark.Flag(tshark.NumFlags) {
		if !row.Flags.Has(f) || f == tshark.Retransmission && special {
			continue
		}
		title := tsharkTitles[f]
		if f == tshark.DuplicateACK {
			title += " " + strconv.FormatInt(int64(row.DupFrame), 10) + "#" + strconv.Itoa(row.DupNum)
		}
		b = append(b, t.Style.paint(yellow, "["+title+"]")+" "...)
	}
	return b
}

// appendOptions appends the options that tshark lists.
func appendOptions(b []byte, s *Segment) []byte {
	o := &s.Step.Segment.Options
	if o.Set&decode.OptMSS != 0 {
		b = appendField(b, "MSS", int64(o.MSS))
	}
	if o.Set&decode.OptWindowScale != 0 {
		b = appendField(b, "WS", 1<<min(o.WindowScale, 14))
	}
	if o.Set&decode.OptSACKPermitted != 0 {
		b = append(b, " SACK_PERM"...)
	}
	if o.Set&decode.OptTimestamps != 0 {
		b = appendField(appendField(b, "TSval", int64(o.TSval)), "TSecr", int64(o.TSecr))
	}
	h := &s.Conn.Half[s.Conn.Peer(s.From)]
	relative := func(n seq.Number) int64 { return int64(n.Unwrap(h.ISN, h.Max)) }
	for _, block := range o.SACK[:o.SACKCount] {
		b = appendField(appendField(b, "SLE", relative(block.Left)), "SRE", relative(block.Right))
	}
	return b
}

// appendFields appends what tshark shows below its list alone.
func (t *TsharkText) appendFields(b []byte, row tshark.Row) []byte {
	var told []byte
	add := func(name string, known bool, value []byte) {
		if known {
			told = append(append(append(told, ' '), name+"="...), value...)
		}
	}
	add("bytes_in_flight", row.BytesInFlight != 0, strconv.AppendUint(nil, uint64(row.BytesInFlight), 10))
	add("acks_frame", row.AcksFrame != 0, strconv.AppendInt(nil, int64(row.AcksFrame), 10))
	add("ack_rtt", row.AckRTT != 0, appendSeconds(nil, row.AckRTT))
	add("rto", row.RTO != 0, appendSeconds(nil, row.RTO))
	if told == nil {
		return b
	}
	return append(b, t.Style.paint(dim, " #"+string(told))...)
}

func appendField(b []byte, name string, value int64) []byte {
	return strconv.AppendInt(append(append(append(b, ' '), name...), '='), value, 10)
}

// appendPadded appends a cell, blanks before it.
func appendPadded(b []byte, cell string, width int) []byte {
	for range width - len(cell) {
		b = append(b, ' ')
	}
	return append(b, cell...)
}

// appendPlaces appends seconds with all nine places.
func appendPlaces(b []byte, d time.Duration) []byte {
	b = appendSeconds(b, d.Truncate(time.Second))
	places := strconv.FormatInt(int64((d%time.Second).Abs()+time.Second), 10)
	return append(append(b, '.'), places[1:]...)
}
