package lab

import (
	"slices"
	"time"
)

// Spread is how values lie: how many there are, the least, the quartiles and
// the most. The zero value is that of none.
type Spread[T time.Duration | float64] struct {
	N                           int
	Least, Q1, Median, Q3, Most T
}

// SpreadOf orders values. A quantile between two of them lies on the straight
// line from one to the other (Hyndman and Fan 1996, type 7), which is what R and
// NumPy do and what reports of the L41 lab show.
func SpreadOf[T time.Duration | float64](values []T) Spread[T] {
	if len(values) == 0 {
		return Spread[T]{}
	}
	sorted := slices.Sorted(slices.Values(values))
	at := func(share float64) T {
		place := share * float64(len(sorted)-1)
		low := int(place)
		high := min(low+1, len(sorted)-1)
		return sorted[low] + T((place-float64(low))*float64(sorted[high]-sorted[low]))
	}
	return Spread[T]{len(sorted), sorted[0], at(0.25), at(0.5), at(0.75), sorted[len(sorted)-1]}
}
