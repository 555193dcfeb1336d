package reconstruct

import (
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Side is one of the two endpoints of a connection, and an index into
// everything that is kept once for each direction.
type Side uint8

// The two sides. The client sent the first SYN, or is assumed to have.
const (
	Client Side = 0
	Server Side = 1
)

// Sides lists both, client first.
var Sides = [2]Side{Client, Server}

// Peer returns the other side.
func (s Side) Peer() Side { return 1 - s }

// String returns "client" or "server".
func (s Side) String() string { return [...]string{"client", "server"}[s] }

// Connection is one incarnation of a 4-tuple, both ways: who, when, how much.
// It grows with each segment that the Table places in it.
type Connection struct {
	Number        int  // as Wireshark's tcp.stream, from 0
	Slot          int  // small index, unique among the connections now tracked, reused after
	RolesObserved bool // a SYN or SYN-ACK told who is the client; otherwise assumed
	SelfConnect   bool // both endpoints are the same socket: all is sent by Client, and acknowledges Client
	Ends          [2]decode.Endpoint
	First, Last   capture.FrameNumber
	Start, End    capture.Timestamp // of the first and the latest packet
	Half          [2]Half           // what each side sent
	Findings      []finding.Finding // facts of the capture that touch this connection
	Previous      int               // number of the earlier incarnation of this 4-tuple, -1 if none
	Reused        [2]Reuse          // by each side, for a further incarnation of this 4-tuple
}

// Reuse is where an endpoint begins to take part in the next connection with
// the same addresses and ports, by a SYN or SYN-ACK. The zero value: it does not.
type Reuse struct {
	Frame capture.FrameNumber // of the SYN that opens that connection
	At    capture.Timestamp
}

// Peer returns whose bytes the segments of side s acknowledge: the other side,
// or in a self-connect the same.
func (c *Connection) Peer(s Side) Side {
	if c.SelfConnect {
		return s
	}
	return s.Peer()
}

// Packets returns how many packets of the connection the capture holds.
func (c *Connection) Packets() int64 { return c.Half[Client].Packets + c.Half[Server].Packets }

// Half is what one side sent, in that side's own sequence space.
//
// ISN is known for certain only with SYNSeen; otherwise it is one below the
// first number that was seen or acknowledged, so that offset 1 is the first
// byte known and earlier bytes stand at 0 and below.
//
// Invariant: Acked <= Contiguous <= Max; see check.
type Half struct {
	ISN           seq.Number
	HasISN        bool       // ISN is set (from a SYN, the first segment, or the peer's acknowledgement)
	SYNSeen       bool       // a SYN of this side was captured
	SYNWhole      bool       // and it was captured with all its options, so that what Options lacks was not offered
	SYNACKSeen    bool       // a SYN of this side that acknowledges the peer's was captured
	FINSeen       bool       // a FIN of this side was captured
	Options       Offer      // of its first SYN
	FIN           seq.Offset // of the FIN, with FINSeen
	Packets       int64
	Payload       int64            // payload bytes captured or counted by the IP header, copies included
	Unique        int64            // each byte of the stream once
	Max           seq.Offset       // highest offset sent plus one, or acknowledged where that is more (SND.MAX at the tap)
	Contiguous    seq.Offset       // everything below has passed the tap (or was acknowledged)
	Acked         seq.Offset       // highest offset that the peer acknowledged
	Missing       int64            // bytes that the peer acknowledged and the capture lacks (a lost FIN counts as one)
	Retransmitted int64            // payload bytes that had passed the tap before
	Counts        [NumMarks]uint32 // segments that carry each mark
}

// Offer is what the options of a SYN offer. A field means something only where
// Set has its bit; see decode.Options.
type Offer struct {
	Set         decode.OptionSet
	MSS         uint16
	WindowScale uint8
	CookieLen   uint8
	OtherKind   uint8
}

// FINAcked tells whether the peer acknowledged the FIN of this side.
func (h *Half) FINAcked() bool { return h.FINSeen && h.Acked > h.FIN }

// Mark is something noticeable about one segment in its connection. The marks
// are facts of sequence space and headers; what caused a retransmission is the
// business of package analyze.
type Mark uint8

// The marks, in the order in which they are printed.
const (
	Retransmission Mark = iota
	OutOfOrder          // fills a hole left by segments that passed before it
	Duplicate           // the same packet recorded again
	Spurious            // a retransmission of what the peer had acknowledged already
	KeepAlive
	KeepAliveACK
	ZeroWindow
	WindowProbe
	WindowProbeACK
	WindowUpdate
	WindowFull
	DupACK
	GapBefore // bytes before it were not captured (yet)
	UnseenACK // acknowledges what the capture does not hold
	SYNRetransmission
	FINRetransmission
	Truncated
	ChallengeACK
	OutOfWindow
	NumMarks int = iota
)

var markNames = [NumMarks]string{
	"retransmission", "out-of-order", "duplicate", "spurious", "keep-alive", "keep-alive-ack",
	"zero-window", "window-probe", "window-probe-ack", "window-update", "window-full", "dup-ack",
	"gap-before", "unseen-ack", "syn-retransmission", "fin-retransmission", "truncated",
	"challenge-ack", "out-of-window",
}

// String returns the name used in JSON.
func (m Mark) String() string { return markNames[m] }

// Marks is a set of marks.
type Marks uint32

// Has tells whether m is in the set.
func (s Marks) Has(m Mark) bool { return s&(1<<m) != 0 }

// With returns the set with m added.
func (s Marks) With(m Mark) Marks { return s | 1<<m }

// Names returns the names of the marks in the set, in their order.
func (s Marks) Names() []string {
	names := []string{}
	for m := range Mark(NumMarks) {
		if s.Has(m) {
			names = append(names, m.String())
		}
	}
	return names
}

// Step is one segment placed in its connection: the input of every analysis.
// It is valid until the Table is given the next segment.
type Step struct {
	Segment *decode.Segment
	Conn    *Connection
	From    Side
	Opened  bool       // the first segment of this connection
	Swapped bool       // a late SYN or SYN-ACK showed the roles: from here on, Client is who was taken for Server
	Seq     seq.Offset // of its first octet (SYN included), in the sender's space
	End     seq.Offset // after its last octet (SYN and FIN included)
	Ack     seq.Offset // in the space of Conn.Peer(From); meaningful with HasAck
	HasAck  bool       // the ACK flag is set, the number is there and not plainly garbage
	Marks   Marks
	Before  [2]Passed // what had passed the tap before this segment, for each side
}

// Passed is how far one side's stream had passed the tap at some moment.
type Passed struct {
	Max        seq.Offset
	Contiguous seq.Offset
	Acked      seq.Offset
}
