package limit

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// side is what is known of one sender. An answer is what it sends between two
// acknowledgements.
type side struct {
	began    bool
	sized    bool // mss fits what it sent
	trusted  bool // the tap is near it
	estimate bool // level is one, not only a bound
	unasked  bool // no acknowledgement set the present answer off
	leaving  bool // a recovery is over, where it led to is still to be seen
	even     bool // in this round, nothing but cwnd limited it
	short    bool // its latest segment is less than a full one
	pushed   bool // or has PSH
	limit    Limit
	verdict  Limit // on the interval that was accounted for last
	phase    Phase
	slow     uint8 // rounds in which level hardly grew
	alike    uint8 // segments of equal length so far, of length same
	calm     bool  // in this round, its answers were prompt, and nothing but they ended them
	pacing   bool  // it sends evenly, not upon acknowledgements
	paced    int32 // share of its answers that no acknowledgement set off, of whole, smoothed
	rate     int32 // by how much the window grows for an octet acknowledged, of whole
	grew     int32 // and by how much it did in the round before
	answers  int32 // segments of the present answer
	group    int32 // segments since a pause, or an acknowledgement
	silent   int32 // acknowledgements in a row without one

	same     int64
	offered  int64 // longest segment that its peer takes
	mss      int64 // a full segment
	chunk    int64 // longest segment in this round: a super-segment, with offload,
	chunks   int64 // and in the one before
	latest   int64 // its latest segment
	level    int64 // congestion window, as far as it was seen filled
	spare    int64 // by how much it has grown since, as far as is known
	peak     int64 // most in the pipe since the latest acknowledgement
	high     int64 // most in this round,
	last     int64 // and in the one before
	base     int64 // level when the round began
	news     int64 // octets that the latest acknowledgement covered, until the window has grown by them
	room     int64 // in the peer's window after the latest event
	bytes    int64 // sent since the time that at tells
	ssthresh int64

	round   seq.Offset // the round lasts until this is acknowledged,
	recover seq.Offset // the recovery until this
	turned  Exit       // when the first of the slow rounds began

	ack     capture.Timestamp // when it was acknowledged last
	sent    capture.Timestamp // when it sent last
	open    capture.Timestamp // since when it leaves room in the window, 0 if it does not
	at      capture.Timestamp // up to when time is accounted for
	entered capture.Timestamp // when the recovery began

	gate   gate
	result Result
}

// active tells whether the side has sent payload.
func (s *side) active() bool { return s != nil && s.began }

// waits tells whether an acknowledgement means something to the side.
func (s *side) waits(c *reconstruct.Connection, who reconstruct.Side) bool {
	return s.active() && (s.answers > 0 || c.Half[who].Max > c.Half[who].Acked || s.phase >= Recovery)
}

// usualSize stands for what the peer takes where the capture does not show it
// (RFC 9293 section 3.7.1, over Ethernet); stamps is what timestamps take off.
const (
	usualSize = 1460
	stamps    = 12
)

// begin is the first payload of the side.
func (s *side) begin(m *moment) {
	*s = side{began: true, unasked: true, rate: whole, limit: Unknown, even: true, calm: true, at: m.now, ack: m.now, sent: m.now}
	s.result.Known = true
	s.offered = 1 << 16
	for i := range m.step.Conn.Half {
		if o := &m.step.Conn.Half[i].Options; o.Set&decode.OptMSS != 0 && o.MSS > 0 {
			s.offered = min(s.offered, int64(o.MSS))
		}
	}
	if s.offered == 1<<16 {
		s.offered = usualSize
	}
	if m.step.Segment.Options.Set&decode.OptTimestamps != 0 && s.offered > stamps {
		s.offered -= stamps
	}
	s.mss = s.offered
	near, far := m.times.Estimate(m.who.Peer()), m.times.Estimate(m.who)
	s.trusted = near.Known && (!far.Known || near.SRTT <= max(far.SRTT/4, atHand))
}

// atHand is a round trip within one machine.
const atHand = 100 * time.Microsecond

