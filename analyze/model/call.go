package model

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// connect is an active OPEN (RFC 9293 section 3.10.1). It fails silently while
// a connection exists, as an application that gets an error would. n
// bytes are queued with it, as sendto() with Fast Open does.
func (e *endpoint) connect(n int) {
	switch {
	case e.state == state.TimeWait && e.Flavour.ReuseTimeWait:
		e.move(state.Closed, state.Local, "the addresses are used again", nil)
		e.nextISN += seq.Number(uint32(e.max)) + 1<<16
	case e.state == state.Listen:
		e.passive, e.life.Passive = false, false // 3.10.1: LISTEN becomes active
	case e.state != state.Closed:
		return
	}
	if e.state == state.Closed {
		e.begin(false)
	}
	e.end += seq.Offset(max(n, 0))
	e.life.Sent += int64(max(n, 0))
	e.chooseISS()
	e.move(state.SynSent, state.Sent, "connect()", e.sendSYN())
}

// send queues n bytes (RFC 9293 section 3.10.2).
func (e *endpoint) send(n int) {
	switch e.state {
	case state.Closed, state.Listen:
		return // an error in the application
	}
	if e.fin || n <= 0 {
		return
	}
	e.end += seq.Offset(n)
	e.life.Sent += int64(n)
	e.output()
}

// shutdown closes the sending side, close both (RFC 9293 section 3.10.4). The
// FIN goes behind the data; the state changes when it leaves.
func (e *endpoint) shutdown() {
	switch e.state {
	case state.Closed:
		return
	case state.Listen, state.SynSent:
		e.closed(state.Local, "close()", nil)
		return
	}
	if e.fin {
		return
	}
	e.fin = true
	e.output()
}

func (e *endpoint) close() {
	e.noReader = true
	e.shutdown()
	e.awaitFIN()
}

// abort is RFC 9293 section 3.10.5.
func (e *endpoint) abort() {
	switch e.state {
	case state.Closed:
	case state.SynReceived, state.Established, state.FinWait1, state.FinWait2, state.CloseWait:
		p := e.sendReset()
		e.closed(state.Sent, "abort()", p)
	default: // LISTEN, SYN-SENT, CLOSING, LAST-ACK, TIME-WAIT: no reset
		e.closed(state.Local, "abort()", nil)
	}
}

// pause stops reading, so that the window fills.
func (e *endpoint) pause() { e.paused = true }

// resume reads everything and says so, if that opens the window.
func (e *endpoint) resume() {
	e.paused = false
	before := e.edge
	e.read = e.rcv
	if e.state.Synchronized() && e.state != state.TimeWait && e.window() > 0 && e.edge > before {
		e.sendACK()
	}
}
