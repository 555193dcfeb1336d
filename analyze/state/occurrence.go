package state

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// occurrence is one event of one endpoint with its evidence. A side's
// occurrences stand in the order in which the tap suggests them; how far the
// numbers force that order is told by after.
type occurrence struct {
	event Event
	cause moment   // the segment that is the event, or brings it
	proof moment   // the segment of this endpoint that shows it
	sure  bool     // it happened, whatever was lost on the way
	taken bool     // it is on the most probable path
	after eventSet // what provably came before it, where that happened at all
	data  bool     // it brought data in a SYN that was taken
	call  string
	why   string
}

// sends tells whether the event is a segment of the endpoint itself.
func (e Event) sends() bool { return e == SendSYN || e == SendFIN || e == SendRST }

// eventSet is a set of events. Each event happens at most once in a story
// (its repetitions change no state), so an event names its occurrence.
type eventSet uint16

func (s eventSet) has(e Event) bool { return s&(1<<e) != 0 }

// story is what the facts of a connection make of one endpoint: where it
// starts and what happened to it. Both sides go through the same code.
type story struct {
	x, y    *facts // the endpoint itself and its peer
	conn    *reconstruct.Connection
	side    reconstruct.Side
	near    bool          // the tap is at this endpoint
	slack   time.Duration // how long a segment may be under way past the tap and back
	missing bool          // the capture is known to lack packets, or to have them in another order than they passed

	ownHidden, peersHidden bool // a FIN that the capture lacks, told by an acknowledgement

	start   State
	passive bool
	begun   bool // the endpoint has a path at all
	list    []occurrence
}

// add appends an occurrence.
func (s *story) add(o occurrence) { s.list = append(s.list, o) }

// find returns the occurrence of an event, nil if there is none.
func (s *story) find(e Event) *occurrence {
	for i := range s.list {
		if s.list[i].event == e {
			return &s.list[i]
		}
	}
	return nil
}

// prove states that the numbers prove a to have come before b.
func (s *story) prove(a, b Event) {
	if o := s.find(b); o != nil {
		o.after |= 1 << a
	}
}

// exclude states that only one of two events happened: each would have had to
// come before the other.
func (s *story) exclude(a, b Event) {
	s.prove(a, b)
	s.prove(b, a)
}

// tell fills the list of occurrences from the facts.
func (s *story) tell() {
	if s.tellOpening(); !s.begun {
		return
	}
	s.tellClosing()
	s.proveOrder()
}

// tellOpening finds how the endpoint came to ESTABLISHED.
func (s *story) tellOpening() {
	x, y := s.x, s.y
	switch {
	case x.syn.seen() || y.synAck.seen() && !x.synAck.seen():
		s.begun = true
		s.tellActiveOpen()
	case x.synAck.seen() || y.syn.seen() && (x.knowsSYN.seen() || x.fin.seen() || y.knowsSYN.seen()):
		s.begun, s.passive = true, true
		s.tellPassiveOpen()
	case y.syn.seen():
		// A SYN that it never answered, or refused: it has no path.
	default:
		s.begun, s.start = true, Established
	}
}

func (s *story) tellActiveOpen() {
	x, y := s.x, s.y
	syn := occurrence{event: SendSYN, cause: x.syn.first, sure: true, taken: true, call: "connect()", why: "its SYN was captured"}
	if !x.syn.seen() {
		syn.proof, syn.why = y.synAck.first, "the peer's SYN,ACK answers a SYN that the capture lacks"
	}
	s.add(syn)
	if y.syn.seen() || x.synAck.seen() {
		s.tellCrossingSYN()
		return
	}
	proof := x.knowsSYN
	if !proof.seen() {
		proof = y.opened // the peer got an acknowledgement that the capture lacks
	}
	if y.synAck.seen() || proof.seen() {
		s.add(occurrence{event: ReceiveSYNACK, cause: y.synAck.first, proof: proof, sure: proof.seen(), taken: proof.seen(),
			why: "it acknowledges the peer's SYN"})
	}
}

