package behaviour

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// receiver is how a side acknowledges.
type receiver struct {
	owed   uint8             // segments that passed towards it since it last acknowledged all; 2 for more
	since  capture.Timestamp // when the first of them passed
	delays delays            // of acknowledgements of one segment alone
	every  [maxEvery + 1]uint32
}

// maxEvery is the most segments to an acknowledgement that are told apart.
const maxEvery = 16

// untimely are the marks of segments that a receiver answers at once (RFC 5681
// section 4.2), or which came before.
const untimely = 1<<reconstruct.Retransmission | 1<<reconstruct.OutOfOrder | 1<<reconstruct.GapBefore |
	1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe

// arrive takes a segment with data on its way to the side.
func (r *receiver) arrive(step *reconstruct.Step) {
	r.owed++
	switch {
	case r.owed > 1 || step.Marks&untimely != 0 || step.Segment.Flags.Has(decode.FIN) || step.Segment.Flags.Has(decode.SYN):
		r.owed = 2
	default:
		r.since = step.Segment.Time
	}
}

// acknowledge takes an acknowledgement by the side of something new.
func (r *receiver) acknowledge(step *reconstruct.Step, turn time.Duration, known bool) {
	g := step.Segment
	from := step.Conn.Peer(step.From)
	half := &step.Conn.Half[from]
	alone := r.owed == 1
	r.owed = 0
	if half.Acked < half.Max {
		r.owed = 2 // some of it was on its way already
	}
	if g.Len > 0 || g.Flags&(decode.SYN|decode.FIN) != 0 || step.Before[from].Acked < 1 || half.FINAcked() {
		return
	}
	if step.Conn.Half[step.From].Packets == 1 {
		return // how far it had acknowledged before the capture began is not known
	}
	octets, room := int64(half.Acked-step.Before[from].Acked), segmentRoom(step.Conn, from)
	r.every[min((octets+room-1)/room, maxEvery)]++
	if alone && known && half.Acked == half.Max {
		r.delays.add(g.Time.Sub(r.since)-turn, turn)
	}
}