// speak takes a segment of the side with payload.
func (s *side) speak(m *moment, cause loss.Cause) {
	if !s.began {
		s.begin(m)
	}
	n, gap := int64(m.step.Segment.Len), m.now.Sub(max(s.ack, s.sent))
	s.measure(n)
	switch {
	case cause == loss.RTO:
		s.expire(m)
	case cause == loss.Fast:
		s.reduce(m, Loss)
	case m.step.Segment.Flags.Has(decode.CWR) && s.phase < Recovery:
		s.reduce(m, ECN)
	case gap > s.patience(m):
		s.resume(m, n)
	default:
		s.clock(m, n, gap)
	}
	s.grow()
	s.answers++
	s.group++
	s.silent = 0
	s.sent, s.open, s.gate = m.now, 0, gate{}
	s.bytes += n
	s.latest = n
	s.short, s.pushed = s.ends(n) && m.half.Max > m.before(), m.step.Segment.Flags.Has(decode.PSH)
	s.room = m.room
	s.raise(m.pipe)
	s.guess(m)
}

// measure learns how long a full segment is: how many octets of options a
// sender takes off the maximum differs from stack to stack.
func (s *side) measure(n int64) {
	if n != s.same {
		s.same, s.alike = n, 0
	}
	s.alike = min(s.alike+1, 4)
	if n > s.mss {
		s.mss = min(n, s.offered)
	} else if s.alike == 4 && n > s.mss/2 {
		s.mss = n
	}
	s.chunk = max(s.chunk, n)
}

// ends tells whether a segment shows that no more was there to send: it does not
// fill the last of the segments that it is or, with offload, will be cut into.
func (s *side) ends(n int64) bool {
	rest := n % s.mss
	s.sized = s.sized || rest == 0
	return n < s.mss || rest != 0 && s.sized
}

// raise takes what is in the pipe.
func (s *side) raise(pipe int64) {
	s.peak = max(s.peak, pipe)
	s.high = max(s.high, pipe)
}

// resume is a segment after a pause that no acknowledgement ended.
func (s *side) resume(m *moment, n int64) {
	idle := m.outstanding() <= n
	switch {
	case s.limit == Rwnd && !idle:
		return // a window update, or a probe
	case idle && s.held(m):
		s.limit = Rwnd
	case !s.trusted:
		s.limit = Unknown
	case idle || s.short || s.pushed:
		s.limit = App
	case s.pacing:
		s.limit = Path
	default:
		s.limit = Unknown
	}
	s.attribute(m.now, s.limit)
	s.ack, s.answers, s.peak, s.even, s.unasked = m.now, 0, 0, false, true
}

// patience is how long an answer to an acknowledgement may take.
func (s *side) patience(m *moment) time.Duration {
	return min(max(m.times.Estimate(m.who).SRTT/4, 500*time.Microsecond), 10*time.Millisecond)
}

// hear takes an acknowledgement of what the side sent.
func (s *side) hear(m *moment) {
	s.grow()
	s.settle(m)
	s.news = int64(m.half.Acked - m.step.Before[m.who].Acked)
	s.ack, s.answers, s.peak, s.unasked = m.now, 0, 0, false
	s.room = m.room
	s.raise(m.pipe)
	if s.news > 0 && s.phase == TimeoutWait {
		s.phase = SlowStart
	}
	if s.phase == Recovery && m.half.Acked >= s.recover {
		s.result.Recovering += max(m.now.Sub(s.entered), 0)
		s.phase, s.leaving = Avoidance, true
		s.high, s.last = 0, 0
	}
	if m.half.Acked >= s.round {
		s.turn(m)
	}
	if s.open == 0 && !s.full() {
		s.open = m.now
	}
}

// attribute accounts for what was since the last time.
func (s *side) attribute(now capture.Timestamp, l Limit) {
	d := max(now.Sub(s.at), 0)
	s.result.Time[l] += d
	s.result.Bytes[l] += s.bytes
	if l == Cwnd {
		s.result.Phases[s.phase] += d
	}
	s.at, s.bytes, s.verdict = max(now, s.at), 0, l
}