// tellCrossingSYN is for an active opener whose peer sent a SYN of its own that
// acknowledges nothing. Its SYN,ACK shows that it met that SYN; without one, it
// may have met the peer's SYN,ACK first, or its own was lost before the tap.
func (s *story) tellCrossingSYN() {
	x, y := s.x, s.y
	answered := x.synAck.seen()
	syn := occurrence{event: ReceiveSYN, cause: y.syn.first, proof: x.synAck.first, sure: answered, taken: answered || x.knowsSYN.seen() && !y.synAck.seen(),
		why: "it sends SYN,ACK with the number of its own SYN: it met a SYN that acknowledged nothing"}
	if !answered {
		syn.proof, syn.why = x.knowsSYN, "a SYN that acknowledges nothing passed the tap on its way to it"
	}
	s.add(syn)
	if !answered && y.synAck.seen() {
		s.add(occurrence{event: ReceiveSYNACK, cause: y.synAck.first, proof: x.opened, sure: x.opened.seen(), taken: x.knowsSYN.seen(),
			why: "it acknowledges the peer's SYN"})
		return
	}
	s.tellACKOfSYN()
}

func (s *story) tellPassiveOpen() {
	proof := s.x.synAck.first
	why := "it answers with SYN,ACK"
	if !proof.seen() {
		proof, why = s.x.knowsSYN, "it acknowledges the peer's SYN; its SYN,ACK is not in the capture"
	}
	if !proof.seen() {
		proof, why = s.y.knowsSYN, "the peer acknowledges its SYN; nothing that it sent is in the capture"
	}
	s.add(occurrence{event: PassiveOpen, proof: proof, sure: !s.mayHaveConnected(), taken: true, call: "listen()",
		why: "it answered a SYN, so it listened; when it began cannot be seen"})
	if s.mayHaveConnected() {
		s.add(occurrence{event: SendSYN, proof: proof, call: "connect()", why: "its own SYN may have been lost before the tap"})
		s.exclude(PassiveOpen, SendSYN)
	}
	s.add(occurrence{event: ReceiveSYN, cause: s.y.syn.first, proof: proof, sure: true, taken: true, why: why,
		data: s.y.lowSYN > 1 && s.x.synAckAck > 1})
	s.prove(PassiveOpen, ReceiveSYN)
	s.tellACKOfSYN()
}

// mayHaveConnected tells whether a passive opener may in truth have opened
// simultaneously, with a SYN that was lost before the tap: the numbers look the
// same. It takes two ends that knew each other's port beforehand, which a
// service's port against a client's rules out.
func (s *story) mayHaveConnected() bool {
	return portClass(s.conn.Ends[s.side].Port) == portClass(s.conn.Ends[s.side.Peer()].Port)
}

// portClass sorts ports by who uses them: system services, registered services
// and whatever older hosts gave to clients, and ephemeral ports (RFC 6335
// section 6; Linux begins those at 32768).
func portClass(port uint16) int {
	switch {
	case port < 1024:
		return 0
	case port < 32768:
		return 1
	}
	return 2
}

func (s *story) tellACKOfSYN() {
	x, y := s.x, s.y
	proof := x.opened
	if !proof.seen() && y.lowSYN <= 1 {
		proof = y.tookData // without Fast Open it had to be past SYN-RECEIVED to send that
	}
	if !y.ackSYN.seen() && !proof.seen() {
		if !y.first.seen() {
			s.add(occurrence{event: ReceiveACKOfSYN, taken: s.x.fin.seen(), why: "nothing that the peer sent was captured; it goes on"})
		}
		return
	}
	cause, arrived := s.arrival(y.ackSYN, x.synAcked, x.synAck)
	o := occurrence{event: ReceiveACKOfSYN, cause: cause, proof: proof, sure: proof.seen(), taken: arrived,
		why: "an acknowledgement of its SYN passed the tap on its way to it, and it does not repeat its SYN,ACK"}
	if o.sure {
		o.taken, o.why = true, "it sends or acknowledges what only an endpoint past SYN-RECEIVED does"
	}
	s.add(o)
}

