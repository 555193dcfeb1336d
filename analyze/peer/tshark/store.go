package tshark

import (
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// store moves the stream and keeps what later segments are compared with.
func (v *view) store() {
	me := v.me
	next := v.s.Seq.Add(uint32(v.s.Len))
	if (v.s.Len > 0 || v.s.Flags&(decode.SYN|decode.FIN) != 0) && len(me.waiting) < maxWaiting {
		next = v.end()
		me.waiting = append(me.waiting, sent{v.s.Seq, next, v.s.Frame, v.s.Time})
	}
	probe := v.marked(ZeroWindowProbe)
	restart := me.reset && v.s.Flags&(decode.SYN|decode.ACK) == decode.SYN
	if (me.next == 0 || me.next.Before(next) || restart) && !probe {
		me.next, me.nextFrame, me.nextTime = next, v.s.Frame, v.s.Time
	}
	if (me.contiguous == 0 || me.contiguous == v.s.Seq) && !probe {
		me.contiguous = me.next
	}
	me.reset = v.s.Flags.Has(decode.RST)
	me.window, me.spoke = int64(v.s.Window), true
	me.synWindow = v.s.Flags.Has(decode.SYN)
	me.ack, me.ackTime = v.s.Ack, v.s.Time
	me.lastFlags = v.t.row.Flags
}

// acknowledge takes from the peer's list what the segment acknowledges.
func (v *view) acknowledge() {
	kept := v.peer.waiting[:0]
	var matched *sent
	list := v.peer.waiting
	for i := range list {
		u := list[i]
		switch {
		case v.s.Ack == u.hi:
			if matched == nil {
				matched = new(sent)
				*matched = u
			}
		case u.hi.Before(v.s.Ack):
		default:
			if u.lo.Before(v.s.Ack) {
				u.lo = v.s.Ack
			}
			kept = append(kept, u)
		}
	}
	v.peer.waiting = kept
	if matched != nil {
		v.t.told = true
		v.t.row.AcksFrame, v.t.row.AckRTT = matched.frame, v.s.Time.Sub(matched.time)
	}
}

// measure finds what is in flight after the segment.
func (v *view) measure() {
	me := v.me
	if v.s.Len == 0 || len(me.waiting) == 0 || me.blind {
		return
	}
	v.t.told = true
	last := me.waiting[len(me.waiting)-1]
	lo, hi := uint32(last.lo-me.base), uint32(last.hi-me.base)
	for _, u := range me.waiting {
		lo, hi = min(lo, uint32(u.lo-me.base)), max(hi, uint32(u.hi-me.base))
	}
	flying := hi - lo
	for _, b := range v.peer.blocks[:v.peer.numBlocks] {
		flying -= uint32(b.Right - b.Left)
	}
	if flying > 0 && flying < 2e9 {
		if v.s.Flags&(decode.SYN|decode.FIN) != 0 {
			flying--
		}
		v.t.row.BytesInFlight = flying
	}
	if me.pushEnded {
		me.pushed = 0
	}
	me.pushed += uint32(v.s.Len)
	me.pushEnded = v.s.Flags.Has(decode.PSH)
	if v.t.row.BytesInFlight > 0 {
		v.t.row.PushBytesSent = me.pushed
	}
}

// remember keeps the options, which tshark reads after its analysis.
func (v *view) remember() {
	v.me.cut = v.s.Quirks&decode.OptionsCut != 0
	o := &v.s.Options
	{
		v.me.blocks, v.me.numBlocks = o.SACK, int(o.SACKCount)
	}
	if o.Set&decode.OptWindowScale != 0 {
		v.me.scale = scaleZero + scale(min(o.WindowScale, largestShift))
	}
	if !v.s.Flags.Has(decode.SYN) {
		return
	}
	switch {
	case v.me.scale == scaleUnknown:
		v.me.scale, v.peer.scale = scaleNone, scaleNone
	case v.s.Flags.Has(decode.ACK) && v.peer.scale == scaleNone:
		v.me.scale = scaleNone
	}
}
