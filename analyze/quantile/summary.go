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
	if d.n == 0 {
		return Summary{}
	}
	s := Summary{N: d.n, Min: d.min, Max: d.max, Mean: d.mean}
	s.P10, _ = d.Quantile(0.1)
	s.Median, _ = d.Quantile(0.5)
	s.P90, _ = d.Quantile(0.9)
	s.P99, _ = d.Quantile(0.99)
	s.SD, _ = d.Deviation()
	return s
}