// arrival decides whether an acknowledgement that passed the tap reached the
// endpoint, and which copy: it did unless the endpoint sends the acknowledged
// segment again, later than any copy still under way could excuse. acks are
// the peer's acknowledgements, since is the first of them after the endpoint's
// latest copy, own are the endpoint's copies.
func (s *story) arrival(acks span, since moment, own span) (cause moment, arrived bool) {
	switch {
	case !acks.seen():
		return moment{}, false
	case !acks.first.before(own.last):
		return acks.first, true
	case since.seen():
		return since, true
	}
	return acks.first, own.last.at-acks.last.at <= s.slack
}

// tellClosing finds the FINs of both sides and the acknowledgement of its own,
// in the order that the tap suggests: the one that needs the fewest losses and
// reorderings.
func (s *story) tellClosing() {
	own, peers, acked := s.ownFIN(), s.peersFIN(), s.ackOfFIN()
	first, second, third := own, peers, acked
	switch {
	case peers != nil && s.y.fin.seen() && !s.x.finUnaware.seen(), s.peersHidden && !s.x.finUnaware.seen():
		first, second, third = peers, own, acked // its first FIN acknowledges the peer's
	case peers != nil && acked != nil && s.ackCameFirst(peers, acked):
		first, second, third = own, acked, peers
	}
	for _, o := range []*occurrence{first, second, third} {
		if o != nil {
			s.add(*o)
		}
	}
}

func (s *story) ownFIN() *occurrence {
	if s.ownHidden {
		return &occurrence{event: SendFIN, proof: s.y.unseen, taken: true, call: "close() or shutdown(), no later than this",
			why: "the peer acknowledges one octet that the capture lacks, and closes: most probably a FIN"}
	}
	if !s.x.fin.seen() {
		return nil
	}
	return &occurrence{event: SendFIN, cause: s.x.fin.first, sure: true, taken: true,
		call: "close() or shutdown(), no later than this", why: "its FIN was captured"}
}

func (s *story) peersFIN() *occurrence {
	x, y := s.x, s.y
	if s.peersHidden {
		return &occurrence{event: ReceiveFIN, proof: x.unseen, taken: true,
			why: "it acknowledges one octet that the capture lacks, and closes: most probably a FIN"}
	}
	if !y.fin.seen() {
		return s.unseenFIN()
	}
	proof, why := x.ackFIN.first, "it acknowledges the peer's FIN"
	switch {
	case !proof.seen():
		proof, why = y.acked, "the peer shows that its FIN was acknowledged; that acknowledgement is not in the capture"
	case y.finFilled.seen():
		why = "it acknowledges the peer's FIN, which had to wait until a gap before it was filled"
	}
	cause := y.fin.first
	if y.fin.last.before(proof) && y.finPassed.before(y.fin.last) {
		cause = y.fin.last // sent again before it was acknowledged: the copy that arrived
	}
	taken := proof.seen() || s.ownHidden && !x.first.seen()
	return &occurrence{event: ReceiveFIN, cause: cause, proof: proof, sure: proof.seen(), taken: taken, why: why}
}

// unseenFIN allows, where the capture lacks packets, that the peer closed and
// nothing shows it.
func (s *story) unseenFIN() *occurrence {
	if s.x.fin.seen() && (s.missing || !s.y.first.seen()) {
		return &occurrence{event: ReceiveFIN, why: "the capture lacks packets of the peer; its FIN may be among them"}
	}
	return nil
}

