package ebpf

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// NumSlots is how many powers of two a histogram has, as tcprtt's: the last
// holds what is longer too.
const NumSlots = 27

// Slots counts round trips by powers of two: slot 0 holds 0 and 1, slot i from
// 2^i to 2^(i+1)-1.
type Slots [NumSlots]int64

// slotOf is where a value stands.
func slotOf(value int64) int {
	return min(max(bits.Len64(uint64(max(value, 0)))-1, 0), NumSlots-1)
}

// By says what has a histogram of its own.
type By uint8

// The kinds of histograms.
const (
	AllAddresses By = iota
	ByLocal         // one for each local address
	ByRemote
)

// TripOptions choose what Trips counts. The zero value gives one histogram in
// microseconds.
type TripOptions struct {
	Choice
	By       By
	Unit     time.Duration // of the values; zero means a microsecond
	Interval time.Duration // from one histogram to the next; zero for one over all
	Span     time.Duration // after which nothing counts, zero for none
}

// Histogram is the distribution of round trips in one interval.
type Histogram struct {
	Address  netip.Addr // with ByLocal or ByRemote
	Interval int64      // number of the interval, from 0
	Slots    Slots
	N        int64
	Sum      int64 // of the values, in whole units as the tool adds them
	Unknown  int64 // segments received before there was an estimate; not among N
	AtLeast  bool  // some are of sockets away from the tap, and no more than lower bounds
}

// add takes in another histogram.
func (h *Histogram) add(x *Histogram) {
	for i, n := range x.Slots {
		h.Slots[i] += n
	}
	h.N, h.Sum, h.Unknown = h.N+x.N, h.Sum+x.Sum, h.Unknown+x.Unknown
}

// Trips makes histograms of round trips. What it keeps grows with the intervals
// in which a connection received anything.
type Trips struct {
	options TripOptions
	open    map[int]*[2]received // by number of the connection
	done    map[key]*Histogram
}

type key struct {
	interval int64
	address  netip.Addr
}

// received is what one side of a connection received in ESTABLISHED.
type received struct {
	intervals []Histogram // in order
	reset     bool        // it has sent a reset, and nothing else since
}

// NewTrips returns an empty one.
func NewTrips(o TripOptions) *Trips {
	if o.Unit == 0 {
		o.Unit = time.Microsecond
	}
	return &Trips{options: o, open: map[int]*[2]received{}, done: map[key]*Histogram{}}
}

// Observe takes the next segment of a capture whose first packet came at began.
func (t *Trips) Observe(s *analyze.Segment, began capture.Timestamp) {
	both := t.open[s.Conn.Number]
	if both == nil {
		both = new([2]received)
		t.open[s.Conn.Number] = both
	}
	if s.Swapped {
		both[0], both[1] = both[1], both[0]
	}
	if s.Marks.Has(reconstruct.Duplicate) {
		return // recorded twice, received once
	}
	from, to := &both[s.From], &both[s.Conn.Peer(s.From)]
	over := from.reset || to.reset
	from.reset = s.Step.Segment.Flags.Has(decode.RST)
	if interval, ok := t.interval(s.Step.Segment.Time.Sub(began)); ok && !over && established(s.Step) {
		to.at(interval).take(s, t.options.Unit)
	}
}

// interval is the number of the interval of a time after the first packet; ok
// is false after the last.
func (t *Trips) interval(after time.Duration) (n int64, ok bool) {
	after = max(after, 0)
	if t.options.Span != 0 && after >= t.options.Span {
		return 0, false
	}
	if t.options.Interval == 0 {
		return 0, true
	}
	return int64(after / t.options.Interval), true
}

// at returns the histogram of an interval. A clock that steps back stays in the
// interval that it had reached.
func (r *received) at(interval int64) *Histogram {
	last := len(r.intervals) - 1
	if last < 0 || r.intervals[last].Interval < interval {
		r.intervals = append(r.intervals, Histogram{Interval: interval})
		last++
	}
	return &r.intervals[last]
}

// take counts the estimate that a segment finds.
func (h *Histogram) take(s *analyze.Segment, unit time.Duration) {
	if !s.Smoothed.Known {
		h.Unknown++
		return
	}
	value := int64(s.Smoothed.SRTT / unit)
	h.Slots[slotOf(value)]++
	h.N++
	h.Sum += value
}

// established tells whether a segment finds its receiver in ESTABLISHED: its SYN
// is acknowledged, it has sent no FIN and taken none. The one that brings the
// FIN or a reset still does (tcp_v4_do_rcv).
func established(step *reconstruct.Step) bool {
	c, to := step.Conn, step.Conn.Peer(step.From)
	receiver, sender := &c.Half[to], &c.Half[step.From]
	shook := step.Before[to].Acked >= 1 || !receiver.SYNSeen && !step.Segment.Flags.Has(decode.SYN)
	ended := sender.FINSeen && step.Before[step.From].Contiguous > sender.FIN
	return shook && !receiver.FINSeen && !ended
}

// End takes a connection that has ended, after its last segment.
func (t *Trips) End(c *analyze.Connection) {
	both := t.open[c.Number]
	delete(t.open, c.Number)
	if both == nil {
		return
	}
	for _, socket := range t.options.sockets(c) {
		for i := range both[socket.Side].intervals {
			t.merge(socket, &both[socket.Side].intervals[i])
		}
	}
}

func (t *Trips) merge(s *Socket, h *Histogram) {
	k := key{interval: h.Interval}
	switch t.options.By {
	case ByLocal:
		k.address = s.Local.IP.Addr()
	case ByRemote:
		k.address = s.Remote.IP.Addr()
	}
	all := t.done[k]
	if all == nil {
		all = &Histogram{Interval: k.interval, Address: k.address}
		t.done[k] = all
	}
	all.add(h)
	all.AtLeast = all.AtLeast || !s.AtTap && h.N > 0
}

// Histograms returns what was counted, by intervals and then by addresses.
// Intervals in which nothing was received are left out.
func (t *Trips) Histograms() []*Histogram {
	all := make([]*Histogram, 0, len(t.done))
	for _, h := range t.done {
		all = append(all, h)
	}
	slices.SortFunc(all, func(a, b *Histogram) int {
		return cmp.Or(cmp.Compare(a.Interval, b.Interval), a.Address.Compare(b.Address))
	})
	return all
}
