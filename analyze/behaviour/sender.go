package behaviour

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// sender is how a side sends.
type sender struct {
	largest  int32      // payload of its largest segment that was not joined by offload
	joined   int32      // payload of its largest segment that was
	small    seq.Offset // end of its latest small segment
	smallAt  capture.Timestamp
	cleared  capture.Timestamp // when all that it had sent was acknowledged by a segment without data
	waited   time.Duration     // how long its small segment before had waited for that
	hasClear bool
	bold     uint32 // small segments sent while another was not acknowledged
	held     uint32 // small segments that left with an acknowledgement
	initial  initial
}

// initial is what it sent before the first acknowledgement of data arrived.
type initial struct {
	stage    stage
	segments uint32
	octets   int64
	edge     seq.Offset        // how far the window took it when it opened; 0 unknown
	deadline capture.Timestamp // what passes until then left before
	exact    bool              // it ended with a full segment, so that there may have been more to send
	full     bool              // it filled the receiver's window
	answered bool              // the acknowledgement came with an answer, which may have set more off
}

// stage is how far the first flight has come.
type stage uint8

const (
	waiting stage = iota // nothing of its data is acknowledged
	acked                // the acknowledgement has passed the tap
	over
)

// released is how soon after an acknowledgement a sender sends what it set off.
const released = 2 * time.Millisecond

// longWait is how long an acknowledgement must have been waited for to tell that a
// segment was held for it.
const longWait = 5 * time.Millisecond

// send takes a segment with data.
func (s *sender) send(step *reconstruct.Step, turn time.Duration, known bool) {
	top := step.Before[step.From].Max
	if step.Seq < top || step.Marks&(1<<reconstruct.KeepAlive|1<<reconstruct.WindowProbe|1<<reconstruct.OutOfOrder) != 0 {
		return
	}
	g := step.Segment
	room := segmentRoom(step.Conn, step.From)
	if known {
		s.start(step, turn, room)
	}
	if step.Seq > top {
		return // not the next that it had to send
	}
	s.size(g, room)
	if small(seq.Offset(g.Len), room) && g.Flags&(decode.SYN|decode.FIN) == 0 && !step.Marks.Has(reconstruct.WindowFull) {
		switch {
		case s.small > step.Before[step.From].Acked:
			// The acknowledgement may be what was not captured.
			if step.Conn.Half[step.Conn.Peer(step.From)].Packets > 0 && !step.Marks.Has(reconstruct.UnseenACK) {
				s.bold++
			}
		case known && s.hasClear && s.waited >= longWait && g.Time.Sub(s.cleared) <= turn+released:
			s.held++
		}
		s.small, s.smallAt = step.End, g.Time
	}
	s.hasClear = false
}

// size keeps the largest payloads.
func (s *sender) size(g *decode.Segment, room int64) {
	if int64(g.Len) > room+optionsMax {
		s.joined = max(s.joined, int32(g.Len))
		return
	}
	s.largest = max(s.largest, int32(g.Len))
}

// start follows the first flight.
func (s *sender) start(step *reconstruct.Step, turn time.Duration, room int64) {
	i := &s.initial
	if i.stage == over || !step.Conn.Half[step.From].SYNSeen {
		return
	}
	if i.stage == acked && i.edge > 0 && step.End > i.edge { // it knows of another window: the way is shorter than it looked
		i.stage, i.octets = over, 0
		return
	}
	now := step.Segment.Time
	sooner := capture.Timestamp(0) // what its host takes to answer is no way
	if turn >= time.Millisecond {
		sooner = capture.Timestamp(turn - turn/16)
	}
	if i.stage == acked && now > i.deadline+sooner {
		i.stage = over
		i.exact = i.exact && !i.full && !i.answered && now <= i.deadline+capture.Timestamp(turn+released)
		return
	}
	n := int64(step.Seq-step.Before[step.From].Max) + int64(step.Segment.Len) // with what is late, or was lost
	i.octets += n
	i.segments += uint32((n + room - 1) / room)
	i.full = i.full || step.Marks.Has(reconstruct.WindowFull)
	i.exact = i.segments > 1 && !small(seq.Offset(step.Segment.Len), room)
}

// hear takes an acknowledgement by the peer of something new.
func (s *sender) hear(step *reconstruct.Step) {
	me := step.Conn.Peer(step.From)
	half := &step.Conn.Half[me]
	now := step.Segment.Time
	if s.initial.stage == waiting && s.initial.octets == 0 {
		if window, known := step.Conn.Window(step.From, step.Segment); known && window > 0 {
			s.initial.edge = half.Acked + seq.Offset(window)
		}
	}
	if s.initial.stage == waiting && s.initial.octets > 0 && half.Acked > 1 {
		s.initial.stage, s.initial.deadline = acked, now
		s.initial.answered = step.Segment.Len > 0
	}
	s.hasClear = half.Acked == half.Max && step.Segment.Len == 0 && s.small == half.Max
	if s.hasClear {
		s.cleared, s.waited = now, now.Sub(s.smallAt)
	}
}
