package quantile

// Summary is what is told of a distribution. With N 0 nothing is known; SD is
// that of the sample, and unknown for fewer than two values.
type Summary struct {
	N                               int64
	Min, P10, Median, P90, P99, Max int64
	Mean, SD                        float64
}

// Summary returns what is told of d.
func (d *Distribution) Summary() Summary {
	m := d.moments()
	if m.n == 0 {
		return Summary{}
	}
	s := Summary{N: m.n, Min: m.min, Max: m.max, Mean: m.mean, SD: m.deviation()}
	p10, median, p90, p99 := rankOf(0.1, m.n), rankOf(0.5, m.n), rankOf(0.9, m.n), rankOf(0.99, m.n)
	if h := d.rest; h != nil {
		s.P10, s.Median, s.P90, s.P99 = h.nth(p10), h.nth(median), h.nth(p90), h.nth(p99)
		return s
	}
	// Each selection parts the values for the next one.
	s.Median = nth(d.values, int(median))
	s.P10 = nth(d.values[:median+1], int(p10))
	s.P90 = nth(d.values[median:], int(p90-median))
	s.P99 = nth(d.values[p90:], int(p99-p90))
	return s
}
