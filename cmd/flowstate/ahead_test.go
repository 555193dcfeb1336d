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
	if got := slices.Collect(ahead(count, 7)); len(got) != 100 || !slices.IsSorted(got) || !ended {
		t.Errorf("all: %v, ended %v", got, ended)
	}
	ended = false
	for v := range ahead(count, 7) {
		if v == 3 {
			break
		}
	}
	if !ended {
		t.Error("the sequence goes on after its consumer left")
	}
}
