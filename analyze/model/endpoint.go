package model

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Host configures one endpoint.
type Host struct {
	Addr     decode.Endpoint
	Flavour  Flavour
	ISN      seq.Number    // of its first connection; later ones are ahead of it
	MSS      int           // 0: 1460
	Buffer   int           // receive buffer, at most 65535; 0: 65535
	FastOpen bool          // sends data in its SYN, accepts data in the peer's
	OnEOF    time.Duration // closes so long after it has read the peer's end; negative: only when told
	MSL      time.Duration // 0: 30 s
}

func (h *Host) mss() int {
	if h.MSS > 0 {
		return h.MSS
	}
	return 1460
}

func (h *Host) buffer() seq.Offset {
	if h.Buffer > 0 {
		return seq.Offset(min(h.Buffer, 65535))
	}
	return 65535
}

func (h *Host) msl() time.Duration {
	if h.MSL > 0 {
		return h.MSL
	}
	return 30 * time.Second
}

// segmentSize is the most payload that one segment carries.
func (e *endpoint) segmentSize() seq.Offset {
	if e.peerMSS > 0 {
		return min(seq.Offset(e.mss()), e.peerMSS)
	}
	return seq.Offset(e.mss())
}

// endpoint is a socket with its transmission control block. It may live
// several times, one life after the other.
type endpoint struct {
	Host
	side     reconstruct.Side
	peer     decode.Endpoint
	clock    *clock
	transmit func(packet)
	sent     func() int // the id of the packet transmitted last
	lives    []*Life
	life     *Life // of the connection now; nil before the first
	listens  int   // passive OPENs not yet begun
	nextISN  seq.Number
	tcb
}

// tcb is what belongs to one connection. Offsets count from the ISN of their
// direction: the SYN is at 0. Of una <= nxt <= max, max is the highest ever
// sent plus one; nxt falls back to una for retransmission.
type tcb struct {
	state    state.State
	passive  bool
	iss, irs seq.Number

	una, nxt, max seq.Offset
	end           seq.Offset // after the last byte that the application wrote; a FIN stands here
	fin           bool       // the application closed: a FIN follows the data
	noReader      bool       // by close(), not shutdown(): nobody reads any more
	wnd           seq.Offset // SND.WND
	wl1, wl2      seq.Offset
	cwnd          seq.Offset
	peerMSS       seq.Offset // as its SYN offered
	dupACKs       int

	rcv    seq.Offset // RCV.NXT
	edge   seq.Offset // right edge of the window offered last; it never moves back
	read   seq.Offset // what the application has taken
	paused bool       // the application does not read
	held   []piece    // out of order

	srtt, rttvar, rto time.Duration
	timedEnd          seq.Offset // RTT is taken when this is acknowledged, 0: none is under way
	timedAt           time.Duration
	retries           int
	probes            int
	unacked           int           // segments received since the last ACK
	challenged        time.Duration // when the last challenge ACK left, plus one

	retransmit, persist, delayed, twoMSL, idle *timer
}

func newTCB() tcb {
	return tcb{
		end: 1, rto: time.Second, read: 1,
		retransmit: &timer{}, persist: &timer{}, delayed: &timer{}, twoMSL: &timer{}, idle: &timer{},
	}
}

// stopTimers leaves nothing that could fire for a connection gone by.
func (t *tcb) stopTimers() {
	for _, k := range []*timer{t.retransmit, t.persist, t.delayed, t.twoMSL, t.idle} {
		k.stop()
	}
}

// move changes the state. It is the only place that does.
func (e *endpoint) move(to state.State, cause state.Cause, event string, p *packet) {
	c := Change{At: e.clock.now, From: e.state, To: to, Cause: cause, Event: event}
	if p != nil {
		c.Packet, c.Frame = p.id, p.frame
	}
	e.life.Changes = append(e.life.Changes, c)
	e.state = to
	if to == state.Closed {
		e.stopTimers()
	}
}

// begin starts a life in CLOSED.
func (e *endpoint) begin(passive bool) {
	e.stopTimers()
	e.tcb = newTCB()
	e.passive = passive
	e.life = &Life{Side: e.side, Passive: passive}
	e.lives = append(e.lives, e.life)
}

// chooseISS takes an initial number ahead of everything used before, as the
// clock of RFC 9293 section 3.4.1 would.
func (e *endpoint) chooseISS() {
	e.iss = e.nextISN + seq.Number(uint32(e.clock.now/(4*time.Microsecond)))
	e.life.ISS, e.life.HasISS = e.iss, true
	e.una, e.nxt, e.max = 0, 0, 0
}

// listen waits for a SYN, at once or when the connection now has ended.
func (e *endpoint) listen() {
	e.listens++
	e.listenIfClosed()
}

func (e *endpoint) listenIfClosed() {
	if e.state != state.Closed || e.listens == 0 {
		return
	}
	e.listens--
	e.begin(true)
	e.move(state.Listen, state.Local, "listen()", nil)
}

// closed ends the connection and lets a waiting passive OPEN begin.
func (e *endpoint) closed(cause state.Cause, event string, p *packet) {
	e.move(state.Closed, cause, event, p)
	e.nextISN += seq.Number(uint32(e.max)) + 1<<16
	e.listenIfClosed()
}

// relisten sends a passive opener back to LISTEN, with nothing left of the
// connection that did not come about.
func (e *endpoint) relisten(event string, p *packet) {
	e.stopTimers()
	e.move(state.Listen, state.Received, event, p)
	e.nextISN += seq.Number(uint32(e.max)) + 1<<16
	e.tcb = newTCB()
	e.state, e.passive = state.Listen, true
}

// window returns RCV.WND, which never takes back what was offered.
func (e *endpoint) window() seq.Offset {
	free := e.rcv + max(0, e.buffer()-(e.rcv-e.read))
	if free-e.edge >= min(seq.Offset(e.mss()), e.buffer()/2) {
		e.edge = free // RFC 9293 section 3.8.6.2.2: no silly windows
	}
	return e.edge - e.rcv
}
