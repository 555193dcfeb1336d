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
// bucket, off by less than 0.2 %. Mean and deviation are always of all values: of
// those that were kept in two passes, past that by Welford's method
// (Technometrics 4, 1962). Two distributions merge into
// what one fed with both would be, up to rounding. The same values in the same
// order give the same results; there is no chance in it, as a reservoir has.
//
// The package refuses to answer for an empty stream, and to give a deviation
// of fewer than two values. Negative values count as they are in the mean and
// the extremes, and as 0 in the histogram.
package quantile

import "math"

// Exact is how many values a Distribution keeps one by one.
const Exact = 2048

// Distribution is a stream of values. The zero value is empty.
//
// Invariant: either values holds all of them, or rest counts all of them; see
// check. Adding to values is all that the short streams cost, which are most.
type Distribution struct {
	values []int64
	rest   *histogram // nil up to Exact values
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
	if d.rest == nil && len(d.values) < Exact {
		d.values = append(d.values, v)
		return
	}
	d.spill()
	d.rest.add(v)
}

// spill moves the values that were kept one by one into the histogram.
func (d *Distribution) spill() {
	if d.rest == nil {
		d.rest = new(histogram)
	}
	for _, v := range d.values {
		d.rest.add(v)
	}
	d.values = nil
}

// Merge adds all values of other, which stays as it is.
func (d *Distribution) Merge(other *Distribution) {
	if other.rest != nil {
		d.spill()
		d.rest.merge(other.rest)
		return
	}
	for _, v := range other.values {
		d.Add(v)
	}
}

// moments returns number, extremes, mean and squared deviations of all values.
func (d *Distribution) moments() moments {
	if d.rest != nil {
		return d.rest.moments
	}
	return momentsOf(d.values)
}

// N returns how many values there were.
func (d *Distribution) N() int64 {
	if d.rest != nil {
		return d.rest.n
	}
	return int64(len(d.values))
}

// Min returns the least value; ok is false for none.
func (d *Distribution) Min() (v int64, ok bool) {
	m := d.moments()
	return m.min, m.n > 0
}

// Max returns the largest value; ok is false for none.
func (d *Distribution) Max() (v int64, ok bool) {
	m := d.moments()
	return m.max, m.n > 0
}

// Mean returns the mean; ok is false for no values.
func (d *Distribution) Mean() (v float64, ok bool) {
	m := d.moments()
	return m.mean, m.n > 0
}

// Deviation returns the standard deviation of the sample (n-1); ok is false
// for fewer than two values.
func (d *Distribution) Deviation() (v float64, ok bool) {
	m := d.moments()
	return m.deviation(), m.n > 1
}

// Quantile returns the value at the share q, from 0 to 1, of the values in
// ascending order; ok is false for no values.
func (d *Distribution) Quantile(q float64) (v int64, ok bool) {
	n := d.N()
	if n == 0 {
		return 0, false
	}
	rank := rankOf(q, n)
	if d.rest != nil {
		return d.rest.nth(rank), true
	}
	return nth(d.values, int(rank)), true
}

// rankOf returns the index of the quantile q among n ascending values.
func rankOf(q float64, n int64) int64 {
	return min(max(int64(math.Ceil(q*float64(n))), 1), n) - 1
}
