package state

import (
	"math"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// moment is a segment at the tap: which, when, with which flags. The zero
// value means that there was none.
type moment struct {
	frame capture.FrameNumber
	at    time.Duration // since the first packet of the connection
	flags decode.Flags
}

func (m moment) seen() bool { return m.frame != 0 }

// before tells whether m was at the tap before n; nothing is before a moment
// that never was, and a moment that never was is before nothing.
func (m moment) before(n moment) bool { return m.seen() && n.seen() && m.frame < n.frame }

// set keeps the first moment offered.
func (m *moment) set(n moment) {
	if !m.seen() {
		*m = n
	}
}

// span is a kind of segment that can come several times.
type span struct {
	first, last moment
	count       int32
}

func (s *span) seen() bool { return s.count > 0 }

func (s *span) add(m moment) {
	s.first.set(m)
	s.last = m
	s.count++
}

// maxResets bounds what is remembered of a connection's resets. A peer that
// answers thousands of segments with the same reset fills one place.
const maxResets = 8

// reset is one RST with what had passed the tap when it came.
type reset struct {
	moment
	last      moment // of its repetitions
	from      reconstruct.Side
	hasAck    bool
	seq, ack  seq.Offset
	stream    reconstruct.Passed // of the sender of the reset
	peer      reconstruct.Passed // of its receiver
	synWaited bool               // its receiver had sent a SYN and not yet shown that it got an answer
	answered  bool               // its sender had answered that SYN
}

// facts is what the segments of ONE side say, gathered in the order of the
// tap and without regard to how they interleave with the other side's.
//
// Two rules give every proof (labs-and-inference section 5, rule 4): whoever
// sends ack=a has processed everything below a, and nothing at or above it;
// and what crosses the tap after a segment did cannot have reached its sender
// before it sent it.
type facts struct {
	// What each segment moves stands together, since a capture of many
	// connections finds little of this in the processor's cache.
	lowFIN seq.Offset // end of what it sent without acknowledging the peer's FIN
	lowSYN seq.Offset // end of what it sent without acknowledging the peer's SYN
	last   moment     // its last segment that is no reset
	ackSYN span       // everything that acknowledges the peer's SYN

	syn    span // SYN without ACK
	synAck span
	fin    span
	low    span // its FINs that do not acknowledge the peer's FIN
	ackFIN span // everything that acknowledges the peer's FIN

	synAcked  moment     // first acknowledgement by the peer since its latest SYN or SYN,ACK
	finAcked  moment     // first acknowledgement by the peer since its latest FIN
	synAckAck seq.Offset // how much of the peer's SYN segment its SYN,ACK acknowledges

	first     moment
	knowsSYN  moment     // first without SYN that acknowledges the peer's SYN
	opened    moment     // first that only an endpoint past SYN-RECEIVED sends
	openedAt  seq.Offset // where it starts, were it not to be the FIN itself
	tookData  moment     // first that acknowledges more than the peer's SYN segment
	finPassed moment     // from here on its whole stream had passed, FIN included
	finFilled moment     // the segment that filled the gap before the FIN, if one did

	quiet      moment     // acknowledges the peer's FIN, with nothing of its own sent since
	quietAt    seq.Offset // its SND.NXT then
	finUnaware moment     // shows its FIN sent and the peer's FIN not processed
	finResent  moment     // its FIN again, changed: now it acknowledges the peer's FIN
	acked      moment     // shows that the acknowledgement of its FIN had arrived
	ackedOnly  moment     // the same, with the peer's FIN not processed

	beyondFIN moment // carries data beyond its own FIN

	knewBefore bool // octets before knowsSYN are not in the capture, and may have told the same

	unseen   moment     // acknowledges exactly one octet more than the peer sent here
	unseenAt seq.Offset // that acknowledgement
}

// repeatedBy tells whether another reset says the same at the same stage.
func (r *reset) repeatedBy(again *reset) bool {
	return r.from == again.from && r.seq == again.seq && r.hasAck == again.hasAck && r.ack == again.ack &&
		r.synWaited == again.synWaited && r.answered == again.answered && r.accept() == again.accept()
}

// Tracker gathers the facts of one connection, one Step at a time. Its size is
// fixed, whatever the length of the connection. The zero value is ready.
type Tracker struct {
	steady [2]seq.Offset // acknowledgements by the side up to here tell nothing that comes once; 0 for none
	side   [2]facts
	resets []reset

	challenged moment // first challenge ACK
}

// Reset makes the tracker ready for another connection.
func (t *Tracker) Reset() {
	resets := t.resets[:0]
	*t = Tracker{resets: resets}
}

// Observe takes the next segment of the connection. Copies that the capture
// recorded twice say nothing and are left out.
func (t *Tracker) Observe(step *reconstruct.Step) {
	if step.Swapped {
		t.swap()
	}
	if step.Marks.Has(reconstruct.Duplicate) {
		return
	}
	s := step.Segment
	m := moment{s.Frame, s.Time.Sub(step.Conn.Start), s.Flags}
	if step.Conn.SelfConnect {
		// One socket is both ends: what it sends it also receives.
		t.observe(step, m, reconstruct.Client, reconstruct.Client)
		return
	}
	t.observe(step, m, step.From, step.From.Peer())
}

// swap exchanges the sides, where a late SYN corrects roles that were assumed.
func (t *Tracker) swap() {
	t.side[0], t.side[1] = t.side[1], t.side[0]
	t.steady[0], t.steady[1] = t.steady[1], t.steady[0]
	for i := range t.resets {
		t.resets[i].from = t.resets[i].from.Peer()
	}
}

func (t *Tracker) observe(step *reconstruct.Step, m moment, x, y reconstruct.Side) {
	f := &t.side[x]
	if step.Ack <= t.steady[x] && routine(step, y) {
		f.last, f.ackSYN.last = m, m
		f.ackSYN.count++
		f.lowFIN = max(f.lowFIN, step.End)
		return
	}
	t.steady = [2]seq.Offset{}
	f.first.set(m)
	if m.flags.Has(decode.RST) {
		t.observeReset(step, m, x, y)
		return
	}
	f.last = m
	if step.Marks.Has(reconstruct.ChallengeACK) {
		t.challenged.set(m)
	}
	if step.Marks.Has(reconstruct.OutOfWindow) && !m.flags.Has(decode.SYN) {
		return
	}
	f.observeUnseen(step, m, y)
	acksFIN := step.HasAck && f.acksFINOf(&step.Conn.Half[y], step.Ack)
	f.observeSYN(step, m)
	f.observeKnowledge(step, m, &t.side[y])
	f.observeFIN(step, m, acksFIN)
	if acksFIN {
		f.observeACKOfFIN(step, m, &t.side[y])
	} else {
		f.lowFIN = max(f.lowFIN, step.End)
	}
	f.observeOwnFINAcked(step, m, &t.side[y], acksFIN)
	f.observePassing(step, m, x)
	t.steady[x] = f.steady(&t.side[y])
}

// steady returns up to which acknowledgement nothing that f keeps for once is
// still to come, as long as the segments of both sides are routine.
func (f *facts) steady(peer *facts) seq.Offset {
	switch {
	case !f.knowsSYN.seen() || !f.opened.seen() || !peer.synAcked.seen() || f.unseen.seen():
		return 0
	case !f.tookData.seen():
		return 1
	}
	return math.MaxInt64
}

// routine tells whether a segment does no more than send data and acknowledge:
// there is no SYN, FIN or reset, and nothing about its numbers is remarkable.
func routine(step *reconstruct.Step, y reconstruct.Side) bool {
	const remarkable = 1<<reconstruct.ChallengeACK | 1<<reconstruct.OutOfWindow
	return step.Segment.Flags&(decode.SYN|decode.FIN|decode.RST) == 0 && step.Marks&remarkable == 0 &&
		step.HasAck && step.Ack >= 1 && step.Ack <= step.Before[y].Max &&
		!step.Conn.Half[0].FINSeen && !step.Conn.Half[1].FINSeen
}

// observeSYN keeps the SYNs, and what was sent before the peer's SYN was known.
func (f *facts) observeSYN(step *reconstruct.Step, m moment) {
	switch {
	case m.flags.Has(decode.SYN | decode.ACK):
		if step.Seq != 0 {
			f.syn = span{} // another number: the SYN before it was an earlier attempt
		}
		f.synAck.add(m)
		f.synAckAck = max(f.synAckAck, step.Ack)
		f.synAcked = moment{}
	case m.flags.Has(decode.SYN):
		f.syn.add(m)
		f.synAcked = moment{}
	}
}

// observeKnowledge keeps what the acknowledgement says of the peer's SYN, and
// the first segment that an endpoint short of ESTABLISHED does not send.
func (f *facts) observeKnowledge(step *reconstruct.Step, m moment, peer *facts) {
	if !step.HasAck || step.Ack < 1 {
		f.lowSYN = max(f.lowSYN, step.End)
		return
	}
	f.ackSYN.add(m)
	peer.synAcked.set(m)
	if !m.flags.Has(decode.SYN) {
		f.knewBefore = f.knewBefore || !f.knowsSYN.seen() && step.Marks.Has(reconstruct.GapBefore)
		f.knowsSYN.set(m)
	}
	if step.Ack > max(peer.lowSYN, 1) && !step.Marks.Has(reconstruct.UnseenACK) {
		f.tookData.set(m)
	}
	if f.opened.seen() {
		return
	}
	fastOpen := peer.lowSYN > 1
	sendsData := step.Segment.Len > 0 && !m.flags.Has(decode.SYN) && !fastOpen
	// The peer's data and FIN come with an acknowledgement of our SYN, and are
	// taken only where that was (RFC 9293 3.10.7.4, fifth).
	takesData := peer.ackSYN.seen() && f.tookData.seen()
	if sendsData || takesData {
		f.opened, f.openedAt = m, step.Seq
		if m.flags.Has(decode.FIN) && !sendsData {
			f.openedAt = step.End // the FIN may be a copy, sent again with a newer acknowledgement
		}
	}
}

// observeFIN keeps the copies of this side's FIN.
func (f *facts) observeFIN(step *reconstruct.Step, m moment, acksFIN bool) {
	if half := &step.Conn.Half[step.From]; half.FINSeen && step.Segment.Len > 0 && step.End > half.FIN+1 {
		f.beyondFIN.set(m)
	}
	if !m.flags.Has(decode.FIN) || m.flags.Has(decode.SYN) {
		return // a FIN beside a SYN is a probe's; no endpoint closes what it opens
	}
	if acksFIN && f.low.seen() {
		f.finResent.set(m)
	}
	f.fin.add(m)
	f.finAcked = moment{}
	if !acksFIN {
		f.low.add(m)
		f.finUnaware.set(m)
	}
}

// observeACKOfFIN keeps the segments that show the peer's FIN processed. A
// plain ACK carries SND.NXT (RFC 9293 3.10.7.4), so one that comes before any
// FIN of its own shows which of the two came first.
func (f *facts) observeACKOfFIN(step *reconstruct.Step, m moment, peer *facts) {
	if !f.ackFIN.seen() {
		f.lowFIN = max(f.lowFIN, step.Seq) // what the capture lacks may have left before
	}
	f.ackFIN.add(m)
	peer.finAcked.set(m)
	probe := step.Marks.Has(reconstruct.KeepAlive) || step.Marks.Has(reconstruct.WindowProbe)
	if m.flags == decode.ACK && step.Segment.Len == 0 && !f.fin.seen() && !f.quiet.seen() && !probe {
		f.quiet, f.quietAt = m, step.Seq
	}
}

// observeOwnFINAcked finds the segments that show that this side has got the
// acknowledgement of its own FIN: it acknowledges octets which the peer sent
// only together with that acknowledgement.
func (f *facts) observeOwnFINAcked(step *reconstruct.Step, m moment, peer *facts, acksFIN bool) {
	half := &step.Conn.Half[step.From]
	if !half.FINSeen {
		return
	}
	if !acksFIN && step.HasAck && step.Segment.Len == 0 && step.Seq > half.FIN {
		f.finUnaware.set(m)
	}
	if step.HasAck && peer.ackFIN.seen() && step.Ack > peer.lowFIN {
		f.acked.set(m)
		if !acksFIN {
			f.ackedOnly.set(m)
		}
	}
}

// observePassing notes when the whole stream, FIN included, had passed the tap.
func (f *facts) observePassing(step *reconstruct.Step, m moment, x reconstruct.Side) {
	half := &step.Conn.Half[x]
	if half.FINSeen && !f.finPassed.seen() && half.Contiguous > half.FIN {
		f.finPassed = m
		if !m.flags.Has(decode.FIN) {
			f.finFilled = m
		}
	}
}

// observeUnseen notes an acknowledgement of just one octet that the tap never
// saw: the only trace that a FIN which the capture lacks can leave.
func (f *facts) observeUnseen(step *reconstruct.Step, m moment, y reconstruct.Side) {
	if step.HasAck && !step.Conn.Half[y].FINSeen && step.Before[y].Max > 0 && step.Ack == step.Before[y].Max+1 {
		f.unseen, f.unseenAt = m, step.Ack
	}
}

// acksFINOf tells whether an acknowledgement covers the peer's FIN, or the
// octet that is taken for a FIN which the capture lacks.
func (f *facts) acksFINOf(peer *reconstruct.Half, ack seq.Offset) bool {
	if peer.FINSeen {
		return ack > peer.FIN
	}
	return f.unseen.seen() && f.unseenAt == peer.Max && ack == peer.Max
}

func (t *Tracker) observeReset(step *reconstruct.Step, m moment, x, y reconstruct.Side) {
	r := reset{
		moment: m, last: m, from: x, hasAck: step.HasAck, seq: step.Seq, ack: step.Ack,
		stream: step.Before[x], peer: step.Before[y],
		synWaited: t.side[y].syn.seen() && !t.side[y].synAck.seen() && !t.side[y].knowsSYN.seen(),
		answered:  t.side[x].ackSYN.seen(),
	}
	for i := range t.resets {
		if t.resets[i].repeatedBy(&r) {
			t.resets[i].last = m
			return
		}
	}
	if len(t.resets) < maxResets {
		t.resets = append(t.resets, r)
	}
}
