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

// Counts is how many segments of a side have each cause.
type Counts [NumCauses]uint32

// Tracker judges both sides of one connection. The zero value is ready.
type Tracker struct{ sides [2]side }

// side is what is remembered of a sender.
type side struct {
	counts  *Counts    // nil until there is something to explain
	recover seq.Offset // what was sent when the recovery began; in one while below is unacknowledged
	dups    uint16     // duplicate acknowledgements since the latest that was not
	ids     counter
	spoke   capture.Timestamp // when it sent octets last, meaningful with hasSent
	heard   capture.Timestamp // when an acknowledgement advanced last, meaningful with hasHeard

	hasSent, hasHeard bool
}

// Reset makes t ready for another connection.
func (t *Tracker) Reset() { *t = Tracker{} }

// count adds one to those with a cause.
func (s *side) count(c Cause) {
	if s.counts == nil {
		s.counts = new(Counts)
	}
	s.counts[c]++
}

// Swap is told that a late SYN showed who is the client: from the next step on,
// Client is who was taken for Server (see reconstruct.Step.Swapped).
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// Counts returns how often each cause was found on a side.
func (t *Tracker) Counts(s reconstruct.Side) (c Counts) {
	if counts := t.sides[s].counts; counts != nil {
		c = *counts
	}
	return c
}

const explained = 1<<reconstruct.Retransmission | 1<<reconstruct.OutOfOrder | 1<<reconstruct.Duplicate |
	1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe

// Observe takes the next segment of the connection, before flights and times
// do, and returns what is thought of it.
func (t *Tracker) Observe(step *reconstruct.Step, flights *flight.Tracker, times *rtt.Tracker) (v Verdict) {
	if step.Marks&explained != 0 {
		c := evidence{step: step, side: &t.sides[step.From], board: flights.Board(step.From)}
		c.measure(times)
		v = c.judge()
		c.side.count(v.Cause)
	}
	if step.Marks&(1<<reconstruct.Duplicate|1<<reconstruct.OutOfWindow) == 0 {
		t.follow(step, v.Cause)
	}
	return v
}

// follow keeps what later verdicts need.
func (t *Tracker) follow(step *reconstruct.Step, cause Cause) {
	now := step.Segment.Time
	if s := &t.sides[step.From]; step.End > step.Seq && !step.Segment.Flags.Has(decode.RST) {
		if cause == RTO || cause == Fast {
			s.recover = step.Before[step.From].Max
		}
		if cause == None {
			s.ids.see(step.Segment)
		}
		s.spoke, s.hasSent = now, true
	}
	to := step.Conn.Peer(step.From)
	s := &t.sides[to]
	switch {
	case step.Conn.Half[to].Acked > step.Before[to].Acked:
		s.dups, s.heard, s.hasHeard = 0, now, true
	case step.Marks.Has(reconstruct.DupACK) && s.dups < 1<<16-1:
		s.dups++
	}
}

// counter finds out whether a sender counts up the IP identification, and does
// not draw it: only then does it tell an order.
type counter struct {
	last  uint16
	score int8
	any   bool
}

const (
	smallStep = 1 << 10 // other connections of the host may count in between
	trusted   = 4
)

func (c *counter) see(g *decode.Segment) {
	if g.Quirks&decode.HasIPID == 0 || g.IPID == 0 {
		return
	}
	id := uint16(g.IPID)
	switch step := id - c.last; {
	case !c.any:
	case step > 0 && step < smallStep:
		c.score = min(c.score+1, 4*trusted)
	default:
		c.score = max(c.score-trusted, -4*trusted)
	}
	c.last, c.any = id, true
}

func (c *counter) regular() bool { return c.score >= trusted }

// since returns the time from t to now, 0 where it is not known.
func since(now, t capture.Timestamp, known bool) time.Duration {
	if !known {
		return 0
	}
	return now.Sub(t)
}
