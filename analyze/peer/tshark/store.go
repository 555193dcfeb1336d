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
		me.wait(sent{v.s.Seq, next, v.s.Frame, v.s.Time})
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

// wait puts a segment among those that wait for an acknowledgement.
func (f *flow) wait(u sent) {
	if len(f.waiting) == 0 {
		f.lo, f.hi = u.lo, u.hi
	}
	f.waiting = append(f.waiting, u)
	f.stretch(u)
}

// stretch widens the span of what waits, in numbers relative to the initial one
// as tshark compares them.
func (f *flow) stretch(u sent) {
	if uint32(u.lo-f.base) < uint32(f.lo-f.base) {
		f.lo = u.lo
	}
	if uint32(u.hi-f.base) > uint32(f.hi-f.base) {
		f.hi = u.hi
	}
}

// span finds the span of what waits anew.
func (f *flow) span() {
	if len(f.waiting) == 0 {
		return
	}
	f.lo, f.hi = f.waiting[0].lo, f.waiting[0].hi
	for _, u := range f.waiting {
		f.stretch(u)
	}
}

// half of the numbers: below it their order is that relative to the initial one.
const half = 1 << 31

// acknowledge takes from the peer's list what the segment acknowledges.
func (v *view) acknowledge() {
	p, ack := v.peer, v.s.Ack
	if len(p.waiting) == 0 || !p.lo.Before(ack) && ack-p.base < half && p.hi-p.base < half {
		return // as for most that repeat a number: nothing waits below
	}
	kept := p.waiting[:0]
	var matched sent // the oldest that ends there, if any does
	found, changed := false, false
	for _, u := range p.waiting {
		switch {
		case ack == u.hi:
			if !found {
				matched, found = u, true
			}
			changed = true
			continue
		case u.hi.Before(ack):
			changed = true
			continue
		case u.lo.Before(ack):
			u.lo, changed = ack, true
		}
		kept = append(kept, u)
	}
	p.waiting = kept
	if changed {
		p.span()
	}
	if found {
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
	flying := uint32(me.hi-me.base) - uint32(me.lo-me.base)
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
