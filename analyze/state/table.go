package state

import "strconv"

// Event is what happens to ONE endpoint, in that endpoint's own order: a
// segment it sent, a segment it received, a local call or a timer. A segment
// that means several things is several events, in the order in which RFC 9293
// section 3.10.7 processes them (RST, SYN, ACK, FIN).
type Event uint8

// The events.
const (
	PassiveOpen       Event = iota // listen(): it waits for a SYN
	SendSYN                        // connect(): it sends a SYN
	ReceiveSYN                     // a SYN that does not acknowledge its own
	ReceiveSYNACK                  // a SYN that acknowledges its own
	ReceiveACKOfSYN                // an acknowledgement of its SYN, without a SYN
	SendFIN                        // close() or shutdown(): its FIN leaves
	ReceiveACKOfFIN                // an acknowledgement of its FIN
	ReceiveFIN                     // the peer's FIN, with everything before it
	SendRST                        // abort, or the answer of an endpoint that has given up
	ReceiveRST                     // a reset that is acceptable (RFC 5961 section 3.2)
	ReceiveRSTPassive              // the same, where a passive open goes back to listening
	GiveUp                         // it dropped the connection with nothing on the wire
	TwoMSL                         // the TIME-WAIT timer ran out, or its addresses were used again
	NumEvents         int   = iota
)

var eventNames = [NumEvents]string{
	"passive OPEN", "send SYN", "receive SYN", "receive SYN,ACK", "receive ACK of SYN", "send FIN",
	"receive ACK of FIN", "receive FIN", "send RST", "receive RST", "receive RST", "give up", "2MSL timeout",
}

// String returns the event in words.
func (e Event) String() string { return eventNames[e] }

// Verdict is what the table says of a state and an event.
type Verdict uint8

// The verdicts. The zero value is Impossible, so that a pair which the table
// forgets is refused rather than let through.
const (
	Impossible Verdict = iota // an endpoint in this state cannot meet this event
	Stays                     // allowed, and the state stays
	Moves                     // the state changes
)

// Rule is one row of the state machine. Figure tells whether the RFC's own
// diagram (RFC 9293 figure 5) has the edge.
type Rule struct {
	From    State
	Event   Event
	To      State
	RFC     string
	Figure  bool
	Meaning string
}

// Vantage of the table: the wire shows segments alone. PassiveOpen, GiveUp and
// TwoMSL never appear on it and are inferred from what follows; the send
// events are seen no earlier than they happened, the receive events no later.

