package loss

import (
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
)

// Cause is why a segment is a retransmission, out of order or a duplicate.
type Cause uint8

// The causes, in the order in which they are counted in the output.
const (
	None             Cause = iota // there is nothing to explain
	RTO                           // the retransmission timer ran out
	Fast                          // enough duplicate acknowledgements, or SACKs above
	Recovery                      // continues what RTO or Fast began
	TLP                           // tail loss probe
	Spurious                      // not needed: the receiver had reported it
	Handshake                     // SYN or SYN-ACK again
	Unknown                       // nothing tells
	Reordering                    // overtaken on the path
	NetworkDuplicate              // the path delivered it twice
	CaptureDuplicate              // the capture holds it twice
	KeepAlive
	WindowProbe
	NumCauses int = iota
)

var causeNames = [NumCauses]string{
	"none", "rto", "fast", "recovery", "tlp", "spurious", "handshake", "unknown",
	"reordering", "network-duplicate", "capture-duplicate", "keep-alive", "window-probe",
}

// String returns the name used in JSON.
func (c Cause) String() string { return causeNames[c] }

// Retransmissions lists the causes for which a sender sends something again.
var Retransmissions = [...]Cause{RTO, Fast, Recovery, TLP, Spurious, Handshake, Unknown}

// Witness is what a verdict rests on.
type Witness uint8

// The witnesses, in the order in which they are asked.
const (
	Nothing Witness = iota
	Numbers         // sequence and acknowledgement numbers
	SACK
	TSval
	IPID
	DupACKs
	Timing
)

var certainties = [...]state.Certainty{
	Nothing: state.Unobserved,
	Numbers: state.Proven,
	SACK:    state.Strong,
	TSval:   state.Strong,
	IPID:    state.Strong,
	DupACKs: state.Assumed,
	Timing:  state.Assumed,
}

// Verdict is what is thought of one step. The zero value: nothing is to be
// explained.
type Verdict struct {
	Cause   Cause
	Witness Witness
	OfFrame capture.FrameNumber // latest frame with the same octets, 0 where none is known
}

// Certainty tells how sure the cause is. That of the unknown is unobserved. A
// SACK proves that its octets arrived, but not what the sender made of it.
func (v Verdict) Certainty() state.Certainty {
	if v.Cause == Spurious {
		return state.Proven
	}
	return certainties[v.Witness]
}
