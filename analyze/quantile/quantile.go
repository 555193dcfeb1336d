// Package quantile keeps the distribution of a stream of measurements in
// bounded memory.
//
// Input is one int64 after the other, in any unit. Output is how many there
// were, their least, largest, mean and standard deviation, and any quantile:
//
//	var d quantile.Distribution
//	d.Add(int64(rtt))
//	median, ok := d.Quantile(0.5)
//
// Up to Exact values all are kept and a quantile is a value that was measured
// (the nearest rank: the least value that at least the share q of all does not
// exceed; Hyndman and Fan, The American Statistician 50, 1996, type 1). Past
// that they move into a histogram whose buckets grow with the values, 256 to
// each power of two, as in HdrHistogram: a quantile is then the middle of a
// bucket, off by less than 0.2 %. Mean and deviation are by Welford's method
// (Technometrics 4, 1962), always of all values. Two distributions merge into
// what one fed with both would be, up to rounding. The same values in the same
// order give the same results; there is no chance in it, as a reservoir has.
//
// The package refuses to answer for an empty stream, and to give a deviation
// of fewer than two values. Negative values count as they are in the mean and
// the extremes, and as 0 in the histogram.
package quantile

import (
	"math"
	"math/bits"
	"slices"
)

// Exact is how many values a Distribution keeps one by one.
const Exact = 2048

// Distribution is a stream of values. The zero value is empty.
//
// Invariant: either values holds all of them, or counts does; see check.
type Distribution struct {
	values []int64
	counts []uint32 // by bucket, from the bucket base on
	base   int

	n        int64
	min, max int64
	mean, m2 float64
}

// Reset empties d. It keeps room, unless that is excessive.
func (d *Distribution) Reset() {
	values := d.values[:0]
	if cap(values) > Exact/8 {
		values = nil
	}
	*d = Distribution{values: values}
}

// Add takes one more value.
func (d *Distribution) Add(v int64) {
	d.count(v)
	if d.counts == nil && len(d.values) < Exact {
		d.values = append(d.values, v)
		return
	}
	d.spill()
	d.fill(bucket(v), 1)
}

// count keeps n, the extremes and the moments.
func (d *Distribution) count(v int64) {
	if d.n == 0 {
		d.min, d.max = v, v
	}
	d.n++
	d.min, d.max = min(d.min, v), max(d.max, v)
	delta := float64(v) - d.mean
	d.mean += delta / float64(d.n)
	d.m2 += delta * (float64(v) - d.mean)
}

// spill moves the values that were kept one by one into the histogram.
func (d *Distribution) spill() {
	for _, v := range d.values {
		d.fill(bucket(v), 1)
	}
	d.values = nil
}

// Merge adds all values of other, which stays as it is.
func (d *Distribution) Merge(other *Distribution) {
	if other.counts == nil {
		for _, v := range other.values {
			d.Add(v)
		}
		return
	}
	d.spill()
	for i, c := range other.counts {
		if c > 0 {
			d.fill(other.base+i, c)
		}
	}
	if d.n == 0 {
		d.min, d.max = other.min, other.max
	}
	d.min, d.max = min(d.min, other.min), max(d.max, other.max)
	delta, share := other.mean-d.mean, float64(other.n)/float64(d.n+other.n)
	d.m2 += other.m2 + delta*delta*float64(d.n)*share // Chan, Golub and LeVeque 1979
	d.mean += delta * share
	d.n += other.n
}

// N returns how many values there were.
func (d *Distribution) N() int64 { return d.n }

// Min returns the least value; ok is false for none.
func (d *Distribution) Min() (v int64, ok bool) { return d.min, d.n > 0 }

// Max returns the largest value; ok is false for none.
func (d *Distribution) Max() (v int64, ok bool) { return d.max, d.n > 0 }

// Mean returns the mean; ok is false for no values.
func (d *Distribution) Mean() (v float64, ok bool) { return d.mean, d.n > 0 }

// Deviation returns the standard deviation of the sample (n-1); ok is false
// for fewer than two values.
func (d *Distribution) Deviation() (v float64, ok bool) {
	if d.n < 2 {
		return 0, false
	}
	return math.Sqrt(d.m2 / float64(d.n-1)), true
}

// Quantile returns the value at the share q, from 0 to 1, of the values in
// ascending order; ok is false for no values.
func (d *Distribution) Quantile(q float64) (v int64, ok bool) {
	if d.n == 0 {
		return 0, false
	}
	rank := min(max(int64(math.Ceil(q*float64(d.n))), 1), d.n) - 1
	if d.counts == nil && len(d.values) <= few {
		if !slices.IsSorted(d.values) {
			slices.Sort(d.values)
		}
		return d.values[rank], true
	}
	if d.counts == nil {
		return nth(d.values, int(rank)), true
	}
	for i, c := range d.counts {
		if rank -= int64(c); rank < 0 {
			return min(max(middle(d.base+i), d.min), d.max), true
		}
	}
	return d.max, true
}

// few is how many values are simply sorted.
const few = 64

// nth returns what would stand at index k if the values were sorted, which
// they are in part afterwards: quickselect (Hoare, CACM 4, 1961), that gives
// up on an unlucky order.
func nth(values []int64, k int) int64 {
	for tries := 0; len(values) > few; tries++ {
		if tries > 64 {
			break
		}
		pivot := medianOfThree(values[0], values[len(values)/2], values[len(values)-1])
		low, high := split(values, pivot)
		switch {
		case k < low:
			values = values[:low]
		case k >= high:
			values, k = values[high:], k-high
		default:
			return pivot
		}
	}
	slices.Sort(values)
	return values[k]
}

func medianOfThree(a, b, c int64) int64 { return max(min(a, b), min(max(a, b), c)) }

// split moves what is below the pivot to the front and what is above it to the
// back, and returns where its equals begin and end.
func split(values []int64, pivot int64) (low, high int) {
	high = len(values)
	for i := 0; i < high; {
		switch v := values[i]; {
		case v < pivot:
			values[i], values[low] = values[low], v
			low++
			i++
		case v > pivot:
			high--
			values[i], values[high] = values[high], v
		default:
			i++
		}
	}
	return low, high
}

// fill counts n values in bucket b, and makes room for it.
func (d *Distribution) fill(b int, n uint32) {
	switch {
	case len(d.counts) == 0:
		d.base, d.counts = b, make([]uint32, 1)
	case b < d.base:
		d.counts = append(make([]uint32, d.base-b), d.counts...)
		d.base = b
	case b >= d.base+len(d.counts):
		d.counts = append(d.counts, make([]uint32, b-d.base-len(d.counts)+1)...)
	}
	d.counts[b-d.base] += n
}

// fine is the number of bits that tell buckets within a power of two apart.
const fine = 8

// bucket returns the index of the bucket that holds v: the values themselves
// up to 2^fine, then 2^fine for each further power of two.
func bucket(v int64) int {
	if v < 1<<fine {
		return int(max(v, 0))
	}
	shift := bits.Len64(uint64(v)) - fine - 1
	return shift<<fine + int(v>>shift)
}

// middle returns the middle value of a bucket.
func middle(b int) int64 {
	if b < 2<<fine {
		return int64(b)
	}
	shift := b>>fine - 1
	low := int64(b-shift<<fine) << shift
	return low + 1<<shift/2
}
