package flight

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// State is what a side has on the way, and may have.
type State struct {
	InFlight    int64 // octets outstanding: SND.NXT - SND.UNA
	Pipe        int64 // octets in the network, by RFC 6675
	Window      int64 // octets its peer's window in force takes from SND.UNA on
	WindowKnown bool  // Window is set, and its scale is known
}

// Result is what one side did over the connection.
type Result struct {
	Known       bool // the maxima are set: what it sent could be measured
	MaxInFlight int64
	MaxPipe     int64
	Windows     quantile.Summary // that it advertised, in octets, SYNs and resets left out
	// Transfer is from its first payload to the acknowledgement of the last
	// new payload, or to that payload where it was not acknowledged; 0 where
	// there is no such span.
	Transfer   time.Duration
	Throughput float64 // bits of payload a second of Transfer, what was sent again included; 0 where unknown
	Goodput    float64 // bits of its stream a second of Transfer, each octet once; 0 where unknown
}

// Tracker follows both sides of one connection. The zero value is ready.
type Tracker struct{ sides [2]side }

// side is one of them: what it sent, and the window it advertised.
type side struct {
	acked        bool // its peer acknowledged something
	measured     bool // the maxima are set
	advertised   bool // window is set
	scaled       bool // and its scale is known
	sent         bool // it sent payload
	board        Board
	window       int64
	maxInFlight  int64
	maxPipe      int64
	last         seq.Offset        // end of its latest new payload
	payload      int64             // of all its segments
	began, ended capture.Timestamp // of its transfer, meaningful with sent
	windows      quantile.Tally
}

// Reset makes t ready for another connection, and keeps its room.
func (t *Tracker) Reset() {
	for i := range t.sides {
		s := &t.sides[i]
		s.board.reset()
		s.windows.Reset()
		*s = side{board: s.board, windows: s.windows}
	}
}

// Board returns what a side has on the way.
func (t *Tracker) Board(s reconstruct.Side) *Board { return &t.sides[s].board }

// idle are the marks of segments that take no place in the stream.
const idle = 1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe

// Swap is told that a late SYN showed who is the client: from the next step on,
// Client is who was taken for Server (see reconstruct.Step.Swapped).
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// Observe takes the next segment of the connection, and sets d to what it
// delivers. timeout tells that its sender sent it because the retransmission
// timer ran out.
func (t *Tracker) Observe(step *reconstruct.Step, timeout bool, d *Delivery) {
	d.begin(step.Segment)
	if step.Marks&(1<<reconstruct.Duplicate|1<<reconstruct.OutOfWindow) != 0 {
		return
	}
	if step.Segment.Flags.Has(decode.RST) { // it has neither octets nor a window
		t.acknowledge(step, d)
		return
	}
	if timeout {
		t.sides[step.From].board.timeout()
	}
	if step.Marks&idle == 0 && (step.End > step.Seq || step.Seq > step.Before[step.From].Max) {
		t.send(step)
	}
	if step.HasAck {
		t.sides[step.Conn.Peer(step.From)].acked = true
		t.acknowledge(step, d)
	}
	t.sides[step.From].advertise(step)
	t.measure(step)
}

// send records the octets of a step, and those that it shows to be missing.
func (t *Tracker) send(step *reconstruct.Step) {
	s := &t.sides[step.From]
	limit := MaxSegments
	if !s.acked && step.Conn.Half[step.Conn.Peer(step.From)].Packets == 0 {
		limit = onlyOneWay
	}
	top := step.Before[step.From].Max
	s.board.send(step, top, limit)
	s.payload += int64(step.Segment.Len)
	if step.Segment.Len > 0 && step.End > top {
		if !s.sent {
			s.sent, s.began = true, step.Segment.Time
		}
		s.last, s.ended = step.End, step.Segment.Time
	}
}

// acknowledge records what the step reports of its peer's octets.
func (t *Tracker) acknowledge(step *reconstruct.Step, d *Delivery) {
	to := step.Conn.Peer(step.From)
	s := &t.sides[to]
	before, now := step.Before[to].Acked, step.Conn.Half[to].Acked
	if now > before {
		s.acked = true
		s.board.acknowledge(now, d)
		if now == step.Conn.Half[to].Max {
			s.board.clear() // also what was numbered after another SYN-ACK's number
		}
		if s.sent && before < s.last && now >= s.last {
			s.ended = step.Segment.Time
		}
	}
	if step.Segment.Options.SACKCount > 0 {
		s.board.selectively(step, to, segmentSize(step.Conn, to), d)
	}
	s.board.reached = max(s.board.reached, d.Newest)
}

