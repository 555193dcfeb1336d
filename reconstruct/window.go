package reconstruct

import (
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// maxScale is the largest shift count (RFC 7323 section 2.3).
const maxScale = 14

// WindowScale returns the shift count for the windows that side s advertises
// outside its SYNs. It is known where the capture holds enough of the
// handshake: one SYN without the option settles it for both sides, and a
// SYN-ACK with the option shows that the SYN had it (RFC 7323 section 2.2).
func (c *Connection) WindowScale(s Side) (shift uint8, known bool) {
	me, peer := &c.Half[s], &c.Half[c.Peer(s)]
	offers := func(h *Half) bool { return h.Options.Set&decode.OptWindowScale != 0 }
	switch {
	case me.SYNWhole && !offers(me), peer.SYNWhole && !offers(peer):
		return 0, true
	case me.SYNWhole && (peer.SYNWhole || me.SYNACKSeen):
		return min(me.Options.WindowScale, maxScale), true
	}
	return 0, false
}

// Window returns the receive window, in bytes, that segment g of side s
// advertises. Where the scale is not known the window is as in the header,
// and known is false.
func (c *Connection) Window(s Side, g *decode.Segment) (bytes int64, known bool) {
	if g.Flags.Has(decode.SYN) {
		return int64(g.Window), true // never scaled (RFC 7323 section 2.2)
	}
	shift, known := c.WindowScale(s)
	return int64(g.Window) << shift, known
}

// advertise records the window of the segment, unless it is older than what
// the same side advertised before (SND.WL1 and WL2 of RFC 9293 section
// 3.10.7.4, as far as a tap can tell).
func (v *sight) advertise() {
	if v.s.Flags.Has(decode.RST) || v.HasAck && v.Ack < v.peer.Acked {
		return
	}
	at := seq.Offset(1)
	if v.HasAck {
		at = v.Ack
	} else if !v.s.Flags.Has(decode.SYN) {
		return
	}
	window, known := v.Conn.Window(v.From, v.s)
	v.me.window, v.me.advertised = uint32(window), true // at most 2^30
	if !known {
		window = int64(v.s.Window) << maxScale
	}
	v.me.edge = max(v.me.edge, at+seq.Offset(window))
}
