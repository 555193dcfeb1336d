package throughput

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Result is how long each phase of a connection took.
type Result struct {
	Handshake, Transfer, Idle, Close time.Duration

	HandshakeKnown bool // the capture holds it, and its end
	TransferKnown  bool // both sides' packets are there: Transfer and Idle mean something
	CloseKnown     bool // there was a FIN or a reset
}

// Phases follows the phases of one connection. The zero value is ready.
type Phases struct {
	last     capture.Timestamp // of the latest packet, meaningful with begun
	ends     [2]seq.Offset     // of each side's payload so far
	begun    bool
	opened   bool // both SYNs arrived, or that was before the capture
	shook    bool // the capture shows the handshake to its end
	closing  bool // a FIN or reset was sent
	under    bool // payload is on the way
	known    Result
	transfer time.Duration // of what may prove to be the close
	idle     time.Duration
}

// Reset makes p ready for another connection.
func (p *Phases) Reset() { *p = Phases{} }

// Swap exchanges the sides.
func (p *Phases) Swap() { p.ends[0], p.ends[1] = p.ends[1], p.ends[0] }

// Observe takes the next segment of the connection.
func (p *Phases) Observe(step *reconstruct.Step) {
	p.pass(step.Segment.Time)
	if !p.begun {
		p.begun, p.last = true, step.Segment.Time
		p.opened = !step.Segment.Flags.Has(decode.SYN)
	}
	if step.Marks&(1<<reconstruct.Duplicate|1<<reconstruct.OutOfWindow) != 0 {
		return
	}
	if p.news(step) {
		p.known.Transfer += p.transfer
		p.known.Idle += p.idle
		p.transfer, p.idle = 0, 0
	}
	if !p.opened && opened(step) {
		p.opened = true
		p.shook = step.Conn.Half[reconstruct.Client].SYNSeen
	}
	p.closing = p.closing || step.Segment.Flags&(decode.FIN|decode.RST) != 0
	p.under = false
	for _, side := range reconstruct.Sides {
		p.under = p.under || step.Conn.Half[side].Acked < p.ends[side]
	}
}

// opened tells whether a step shows both SYNs to have arrived: it acknowledges
// the later one, or none of the first are left to send.
func opened(step *reconstruct.Step) bool {
	client, server := &step.Conn.Half[reconstruct.Client], &step.Conn.Half[reconstruct.Server]
	later := step.HasAck && step.Segment.Flags&(decode.SYN|decode.RST) == 0
	return later || client.SYNSeen && client.Acked > 0 && (step.Conn.SelfConnect || server.SYNSeen && server.Acked > 0)
}

// pass counts the time since the packet before.
func (p *Phases) pass(now capture.Timestamp) {
	if !p.begun || now == capture.NoTime {
		return
	}
	since := max(now.Sub(p.last), 0)
	p.last = now
	switch {
	case !p.opened:
		p.known.Handshake += since
	case p.closing && p.under:
		p.transfer += since
	case p.closing:
		p.idle += since
	case p.under:
		p.known.Transfer += since
	default:
		p.known.Idle += since
	}
}

// news tells whether a step carries payload for the first time, or is the first
// to acknowledge some.
func (p *Phases) news(step *reconstruct.Step) bool {
	peer := step.Conn.Peer(step.From)
	end := step.End
	if step.Segment.Flags.Has(decode.FIN) {
		end--
	}
	news := step.Before[peer].Acked < min(step.Conn.Half[peer].Acked, p.ends[peer])
	if step.Segment.Len > 0 && end > p.ends[step.From] {
		p.ends[step.From] = end
		return true
	}
	return news
}

// Result returns how long each phase took, once the connection has ended.
func (p *Phases) Result(c *reconstruct.Connection) Result {
	r := p.known
	r.Close = p.transfer + p.idle
	r.HandshakeKnown, r.CloseKnown = p.shook, p.opened && p.closing
	r.TransferKnown = p.opened && (c.SelfConnect || c.Half[0].Packets > 0 && c.Half[1].Packets > 0)
	return r
}