// rules is the machine. Nothing else changes a state.
//
// A passive opener that a reset sends back to LISTEN is written as such
// (RFC 9293 3.10.7.4); everything that leads to CLOSED by abort or reset is
// left out of the RFC's figure "for brevity" and has Figure false.
var rules = [...]Rule{
	{Closed, PassiveOpen, Listen, "RFC 9293 3.10.1", true, "a passive OPEN makes it listen"},
	{Closed, SendSYN, SynSent, "RFC 9293 3.10.1", true, "an active OPEN sends a SYN"},
	{Listen, SendSYN, SynSent, "RFC 9293 3.10.2", true, "a SEND on a listening endpoint makes it active"},
	{Listen, ReceiveSYN, SynReceived, "RFC 9293 3.10.7.2", true, "a SYN arrives and is answered by SYN,ACK"},
	{Listen, GiveUp, Closed, "RFC 9293 3.10.4", true, "the listener is closed"},

	{SynSent, ReceiveSYN, SynReceived, "RFC 9293 3.10.7.3", true, "a SYN that acknowledges nothing: simultaneous open"},
	{SynSent, ReceiveSYNACK, Established, "RFC 9293 3.10.7.3", true, "the SYN is acknowledged and answered"},
	{SynSent, ReceiveRST, Closed, "RFC 9293 3.10.7.3", false, "a reset that acknowledges the SYN: refused"},
	{SynSent, GiveUp, Closed, "RFC 9293 3.10.4", true, "the open is given up; nothing is sent for it"},

	{SynReceived, ReceiveACKOfSYN, Established, "RFC 9293 3.10.7.4", true, "its SYN is acknowledged"},
	{SynReceived, ReceiveSYNACK, Established, "RFC 9293 3.10.7.4", false, "its SYN is acknowledged by the peer's SYN,ACK"},
	{SynReceived, SendFIN, FinWait1, "RFC 9293 3.10.4", true, "closed before its SYN was acknowledged"},
	{SynReceived, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset before the handshake ended"},
	{SynReceived, ReceiveRSTPassive, Listen, "RFC 9293 3.10.7.4", true, "reset before the handshake ended; the listener goes on"},
	{SynReceived, SendRST, Closed, "RFC 9293 3.10.5", false, "aborted before the handshake ended"},
	{SynReceived, GiveUp, Closed, "RFC 9293 3.8.3", false, "the SYN,ACK was never acknowledged"},

	{Established, SendFIN, FinWait1, "RFC 9293 3.10.4", true, "it closes its side first"},
	{Established, ReceiveFIN, CloseWait, "RFC 9293 3.10.7.4", true, "the peer closes its side"},
	{Established, SendRST, Closed, "RFC 9293 3.10.5", false, "aborted"},
	{Established, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset by the peer"},
	{Established, GiveUp, Closed, "RFC 9293 3.8.3", false, "given up after unanswered retransmissions"},

	{FinWait1, ReceiveACKOfFIN, FinWait2, "RFC 9293 3.10.7.4", true, "its FIN is acknowledged"},
	{FinWait1, ReceiveFIN, Closing, "RFC 9293 3.10.7.4", true, "the peer's FIN arrives before the acknowledgement of its own"},
	{FinWait1, SendRST, Closed, "RFC 9293 3.10.7.4", false, "aborted, or data met a closed reader"},
	{FinWait1, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset by the peer"},
	{FinWait1, GiveUp, Closed, "RFC 9293 3.8.3", false, "given up after unanswered retransmissions"},

	{FinWait2, ReceiveFIN, TimeWait, "RFC 9293 3.10.7.4", true, "the peer closes too"},
	{FinWait2, SendRST, Closed, "RFC 9293 3.10.7.4", false, "aborted, or data met a closed reader"},
	{FinWait2, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset by the peer"},
	{FinWait2, GiveUp, Closed, "practice: FIN-WAIT-2 timeout", false, "most systems do not wait for the peer's FIN for ever"},

	{CloseWait, SendFIN, LastAck, "RFC 9293 3.10.4", true, "it closes after the peer"},
	{CloseWait, SendRST, Closed, "RFC 9293 3.10.5", false, "aborted"},
	{CloseWait, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset by the peer"},
	{CloseWait, GiveUp, Closed, "RFC 9293 3.8.3", false, "given up after unanswered retransmissions"},

	{Closing, ReceiveACKOfFIN, TimeWait, "RFC 9293 3.10.7.4", true, "its FIN is acknowledged after the peer's came"},
	{Closing, SendRST, Closed, "RFC 9293 3.10.5", false, "aborted"},
	{Closing, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset by the peer"},
	{Closing, GiveUp, Closed, "RFC 9293 3.8.3", false, "given up after unanswered retransmissions"},

	{LastAck, ReceiveACKOfFIN, Closed, "RFC 9293 3.10.7.4", true, "its FIN is acknowledged"},
	{LastAck, SendRST, Closed, "RFC 9293 3.10.5", false, "aborted"},
	{LastAck, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "reset by the peer"},
	{LastAck, GiveUp, Closed, "RFC 9293 3.8.3", false, "given up after unanswered retransmissions"},

	{TimeWait, TwoMSL, Closed, "RFC 9293 3.10.8", true, "TIME-WAIT is over"},
	{TimeWait, ReceiveRST, Closed, "RFC 9293 3.10.7.4", false, "a reset ends TIME-WAIT (see RFC 1337)"},
	{TimeWait, SendRST, Closed, "RFC 9293 3.10.7.1", false, "a late segment met no connection any more"},
}

// stays lists the pairs that are allowed and change nothing: repeated
// segments, acknowledgements already counted, answers of a closed endpoint.
var stays = [...]struct {
	event  Event
	states []State
	why    string
}{
	{SendSYN, []State{SynSent, SynReceived}, "the SYN is sent again"},
	{ReceiveSYN, []State{SynReceived}, "the peer's SYN is repeated"},
	{ReceiveSYNACK, []State{Established, FinWait1}, "the peer repeats its SYN,ACK; the answer was lost"},
	{ReceiveACKOfSYN, []State{Established, FinWait1, FinWait2, CloseWait, Closing, LastAck, TimeWait}, "its SYN was acknowledged before"},
	{SendFIN, []State{FinWait1, Closing, LastAck}, "the FIN is sent again"},
	{ReceiveFIN, []State{CloseWait, Closing, LastAck, TimeWait}, "the peer's FIN is repeated"},
	{ReceiveACKOfFIN, []State{FinWait2, TimeWait}, "its FIN was acknowledged before"},
	{SendRST, []State{Closed, Listen}, "a segment for which there is no connection is answered by a reset"},
	{ReceiveRST, []State{Closed, Listen}, "there is nothing to reset"},
	{TwoMSL, []State{Closed}, "its addresses are used again, and nothing stands in the way"},
}

// machine is the total form of the table.
type machine [NumStates][NumEvents]struct {
	verdict Verdict
	rule    *Rule
}

// newMachine lays out the rows so that each pair is found at once.
func newMachine() *machine {
	m := new(machine)
	for i := range rules {
		r := &rules[i]
		m[r.From][r.Event].verdict, m[r.From][r.Event].rule = Moves, r
	}
	for _, s := range stays {
		for _, from := range s.states {
			m[from][s.event].verdict = Stays
		}
	}
	return m
}

// next answers what the machine does; the rule is nil unless the verdict is
// Moves.
func (m *machine) next(from State, e Event) (Verdict, *Rule) {
	cell := &m[from][e]
	return cell.verdict, cell.rule
}

// Rules returns the rows of the state machine, in the table's order.
func Rules() []Rule { return append([]Rule(nil), rules[:]...) }

// String prints a row as one line of the table.
func (r Rule) String() string {
	return r.From.String() + " --" + r.Event.String() + "--> " + r.To.String() + " (" + r.RFC + "): " + strconv.Quote(r.Meaning)
}
