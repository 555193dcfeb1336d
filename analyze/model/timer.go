package model

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const (
	maxRTO       = 60 * time.Second
	challengeGap = 500 * time.Millisecond
	maxProbes    = 8
)

// advance takes an acknowledgement of something new.
func (e *endpoint) advance(ack seq.Offset) {
	if e.timedEnd > 0 && ack >= e.timedEnd {
		e.sample(e.clock.now - e.timedAt)
		e.timedEnd = 0
	}
	e.cwnd += min(ack-e.una, e.segmentSize())
	e.una = ack
	e.nxt = max(e.nxt, ack)
	e.dupACKs, e.retries = 0, 0
	e.setRTO()
	if e.una == e.max {
		e.retransmit.stop()
	} else {
		e.setRetransmit()
	}
}

// sample is RFC 6298 section 2.
func (e *endpoint) sample(r time.Duration) {
	if e.srtt == 0 {
		e.srtt, e.rttvar = r, r/2
		return
	}
	e.rttvar += ((e.srtt - r).Abs() - e.rttvar) / 4
	e.srtt += (r - e.srtt) / 8
}

func (e *endpoint) setRTO() {
	if e.srtt > 0 {
		e.rto = min(max(e.srtt+4*e.rttvar, e.Flavour.minRTO()), maxRTO)
	}
}

func (e *endpoint) setRetransmit() { e.retransmit.set(e.clock, e.rto, e.timeOut) }

// timeOut is RFC 6298 section 5.4 to 5.6, with an end (RFC 9293 section 3.8.3).
func (e *endpoint) timeOut() {
	limit := e.Flavour.dataRetries()
	if e.una == 0 {
		limit = e.Flavour.synRetries()
	}
	if e.retries++; e.retries > limit {
		e.giveUp("no answer to retransmissions")
		return
	}
	e.rto = min(2*e.rto, maxRTO)
	e.cwnd = e.segmentSize()
	e.dupACKs = 0
	e.setRetransmit()
	e.sendAgain()
	// What follows goes again as acknowledgements come in.
	e.nxt = e.una + min(e.nxt-e.una, e.segmentSize())
}

// giveUp ends the connection from this side.
func (e *endpoint) giveUp(why string) {
	if e.Flavour.ResetOnGiveUp && e.state.Synchronized() {
		e.closed(state.Sent, why, e.sendReset())
		return
	}
	e.closed(state.Timer, why, nil)
}

// setPersist waits to ask a closed window whether it has opened (RFC 9293
// section 3.8.6.1).
func (e *endpoint) setPersist() {
	wait := min(e.rto<<min(e.probes, 6), maxRTO)
	e.persist.set(e.clock, wait, func() {
		if e.probes++; e.probes > maxProbes {
			e.giveUp("the window stays closed")
			return
		}
		e.probe()
		e.setPersist()
	})
}

func (e *endpoint) probe() {
	switch {
	case e.una < e.end && e.Flavour.ProbeWithData:
		e.forceOut(1, false)
	case e.una == e.end && e.fin:
		e.forceOut(0, true)
	default:
		e.emit(e.compose(e.una-1, 0, decode.ACK))
	}
}

// forceOut sends an octet past the window, which is not retransmitted by its
// timer: the next probe does that.
func (e *endpoint) forceOut(n seq.Offset, fin bool) {
	e.sendPart(e.una, n, fin, decode.ACK)
	e.retransmit.stop()
}

// acknowledge sends an ACK now, or delays it to go with the next one.
func (e *endpoint) acknowledge(now bool) {
	e.unacked++
	if now || e.Flavour.DelayedACK == 0 || e.unacked >= 2 {
		e.sendACK()
		return
	}
	if !e.delayed.on {
		e.delayed.set(e.clock, e.Flavour.DelayedACK, e.sendACK)
	}
}

func (e *endpoint) waitTwoMSL() {
	e.twoMSL.set(e.clock, 2*e.msl(), func() { e.closed(state.Timer, "2MSL", nil) })
}

// awaitFIN limits FIN-WAIT-2 of a socket that the application has closed.
func (e *endpoint) awaitFIN() {
	if e.state == state.FinWait2 && e.noReader && e.Flavour.FINWait2Timeout > 0 {
		e.twoMSL.set(e.clock, e.Flavour.FINWait2Timeout, func() { e.closed(state.Timer, "FIN-WAIT-2 timeout", nil) })
	}
}

// awake starts the keep-alive timer again (RFC 9293 section 3.8.4).
func (e *endpoint) awake() {
	e.keepAlive(0, e.Flavour.KeepAlive)
}

func (e *endpoint) keepAlive(probes int, wait time.Duration) {
	switch {
	case wait == 0:
		return
	case e.state != state.Established && e.state != state.CloseWait:
		e.idle.stop()
		return
	}
	e.idle.set(e.clock, wait, func() {
		if e.state != state.Established && e.state != state.CloseWait {
			return
		}
		if probes == e.Flavour.KeepAliveProbes {
			e.giveUp("no answer to keep-alives")
			return
		}
		e.emit(e.compose(e.max-1, 0, decode.ACK))
		e.keepAlive(probes+1, e.Flavour.KeepAliveInterval)
	})
}
