package limit

import (
	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Tracker follows both sides of one connection. The zero value is ready.
type Tracker struct {
	sides [2]*side // made with the first payload
}

// Reset makes t ready for another connection, and keeps its room.
func (t *Tracker) Reset() {
	for _, s := range t.sides {
		if s != nil {
			s.began = false
		}
	}
}

// Swap is told that a late SYN showed who is the client: from the next step on,
// Client is who was taken for Server (see reconstruct.Step.Swapped).
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// ignored are the marks of segments that say nothing of a window, idle those of
// segments that take no place in the stream.
const (
	ignored = 1<<reconstruct.Duplicate | 1<<reconstruct.OutOfWindow
	idle    = 1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe
)

// Observe takes the next segment of the connection, after flights and times
// did, with the cause that package loss found.
func (t *Tracker) Observe(step *reconstruct.Step, flights *flight.Tracker, times *rtt.Tracker, cause loss.Cause) {
	g := step.Segment
	if step.Marks&ignored != 0 || g.Flags&(decode.RST|decode.SYN) != 0 || g.Time == capture.NoTime {
		return
	}
	if to := step.Conn.Peer(step.From); step.HasAck && t.sides[to].waits(step.Conn, to) {
		var m moment
		m.see(step, to, flights, times)
		t.sides[to].hear(&m)
	} else if step.HasAck && t.sides[to].shut() {
		var m moment
		m.see(step, to, flights, times)
		t.sides[to].look(&m)
	}
	if step.Marks.Has(reconstruct.WindowProbe) && t.sides[step.From].active() {
		t.sides[step.From].gate.probing = true
	}
	if g.Len > 0 && step.Marks&idle == 0 {
		var m moment
		m.see(step, step.From, flights, times)
		if t.sides[step.From] == nil {
			t.sides[step.From] = new(side)
		}
		t.sides[step.From].speak(&m, cause)
	}
}

// State returns what is thought of the side that the latest step is about; ok
// is false where it has sent nothing yet.
func (t *Tracker) State(step *reconstruct.Step) (state State, ok bool) {
	who, ok := flight.About(step)
	if !ok {
		return state, false
	}
	return t.Of(who)
}

// Of returns what is thought of a side after the latest step.
func (t *Tracker) Of(who reconstruct.Side) (state State, ok bool) {
	s := t.sides[who]
	if !s.active() {
		return state, false
	}
	state = State{Limit: s.limit, Phase: s.phase, PhaseKnown: s.trusted || s.phase >= Recovery, Ssthresh: s.ssthresh, Judged: s.at, Verdict: s.verdict}
	state.Cwnd, state.Estimate = s.window()
	return state, true
}

// Result returns what limited a side, so far.
func (t *Tracker) Result(about reconstruct.Side) Result {
	if s := t.sides[about]; s.active() {
		return s.result
	}
	return Result{}
}

// moment is a step as it concerns one side.
type moment struct {
	step   *reconstruct.Step
	half   *reconstruct.Half
	who    reconstruct.Side
	now    capture.Timestamp
	pipe   int64
	room   int64 // that the peer's window still has, meaningful with scaled
	scaled bool  // its scale is known
	times  *rtt.Tracker
}

func (m *moment) see(step *reconstruct.Step, who reconstruct.Side, flights *flight.Tracker, times *rtt.Tracker) {
	state, _ := flights.StateOf(step, who)
	m.step, m.half, m.who, m.now, m.times = step, &step.Conn.Half[who], who, step.Segment.Time, times
	m.pipe, m.room, m.scaled = state.Pipe, state.Window-m.outstanding(), state.WindowKnown
}

// outstanding returns how many octets the side has not seen acknowledged.
func (m *moment) outstanding() int64 { return int64(m.half.Max - m.half.Acked) }

// before returns how far the side was before the step.
func (m *moment) before() seq.Offset { return m.step.Before[m.who].Max }

// finished tells whether the side has sent all that it ever will.
func (m *moment) finished() bool { return m.half.FINSeen && m.half.Max > m.half.FIN }
