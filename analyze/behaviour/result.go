package behaviour

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Result is how one side behaves.
type Result struct {
	Delayed      Delayed
	ACKs         int64 // of data, without data of their own
	SegmentsEach int64 // full segments that the median of them covers; meaningful with ACKs
	Nagle        Nagle
	NagleSeen    int64         // how often that was seen
	Segment      int64         // payload of its largest segment, 0 unknown
	Room         int64         // payload that its peer's MSS and the options leave it
	Initial      Initial       // its first flight
	LeastTimeout time.Duration // meaningful with Timeouts
	Timeouts     int64
	Marks        Marks
	KeepAlives   Intervals
	ZeroWindows  int64         // times at which it closed its window
	ZeroWindow   time.Duration // how long in all
	FullWindows  int64         // times at which it filled its peer's window
	FullWindow   time.Duration // how long in all it had to wait then
}

// Delayed is how a side delays acknowledgements of a segment that came alone.
type Delayed struct {
	Alone            int64         // segments that came alone and were timed
	Timed            int64         // of them, those acknowledged by a timer
	P10, Median, P90 time.Duration // of that, to some 6 %; meaningful with Timed
}

// Intervals are the times between keep-alives.
type Intervals struct {
	N              int64
	Mean, Min, Max time.Duration // meaningful with N
}

// Initial is the first flight of a side.
type Initial struct {
	Known    bool
	Octets   int64
	Segments int64
	Exact    bool // it is the window; else the window is at least that
}

// Nagle says whether a side holds small segments back.
type Nagle uint8

// The verdicts.
const (
	NagleUnknown Nagle = iota
	NagleOn
	NagleOff
)

// String returns the name used in JSON.
func (n Nagle) String() string { return [...]string{"unknown", "on", "off"}[n] }

// ECN is what both sides agreed on.
type ECN uint8

// The outcomes.
const (
	ECNUnknown ECN = iota
	ECNNotOffered
	ECNRefused
	ECNClassic  // RFC 3168
	ECNAccurate // RFC 9768
)

// String returns the name used in JSON.
func (e ECN) String() string {
	return [...]string{"unknown", "not-offered", "refused", "rfc3168", "accecn"}[e]
}

// ECN returns what the SYN offered and the SYN-ACK accepted (RFC 3168 section
// 6.1.1, RFC 9768 table 2).
func (t *Tracker) ECN() ECN {
	offer, answer := &t.sides[reconstruct.Client], &t.sides[reconstruct.Server]
	if !offer.opened || offer.answered {
		return ECNUnknown
	}
	const classic = decode.ECE | decode.CWR
	switch {
	case offer.syn&classic != classic:
		return ECNNotOffered
	case !answer.opened || !answer.answered:
		return ECNUnknown
	case answer.syn == decode.ECE:
		return ECNClassic
	case offer.syn.Has(decode.AE) && answer.syn != 0 && answer.syn != classic|decode.AE:
		return ECNAccurate
	}
	return ECNRefused
}

// Result returns how a side behaves, once the connection has ended.
func (t *Tracker) Result(c *reconstruct.Connection, about reconstruct.Side) Result {
	s := &t.sides[about]
	r := Result{
		Delayed: s.receiver.delays.result(), Marks: s.marks, Room: segmentRoom(c, about),
		LeastTimeout: s.timeout.min, Timeouts: int64(s.timeout.n), KeepAlives: s.alive.result(),
		ZeroWindows: int64(s.closed.n), ZeroWindow: s.closed.until(c.End),
		FullWindows: int64(s.full.n), FullWindow: s.full.until(c.End),
	}
	r.ACKs, r.SegmentsEach = s.receiver.each()
	r.Nagle, r.NagleSeen = s.sender.nagle()
	r.Segment = s.sender.segment(r.Room)
	if i := &s.sender.initial; i.octets > 0 {
		r.Initial = Initial{Known: true, Octets: i.octets, Segments: int64(i.segments), Exact: i.exact && i.stage == over}
	}
	return r
}

func (d *delays) result() Delayed {
	return Delayed{Alone: int64(d.n), Timed: int64(d.timed.n), P10: d.quantile(0.1), Median: d.quantile(0.5), P90: d.quantile(0.9)}
}

func (i *intervals) result() Intervals {
	if i.n == 0 {
		return Intervals{}
	}
	return Intervals{N: int64(i.n), Mean: i.sum / time.Duration(i.n), Min: i.min, Max: i.max}
}

// each returns how many acknowledgements there were, and the median of the full
// segments that they cover.
func (r *receiver) each() (n, median int64) {
	for _, c := range r.every {
		n += int64(c)
	}
	left := n
	for segments, c := range r.every {
		if left -= 2 * int64(c); c > 0 && left <= 0 {
			return n, int64(segments)
		}
	}
	return n, 0
}

// nagle judges by what can only happen without the algorithm, then by what
// hardly happens without it.
func (s *sender) nagle() (verdict Nagle, seen int64) {
	switch {
	case s.bold > 0:
		return NagleOff, int64(s.bold)
	case s.held > 0:
		return NagleOn, int64(s.held)
	}
	return NagleUnknown, 0
}

// segment returns the payload of the largest segment. Where offload joined
// several, it is what divides them; a side that sent small ones alone shows
// nothing of what it would send.
func (s *sender) segment(room int64) int64 {
	switch {
	case s.joined > 0 && int64(s.joined)%room == 0:
		return room
	case s.joined > 0 || small(seq.Offset(s.largest), room):
		return 0
	}
	return int64(s.largest)
}
