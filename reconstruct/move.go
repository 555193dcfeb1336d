package reconstruct

import "github.com/flowstate-tcp/flowstate/reconstruct/decode"

// move lets the segment act on the streams.
func (v *sight) move() {
	if v.s.Flags.Has(decode.RST) {
		v.moveByReset()
		return
	}
	v.me.reset = false
	if !v.believable {
		v.peer.provoked = true // RFC 9293 section 3.10.7.4, first step
		return
	}
	if probe := v.Marks & (1<<KeepAlive | 1<<WindowProbe); probe == 0 {
		v.passOctets()
	}
	if v.HasAck {
		v.acknowledge()
	}
	v.advertise()
	v.settle()
}

// moveByReset: a RST takes no room in the stream and its window means
// nothing. One in the window but not at RCV.NXT is to be answered by a
// challenge ACK (RFC 5961 section 3.2), one outside by nothing.
func (v *sight) moveByReset() {
	v.me.provoked = false
	if !v.believable {
		return
	}
	v.me.reset = true
	if v.HasAck && !v.me.weak { // a refusal acknowledges nothing
		v.acknowledge()
	}
	if v.Seq > v.me.Acked && v.Seq != v.me.Contiguous && !v.me.weak {
		v.peer.provoked = true
	}
}

// acknowledge moves the peer's stream.
func (v *sight) acknowledge() {
	before := v.peer.Acked
	v.missing = v.peer.acknowledge(v.Ack)
	if v.peer.Acked > before {
		v.peer.wanted = v.tellsHole()
	}
}

// tellsHole tells whether the segment says that octets above what it
// acknowledges have arrived (RFC 2018 section 3).
func (v *sight) tellsHole() bool {
	for _, b := range v.s.Options.SACK[:v.s.Options.SACKCount] {
		if v.s.Ack.Before(b.Left) {
			return true
		}
	}
	return false
}

// passOctets records SYN, payload and FIN.
func (v *sight) passOctets() {
	lo, hi := v.Seq, v.End
	if v.s.Flags.Has(decode.SYN) {
		v.filled += v.me.pass(lo, lo+1).filled
		v.sawSYN()
		lo++
	}
	fin := v.s.Flags.Has(decode.FIN)
	if fin {
		hi--
	}
	if hi > v.me.Max && hi > lo {
		v.me.lone, v.me.pushed = hi == lo+1, v.s.Flags.Has(decode.PSH)
	}
	data := v.me.pass(lo, hi)
	v.me.Unique += data.fresh
	v.me.Retransmitted += data.again
	v.filled += data.filled
	v.again = data.again
	if fin {
		v.filled += v.me.pass(hi, hi+1).filled
		v.sawFIN()
	}
	v.me.advance(v.Seq) // an empty segment shows how far its sender is, too
}

func (v *sight) sawSYN() {
	whole := v.s.Quirks&(decode.HeaderCut|decode.OptionsCut) == 0
	if !v.me.SYNSeen || whole && !v.me.SYNWhole {
		o := &v.s.Options
		v.me.Options = Offer{Set: o.Set, MSS: o.MSS, WindowScale: o.WindowScale, CookieLen: o.CookieLen, OtherKind: o.OtherKind}
		v.me.SYNWhole = whole
	}
	v.me.SYNSeen = true
	if v.s.Flags.Has(decode.ACK) {
		v.me.SYNACKSeen = true
	}
}

func (v *sight) sawFIN() {
	if !v.me.FINSeen {
		v.me.FINSeen, v.me.FIN = true, v.End-1
	}
}

// settle keeps account of questions that wait for an answer.
func (v *sight) settle() {
	if v.plain() || v.s.Len > 0 { // a FIN does not take back what was asked just before
		v.me.asked = v.Marks & (1<<KeepAlive | 1<<WindowProbe)
	}
	if v.Marks&(1<<KeepAliveACK|1<<WindowProbeACK) != 0 {
		v.peer.asked = 0
	}
	if v.bare() {
		v.me.provoked = false
	}
}
