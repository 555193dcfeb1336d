package model

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// arrival is a segment as its receiver sees it: placed in both spaces and cut
// to the window.
type arrival struct {
	*packet
	seq  seq.Offset
	ack  seq.Offset
	data []byte
	fin  bool
	old  bool // everything in it but the ACK was received before
}

func (a *arrival) has(f decode.Flags) bool { return a.seg.Flags.Has(f) }

// len is SEG.LEN without the SYN, which place has cut off.
func (a *arrival) len() seq.Offset {
	n := seq.Offset(len(a.data))
	if a.fin {
		n++
	}
	return n
}

// arriveOpen is 3.10.7.4, the states from SYN-RECEIVED on.
func (e *endpoint) arriveOpen(p *packet) {
	e.awake()
	a := e.place(p)
	switch {
	case e.repeatedSYN(&a), !e.acceptable(&a), e.arriveRST(&a), e.arriveSYN(&a):
		return
	case !a.has(decode.ACK):
		return
	}
	if !e.arriveACK(&a) {
		return
	}
	if a.old {
		e.sendACK()
	}
	e.arriveText(&a)
	if e.state != state.Closed && e.state != state.Listen {
		e.output()
	}
}

func (e *endpoint) place(p *packet) arrival {
	return arrival{
		packet: p,
		seq:    p.seg.Seq.Unwrap(e.irs, e.rcv),
		ack:    p.seg.Ack.Unwrap(e.iss, e.una),
		data:   p.seg.Payload,
		fin:    p.seg.Flags.Has(decode.FIN),
	}
}

// repeatedSYN treats a SYN that we know already. In SYN-RECEIVED its ACK, if
// any, still counts (RFC 9293 figure 7): the SYN is cut off. The RFC's test of
// acceptability would refuse the segment as a whole; no stack does.
func (e *endpoint) repeatedSYN(a *arrival) (done bool) {
	if e.state != state.SynReceived || !a.has(decode.SYN) || a.seq != 0 {
		return false
	}
	if a.has(decode.ACK) {
		a.seq, a.data = 1, nil
		a.seg.Flags &^= decode.SYN
		return false
	}
	if e.Flavour.SYNACKAgain {
		e.nxt = 0
		e.sendSYN()
	} else {
		e.sendACK()
	}
	return true
}

// acceptable is the first check, by the table of RFC 9293 section 3.10.7.4. It
// cuts the segment to the window.
func (e *endpoint) acceptable(a *arrival) bool {
	e.stripOld(a)
	wnd := e.window()
	length := a.len()
	if a.has(decode.SYN) {
		length++
	}
	first, last := a.seq, a.seq+length-1
	inside := func(at seq.Offset) bool { return e.rcv <= at && at < e.rcv+wnd }
	ok := inside(first) || length > 0 && inside(last) || length > 0 && first < e.rcv && last >= e.rcv+wnd && wnd > 0
	if length == 0 && first == e.rcv {
		ok = true
	}
	if wnd == 0 && first == e.rcv && !a.has(decode.SYN) {
		// "Special allowance should be made to accept valid ACKs, URGs, and RSTs."
		if length > 0 && !a.has(decode.RST) {
			a.data, a.fin = nil, false
			e.sendACK()
		}
		return true
	}
	if !ok {
		if !a.has(decode.RST) && !e.reopens(a) {
			e.refuse(a)
		}
		return false
	}
	e.cut(a, wnd)
	return true
}

// stripOld leaves the ACK alone of a segment that comes again and ends at
// RCV.NXT, where the stack does so. Two stacks that repeat their FIN in CLOSING
// depend on it.
func (e *endpoint) stripOld(a *arrival) {
	again := a.len() > 0 && a.seq+a.len() == e.rcv && !a.has(decode.SYN) && !a.has(decode.RST)
	if !again || !e.Flavour.OldACKCounts || e.state == state.TimeWait {
		return
	}
	a.seq, a.data, a.fin, a.old = e.rcv, nil, false, true
}

// refuse answers an unacceptable segment by an ACK. A FIN that comes again in
// TIME-WAIT starts its timer again.
func (e *endpoint) refuse(a *arrival) {
	if e.state == state.TimeWait && a.fin {
		e.waitTwoMSL()
	}
	if a.len() == 0 && !a.has(decode.SYN) {
		e.challenge()
		return
	}
	e.sendACK()
}

