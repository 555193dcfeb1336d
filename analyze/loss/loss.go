package loss

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Tracker judges both sides of one connection. The zero value is ready.
type Tracker struct{ sides [2]side }

// side is what is remembered of a sender.
type side struct {
	*record                   // nil until there is something to explain
	recover seq.Offset        // what was sent when the recovery began; in one while below is unacknowledged
	spoke   capture.Timestamp // when it sent octets last, meaningful with hasSent
	heard   capture.Timestamp // when an acknowledgement advanced last, meaningful with hasHeard
	top     stamp             // of the segment that went farthest,
	reach   seq.Offset        // and how far it went
	ids     counter
	clock   clock
	dups    uint16            // duplicate acknowledgements since the latest that was not
	doubled capture.Timestamp // when the latest of them came
	timer   rtt.Timer

	hasSent, hasHeard bool
	fast              bool // the recovery began upon acknowledgements, not by the timer
}

// record is what is kept of a side that sent something again, late or twice.
type record struct {
	tally    Tally
	history  history
	copies   uint32            // reports of octets that arrived twice and were sent once
	repeated capture.Timestamp // when it sent something again last; 0 for never
	expired  seq.Offset        // what the timer ran out for last,
	times    uint8             // and how often in a row
}

// Reset makes t ready for another connection.
func (t *Tracker) Reset() { *t = Tracker{} }

// Swap is told that a late SYN showed who is the client: from the next step on,
// Client is who was taken for Server (see reconstruct.Step.Swapped).
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// Tally returns how many segments of a side had which cause.
func (t *Tracker) Tally(s reconstruct.Side) (all Tally) {
	if r := t.sides[s].record; r != nil {
		all = r.tally
	}
	return all
}

// Timer returns what kind of retransmission timer a side is taken to have.
func (t *Tracker) Timer(s reconstruct.Side) rtt.Timer { return t.sides[s].timer }

const explained = 1<<reconstruct.Retransmission | 1<<reconstruct.OutOfOrder | 1<<reconstruct.Duplicate |
	1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe

// Observe takes the next segment of the connection, before flights and times
// do, and sets v to what is thought of it.
func (t *Tracker) Observe(step *reconstruct.Step, flights *flight.Tracker, times *rtt.Tracker, v *Verdict) {
	*v = Verdict{}
	s := &t.sides[step.From]
	if step.Marks&explained != 0 {
		if s.record == nil {
			s.record = new(record)
		}
		e := evidence{step: step, side: s, board: flights.Board(step.From)}
		e.measure(times)
		*v = e.judge()
		s.enter(step, v)
	}
	if step.Marks&(1<<reconstruct.Duplicate|1<<reconstruct.OutOfWindow) != 0 {
		return
	}
	if step.End > min(step.Seq, step.Before[step.From].Max) && !step.Segment.Flags.Has(decode.RST) {
		s.send(step, v.Cause)
	}
	if step.HasAck {
		t.sides[step.Conn.Peer(step.From)].hear(step, v)
	}
}

// enter counts a verdict on what s sent, and completes it.
func (s *side) enter(step *reconstruct.Step, v *Verdict) {
	s.tally.Causes[v.Cause]++
	if v.Cause.repairs() || v.Cause == Spurious {
		s.tally.Sure[v.Certainty()]++
	}
	if v.Cause == RTO || v.Cause == Handshake {
		if s.times == 0 || s.expired != step.Seq {
			s.expired, s.times = step.Seq, 0
		}
		s.times = min(s.times, 254) + 1
		v.Backoff = s.times
	}
	switch {
	case v.Cause == Spurious:
		s.tally.NotNeeded++
		s.history.add(step, Nowhere)
	case v.Cause.repairs():
		s.tally.Lost[v.Lost]++
		s.history.add(step, v.Lost)
	default:
		return
	}
	s.repeated = step.Segment.Time
}

// send keeps what later verdicts need of what s sent, or shows to have sent.
func (s *side) send(step *reconstruct.Step, cause Cause) {
	g, max := step.Segment, step.Before[step.From].Max
	if g.Flags.Has(decode.SYN) {
		s.timer = rtt.TimerOf(g)
	}
	// Whatever made a sender begin anew at what is not acknowledged, be it an
	// ICMP error, what it sends again after that continues it.
	anew := cause == Unknown && step.Marks.Has(reconstruct.Retransmission) && step.Seq <= step.Before[step.From].Acked
	if cause == RTO || cause == Fast || anew {
		s.recover, s.fast = max, cause == Fast
	}
	s.clock.see(g)
	if cause == None {
		s.ids.see(g, step.End > max)
	}
	if step.End > max {
		s.top, s.reach = stampOf(g), step.End
	}
	s.spoke, s.hasSent = g.Time, true
}

// hear keeps what later verdicts need of an acknowledgement that s received,
// and says in v what it shows of what s sent again.
func (s *side) hear(step *reconstruct.Step, v *Verdict) {
	to := step.Conn.Peer(step.From)
	if s.record != nil {
		s.learn(step, v)
	}
	switch {
	case step.Conn.Half[to].Acked > step.Before[to].Acked:
		s.dups, s.heard, s.hasHeard = 0, step.Segment.Time, true
	case step.Marks.Has(reconstruct.DupACK) && s.dups < 1<<16-1:
		s.dups, s.doubled = s.dups+1, step.Segment.Time
	}
}

// since returns the time from t to now, 0 where it is not known.
func since(now, t capture.Timestamp, known bool) time.Duration {
	if !known {
		return 0
	}
	return now.Sub(t)
}
