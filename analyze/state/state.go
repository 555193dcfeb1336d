package state

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// State is a connection state of RFC 9293 section 3.3.2. The zero value is
// CLOSED.
type State uint8

// The eleven states, in the order of the RFC's text.
const (
	Closed State = iota
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	NumStates int = iota
)

var stateNames = [NumStates]string{
	"CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1",
	"FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT",
}

// String returns the RFC's spelling, such as "FIN-WAIT-1".
func (s State) String() string { return stateNames[s] }

// Synchronized tells whether both sides' initial numbers are known in s
// (RFC 9293 section 3.5.2).
func (s State) Synchronized() bool { return s >= Established }

// Certainty says how sure a transition is.
type Certainty uint8

// The four degrees, weakest first.
const (
	Unobserved Certainty = iota // a timer or a local call; no packet shows it
	Assumed                     // needs that nothing was lost or reordered between tap and endpoint
	Strong                      // proven by numbers, its time bounded on one side only
	Proven                      // proven by numbers, wherever the tap was
)

var certaintyNames = [...]string{"unobserved", "assumed", "strong", "proven"}

// String returns the name used in JSON.
func (c Certainty) String() string { return certaintyNames[c] }

// Cause is what moved the endpoint.
type Cause uint8

// The causes.
const (
	Sent     Cause = iota // it sent a segment
	Received              // it received a segment
	Local                 // a local call, with nothing on the wire
	Timer                 // a timer ran out
)

var causeNames = [...]string{"sent", "received", "local", "timer"}

// String returns the name used in JSON.
func (c Cause) String() string { return causeNames[c] }

// Transition is one change of state of one endpoint, with its evidence.
//
// Earliest and Latest bound the time at which it can have happened, relative
// to the first packet of the connection and on the clock of the capture; each
// is meaningful only where its Has field is set.
type Transition struct {
	From, To    State
	Cause       Cause
	Flags       decode.Flags        // of the segment sent or received
	Call        string              // the local call that is implied, such as "connect()"
	Frame       capture.FrameNumber // the segment that moved the endpoint, 0 if none was captured
	ProofFrame  capture.FrameNumber // the segment that shows it, 0 if none does
	Earliest    time.Duration
	Latest      time.Duration
	HasEarliest bool
	HasLatest   bool
	Certainty   Certainty
	FastOpen    bool   // the SYN that moved it brought data which it took (RFC 7413)
	RFC         string // section, such as "RFC 9293 3.10.7.4"
	Why         string // one sentence: what the evidence is
}

// Path is what one endpoint went through, in order. To of one transition is
// From of the next.
type Path []Transition

// Final returns the state in which the path ends; ok is false for an empty
// path.
func (p Path) Final() (s State, ok bool) {
	if len(p) == 0 {
		return Closed, false
	}
	return p[len(p)-1].To, true
}

// States returns the states that the path visits, its start included.
func (p Path) States() []State {
	if len(p) == 0 {
		return nil
	}
	states := []State{p[0].From}
	for _, t := range p {
		states = append(states, t.To)
	}
	return states
}
