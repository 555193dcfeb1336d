package main

import "iter"

// connectionsAhead is how many connections the analysis may be ahead of what is
// written: some hundred kilobytes.
const connectionsAhead = 64

// ahead runs a sequence on a goroutine of its own, up to depth values before
// they are asked for, so that analysing and writing go on at the same time. Its
// values have to be the consumer's to keep.
func ahead[T any](seq iter.Seq[T], depth int) iter.Seq[T] {
	return func(yield func(T) bool) {
		values, done := make(chan T, depth), make(chan struct{})
		go func() {
			defer close(values)
			for v := range seq {
				select {
				case values <- v:
				case <-done:
					return
				}
			}
		}()
		defer func() {
			close(done)
			for range values { // the sequence has ended only when values is closed
			}
		}()
		for v := range values {
			if !yield(v) {
				return
			}
		}
	}
}
