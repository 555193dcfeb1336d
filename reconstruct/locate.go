package reconstruct

import (
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// sight is a segment beside the two streams that it says something about:
// that of its sender, and the one that it acknowledges. In a self-connect
// they are the same.
type sight struct {
	*Step
	c          *conversation
	s          *decode.Segment
	me, peer   end
	believable bool // its sequence numbers can belong to the sender's stream
	passage         // what became of its octets; set when it has moved the streams
	missing    int64
}

// locate finds the offsets of the segment, and learns the initial sequence
// numbers from it where they are not known yet.
func (v *sight) locate() {
	s := v.s
	syn, fin, rst := s.Flags.Has(decode.SYN), s.Flags.Has(decode.FIN), s.Flags.Has(decode.RST)
	if v.startsOver() {
		v.me.learn(s.Seq, 0)
		v.peer.learn(v.peer.ISN, 0)
		v.peer.Missing = 0
		v.peer.pass(0, 1)
	}
	switch {
	case v.me.HasISN && (!v.me.weak || rst):
	case syn:
		v.me.learn(s.Seq, 0)
	default:
		v.me.learn(s.Seq, 1)
		v.me.weak = rst || v.answersOther()
	}
	if ack := s.Flags.Has(decode.ACK); ack && !v.peer.HasISN {
		v.peer.learn(s.Ack, 1)
		v.peer.weak = rst
	}
	// Twice as far ahead as behind: what is old is near, but a capture can
	// pause.
	v.Seq = s.Seq.Unwrap(v.me.ISN, v.me.Max+farthest)
	v.End = v.Seq + seq.Offset(s.Len)
	if syn {
		v.End++
	}
	if fin {
		v.End++
	}
}

// startsOver tells whether a SYN-ACK shows that what its sender said before was
// of an earlier connection, though its numbers were near enough to be believed:
// the other end has sent nothing but its SYN, which is answered only now (RFC
// 9293 3.10.7.3, first: it reset whatever came before).
func (v *sight) startsOver() bool {
	return v.s.Flags.Has(decode.SYN) && v.me.HasISN && !v.me.weak && !v.me.SYNSeen &&
		v.peer.Payload == 0 && v.c.answeredBy(v.s)
}

// answersOther tells whether the segment answers a SYN with a number that has
// nothing to do with it: its sender speaks of an earlier connection, which the
// other end will reset (RFC 9293 section 3.5.1, figure 9). A number below the
// SYN never acknowledged anything of this connection; one above it may
// acknowledge what the capture lacks, up to a point.
func (v *sight) answersOther() bool {
	if !v.s.Flags.Has(decode.ACK) || !v.peer.SYNSeen || v.peer.acked {
		return false
	}
	ack := v.s.Ack.Unwrap(v.peer.ISN, v.peer.Max)
	return ack < 1 || ack > v.peer.Max+slack
}

// recall finds the acknowledgement of a copy, which was judged before.
func (v *sight) recall() {
	v.Ack = v.s.Ack.Unwrap(v.peer.ISN, v.peer.Max+farthest)
	v.HasAck = v.s.Flags.Has(decode.ACK) && v.Ack <= v.peer.Acked && v.peer.recalls(v.Ack, v.Ack)
}

// judge decides what the numbers of the segment are worth, given all that
// passed before it.
func (v *sight) judge() {
	v.believable = v.believe()
	v.HasAck = v.s.Flags.Has(decode.ACK) && v.believeAck()
}

func (v *sight) believe() bool {
	s := v.s
	switch {
	case s.Flags.Has(decode.RST):
		return v.me.weak || v.me.recalls(v.Seq, v.End) && v.Seq >= v.me.Acked-slack && v.Seq <= limit(v.me, v.peer)+slack
	case s.Flags.Has(decode.SYN) && v.Seq != 0 && v.me.SYNSeen:
		v.me.doubt = span{v.Seq, v.Seq + 1} // see rebase
		return false
	}
	return v.me.reaches(v.Seq, v.End, limit(v.me, v.peer))
}

// limit returns how far the receiver of a stream allows it to go, as far as the
// tap knows: to the edge of its window; without any word of it not far from a
// SYN, and in mid-stream anywhere.
func limit(sender, receiver end) seq.Offset {
	switch {
	case receiver.advertised:
		return max(receiver.edge, sender.Max)
	case sender.SYNSeen:
		return sender.Max
	}
	return sender.Max + farthest
}

// believeAck sets Ack and tells whether the peer's stream can have reached it.
func (v *sight) believeAck() bool {
	s := v.s
	v.Ack = s.Ack.Unwrap(v.peer.ISN, v.peer.Max+farthest)
	switch {
	case v.peer.rebase(v.Ack):
		v.Ack = 1
		return true
	case v.Ack <= v.peer.Max:
		return v.peer.recalls(v.Ack, v.Ack) && (s.Ack != 0 || v.Ack >= v.peer.Acked)
	case s.Flags.Has(decode.RST) || s.Ack == 0:
		return false
	}
	return v.peer.reaches(v.Ack, v.Ack, limit(v.peer, v.me))
}
