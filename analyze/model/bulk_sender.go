package model

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// bulkSender sends under RFC 5681's slow start and congestion avoidance, with
// the loss recovery of RFC 6675, reduced proportionally (RFC 6937), and the
// timer of RFC 6298 with Linux's floor.
type bulkSender struct {
	*bulk
	una, next, written int
	cwnd, ssthresh     float64 // segments
	state              []sentState
	recover            int
	recovering         bool
	delivered, out     int // since the recovery began
	flight             int // when it began
	timer              timer
	pacer              timer
	srtt, rttvar, rto  time.Duration
}

// sentState is what the sender thinks of a segment.
type sentState struct{ sacked, lost, again bool }

func newBulkSender(b *bulk) bulkSender {
	return bulkSender{bulk: b, cwnd: float64(b.Initial), ssthresh: 1 << 30, state: make([]sentState, b.Segments)}
}

// pipe is RFC 6675's, in segments.
func (s *bulkSender) pipe() (n int) {
	for _, p := range s.state[s.una:s.next] {
		if !p.sacked && !p.lost {
			n++
		}
		if !p.sacked && p.again {
			n++
		}
	}
	return n
}

func (s *bulkSender) truth(why Sending) Truth {
	pipe := s.pipe()
	t := Truth{Sending: why, Cwnd: int64(s.cwnd) * int64(s.MSS), InFlight: int64((s.next - s.una) * s.MSS), Pipe: int64(pipe * s.MSS)}
	switch {
	case pipe >= int(s.cwnd) || s.lost() >= 0:
		t.Bound = ByWindow
	case s.next == s.written:
		t.Bound = ByWriter
	case s.pacer.on:
		t.Bound = ByPace
	case s.taken() < int(s.cwnd)-pipe:
		t.Bound = ByReceiver
	default:
		t.Bound = ByWindow
	}
	return t
}

// taken returns how many more segments the receiver takes.
func (s *bulkSender) taken() int { return s.Window/s.MSS - (s.next - s.una) }

// send sends what the windows, the application and the pace let it.
func (s *bulkSender) send() {
	for s.pipe() < int(s.cwnd) && !s.pacer.on {
		if n := s.lost(); n >= 0 {
			s.transmit(n, 1, Continued)
		} else if n := s.fresh(); n > 0 {
			s.next += n
			s.transmit(s.next-n, n, New)
		} else {
			return
		}
	}
}

// fresh returns how many new segments leave as one. With segmentation offload
// that waits until the windows take a whole super-segment, but not for more than
// a third of the congestion window, as Linux does (tcp_tso_should_defer).
func (s *bulkSender) fresh() int {
	left := s.written - s.next
	n := min(max(s.Super, 1), left, int(s.cwnd)-s.pipe(), s.taken())
	if n < left && n < min(s.Super, int(s.cwnd)/3) && s.una < s.next {
		return 0
	}
	return n
}

// lost returns the first segment that is to be sent again, -1 for none.
func (s *bulkSender) lost() int {
	for n := s.una; n < s.next; n++ {
		if p := s.state[n]; p.lost && !p.sacked && !p.again {
			return n
		}
	}
	return -1
}

// transmit sends count segments from n on as one, which the path carries apart.
func (s *bulkSender) transmit(n, count int, why Sending) {
	if why != New {
		s.state[n].lost, s.state[n].again = true, true
	}
	s.out += count
	if !s.timer.on {
		s.arm()
	}
	if s.Pace > 0 {
		s.pacer.set(&s.clock, s.Pace, s.send)
	}
	flags := decode.ACK
	if n+count == s.written {
		flags |= decode.PSH
	}
	s.record(decode.Segment{Flags: flags, Seq: s.number(n), Ack: 1, Len: count * s.MSS}, true, s.truth(why))
	for i := range count {
		s.carry(n + i)
	}
}

func (s *bulkSender) arm() { s.timer.set(&s.clock, s.rto, s.expire) }

// expire: RFC 5681 section 3.1, RFC 6298 section 5.
func (s *bulkSender) expire() {
	s.ssthresh = max(float64(s.pipe())*s.Keep, 2)
	s.cwnd, s.recovering, s.recover = 1, false, s.next
	for n := s.una; n < s.next; n++ {
		s.state[n].lost, s.state[n].again = !s.state[n].sacked, false
	}
	s.rto *= 2
	s.transmit(s.una, 1, TimerFired)
}

// sample: RFC 6298 section 2.
func (s *bulkSender) sample(rtt time.Duration) {
	if s.srtt == 0 {
		s.srtt, s.rttvar = rtt, rtt/2
	} else {
		s.rttvar += ((s.srtt - rtt).Abs() - s.rttvar) / 4
		s.srtt += (rtt - s.srtt) / 8
	}
	s.rto = s.srtt + max(4*s.rttvar, 200*time.Millisecond)
}

// hear takes an acknowledgement.
func (s *bulkSender) hear(next int, held []run, rtt time.Duration) {
	news := 0
	repeated := false
	for n := s.una; n < next; n++ {
		repeated = repeated || s.state[n].again
		if !s.state[n].sacked {
			news++
		}
	}
	acked := max(next-s.una, 0)
	s.una = max(s.una, next)
	for _, h := range held {
		for n := max(h.lo, s.una); n < h.hi; n++ {
			if !s.state[n].sacked {
				s.state[n].sacked = true
				news++
			}
		}
	}
	if acked > 0 {
		if !repeated {
			s.sample(rtt)
		}
		s.arm()
		if s.una == s.next {
			s.timer.stop()
		}
	}
	s.adapt(acked, news)
}

// adapt moves the congestion window.
func (s *bulkSender) adapt(acked, news int) {
	begun := s.mark()
	s.delivered += news
	switch {
	case s.una >= s.recover && s.recovering:
		s.recovering, s.cwnd = false, s.ssthresh
	case s.recovering:
		s.proportional(news)
	case begun && s.una >= s.recover:
		s.enter(news)
		return
	case acked > 0 && s.cwnd < s.ssthresh:
		s.cwnd = min(s.cwnd+float64(acked), max(s.ssthresh, s.cwnd))
	case acked > 0:
		s.cwnd += float64(acked) / s.cwnd
	}
	s.send()
}

// mark marks what has three SACKed segments above as lost (RFC 6675 section 4),
// and tells whether there was any.
func (s *bulkSender) mark() (any bool) {
	above := 0
	for n := s.next - 1; n >= s.una; n-- {
		p := &s.state[n]
		switch {
		case p.sacked:
			above++
		case above >= 3 && !p.lost:
			p.lost, any = true, true
		}
	}
	return any
}

// enter begins a recovery, and sends the first segment at once.
func (s *bulkSender) enter(news int) {
	s.recovering, s.recover = true, s.next
	s.flight = s.next - s.una
	s.ssthresh = max(s.cwnd*s.Keep, 2)
	s.delivered, s.out = news, 0
	s.cwnd = float64(s.pipe() + 1)
	s.transmit(s.lost(), 1, Fast)
	s.proportional(0)
	s.send()
}

// proportional: RFC 6937 section 3, with the slow start reduction bound.
func (s *bulkSender) proportional(news int) {
	pipe := s.pipe()
	count := 0
	if pipe > int(s.ssthresh) {
		count = (s.delivered*int(s.ssthresh)+s.flight-1)/s.flight - s.out
	} else {
		count = min(int(s.ssthresh)-pipe, max(s.delivered-s.out, news)+1)
	}
	s.cwnd = float64(pipe + max(count, 0))
}
