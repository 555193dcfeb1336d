package lab

import (
	"math/rand/v2"
	"slices"
)

// Ratio is that of two medians, with an interval that holds it in 95 of 100 such
// experiments: the percentile bootstrap (Efron 1979) over 2000 draws, which are
// the same each time. With fewer than 3 values on a side there is no interval.
type Ratio struct {
	N         [2]int
	Value     float64 // 0: unknown
	Low, High float64 // meaningful with Sure
	Sure      bool
}

// fewest values on a side for an interval.
const fewest = 3

// RatioOf is the ratio of the medians of two sets.
func RatioOf(above, below []float64) Ratio {
	r := Ratio{N: [2]int{len(above), len(below)}}
	if len(above) == 0 || len(below) == 0 || SpreadOf(below).Median == 0 {
		return r
	}
	r.Value = SpreadOf(above).Median / SpreadOf(below).Median
	if r.Sure = min(len(above), len(below)) >= fewest; !r.Sure {
		return r
	}
	const draws = 2000
	random := rand.New(rand.NewPCG(1, 2)) // fixed, so that the same runs give the same interval
	ratios := make([]float64, draws)
	for i := range ratios {
		ratios[i] = drawn(random, above) / drawn(random, below)
	}
	slices.Sort(ratios)
	r.Low, r.High = ratios[draws/40], ratios[draws-1-draws/40]
	return r
}

// drawn is the median of as many values, drawn with replacement.
func drawn(random *rand.Rand, values []float64) float64 {
	picked := make([]float64, len(values))
	for i := range picked {
		picked[i] = values[random.IntN(len(values))]
	}
	return SpreadOf(picked).Median
}

// Verdict of a ratio: what it is, against 1.
type Verdict uint8

// The verdicts. Within two per cent of 1 counts as alike.
const (
	CannotTell Verdict = iota // no interval
	Alike                     // the interval holds 1, or the ratio is that close
	More
	Less
)

const alike = 0.02

// Against1 judges a ratio.
func (r *Ratio) Against1() Verdict {
	switch {
	case r.Value == 0 || !r.Sure:
		return CannotTell
	case r.Low > 1 && r.Value > 1+alike:
		return More
	case r.High < 1 && r.Value < 1-alike:
		return Less
	}
	return Alike
}
