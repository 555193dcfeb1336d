package tshark

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// view is one segment before the memory of both directions.
type view struct {
	t        *Tracker
	step     *reconstruct.Step
	s        *decode.Segment
	me, peer *flow
}

const control = decode.SYN | decode.FIN | decode.RST

func (v *view) plain() bool { return v.s.Flags&control == 0 }

func (v *view) mark(f ...Flag) { v.t.row.Flags = v.t.row.Flags.With(f...) }

func (v *view) marked(f Flag) bool { return v.t.row.Flags.Has(f) }

// begin learns where both streams start.
func (v *view) begin() {
	if !v.me.hasBase {
		v.me.base, v.me.hasBase = v.s.Seq-1, true
		if v.s.Flags.Has(decode.SYN) {
			v.me.base = v.s.Seq
		}
	}
	if v.s.Flags.Has(decode.ACK) {
		if !v.peer.hasBase {
			v.peer.base, v.peer.hasBase = v.s.Ack-1, true
		}
		v.peer.blind = false
	}
	if v.step.Opened && v.step.Conn.Previous >= 0 && v.s.Flags&(decode.SYN|decode.ACK) == decode.SYN {
		v.mark(ReusedPorts)
	}
	if v.s.Flags.Has(decode.SYN|decode.ACK) && v.me.base != v.s.Seq {
		v.mark(ReusedPorts)
		v.me.base, v.t.renumbered = v.s.Seq, true
		v.me.span()
	}
}

// judge gives the segment its flags.
func (v *view) judge() {
	v.judgeWindow()
	if v.s.Ack != v.me.ack {
		v.me.original, v.me.dups = v.s.Frame, 0
	}
	v.judgeUnseen()
	if v.s.Len > 0 || v.s.Flags&(decode.SYN|decode.FIN) != 0 {
		v.judgeResent()
	}
}

// judgeWindow asks everything that looks at the latest window and
// acknowledgement, in tshark's order.
func (v *view) judgeWindow() {
	if v.s.Len == 1 && v.s.Seq == v.me.next && v.peer.spoke && v.peer.window == 0 {
		v.mark(ZeroWindowProbe)
		return
	}
	if v.s.Window == 0 && v.plain() {
		v.mark(ZeroWindow)
	}
	if v.me.next != 0 && v.me.next.Before(v.s.Seq) && !v.s.Flags.Has(decode.RST) {
		v.mark(LostSegment)
		v.me.blind = true
	}
	if v.s.Len <= 1 && v.s.Seq == v.me.next-1 && v.plain() {
		v.mark(KeepAlive)
	}
	if v.s.Len > 0 && v.plain() && v.fillsWindow() {
		v.mark(WindowFull)
	}
	if v.s.Len == 0 && v.plain() && v.s.Seq == v.me.next && v.s.Ack == v.me.ack {
		v.judgeRepeated()
	}
}

// judgeRepeated: a bare acknowledgement whose numbers are those of the latest
// segment.
func (v *view) judgeRepeated() {
	same := v.me.spoke && int64(v.s.Window) == v.me.window
	switch {
	case v.s.Window == 0 && same && v.peer.lastFlags.Has(ZeroWindowProbe):
		v.mark(ZeroWindowProbeACK)
	case v.s.Window == 0:
	case !same:
		v.mark(WindowUpdate)
	case v.peer.lastFlags.Has(KeepAlive):
		v.mark(KeepAliveACK)
	default:
		v.me.dups = max(v.me.dups, 0) + 1
		v.mark(DuplicateACK)
		v.t.row.DupNum, v.t.row.DupFrame = v.me.dups, v.me.original
	}
}

// fillsWindow tells whether the segment ends where the peer's latest window does.
func (v *view) fillsWindow() bool {
	if v.peer.scale == scaleUnknown || !v.peer.spoke {
		return false
	}
	shift := v.peer.scale.shift()
	if v.peer.synWindow {
		shift = 0
	}
	return v.s.Seq.Add(uint32(v.s.Len)) == v.peer.ack.Add(uint32(v.peer.window)<<shift)
}

// judgeUnseen: an acknowledgement of more than passed.
func (v *view) judgeUnseen() {
	p := v.peer
	if p.contiguous == 0 || !p.contiguous.Before(v.s.Ack) || !v.s.Flags.Has(decode.ACK) {
		return
	}
	v.t.told = true
	if p.contiguous.Before(p.next) {
		p.contiguous = p.next
		v.mark(ACKLostSegment)
		return
	}
	if p.dups == 0 {
		v.mark(ACKLostSegment)
	}
	p.dups = -1
}

// The limits of time that tshark knows.
const (
	fastLimit = 20 * time.Millisecond // from the latest acknowledgement to a fast retransmission
	usualRTT  = 3 * time.Millisecond  // where the handshake tells none
)

// judgeResent chooses among the flags for what does not advance the stream.
func (v *view) judgeResent() {
	end := v.s.Seq.Add(uint32(v.s.Len))
	behind := v.me.next != 0 && v.s.Seq.Before(v.me.next)
	if v.s.Len > 1 && v.me.next-1 == v.s.Seq {
		behind = false // what precedes was a keep-alive or a probe
	}
	switch {
	case v.marked(KeepAlive):
	case v.s.Len > 0 && v.peer.ack != 0 && !v.peer.ack.Before(end):
		v.mark(Retransmission, SpuriousRetransmission)
	case !behind:
	case uint32(v.peer.dups) >= 2 && v.peer.ack == v.s.Seq && within(v.s.Time.Sub(v.peer.ackTime), fastLimit):
		v.mark(Retransmission, FastRetransmission)
	case v.me.next != v.end() && within(v.s.Time.Sub(v.me.nextTime), v.patience()):
		v.mark(OutOfOrder)
	default:
		v.mark(Retransmission)
		v.waited()
	}
}

// within: tshark's differences of time are unsigned, so that one below zero is
// beyond every limit.
func within(d, limit time.Duration) bool { return d >= 0 && d < limit }

func (v *view) patience() time.Duration {
	if v.t.irtt == 0 {
		return usualRTT
	}
	return v.t.irtt
}

// end is where the segment ends, a SYN or FIN counted.
func (v *view) end() seq.Number {
	end := v.s.Seq.Add(uint32(v.s.Len))
	if v.s.Flags&(decode.SYN|decode.FIN) != 0 {
		end++
	}
	return end
}

// waited measures how long a retransmission waited: since the oldest segment
// that is not acknowledged, or else the highest.
func (v *view) waited() {
	from, frame := v.me.nextTime, v.me.nextFrame
	if len(v.me.waiting) > 0 {
		from, frame = v.me.waiting[0].time, v.me.waiting[0].frame
	}
	if d := v.s.Time.Sub(from); d != 0 {
		v.t.row.RTO, v.t.row.RTOFrame = d, frame
	}
}