func (s *story) ackOfFIN() *occurrence {
	x, y := s.x, s.y
	if s.peersHidden && !y.first.seen() {
		return &occurrence{event: ReceiveACKOfFIN, taken: true, why: "nothing that the peer sent was captured; it does not repeat its FIN"}
	}
	if !x.fin.seen() && !s.ownHidden || !y.ackFIN.seen() {
		return nil
	}
	cause, arrived := s.arrival(y.ackFIN, x.finAcked, x.fin)
	o := &occurrence{event: ReceiveACKOfFIN, cause: cause, proof: x.acked, taken: arrived,
		why: "an acknowledgement of its FIN passed the tap on its way to it, and it does not repeat its FIN"}
	if !o.proof.seen() && s.everyFINAcks() {
		o.proof = x.ackFIN.first
	}
	if o.proof.seen() {
		o.sure, o.taken, o.why = true, true, "it acknowledges what the peer sent only together with the acknowledgement of its FIN"
	}
	return o
}

// everyFINAcks tells whether each copy of the peer's FIN that the endpoint can
// have processed acknowledges the endpoint's own FIN.
func (s *story) everyFINAcks() bool {
	x, y := s.x, s.y
	return !s.missing && y.fin.seen() && (!y.low.seen() || x.ackFIN.first.before(y.low.first))
}

// ackCameFirst tells whether the acknowledgement of its FIN most probably
// reached the endpoint before the peer's FIN did.
func (s *story) ackCameFirst(fin, ack *occurrence) bool {
	x, y := s.x, s.y
	if !y.low.seen() {
		return true
	}
	if fin.cause.frame > y.finPassed.frame && x.ackFIN.first.frame > fin.cause.frame {
		// The peer sent its FIN again before it was acknowledged, so the first
		// copy did not arrive; the acknowledgement may well have.
		return ack.cause.frame <= fin.cause.frame
	}
	return ack.cause.before(y.finPassed)
}

// proveOrder states what the acknowledgement numbers prove of the order of the
// occurrences (labs-and-inference section 5, rules 3 to 5).
func (s *story) proveOrder() {
	x, y := s.x, s.y
	switch {
	case x.finUnaware.seen() && y.fin.seen():
		s.prove(SendFIN, ReceiveFIN)
	case x.quiet.seen() && x.fin.seen() && x.quietAt <= s.half().FIN:
		s.prove(ReceiveFIN, SendFIN)
	}
	switch {
	case x.ackedOnly.seen() || x.fin.seen() && y.ackFIN.seen() && s.everyFINAcks():
		s.prove(ReceiveACKOfFIN, ReceiveFIN)
	case x.finResent.seen(), !s.missing && x.ackFIN.first.before(y.ackFIN.first):
		// It knew the peer's FIN while it waited for the acknowledgement: what
		// passed the tap later cannot have reached it earlier.
		s.prove(ReceiveFIN, ReceiveACKOfFIN)
	}
	switch {
	case x.opened.seen() && x.fin.seen() && x.openedAt <= s.half().FIN:
		s.prove(ReceiveACKOfSYN, SendFIN)
	case !s.missing && x.fin.first.before(y.ackSYN.first):
		s.prove(SendFIN, ReceiveACKOfSYN)
	}
}

// tellGivingUp allows that an endpoint which repeats its SYN or FIN in vain
// has given up by the end of the capture: nothing on the wire would show it.
func (s *story) tellGivingUp() {
	x := s.x
	unanswered := x.syn.seen() && !s.y.synAck.seen() && !s.y.syn.seen() && !x.knowsSYN.seen()
	unacknowledged := x.fin.count > 1 && !x.finAcked.seen()
	if (unanswered || unacknowledged) && s.find(SendRST) == nil && s.find(ReceiveRST) == nil && s.find(GiveUp) == nil {
		s.add(occurrence{event: GiveUp, call: "gives up", why: "it repeats itself in vain and sends nothing more"})
		s.last(GiveUp)
	}
}

// half is what the connection table knows of the endpoint's stream.
func (s *story) half() *reconstruct.Half { return &s.conn.Half[s.side] }
