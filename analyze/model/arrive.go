package model

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// arrive is SEGMENT ARRIVES (RFC 9293 section 3.10.7).
func (e *endpoint) arrive(p packet) {
	switch e.state {
	case state.Closed:
		e.arriveClosed(&p)
	case state.Listen:
		e.arriveListen(&p)
	case state.SynSent:
		e.arriveSynSent(&p)
	default:
		e.arriveOpen(&p)
	}
}

// arriveClosed is 3.10.7.1.
func (e *endpoint) arriveClosed(p *packet) {
	if !p.seg.Flags.Has(decode.RST) {
		e.answerReset(p)
	}
}

// arriveListen is 3.10.7.2.
func (e *endpoint) arriveListen(p *packet) {
	f := p.seg.Flags
	switch {
	case f.Has(decode.RST):
	case f.Has(decode.ACK):
		e.answerReset(p)
	case f.Has(decode.SYN):
		e.accept(p)
	}
}

// accept answers a SYN that found a listener. A listener that a reset sent
// back to LISTEN begins another life, unless the same SYN comes again: one
// incarnation is what one pair of numbers names.
func (e *endpoint) accept(p *packet) {
	if e.life.HasIRS && e.life.IRS != p.seg.Seq {
		opened := e.life.Changes[0]
		e.begin(true)
		e.move(state.Listen, state.Local, opened.Event, nil)
		e.life.Changes[0].At = opened.At
	}
	e.meetSYN(p)
	e.chooseISS()
	if e.FastOpen && p.seg.Len > 0 && p.seg.Options.Set&decode.OptFastOpen != 0 {
		e.take(1, p.seg.Payload, false) // RFC 7413 section 4.2
	}
	e.move(state.SynReceived, state.Received, "SYN", p)
	e.sendSYN()
	e.output() // Fast Open may send at once
}

// meetSYN learns the peer's initial number and window.
func (e *endpoint) meetSYN(p *packet) {
	e.irs = p.seg.Seq
	e.life.IRS, e.life.HasIRS = e.irs, true
	e.rcv, e.read, e.edge, e.held = 1, 1, 1, nil
	e.wnd, e.wl1, e.wl2 = seq.Offset(p.seg.Window), 0, 0
	e.peerMSS = seq.Offset(p.seg.Options.MSS)
	e.cwnd = 10 * e.segmentSize()
}

// arriveSynSent is 3.10.7.3.
func (e *endpoint) arriveSynSent(p *packet) {
	f := p.seg.Flags
	ack := p.seg.Ack.Unwrap(e.iss, e.una)
	acks := f.Has(decode.ACK)
	switch {
	case acks && (ack <= 0 || ack > e.max):
		if !f.Has(decode.RST) {
			e.answerReset(p)
		}
		return
	case f.Has(decode.RST):
		if acks {
			e.closed(state.Received, "RST", p)
		}
		return
	case !f.Has(decode.SYN):
		return
	}
	e.meetSYN(p)
	if !acks {
		e.move(state.SynReceived, state.Received, "SYN", p)
		e.nxt = 0
		e.sendSYN()
		e.output()
		return
	}
	e.wl2 = ack
	e.advance(ack)
	e.nxt = e.una // what the SYN carried and the peer did not take goes again
	e.move(state.Established, state.Received, "SYN,ACK", p)
	e.awake()
	e.take(1, p.seg.Payload, false)
	before := e.max
	if e.output(); e.max == before {
		e.sendACK()
	}
}
