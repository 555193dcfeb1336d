package flight

import (
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Segment is a range of octets that was sent and is not acknowledged.
//
// One with Times 0 is a hole: octets that did not pass the tap although later
// ones did, of which the earliest did at First. Its other fields but the range
// mean nothing.
type Segment struct {
	Lo, Hi seq.Offset
	First  capture.Timestamp   // when it was sent first
	Last   capture.Timestamp   // and latest
	Frame  capture.FrameNumber // of the latest transmission
	TSval  uint32              // of it, meaningful with HasTS
	IPID   uint16              // of it, meaningful with HasIPID
	Times  uint8               // transmissions seen, 255 for more
	status status
}

// status is what is thought of a Segment.
type status uint8

const (
	sacked  status = 1 << iota // the receiver has it
	lost                       // the sender takes it for lost
	again                      // and has sent it again since
	payload                    // it is not only SYN or FIN
	hasTS
	hasIPID
)

// SACKed tells whether the receiver has reported it.
func (s *Segment) SACKed() bool { return s.status&sacked != 0 }

// HasTS tells whether TSval is set.
func (s *Segment) HasTS() bool { return s.status&hasTS != 0 }

// HasIPID tells whether IPID is set.
func (s *Segment) HasIPID() bool { return s.status&hasIPID != 0 }

// Hole tells whether it did not pass the tap.
func (s *Segment) Hole() bool { return s.Times == 0 }

func (s *Segment) octets() int64 { return int64(s.Hi - s.Lo) }

// weight is how many octets of it are in the pipe (RFC 6675 section 4, SetPipe).
func (s *Segment) weight() (w int64) {
	if s.status&sacked != 0 {
		return 0
	}
	if s.status&lost == 0 {
		w += s.octets()
	}
	if s.status&again != 0 {
		w += s.octets()
	}
	return w
}

// describe sets all but the range of s, which is new, to those of a step: sent
// once.
func (s *Segment) describe(step *reconstruct.Step) {
	g := step.Segment
	s.First, s.Last, s.Frame, s.Times = g.Time, g.Time, g.Frame, 1
	if g.Len > 0 {
		s.status |= payload
	}
	if g.Options.Set&decode.OptTimestamps != 0 {
		s.TSval = g.Options.TSval
		s.status |= hasTS
	}
	if g.Quirks&decode.HasIPID != 0 && g.IPID != 0 {
		s.IPID = uint16(g.IPID)
		s.status |= hasIPID
	}
}

// resend records that the sender sent s once more, in the segment by.
func (s *Segment) resend(by *Segment) {
	if s.Times == 0 { // the hole is filled: for the tap this is the first time
		s.First, s.Times = by.First, 0
	} else if s.status&sacked == 0 {
		s.status |= lost | again
	}
	s.Last, s.Frame, s.TSval, s.IPID = by.Last, by.Frame, by.TSval, by.IPID
	s.status = s.status&^(hasTS|hasIPID|payload) | by.status&(hasTS|hasIPID|payload)
	if s.Times < 255 {
		s.Times++
	}
}
