package behaviour

import (
	"math/bits"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// delays is a distribution of delays from shortestTimer to half a second.
type delays struct {
	n      uint32 // all
	timed  least  // those that were a timer's
	most   time.Duration
	counts [buckets]uint16
}

// shortestTimer is the least delay that is a timer's, longestTimer the most that
// one may be (RFC 9293 section 3.8.6.3), and fine the bits that tell buckets
// within a power of two apart.
const (
	shortestTimer = 5 * time.Millisecond
	longestTimer  = 500 * time.Millisecond
	fine          = 3
	buckets       = 7 << fine
	unit          = shortestTimer >> fine
)

// add takes a delay, less the way to the side and back, which takes turn at
// least: the longer it is, the more of its own it varies by.
func (d *delays) add(delay, turn time.Duration) {
	d.n++
	if delay < max(shortestTimer, turn/2) || delay > longestTimer {
		return
	}
	d.timed.add(delay)
	d.most = max(d.most, delay)
	b := bucketOf(delay)
	if d.counts[b] < 1<<16-1 {
		d.counts[b]++
	}
}

func bucketOf(d time.Duration) int {
	v := uint64(d / unit)
	shift := bits.Len64(v) - fine - 1
	return min(shift<<fine+int(v>>shift)-1<<fine, buckets-1)
}

// middle returns the middle of a bucket.
func middle(b int) time.Duration {
	shift := b >> fine
	low := time.Duration(b&(1<<fine-1)+1<<fine) << shift
	return low*unit + unit<<shift/2
}

// quantile returns the delay at the share q of those that were a timer's, by
// the middle of its bucket, 0 for none.
func (d *delays) quantile(q float64) time.Duration {
	rank := q * float64(d.timed.n)
	for b, c := range d.counts {
		if rank -= float64(c); c > 0 && rank <= 0 {
			return min(max(middle(b), d.timed.min), d.most)
		}
	}
	return d.most
}

// intervals are the extremes and the sum of some durations.
type intervals struct {
	n        uint32
	sum      time.Duration
	min, max time.Duration
}

func (i *intervals) add(d time.Duration) {
	if i.n == 0 || d < i.min {
		i.min = d
	}
	i.n++
	i.sum += d
	i.max = max(i.max, d)
}

// least is the least of some durations.
type least struct {
	n   uint32
	min time.Duration
}

func (l *least) add(d time.Duration) {
	if l.n == 0 || d < l.min {
		l.min = d
	}
	l.n++
}

// episodes are times during which something holds.
type episodes struct {
	n     uint32
	open  bool
	since capture.Timestamp
	total time.Duration
}

func (e *episodes) begin(now capture.Timestamp) {
	if !e.open {
		e.n++
		e.open, e.since = true, now
	}
}

func (e *episodes) end(now capture.Timestamp) {
	if e.open {
		e.open = false
		e.total += max(now.Sub(e.since), 0)
	}
}

// until returns how long they took, where the last one may last still.
func (e *episodes) until(now capture.Timestamp) time.Duration {
	if e.open {
		return e.total + max(now.Sub(e.since), 0)
	}
	return e.total
}
