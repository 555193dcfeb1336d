package state

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const (
	client = reconstruct.Client
	server = reconstruct.Server
)

// classify names how the connection was opened and closed, and tells what is
// worth telling about it.
func (t *Tracker) classify(conn *reconstruct.Connection, r *Result) {
	r.Open = t.openKind(conn, r)
	r.Close, r.CloseDetail = t.closeKind(conn, r)
	t.tellFindings(conn, r)
}

func (t *Tracker) openKind(conn *reconstruct.Connection, r *Result) Open {
	c, s := &t.side[client], &t.side[server]
	refused := len(t.resets) > 0 && t.resets[0].from == server && t.resets[0].accept() == exactReset
	switch {
	case !c.syn.seen() && !s.synAck.seen() && !s.syn.seen():
		return OpenMidStream
	case s.syn.seen() || conn.SelfConnect:
		return OpenSimultaneous
	case s.synAck.seen() && !c.knowsSYN.seen() && !s.opened.seen() && !visits(r.Paths[client], Established):
		return OpenHalfOpen
	case !s.synAck.seen() && refused && !c.knowsSYN.seen():
		return OpenRefused
	case !s.synAck.seen() && !c.knowsSYN.seen() && !s.knowsSYN.seen():
		return OpenUnanswered
	case c.lowSYN > 1 && s.synAckAck >= min(c.lowSYN, 2):
		return OpenFastOpen
	}
	return OpenThreeWay
}

// visits tells whether a path enters a state.
func visits(p Path, s State) bool {
	for _, t := range p {
		if t.To == s {
			return true
		}
	}
	return false
}

func (t *Tracker) closeKind(conn *reconstruct.Connection, r *Result) (Close, string) {
	if !t.everOpen(r) {
		return CloseNone, "neither side was ever ESTABLISHED"
	}
	if by, ok := resetBy(t.resets, t); ok && t.resetCounts(r) {
		return [2]Close{CloseResetByClient, CloseResetByServer}[by], fmt.Sprintf("reset by the %s%s", by, t.finsBeforeReset())
	}
	c, s := &t.side[client], &t.side[server]
	switch {
	case c.fin.seen() != s.fin.seen() && (!c.first.seen() || !s.first.seen()):
		return CloseUnknown, "a FIN was captured, but nothing that the other side sent"
	case conn.SelfConnect && c.fin.seen():
		return CloseSimultaneous, "one socket is both ends: its own FIN met it before the acknowledgement"
	case c.fin.seen() && s.fin.seen(), t.hiddenFIN(conn, client), t.hiddenFIN(conn, server):
		return t.finOrder(r)
	case c.fin.seen():
		return CloseHalfClosed, "the client sent a FIN, the server none"
	case s.fin.seen():
		return CloseHalfClosed, "the server sent a FIN, the client none"
	}
	return CloseOpen, "no FIN and no reset was captured"
}

func (t *Tracker) everOpen(r *Result) bool {
	return r.Open == OpenMidStream || visits(r.Paths[client], Established) || visits(r.Paths[server], Established) ||
		visits(r.Paths[client], FinWait1) || visits(r.Paths[server], FinWait1)
}

// resetCounts tells whether a reset moved either endpoint.
func (t *Tracker) resetCounts(r *Result) bool {
	for _, side := range reconstruct.Sides {
		for _, tr := range r.Paths[side] {
			if tr.To == Closed && tr.From != LastAck && tr.From != TimeWait && tr.Flags.Has(decode.RST) {
				return true
			}
			if tr.From == LastAck && tr.Flags.Has(decode.RST) {
				return true
			}
		}
	}
	return false
}

func (t *Tracker) finsBeforeReset() string {
	c, s := t.side[client].fin.seen(), t.side[server].fin.seen()
	switch {
	case c && s:
		return " after both had sent a FIN"
	case c:
		return " after the client had sent a FIN"
	case s:
		return " after the server had sent a FIN"
	}
	return ""
}

// finOrder tells who closed first, by what each FIN acknowledges and never by
// the order of the two at the tap.
func (t *Tracker) finOrder(r *Result) (Close, string) {
	clientAware, serverAware := afterPeersFIN(r.Paths[client]), afterPeersFIN(r.Paths[server])
	switch {
	case !clientAware && !serverAware:
		return CloseSimultaneous, "neither FIN acknowledges the other" + t.afterwards()
	case serverAware && !clientAware:
		return CloseClientFirst, "the server's FIN acknowledges the client's" + t.afterwards()
	case clientAware && !serverAware:
		return CloseServerFirst, "the client's FIN acknowledges the server's" + t.afterwards()
	}
	return CloseUnknown, "each FIN that was captured acknowledges the other; the first copy of one is missing"
}

