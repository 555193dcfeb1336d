package ladder

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/phrase"
)

// words says what segments are.
type words struct {
	raw  bool
	isns [2]uint32
	self bool
}

func (w *words) learn(c *analyze.Connection) {
	w.isns = [2]uint32{uint32(c.Half[0].ISN), uint32(c.Half[1].ISN)}
	w.self = c.SelfConnect
}

// label is what stands at an arrow: flags, numbers, length, window. Its pieces
// are not broken.
func (w *words) label(r *Row) []string {
	if !r.Whole {
		return []string{"header cut"}
	}
	parts := []string{r.Flags.String()}
	start, end := r.RelSeq, r.RelSeq+int64(r.Len)
	ack := r.RelAck
	if r.Flags.Has(decode.SYN) && r.Len > 0 {
		end++
	}
	if w.raw {
		end, start, ack = int64(r.Seq+uint32(end-start)), int64(r.Seq), int64(r.Ack)
	}
	switch {
	case r.Len > 0:
		parts = append(parts, fmt.Sprintf("%d:%d(%d)", start, end, r.Len))
	case r.Flags&(decode.SYN|decode.FIN|decode.RST) != 0:
		parts = append(parts, "seq "+strconv.FormatInt(start, 10))
	}
	if r.Flags.Has(decode.ACK) && (w.raw || r.HasAck) {
		parts = append(parts, "ack "+strconv.FormatInt(ack, 10))
	}
	if r.Flags.Has(decode.RST) || r.Frame == 0 || r.sameWin {
		return parts
	}
	if r.WindowKnown {
		return append(parts, "win "+strconv.FormatInt(r.Window, 10))
	}
	return append(parts, fmt.Sprintf("win %d unscaled", r.RawWindow))
}

// remark is what is noticeable about a segment, empty for most.
func (w *words) remark(r *Row) string {
	var said []string
	for _, name := range r.Marks.Names() {
		if name == reconstruct.Truncated.String() {
			continue // that of the recording, not of the segment
		}
		if name == reconstruct.Retransmission.String() && r.Marks&(1<<reconstruct.SYNRetransmission|1<<reconstruct.FINRetransmission) != 0 {
			continue // the other says more
		}
		said = append(said, strings.ReplaceAll(name, "-", " "))
	}
	if v := &r.Loss; v.Cause != loss.None && !slices.Contains(said, strings.ReplaceAll(v.Cause.String(), "-", " ")) {
		said = append(said, w.cause(v))
	}
	if r.NotNeeded && !r.Marks.Has(reconstruct.Spurious) {
		said = append(said, "not needed, as shown later")
	}
	switch {
	case r.Fate == Lost && r.Frame == 0:
		said = append(said, "lost before the first tap")
	case r.Fate == Lost:
		said = append(said, "lost")
	case r.Fate == MaybeLost:
		said = append(said, "lost, or its ACK was")
	}
	return strings.Join(said, ", ")
}

// cause says why a segment was sent again, came late or came twice.
func (w *words) cause(v *loss.Verdict) string {
	text := strings.ReplaceAll(v.Cause.String(), "-", " ")
	switch v.Cause {
	case loss.RTO, loss.TLP:
		text = strings.ToUpper(text)
	case loss.Fast, loss.Recovery, loss.Unknown:
		text = map[loss.Cause]string{loss.Fast: "fast retransmit", loss.Recovery: "recovery", loss.Unknown: "cause unknown"}[v.Cause]
	}
	if v.Backoff > 1 {
		text += fmt.Sprintf(" no. %d", v.Backoff)
	}
	if v.OfFrame != 0 {
		text += fmt.Sprintf(" of #%d", v.OfFrame)
	}
	if v.Witness != loss.Nothing && v.Certainty() == state.Assumed {
		text += " (assumed)"
	}
	if v.Lost == loss.BeforeTap {
		text += ", lost before the tap"
	}
	return text
}

// fold is what a fold holds, in its middle: how much and how long.
func (w *words) fold(f *Fold) []string {
	parts := []string{"… " + phrase.Counted(f.Segments(), "segment")}
	if f.Bytes() > 0 {
		parts = append(parts, chart.Bytes.Format(float64(f.Bytes())))
	}
	if f.To > f.From {
		parts = append(parts, short(f.To-f.From))
	}
	for i := range parts[1:] {
		parts[i] += ","
	}
	return append(parts[:len(parts)-1], parts[len(parts)-1]+" …")
}

// sum is what one side sent in a fold.
func (w *words) sum(f *Fold, side reconstruct.Side) []string {
	s := &f.Sides[side]
	if s.Segments == 0 {
		return nil
	}
	parts := []string{"… " + phrase.Counted(s.Segments, "segment")}
	if s.Bytes > 0 {
		parts = append(parts, chart.Bytes.Format(float64(s.Bytes)))
	}
	if s.Again > 0 {
		parts = append(parts, fmt.Sprintf("%d sent again", s.Again))
	}
	if s.Lost > 0 {
		parts = append(parts, fmt.Sprintf("%d lost", s.Lost))
	}
	if s.RelAck > 1 {
		ack := s.RelAck
		if w.raw {
			peer := side.Peer()
			if w.self {
				peer = side
			}
			ack = int64(w.isns[peer] + uint32(ack))
		}
		parts = append(parts, fmt.Sprintf("ack up to %d", ack))
	}
	for i := range parts[1:] {
		parts[i] += ","
	}
	return parts
}
