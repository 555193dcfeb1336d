package course

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// The bounds of what is kept of a side.
const (
	MaxFirst  = 6  // segments with new data
	MaxACKs   = 12 // acknowledgements of new data
	MaxRounds = 10
	MaxAgain  = 5 // retransmissions
)

// Packet is a segment as it stands in the capture.
type Packet struct {
	Frame       capture.FrameNumber // 0 for none
	At          capture.Timestamp
	Seq, Ack    uint32 // raw
	Flags       decode.Flags
	Len         int // octets of payload
	Header      int // octets of the TCP header, options included
	RawWindow   uint16
	Window      int64 // scaled, meaningful with WindowKnown
	WindowKnown bool
}

// Sent is a segment with new data, and what acknowledged it.
type Sent struct {
	Packet
	End    seq.Offset // behind its last octet
	Again  bool       // some of it was sent again before it was acknowledged
	Held   bool       // something before it was sent again before it was acknowledged
	Answer Packet     // the first acknowledgement that covers it; its Frame is 0 for none
}

// RTT returns the time from the segment to its acknowledgement; ok is false
// where there is none, where nothing tells which copy it answers (Karn), or where
// the clock of the capture went back in between.
func (s *Sent) RTT() (d time.Duration, ok bool) {
	if s.Answer.Frame == 0 || s.Again || s.At == capture.NoTime || s.Answer.At == capture.NoTime {
		return 0, false
	}
	d = s.Answer.At.Sub(s.At)
	return d, d >= 0
}

// Estimates returns EstimatedRTT after each of the segments: the first sample,
// then 7/8 of the estimate and 1/8 of the sample. It stays where a segment gives
// no sample, and is 0 before the first.
func Estimates(list []Sent) []time.Duration {
	all := make([]time.Duration, len(list))
	estimate, begun := 0.0, false
	for i := range list {
		if d, ok := list[i].RTT(); ok && !begun {
			estimate, begun = float64(d), true
		} else if ok {
			estimate = 0.875*estimate + 0.125*float64(d)
		}
		all[i] = time.Duration(estimate + 0.5)
	}
	return all
}

// ACK is an acknowledgement of new data.
type ACK struct {
	Packet
	Octets   int64 // of data that it is the first to acknowledge
	Segments int   // of those captured that it is the first to cover, -1 unknown
}

// ACKs are those that the other side's data met with.
type ACKs struct {
	First  []ACK
	Octets quantile.Summary // that each acknowledges
	Total  int64            // octets that all of them acknowledge
	// Covering counts those that cover one segment, two, and more; None those
	// that cover the rest of none, as of a part of a segment, or of what was
	// not captured.
	One, Two, More, None int64
}

// Again is a segment that was sent again.
type Again struct {
	Packet
	Cause   string              // in the words of package loss
	Witness string              // what that rests on, empty for nothing
	Of      capture.FrameNumber // where the same octets passed before, 0 unknown
}

// Round is a stretch of data from one segment to the acknowledgement of that
// segment.
type Round struct {
	Segments, Octets int64 // with payload, those sent again included
}

// Half is what one side did.
type Half struct {
	SYNs, FINs, Resets int64
	SYN                Packet // the first; the one that acknowledges the peer's where both are there
	FirstSYN, LastFIN  capture.Timestamp
	First              []Sent
	FirstData          Packet // with payload
	LastAnswer         Packet // the last acknowledgement of new data of this side
	Post               Packet // the first of its first segments that begins with POST
	Answers            ACKs   // that this side's data met with
	Headers            int64  // octets of the TCP headers of its segments with payload
	Least              Packet // the one with the smallest window that this side advertised, SYNs and resets left out
	Windows            Windows
	Rounds             []Round
	Again              []Again // the first of them
	Asked, Unasked     int64   // retransmissions: with three duplicate acknowledgements for it, and without
}

// Windows sums the windows of a side's segments, resets left out.
type Windows struct {
	N                 int64
	Scaled, Raw       Range // octets, and as in the header
	ScaledSum, RawSum int64
	Unknown           int64 // of N, whose scale is not known: they count as in the header
}

// Range is the least and the most.
type Range struct{ Least, Most int64 }

// Result is what is known of a connection.
type Result struct {
	Half     [2]Half
	FirstSYN capture.Timestamp // of either side; NoTime where the capture has none
	LastFIN  capture.Timestamp
	Begins   bool // the first segment captured is a SYN
}

// Counts returns how many SYN, FIN and RST segments there are.
func (r *Result) Counts() (syn, fin, rst int64) {
	for i := range r.Half {
		h := &r.Half[i]
		syn, fin, rst = syn+h.SYNs, fin+h.FINs, rst+h.Resets
	}
	return syn, fin, rst
}

// State returns the state by CSC 361, as "S2F2" or "S1F0/R".
func (r *Result) State() string {
	syn, fin, rst := r.Counts()
	text := fmt.Sprintf("S%dF%d", syn, fin)
	if rst > 0 {
		text += "/R"
	}
	return text
}

// Complete tells whether CSC 361 calls the connection complete: at least one SYN
// and one FIN were captured.
func (r *Result) Complete() bool {
	syn, fin, _ := r.Counts()
	return syn > 0 && fin > 0
}

// Sender returns the side that sent more of its stream, the client where both
// sent as much.
func Sender(c *reconstruct.Connection) reconstruct.Side {
	if c.Half[reconstruct.Server].Unique > c.Half[reconstruct.Client].Unique {
		return reconstruct.Server
	}
	return reconstruct.Client
}
