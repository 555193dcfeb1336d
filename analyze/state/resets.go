package state

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// acceptance is what the receiver of a reset does with it (RFC 9293 3.10.7,
// as RFC 5961 section 3.2 has it).
type acceptance uint8

const (
	refusedReset  acceptance = iota // outside the window, or acknowledging nothing: dropped
	inWindowReset                   // in the window but not at RCV.NXT: answered by a challenge ACK
	exactReset                      // at RCV.NXT: the connection is gone
)

// accept judges a reset by what its receiver can have expected when it came.
// RCV.NXT lies somewhere from what the receiver had acknowledged up to what
// had passed the tap in order.
func (r *reset) accept() acceptance {
	if r.synWaited {
		// In SYN-SENT a reset counts by what it acknowledges (RFC 9293 3.10.7.3).
		switch {
		case r.hasAck && r.ack >= 1 && r.ack <= r.peer.Max:
			return exactReset
		case !r.answered:
			return refusedReset
		}
	}
	expected := max(r.stream.Contiguous, r.stream.Acked)
	switch {
	case r.stream.Max <= 0: // nothing known of its sender's numbers
		return exactReset
	case r.seq >= r.stream.Acked && r.seq <= expected:
		return exactReset
	case r.seq > expected && r.seq < r.stream.Acked+1<<16:
		return inWindowReset
	}
	return refusedReset
}

// tellResets adds what the resets of the connection did to this endpoint.
// Nothing happens to it after that, so whatever would is dropped.
func (s *story) tellResets(resets []reset) {
	sent, received := s.ownReset(resets), s.peersReset(resets)
	switch {
	case sent != nil && (received == nil || sent.frame < received.frame):
		s.tellFINBeforeReset(resets)
		s.endByOwnReset(sent)
	case received != nil:
		s.endByPeersReset(received)
	}
}

// ownReset returns the reset by which the endpoint says that it is gone: the
// first that fits its own numbers, or failing that the first. An endpoint that
// goes on sending has not gone.
func (s *story) ownReset(resets []reset) *reset {
	var chosen *reset
	for i := range resets {
		r := &resets[i]
		if r.from != s.side || s.sendsAfter(s.x, r) {
			continue
		}
		if chosen == nil || chosen.accept() != exactReset && r.accept() == exactReset {
			chosen = r
		}
	}
	return chosen
}

// peersReset returns the first reset that the endpoint can have accepted and
// after which both fall silent.
func (s *story) peersReset(resets []reset) *reset {
	var possible *reset
	for i := range resets {
		r := &resets[i]
		if r.from == s.side || r.accept() == refusedReset || s.x.last.at-r.last.at > s.slack || s.sendsAfter(s.y, r) {
			continue
		}
		if r.accept() == exactReset {
			return r
		}
		if possible == nil {
			possible = r
		}
	}
	return possible
}

// sendsAfter tells whether an endpoint still sends after a reset of its own:
// something new, or anything so much later that reordering cannot explain it.
func (s *story) sendsAfter(f *facts, r *reset) bool {
	return f.last.frame > r.last.frame && f.last.at-r.last.at > max(s.slack/4, time.Millisecond)
}

func (s *story) endByOwnReset(r *reset) {
	s.dropAfter(r.moment)
	if s.find(SendSYN) != nil && s.start == Closed && !s.x.knowsSYN.seen() && !s.x.synAck.seen() {
		if !s.resetInSynSent(r) {
			return
		}
	}
	s.add(occurrence{event: SendRST, cause: r.moment, sure: r.accept() == exactReset && !s.missing && s.y.first.seen(), taken: true, call: "abort",
		why: "its reset was captured and it sends nothing more"})
	s.last(SendRST)
}

// tellFINBeforeReset finds the trace of a FIN that was lost before the tap: a
// reset of the endpoint that counts one octet more than it was seen to send.
func (s *story) tellFINBeforeReset(resets []reset) {
	for i := range resets {
		r := &resets[i]
		if r.from == s.side && !s.x.fin.seen() && r.stream.Max > 0 && r.seq == r.stream.Max+1 && s.find(SendFIN) == nil {
			s.add(occurrence{event: SendFIN, proof: r.moment, taken: true, call: "close() or shutdown(), no later than this",
				why: "its reset counts one octet more than it was seen to send: most probably a FIN that was lost before the tap"})
		}
	}
}

// resetInSynSent tells apart three endpoints that send a reset after their SYN
// and nothing between: one that took the SYN,ACK, as the acknowledgement number
// shows, and then aborted; one that had given up its open, and answers the
// SYN,ACK for which it no longer has a connection; and one that is gone and
// refuses a SYN. It tells whether the reset belongs to the connection.
func (s *story) resetInSynSent(r *reset) bool {
	if o := s.find(ReceiveSYNACK); o != nil && r.hasAck && r.ack >= 1 && r.seq == r.stream.Max {
		o.proof, o.sure, o.taken = r.moment, true, true
		return true
	}
	s.add(occurrence{event: GiveUp, proof: r.moment, taken: true, call: "close()",
		why: "it answers with a reset: it has no connection any more"})
	return s.y.synAck.first.before(r.moment)
}

func (s *story) endByPeersReset(r *reset) {
	s.dropAfter(r.moment)
	sure := r.accept() == exactReset
	s.add(occurrence{event: ReceiveRST, cause: r.moment, taken: sure,
		why: "an acceptable reset passed the tap on its way to it, and it sends nothing more"})
	s.last(ReceiveRST)
}

// dropAfter removes what cannot have happened since a reset had passed the tap
// first: whatever arrives later, unless the endpoint itself shows it.
func (s *story) dropAfter(m moment) {
	kept := s.list[:0]
	for _, o := range s.list {
		if o.sure || !m.before(o.cause) {
			kept = append(kept, o)
		}
	}
	s.list = kept
}

// last states that everything else in the story came before an event.
func (s *story) last(e Event) {
	for i := range s.list {
		if s.list[i].event != e {
			s.prove(s.list[i].event, e)
		}
	}
}

// tellReuse ends TIME-WAIT, or LAST-ACK, where the endpoint takes part in a
// further connection with the same addresses and ports: it can do so only once
// it is done with this one.
func (s *story) tellReuse() {
	reuse := s.conn.Reused[s.side]
	own, peers := s.find(SendFIN), s.find(ReceiveFIN)
	if reuse.Frame == 0 || own == nil || peers == nil {
		return
	}
	s.add(occurrence{
		event: TwoMSL, proof: moment{frame: reuse.Frame, at: reuse.At.Sub(s.conn.Start)},
		sure: own.sure && peers.sure && s.find(ReceiveACKOfFIN) != nil, taken: true,
		why: "it takes part in a new connection with the same addresses and ports from here on",
	})
	s.last(TwoMSL)
}

// resetBy tells which side, if any, reset the connection: the first reset that
// its receiver had to accept, sent before both FINs were acknowledged.
func resetBy(resets []reset, t *Tracker) (side reconstruct.Side, ok bool) {
	for i := range resets {
		r := &resets[i]
		if r.accept() != exactReset {
			continue
		}
		closed := t.side[reconstruct.Client].ackFIN.first.before(r.moment) && t.side[reconstruct.Server].ackFIN.first.before(r.moment)
		return r.from, !closed
	}
	return reconstruct.Client, false
}