// cut trims what was received before and what the window does not reach.
func (e *endpoint) cut(a *arrival, wnd seq.Offset) {
	if a.has(decode.SYN) || a.has(decode.RST) {
		return
	}
	if old := e.rcv - a.seq; old > 0 {
		n := min(old, seq.Offset(len(a.data)))
		a.data = a.data[n:]
		a.seq += n
	}
	if over := a.seq + seq.Offset(len(a.data)) - (e.rcv + wnd); over > 0 {
		a.data, a.fin = a.data[:seq.Offset(len(a.data))-over], false
	}
	if a.fin && a.seq+seq.Offset(len(a.data)) >= e.rcv+wnd && wnd > 0 {
		a.fin = false
	}
}

// arriveRST is the second check, with RFC 5961 section 3.2: only a reset at
// RCV.NXT resets.
func (e *endpoint) arriveRST(a *arrival) (done bool) {
	if !a.has(decode.RST) {
		return false
	}
	switch {
	case a.seq != e.rcv:
		e.challenge()
	case e.state == state.SynReceived && e.passive:
		e.relisten("RST", a.packet)
	case e.state == state.TimeWait && !e.Flavour.ResetsTimeWait:
	default:
		e.closed(state.Received, "RST", a.packet)
	}
	return true
}

// arriveSYN is the fourth check, with RFC 5961 section 4.2.
func (e *endpoint) arriveSYN(a *arrival) (done bool) {
	switch {
	case !a.has(decode.SYN):
		return false
	case e.reopens(a):
	case e.state == state.SynReceived && e.passive && e.Flavour.SYNToListen:
		e.relisten("SYN", a.packet)
	default:
		e.challenge()
	}
	return true
}

// reopens lets a new SYN end TIME-WAIT where an application listens, if its
// number is ahead of the old connection (RFC 9293 section 3.6.1, MAY-2).
func (e *endpoint) reopens(a *arrival) bool {
	if e.state != state.TimeWait || e.listens == 0 || !a.has(decode.SYN) || a.has(decode.ACK) || a.seq <= e.rcv {
		return false
	}
	e.closed(state.Received, "SYN of a new connection", a.packet)
	e.arrive(*a.packet)
	return true
}

// arriveACK is the fifth check. It tells whether the rest of the segment is
// worth a look.
func (e *endpoint) arriveACK(a *arrival) (goOn bool) {
	if e.state == state.SynReceived {
		if a.ack <= e.una || a.ack > e.max {
			e.answerReset(a.packet)
			return false
		}
		e.move(state.Established, state.Received, "ACK of SYN", a.packet)
		e.awake()
	}
	if a.ack > e.max || a.ack < e.una-seq.Offset(65535) {
		e.challenge() // RFC 5961 section 5.2
		return false
	}
	e.countACK(a)
	finAcked := e.finSent() && e.una > e.end
	switch {
	case !finAcked:
	case e.state == state.FinWait1:
		e.move(state.FinWait2, state.Received, "ACK of FIN", a.packet)
		e.awaitFIN()
	case e.state == state.Closing:
		e.timeWait("ACK of FIN", a.packet)
	case e.state == state.LastAck:
		e.closed(state.Received, "ACK of FIN", a.packet)
		return false
	}
	return true
}

// finSent tells whether the FIN has left at least once.
func (e *endpoint) finSent() bool { return e.fin && e.max > e.end }

// countACK moves SND.UNA and the window (fifth check, ESTABLISHED).
func (e *endpoint) countACK(a *arrival) {
	wnd := seq.Offset(a.seg.Window)
	switch {
	case a.ack > e.una:
		e.advance(a.ack)
	case a.ack == e.una && e.max > e.una && a.len() == 0 && wnd == e.wnd:
		if e.dupACKs++; e.dupACKs == 3 {
			e.sendAgain() // fast retransmit (RFC 5681 section 3.2)
		}
	}
	if a.ack >= e.una && (e.wl1 < a.seq || e.wl1 == a.seq && e.wl2 <= a.ack) {
		e.wnd, e.wl1, e.wl2 = wnd, a.seq, a.ack
		if wnd > 0 {
			e.persist.stop()
			e.probes = 0
		}
	}
}
