package model

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// emit sends one segment and returns it, with its number.
func (e *endpoint) emit(seg decode.Segment) *packet {
	seg.Src, seg.Dst = e.Addr, e.peer
	seg.TTL, seg.Len = 64, len(seg.Payload)
	p := packet{seg: seg, from: e.side}
	p.isn[e.side], p.isn[e.side.Peer()] = e.iss, e.irs
	e.transmit(p)
	p.id = e.sent()
	return &p
}

// compose makes a segment of the connection at an offset. Everything but a
// first SYN and a bare reset acknowledges.
func (e *endpoint) compose(at seq.Offset, n int, flags decode.Flags) decode.Segment {
	seg := decode.Segment{Seq: at.Wrap(e.iss), Flags: flags}
	if flags.Has(decode.ACK) {
		seg.Ack = e.rcv.Wrap(e.irs)
		seg.Window = uint16(e.window())
		e.unacked = 0
		e.delayed.stop()
	} else if flags.Has(decode.SYN) {
		seg.Window = uint16(e.buffer())
	}
	for i := range n {
		first := at
		if flags.Has(decode.SYN) {
			first++
		}
		seg.Payload = append(seg.Payload, content((first + seq.Offset(i)).Wrap(e.iss)))
	}
	return seg
}

// sendSYN sends SYN, or SYN,ACK where the peer's SYN is known. With Fast Open
// the first SYN carries what is queued (RFC 7413 section 4.1.2); copies do not.
func (e *endpoint) sendSYN() *packet {
	flags, n := decode.SYN, 0
	if e.state != state.Closed && e.state != state.Listen && e.state != state.SynSent {
		flags |= decode.ACK
	}
	fast := e.FastOpen && e.max == 0 && !e.passive
	if fast {
		n = min(int(e.end-1), e.mss())
	}
	seg := e.compose(0, n, flags)
	seg.Options = decode.Options{Set: decode.OptMSS, MSS: uint16(e.mss())}
	if fast {
		seg.Options.Set |= decode.OptFastOpen
		seg.Options.CookieLen = 8
	}
	e.count(seq.Offset(n) + 1)
	return e.emit(seg)
}

// count notes that everything below end was sent, and starts the timers.
func (e *endpoint) count(end seq.Offset) {
	if end > e.max {
		if e.timedEnd == 0 {
			e.timedEnd, e.timedAt = end, e.clock.now
		}
		e.max = end
	}
	e.nxt = max(e.nxt, end)
	if !e.retransmit.on {
		e.setRetransmit()
	}
}

// sends tells whether the state lets data and FIN out. Only Fast Open sends in
// SYN-RECEIVED (RFC 7413 section 4.2); a CLOSE there with nothing to send does
// not wait (RFC 9293 section 3.10.4).
func (e *endpoint) sends() bool {
	switch e.state {
	case state.SynReceived:
		return e.passive && e.FastOpen && e.rcv > 1 || e.fin && e.end == 1
	case state.Established, state.CloseWait, state.FinWait1, state.Closing, state.LastAck:
		return true
	}
	return false
}

// output sends what the windows allow.
func (e *endpoint) output() {
	if !e.sends() {
		return
	}
	for e.sendNext() {
	}
	waiting := e.nxt < e.end || e.fin && e.nxt == e.end
	if e.wnd == 0 && waiting && !e.retransmit.on && !e.persist.on {
		e.setPersist()
	}
}

// sendNext sends one segment at SND.NXT, if there is one to send.
func (e *endpoint) sendNext() bool {
	limit := e.una + min(e.wnd, e.cwnd)
	n := min(e.segmentSize(), e.end-e.nxt, limit-e.nxt)
	n = max(n, 0)
	fin := e.fin && e.nxt+n == e.end && limit > e.end
	if n == 0 && !fin {
		return false
	}
	flags := decode.ACK
	if n > 0 && e.nxt+n == e.end {
		flags |= decode.PSH
	}
	e.sendPart(e.nxt, n, fin, flags)
	return true
}

// sendPart sends data, and a FIN behind it. The first time that a FIN leaves,
// the state changes.
func (e *endpoint) sendPart(at, n seq.Offset, fin bool, flags decode.Flags) {
	first := fin && e.max <= e.end
	if fin {
		flags |= decode.FIN
	}
	seg := e.compose(at, int(n), flags)
	length := n
	if fin {
		length++
	}
	e.count(at + length)
	p := e.emit(seg)
	if !first {
		return
	}
	switch e.state {
	case state.SynReceived, state.Established:
		e.move(state.FinWait1, state.Sent, "close()", p)
	case state.CloseWait:
		e.move(state.LastAck, state.Sent, "close()", p)
	}
}

// sendAgain sends the first segment that is not acknowledged once more.
func (e *endpoint) sendAgain() {
	e.timedEnd = 0 // Karn: RFC 6298 section 3
	if e.una == 0 {
		e.sendSYN()
		return
	}
	n := max(0, min(e.segmentSize(), e.end-e.una, e.max-e.una))
	fin := e.finSent() && e.una+n == e.end
	if n > 0 || fin {
		e.sendPart(e.una, n, fin, decode.ACK)
	}
}

// sendACK sends <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>, where SND.NXT is never
// one that retransmission has pulled back.
func (e *endpoint) sendACK() {
	if e.state == state.Closing && e.Flavour.FINAgain {
		e.emit(e.compose(e.end, 0, decode.FIN|decode.ACK))
		return
	}
	e.emit(e.compose(e.max, 0, decode.ACK))
}

// challenge is an ACK in answer to a segment that may be an attack, limited in
// number so that two confused endpoints come to rest (RFC 5961 section 7).
func (e *endpoint) challenge() {
	if e.challenged > 0 && e.clock.now < e.challenged-1+challengeGap {
		return
	}
	e.challenged = e.clock.now + 1
	e.sendACK()
}

// sendReset is the reset of an ABORT.
func (e *endpoint) sendReset() *packet {
	flags := decode.RST
	if e.Flavour.ResetWithACK {
		flags |= decode.ACK
	}
	return e.emit(e.compose(e.max, 0, flags))
}

// answerReset is the reset with which CLOSED, LISTEN and SYN-SENT answer what
// cannot be meant for them (RFC 9293 section 3.10.7.1).
func (e *endpoint) answerReset(p *packet) {
	g := &p.seg
	if g.Flags.Has(decode.ACK) {
		e.emit(decode.Segment{Seq: g.Ack, Flags: decode.RST})
		return
	}
	length := uint32(g.Len)
	for _, f := range [...]decode.Flags{decode.SYN, decode.FIN} {
		if g.Flags.Has(f) {
			length++
		}
	}
	e.emit(decode.Segment{Ack: g.Seq.Add(length), Flags: decode.RST | decode.ACK})
}
