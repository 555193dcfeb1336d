package explain

import (
	"fmt"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// workedData is for how many segments with data of each side the sum is shown.
const workedData = 3

// numbers works out sequence and acknowledgement numbers with the first data of
// each side and with every SYN and FIN that is not a repetition.
func (t *teller) numbers() (lines []string) {
	for _, side := range reconstruct.Sides {
		if h := &t.Half[side]; h.SYNSeen {
			lines = append(lines, fmt.Sprintf("The initial sequence number of the %s is %d, from its SYN.", side, uint32(h.ISN)))
		}
	}
	lines = append(lines, "Every octet of data takes one sequence number, and so do SYN and FIN; an acknowledgement number is the next that its sender expects (RFC 9293 3.4). Numbers are modulo 2^32.")
	var data [2]int
	for i, item := range t.items {
		r := item.Row
		if r == nil || !r.Whole || r.Marks&repeats != 0 || r.Flags.Has(decode.RST) {
			continue
		}
		if r.Len > 0 {
			data[r.From]++
		}
		if control := r.Flags&(decode.SYN|decode.FIN) != 0; control || r.Len > 0 && data[r.From] <= workedData {
			lines = append(lines, t.sum(i, r))
		}
	}
	return lines
}

// repeats are the marks of segments whose numbers were worked out before, or
// stand for no new octet.
const repeats = 1<<reconstruct.Retransmission | 1<<reconstruct.Duplicate | 1<<reconstruct.Spurious | 1<<reconstruct.SYNRetransmission |
	1<<reconstruct.FINRetransmission | 1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe | 1<<reconstruct.OutOfWindow

// sum is the arithmetic of the segment at item i.
func (t *teller) sum(i int, r *ladder.Row) string {
	terms := []string{fmt.Sprint(r.Seq)}
	next := r.Seq + uint32(r.Len)
	if r.Len > 0 {
		terms = append(terms, fmt.Sprintf("%d (data)", r.Len))
	}
	if r.Flags.Has(decode.SYN) {
		terms, next = append(terms, "1 (SYN)"), next+1
	}
	if r.Flags.Has(decode.FIN) {
		terms, next = append(terms, "1 (FIN)"), next+1
	}
	around := ""
	if next < r.Seq {
		around = " (modulo 2^32)"
	}
	text := fmt.Sprintf("Frame %d, %s, %s: %s = %d%s.", r.Frame, r.From, r.Flags, strings.Join(terms, " + "), next, around)
	a := t.answer(i, r)
	switch {
	case a == nil:
		return text
	case a.Ack == next:
		return text + fmt.Sprintf(" Frame %d acknowledges exactly that: ack %d.", a.Frame, a.Ack)
	}
	return text + fmt.Sprintf(" Frame %d acknowledges that and %d more: ack %d.", a.Frame, a.Ack-next, a.Ack)
}

// answer is the first segment that acknowledges all of r, nil where none is
// shown or where others that are not shown may have done so before it.
func (t *teller) answer(i int, r *ladder.Row) *ladder.Row {
	for _, item := range t.items[i+1:] {
		switch a := item.Row; {
		case a == nil:
			return nil
		case a.From == t.Peer(r.From) && a.Whole && a.HasAck && !a.Flags.Has(decode.RST) && a.RelAck >= t.end(r):
			return a
		}
	}
	return nil
}

// end is the relative number behind everything in a segment.
func (t *teller) end(r *ladder.Row) int64 {
	end := r.RelSeq + int64(r.Len)
	if r.Flags.Has(decode.SYN) {
		end++
	}
	if r.Flags.Has(decode.FIN) {
		end++
	}
	return end
}

// refused tells how a SYN was turned down.
func (t *teller) refused() (lines []string) {
	told := t.States.Open == state.OpenRefused
	for _, item := range t.items {
		r := item.Row
		if !told || r == nil || !r.Whole || !r.Flags.Has(decode.RST) || r.From != reconstruct.Server {
			continue
		}
		lines = append(lines, fmt.Sprintf("Frame %d refuses: %s, seq %d, ack %d, window %d, from %s.", r.Frame, r.Flags, r.Seq, r.Ack, r.RawWindow, t.Ends[reconstruct.Server]))
		if h := &t.Half[reconstruct.Client]; h.SYNSeen && r.Flags.Has(decode.ACK) && r.Ack == uint32(h.ISN)+1 {
			lines = append(lines, fmt.Sprintf("Its acknowledgement number is the client's initial sequence number plus one for the SYN, %d + 1 = %d, so it answers that SYN; a SYN without ACK is answered by a reset with sequence number 0 (RFC 9293 3.10.7.1).", uint32(h.ISN), r.Ack))
		}
		break
	}
	if told {
		lines = append(lines, "When the reset arrives, the client's connect() fails with ECONNREFUSED.")
	}
	for _, f := range t.Findings {
		if f.Code == finding.ICMPError {
			lines = append(lines, fmt.Sprintf("Frame %d: %s", f.Frame, sentence(f.Text)))
			told = true
		}
	}
	if told {
		lines = append(lines, contrast)
	}
	return lines
}
