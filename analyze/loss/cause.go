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
	Spurious                      // not needed: the receiver had it
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

// repairs tells whether the sender of a segment with this cause took it for
// lost.
func (c Cause) repairs() bool { return c >= RTO && c <= Unknown && c != Spurious }

// Witness is what a verdict rests on.
type Witness uint8

// The witnesses, in the order in which they are asked; DSACK and Eifel speak
// later.
const (
	Nothing Witness = iota
	Numbers         // sequence and acknowledgement numbers
	SACK
	TSval
	IPID
	DupACKs
	Arrival // what was sent later has arrived
	Timing
	Share // how many packets of the connection are recorded twice
	DSACK // a report that it arrived twice (RFC 2883)
	Eifel // a timestamp that shows that the first transmission arrived (RFC 3522)
)

var witnesses = [...]struct {
	name      string
	certainty state.Certainty
}{
	Nothing: {"", state.Unobserved},
	Numbers: {"numbers", state.Proven},
	SACK:    {"sack", state.Strong},
	TSval:   {"tsval", state.Strong},
	IPID:    {"ip-id", state.Strong},
	DupACKs: {"dup-acks", state.Assumed},
	Arrival: {"arrival", state.Assumed},
	Timing:  {"timing", state.Assumed},
	Share:   {"share", state.Assumed},
	DSACK:   {"dsack", state.Strong},
	Eifel:   {"eifel", state.Strong},
}

// String returns the name used in JSON, empty for Nothing.
func (w Witness) String() string { return witnesses[w].name }

// Place is where on its way a segment was lost that is sent again, or
// whatever made its sender think so.
type Place uint8

// The places. After the tap it may also be that the acknowledgement was lost.
const (
	Nowhere   Place = iota // not known, or not lost
	BeforeTap              // the tap did not see the first transmission
	AfterTap               // it did
)

var placeNames = [...]string{"", "before-tap", "after-tap"}

// String returns the name used in JSON, empty for Nowhere.
func (p Place) String() string { return placeNames[p] }

// Verdict is what is thought of one step. The zero value: nothing is to be
// explained.
type Verdict struct {
	Cause   Cause
	Witness Witness
	Lost    Place
	Backoff uint8               // which time-out in a row of the same octets or SYN it is, from 1; 0 where no timer ran out
	OfFrame capture.FrameNumber // latest frame with the same octets, 0 where none is known

	// What the step says of the other side's retransmissions: that the one in
	// frame Needless was not needed, by DSACK or Eifel; 0 for none.
	Needless capture.FrameNumber
	By       Witness
}

// Certainty tells how sure the cause is. That of the unknown is unobserved. A
// SACK proves that its octets arrived, but not what the sender made of it.
func (v Verdict) Certainty() state.Certainty {
	if v.Cause == Spurious && v.Witness == SACK {
		return state.Proven
	}
	return witnesses[v.Witness].certainty
}

// Counts is how many segments of a side have each cause.
type Counts [NumCauses]uint32

// Tally is how many segments of a side had what.
type Tally struct {
	Causes    Counts
	Sure      [4]uint32 // retransmissions by state.Certainty of the cause
	NotNeeded uint32    // retransmissions that were not: Spurious when they passed, or shown so later
	Lost      [3]uint32 // by Place, of those that were needed as far as is known
}
