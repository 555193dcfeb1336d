package seq

import (
	"testing"

	"pgregory.net/rapid"
)

// Within half the space of the reference, Unwrap is the inverse of Wrap,
// wherever the initial number stands and however often the space has wrapped.
func TestUnwrapInvertsWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		isn := Number(rapid.Uint32().Draw(t, "isn"))
		near := Offset(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "near"))
		step := Offset(rapid.Int64Range(-1<<31, 1<<31-1).Draw(t, "step"))
		want := near + step
		if got := want.Wrap(isn).Unwrap(isn, near); got != want {
			t.Fatalf("Unwrap = %d, want %d", got, want)
		}
	})
}

func TestOrderAcrossTheWrap(t *testing.T) {
	cases := []struct {
		s, t   Number
		before bool
	}{
		{0xffffffff, 0, true},
		{0, 0xffffffff, false},
		{5, 5, false},
		{0, 0x80000000, true}, // exactly half the space apart: behind, from either side
		{0x80000000, 0, true},
	}
	for _, c := range cases {
		if got := c.s.Before(c.t); got != c.before {
			t.Errorf("%#x before %#x = %v, want %v", c.s, c.t, got, c.before)
		}
	}
}
