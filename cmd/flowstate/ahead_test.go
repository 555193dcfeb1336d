package main

import (
	"slices"
	"testing"
)

func TestAhead(t *testing.T) {
	ended := false
	count := func(yield func(int) bool) {
		defer func() { ended = true }()
		for i := range 100 {
			if !yield(i) {
				return
			}
		}
	}
	for _, depth := range []int{1, 7, 64, 1000} {
		if got := slices.Collect(ahead(count, depth)); len(got) != 100 || !slices.IsSorted(got) || !ended {
			t.Errorf("%d ahead: %v, ended %v", depth, got, ended)
		}
		ended = false
	}
	for v := range ahead(count, 7) {
		if v == 3 {
			break
		}
	}
	if !ended {
		t.Error("the sequence goes on after its consumer left")
	}
}