// afterPeersFIN tells whether a path sends its FIN after it took the peer's.
func afterPeersFIN(p Path) bool { return visits(p, LastAck) }

// afterwards tells of resets that came when both FINs were acknowledged.
func (t *Tracker) afterwards() string {
	if len(t.resets) == 0 {
		return ""
	}
	return fmt.Sprintf("; the %s sent a reset afterwards", t.resets[0].from)
}

// tellFindings adds what is worth telling about the states of a connection.
func (t *Tracker) tellFindings(conn *reconstruct.Connection, r *Result) {
	add := func(code finding.Code, m moment, format string, args ...any) {
		r.Findings = append(r.Findings, finding.New(code, m.frame, format, args...))
	}
	c, s := &t.side[client], &t.side[server]
	switch r.Open {
	case OpenMidStream:
		add(finding.CaptureStartsMidStream, moment{frame: conn.First}, "no SYN was captured: both sides are taken to start in ESTABLISHED")
	case OpenSimultaneous:
		add(finding.SimultaneousOpen, s.syn.first, "both sides sent a SYN that acknowledges nothing")
	case OpenRefused:
		add(finding.ConnectionRefused, t.resets[0].moment, "the SYN was answered by %s", t.resets[0].flags)
	case OpenUnanswered:
		add(finding.SYNUnanswered, c.syn.first, "%d SYN and no answer", c.syn.count)
	}
	switch {
	case r.Open == OpenFastOpen:
		add(finding.FastOpen, c.syn.first, "the SYN carries %d bytes of data, which the SYN,ACK acknowledges", c.lowSYN-1)
	case c.syn.seen() && c.lowSYN > 1 && s.synAck.seen():
		add(finding.FastOpen, c.syn.first, "the SYN carries %d bytes of data, which the SYN,ACK does not acknowledge", c.lowSYN-1)
	}
	if conn.SelfConnect {
		add(finding.SelfConnect, c.first, "source and destination are the same address and port")
	}
	if r.Close == CloseSimultaneous && !conn.SelfConnect {
		add(finding.SimultaneousClose, s.fin.first, "neither FIN acknowledges the other (frames %d and %d)", c.fin.first.frame, s.fin.first.frame)
	}
	for _, side := range reconstruct.Sides {
		if m := t.side[side].beyondFIN; m.seen() {
			add(finding.NotRFC, m, "the %s sends data beyond its own FIN (RFC 9293 3.10.2 allows none in its state)", side)
		}
		if after, bytes := t.halfClosed(conn, side); bytes > 0 {
			add(finding.HalfClose, t.side[side].fin.first, "the %s closed its side; the %s sent %d bytes more after frame %d", side, side.Peer(), bytes, after.frame)
		}
	}
	t.tellResetFindings(r, add)
}

// halfClosed returns how many bytes the peer sent once it knew of side's FIN.
func (t *Tracker) halfClosed(conn *reconstruct.Connection, side reconstruct.Side) (after moment, bytes seq.Offset) {
	peer, half := &t.side[side.Peer()], &conn.Half[side.Peer()]
	if !peer.ackFIN.seen() || conn.SelfConnect {
		return moment{}, 0
	}
	end := half.Max
	if half.FINSeen {
		end = half.FIN
	}
	return peer.ackFIN.first, end - max(peer.lowFIN, 1)
}

func (t *Tracker) tellResetFindings(r *Result, add func(finding.Code, moment, string, ...any)) {
	if t.challenged.seen() {
		add(finding.ChallengeACK, t.challenged, "an unacceptable segment was answered by a challenge ACK (RFC 5961)")
	}
	for i := range t.resets {
		rst := &t.resets[i]
		if rst.accept() == exactReset && t.moved(r, rst) {
			continue
		}
		if rst.accept() != exactReset && rst.synWaited && rst.hasAck {
			continue
		}
		if !t.moved(r, rst) {
			add(finding.ResetIgnored, rst.moment, "the reset of the %s changed nothing (%s)", rst.from, resetReason(rst))
		}
	}
}

// moved tells whether a reset is the cause of a transition, or came when there
// was nothing left to reset.
func (t *Tracker) moved(r *Result, rst *reset) bool {
	gone := 0
	for _, side := range reconstruct.Sides {
		final, ok := r.Final(side)
		if !ok || final == Closed || final == Listen {
			gone++
		}
		for _, tr := range r.Paths[side] {
			if tr.Frame == rst.frame || tr.ProofFrame == rst.frame {
				return true
			}
		}
	}
	return gone == 2 && rst.accept() == exactReset
}

func resetReason(rst *reset) string {
	switch rst.accept() {
	case inWindowReset:
		return "its number is in the window but not the next expected, RFC 5961 section 3.2"
	case refusedReset:
		return "its number is outside the window"
	}
	return "the connection goes on"
}
