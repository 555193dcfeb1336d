package main

import "iter"

// connectionsAhead is how many connections the analysis may be ahead of what is
// written: some hundred kilobytes.
const connectionsAhead = 64

// ahead runs a sequence on a goroutine of its own, up to about depth values
// before they are asked for, so that analysing and writing go on at the same
// time. Its values have to be the consumer's to keep. They are handed over in
// quarters of depth: waking the consumer for each takes longer than most values.
func ahead[T any](seq iter.Seq[T], depth int) iter.Seq[T] {
	return func(yield func(T) bool) {
		quarters, done := make(chan []T, 2), make(chan struct{})
		go func() {
			defer close(quarters)
			gather(seq, max(depth/4, 1), func(quarter []T) bool {
				select {
				case quarters <- quarter:
					return true
				case <-done:
					return false
				}
			})
		}()
		defer func() {
			close(done)
			for range quarters { // the sequence has ended only when quarters is closed
			}
		}()
		for quarter := range quarters {
			for _, v := range quarter {
				if !yield(v) {
					return
				}
			}
		}
	}
}

// gather passes on the values of a sequence, n at a time, until pass returns
// false.
func gather[T any](seq iter.Seq[T], n int, pass func([]T) bool) {
	var some []T
	for v := range seq {
		if some = append(some, v); len(some) < n {
			continue
		}
		if !pass(some) {
			return
		}
		some = make([]T, 0, n)
	}
	if len(some) > 0 {
		pass(some)
	}
}
