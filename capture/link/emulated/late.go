package emulated

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Lateness is how much later than set packets left the link: its own account,
// from the moment at which a packet was read to that at which it was written.
type Lateness struct {
	Packets  uint64
	P50, P99 time.Duration
}

// late counts lateness in buckets of an eighth of a power of two, which is
// enough for a quantile within 12 %, and fits beside a thread that may not
// allocate.
type late [64 * 8]atomic.Uint64

func (l *late) add(d time.Duration) { l[bucket(d)].Add(1) }

func bucket(d time.Duration) int {
	n := uint64(max(d, 0))
	if n < 8 {
		return int(n)
	}
	shift := bits.Len64(n) - 4
	return (shift+1)*8 + int(n>>shift)&7
}

// middle of a bucket.
func middle(b int) time.Duration {
	if b < 8 {
		return time.Duration(b)
	}
	shift := b/8 - 1
	return time.Duration(8+b%8)<<shift + time.Duration(1)<<shift/2
}

func (l *late) figures() Lateness {
	var counts [len(l)]uint64
	var f Lateness
	for i := range l {
		counts[i] = l[i].Load()
		f.Packets += counts[i]
	}
	quantile := func(share float64) time.Duration {
		rest := uint64(share * float64(f.Packets))
		for i, n := range counts {
			if n > rest {
				return middle(i)
			}
			rest -= n
		}
		return 0
	}
	f.P50, f.P99 = quantile(0.5), quantile(0.99)
	return f
}
