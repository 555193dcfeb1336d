package model

import (
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// piece is text or a FIN that came before what stands in front of it.
type piece struct {
	at   seq.Offset
	data []byte
	fin  bool
}

// arriveText is the seventh and eighth check: text, then FIN.
func (e *endpoint) arriveText(a *arrival) {
	switch e.state {
	case state.Established, state.FinWait1, state.FinWait2:
	default:
		return // the peer's FIN has been processed: there is nothing after it
	}
	if a.len() == 0 {
		return
	}
	before := e.rcv
	fin := e.take(a.seq, a.data, a.fin)
	if e.noReader && e.Flavour.ResetDataClosed && e.rcv > before && !(fin && e.rcv == before+1) {
		e.closed(state.Sent, "data for a closed reader", e.sendReset())
		return
	}
	if fin {
		e.arriveFIN(a)
		return
	}
	e.acknowledge(e.rcv == before || len(e.held) > 0)
}

// take stores text, gives to the application what is in order, and tells
// whether the FIN was reached.
func (e *endpoint) take(at seq.Offset, data []byte, fin bool) bool {
	if len(data) > 0 || fin {
		e.held = append(e.held, piece{at, data, fin})
		slices.SortStableFunc(e.held, func(a, b piece) int { return int(a.at - b.at) })
	}
	for len(e.held) > 0 && e.held[0].at <= e.rcv {
		p := e.held[0]
		e.held = e.held[1:]
		if old := e.rcv - p.at; old < seq.Offset(len(p.data)) {
			e.deliver(p.data[old:])
		}
		if p.fin && p.at+seq.Offset(len(p.data)) == e.rcv {
			e.rcv++
			e.held = nil
			return true
		}
	}
	return false
}

func (e *endpoint) deliver(data []byte) {
	for i, b := range data {
		if b != content((e.rcv + seq.Offset(i)).Wrap(e.irs)) {
			e.life.Corrupt = true
		}
	}
	e.rcv += seq.Offset(len(data))
	e.life.Received += int64(len(data))
	if !e.paused {
		e.read = e.rcv
	}
}

// content is the byte that stands at a sequence number, the same in every
// connection.
func content(n seq.Number) byte { return byte(uint32(n) * 2654435761 >> 24) }

// arriveFIN is the eighth check. The acknowledgement of our FIN has been
// counted before it, so FIN-WAIT-1 means that it was not acknowledged.
func (e *endpoint) arriveFIN(a *arrival) {
	switch e.state {
	case state.Established:
		e.move(state.CloseWait, state.Received, "FIN", a.packet)
		e.sendACK()
		e.endOfFile()
	case state.FinWait1:
		e.move(state.Closing, state.Received, "FIN", a.packet)
		e.sendACK()
	case state.FinWait2:
		e.timeWait("FIN", a.packet)
		e.sendACK()
	}
}

// endOfFile lets the application close after it has read the end.
func (e *endpoint) endOfFile() {
	if e.OnEOF < 0 {
		return
	}
	life := e.life
	e.clock.after(e.OnEOF, func() {
		if e.life == life {
			e.close()
		}
	})
}

// timeWait enters TIME-WAIT.
func (e *endpoint) timeWait(event string, p *packet) {
	e.stopTimers()
	e.move(state.TimeWait, state.Received, event, p)
	e.waitTwoMSL()
}
