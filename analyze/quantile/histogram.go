package quantile

import (
	"math"
	"math/bits"
)

// moments are what is known of any number of values without keeping them.
type moments struct {
	n        int64
	min, max int64
	mean, m2 float64 // m2 is the sum of the squared deviations from mean
}

// momentsOf returns those of values.
func momentsOf(values []int64) (m moments) {
	if len(values) == 0 {
		return m
	}
	m = moments{n: int64(len(values)), min: values[0], max: values[0]}
	var sum float64
	for _, v := range values {
		m.min, m.max = min(m.min, v), max(m.max, v)
		sum += float64(v)
	}
	m.mean = sum / float64(m.n)
	for _, v := range values {
		delta := float64(v) - m.mean
		m.m2 += delta * delta
	}
	return m
}

// add takes one more value (Welford).
func (m *moments) add(v int64) {
	if m.n == 0 {
		m.min, m.max = v, v
	}
	m.n++
	m.min, m.max = min(m.min, v), max(m.max, v)
	delta := float64(v) - m.mean
	m.mean += delta / float64(m.n)
	m.m2 += delta * (float64(v) - m.mean)
}

// merge adds the values behind other (Chan, Golub and LeVeque 1979).
func (m *moments) merge(other *moments) {
	if m.n == 0 {
		*m = *other
		return
	}
	m.min, m.max = min(m.min, other.min), max(m.max, other.max)
	delta, share := other.mean-m.mean, float64(other.n)/float64(m.n+other.n)
	m.m2 += other.m2 + delta*delta*float64(m.n)*share
	m.mean += delta * share
	m.n += other.n
}

// deviation returns the standard deviation of the sample, 0 for fewer than two.
func (m *moments) deviation() float64 {
	if m.n < 2 {
		return 0
	}
	return math.Sqrt(m.m2 / float64(m.n-1))
}

// histogram is a distribution by buckets that grow with the values.
type histogram struct {
	moments
	counts []uint32 // by bucket, from the bucket base on
	base   int
}

func (h *histogram) add(v int64) {
	h.moments.add(v)
	h.fill(bucket(v), 1)
}

func (h *histogram) merge(other *histogram) {
	h.moments.merge(&other.moments)
	for i, c := range other.counts {
		if c > 0 {
			h.fill(other.base+i, c)
		}
	}
}

// nth returns about the value at index rank of all in ascending order.
func (h *histogram) nth(rank int64) int64 {
	for i, c := range h.counts {
		if rank -= int64(c); rank < 0 {
			return min(max(middle(h.base+i), h.min), h.max)
		}
	}
	return h.max
}

// fill counts n values in bucket b, and makes room for it.
func (h *histogram) fill(b int, n uint32) {
	switch {
	case len(h.counts) == 0:
		h.base, h.counts = b, make([]uint32, 1)
	case b < h.base:
		h.counts = append(make([]uint32, h.base-b), h.counts...)
		h.base = b
	case b >= h.base+len(h.counts):
		h.counts = append(h.counts, make([]uint32, b-h.base-len(h.counts)+1)...)
	}
	h.counts[b-h.base] += n
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