// usualSize stands for the sender's maximum segment size where the capture
// does not show what its peer takes (RFC 9293 section 3.7.1, over Ethernet).
const usualSize = 1460

// segmentSize returns SMSS of a side, its options not taken off.
func segmentSize(c *reconstruct.Connection, s reconstruct.Side) int64 {
	if o := &c.Half[c.Peer(s)].Options; o.Set&decode.OptMSS != 0 && o.MSS > 0 {
		return int64(o.MSS)
	}
	return usualSize
}

// advertise takes the window of a segment, unless it is older than the one in
// force (RFC 9293 section 3.10.7.4, SND.WL2).
func (s *side) advertise(step *reconstruct.Step) {
	g := step.Segment
	syn := g.Flags.Has(decode.SYN)
	if g.Quirks&decode.HeaderCut != 0 {
		return
	}
	if !step.HasAck && !syn || step.HasAck && step.Ack < step.Before[step.Conn.Peer(step.From)].Acked {
		return
	}
	s.window, s.scaled = step.Conn.Window(step.From, g)
	s.advertised = true
	if !syn && s.scaled {
		s.windows.Add(s.window)
	}
}

// measure keeps the maxima.
func (t *Tracker) measure(step *reconstruct.Step) {
	if step.End == step.Seq {
		return // only what is sent raises them
	}
	s := &t.sides[step.From]
	if outstanding, ok := s.outstanding(step, step.From); ok {
		s.measured = true
		s.maxInFlight, s.maxPipe = max(s.maxInFlight, outstanding), max(s.maxPipe, s.board.pipe)
	}
}

// outstanding returns how many octets s, which is about, has outstanding; ok is
// false where nobody acknowledges them and it sent more than its SYN.
func (s *side) outstanding(step *reconstruct.Step, about reconstruct.Side) (octets int64, ok bool) {
	h := &step.Conn.Half[about]
	return int64(h.Max - h.Acked), s.acked || about == step.From && step.Seq == 0
}

// About returns whose flight a step is about: its sender's where it carries
// payload, else that of the side which it acknowledges; ok is false where it
// does neither.
func About(step *reconstruct.Step) (s reconstruct.Side, ok bool) {
	if step.Segment.Len > 0 {
		return step.From, true
	}
	return step.Conn.Peer(step.From), step.HasAck
}

// State returns what the side that the latest step is about has on the way
// just after it; ok is false where that is not known.
func (t *Tracker) State(step *reconstruct.Step) (state State, ok bool) {
	about, ok := About(step)
	if !ok {
		return State{}, false
	}
	return t.StateOf(step, about)
}

// StateOf returns what either side has on the way just after the latest step.
func (t *Tracker) StateOf(step *reconstruct.Step, about reconstruct.Side) (state State, ok bool) {
	s, peer := &t.sides[about], &t.sides[step.Conn.Peer(about)]
	state.Window, state.WindowKnown = peer.window, peer.advertised && (peer.scaled || peer.window == 0)
	if state.InFlight, ok = s.outstanding(step, about); !ok {
		state.InFlight = 0
		return state, false
	}
	state.Pipe = s.board.pipe
	return state, true
}

// Result returns what a side did, once the connection has ended.
func (t *Tracker) Result(c *reconstruct.Connection, about reconstruct.Side) Result {
	s := &t.sides[about]
	r := Result{Known: s.measured, MaxInFlight: s.maxInFlight, MaxPipe: s.maxPipe, Windows: s.windows.Summary()}
	if s.sent && s.began != capture.NoTime && s.ended != capture.NoTime {
		r.Transfer = max(s.ended.Sub(s.began), 0)
	}
	if r.Transfer > 0 {
		r.Throughput = float64(s.payload) * 8 / r.Transfer.Seconds()
		r.Goodput = float64(c.Half[about].Unique) * 8 / r.Transfer.Seconds()
	}
	return r
}
