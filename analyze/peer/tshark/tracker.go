package tshark

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Row is what tshark shows of one segment below tcp.analysis. What it does not
// show is 0.
type Row struct {
	Flags         Flags
	DupNum        int                 // duplicate_ack_num
	DupFrame      capture.FrameNumber // duplicate_ack_frame
	AcksFrame     capture.FrameNumber
	AckRTT        time.Duration
	InitialRTT    time.Duration
	RTO           time.Duration
	RTOFrame      capture.FrameNumber
	BytesInFlight uint32
	PushBytesSent uint32
}

// Tracker follows both sides of one connection. The zero value is ready.
type Tracker struct {
	flows [2]flow
	row   Row
	told  bool              // tshark has an analysis of the segment at all
	syn   capture.Timestamp // of the latest SYN; tshark takes the epoch itself for none
	irtt  time.Duration     // of the handshake, 0 for unknown

	renumbered bool
}

// Row returns what tshark shows of the latest segment.
func (t *Tracker) Row() Row { return t.row }

// Observe takes the next segment of the connection.
func (t *Tracker) Observe(step *reconstruct.Step) {
	if step.Swapped {
		t.flows[0], t.flows[1] = t.flows[1], t.flows[0]
	}
	s := step.Segment
	t.row, t.told = Row{}, false
	if s.Quirks&(decode.FlagsCut|decode.HeaderCut|decode.Incomplete|decode.BadOffset) != 0 {
		return
	}
	v := view{t: t, step: step, s: s, me: &t.flows[step.From], peer: &t.flows[step.Conn.Peer(step.From)]}
	v.begin()
	v.judge()
	v.store()
	v.acknowledge()
	v.measure()
	t.handshake(s)
	if t.told || t.row.Flags != 0 {
		t.row.InitialRTT = t.irtt
	}
	v.remember()
	if s.Quirks&decode.OptionsCut != 0 {
		t.row = Row{} // tshark stops at the cut, before it shows its analysis
	}
}

// handshake times the first plain acknowledgement after a SYN, whoever sent it.
func (t *Tracker) handshake(s *decode.Segment) {
	switch s.Flags & (decode.SYN | decode.ACK) {
	case decode.SYN:
		t.syn = s.Time
	case decode.ACK:
		if t.syn != 0 && t.irtt == 0 {
			t.irtt = s.Time.Sub(t.syn)
		}
	}
}

// flow is what is remembered of one direction. As in tshark, a number that is
// 0 counts as not known.
type flow struct {
	base, next, ack   seq.Number // initial; where the stream ends; acknowledged last
	contiguous        seq.Number // what the peer can acknowledge without surprise
	nextFrame         capture.FrameNumber
	nextTime, ackTime capture.Timestamp
	window            int64 // as in the header, -1 before the first
	scale             scale
	lastFlags         Flags
	dups              int // duplicate acknowledgements; -1 after one for what was not captured
	original          capture.FrameNumber
	waiting           []sent     // for an acknowledgement, the oldest first
	lo, hi            seq.Number // the span of what waits
	blocks            [4]decode.SACKBlock
	numBlocks         int
	pushed            uint32

	hasBase, spoke, synWindow, blind, pushEnded, reset, cut bool
}

// sent is a segment that waits for its acknowledgement.
type sent struct {
	lo, hi seq.Number
	frame  capture.FrameNumber
	time   capture.Timestamp
}

// maxWaiting is how many segments tshark remembers for a direction.
const maxWaiting = 10000

// scale is the window scale of a direction, plus one; see below.
type scale int8

const (
	scaleUnknown scale = iota
	scaleNone          // and above it the shift count
	scaleZero
)

func (s scale) shift() uint {
	if s <= scaleNone {
		return 0
	}
	return uint(s - scaleZero)
}

// largestShift is that of RFC 7323 section 2.3.
const largestShift = 14

// Blind tells whether tshark gives no bytes in flight for a side: between a
// segment beyond a hole and the next acknowledgement.
func (t *Tracker) Blind(s reconstruct.Side) bool { return t.flows[s].blind }

// SACKed is how many bytes the SACK blocks of a side hold that tshark takes off
// the other's bytes in flight.
func (t *Tracker) SACKed(s reconstruct.Side) (n int64) {
	f := &t.flows[s]
	for _, b := range f.blocks[:f.numBlocks] {
		n += int64(uint32(b.Right - b.Left))
	}
	return n
}

// Renumbered tells whether a SYN-ACK gave its side other numbers than before.
func (t *Tracker) Renumbered() bool { return t.renumbered }

// Cut tells whether the snapshot cut the options of a side's latest segment.
func (t *Tracker) Cut(s reconstruct.Side) bool { return t.flows[s].cut }
