package quantile

import (
	"cmp"
	"slices"
)

// Distinct is how many different values a Tally keeps apart.
const Distinct = 256

// Tally is a distribution of values that repeat, such as the windows that a
// receiver advertises: exact as long as they are no more than Distinct, a
// Distribution's histogram after that. The zero value is empty.
//
// A run of one value is counted in the Tally itself, which saves the way to
// seen for most of them.
type Tally struct {
	run  count   // of the value added last, not yet in seen or rest
	seen []count // ascending; nil after spilling
	rest *Distribution
}

type count struct {
	value int64
	n     uint32
}

// Reset empties t. It keeps room.
func (t *Tally) Reset() {
	t.run, t.seen, t.rest = count{}, t.seen[:0], nil
}

// Add takes one more value.
func (t *Tally) Add(v int64) {
	if t.run.value != v {
		t.settle()
		t.run.value = v
	}
	t.run.n++
}

// settle puts the run among the others.
func (t *Tally) settle() {
	run := t.run
	t.run.n = 0
	if run.n == 0 {
		return
	}
	at, found := slices.BinarySearchFunc(t.seen, run.value, func(c count, v int64) int { return cmp.Compare(c.value, v) })
	switch {
	case t.rest != nil:
		t.rest.repeat(run)
	case found:
		t.seen[at].n += run.n
	case len(t.seen) < Distinct:
		t.seen = slices.Insert(t.seen, at, run)
	default:
		t.rest = new(Distribution)
		for _, c := range t.seen {
			t.rest.repeat(c)
		}
		t.seen = nil
		t.rest.repeat(run)
	}
}

// repeat adds a value several times.
func (d *Distribution) repeat(c count) {
	for range c.n {
		d.Add(c.value)
	}
}

// Summary returns what is told of the values: their number, extremes and
// median alone.
func (t *Tally) Summary() (s Summary) {
	t.settle()
	if t.rest != nil {
		m := t.rest.moments()
		s.N, s.Min, s.Max = m.n, m.min, m.max
		s.Median, _ = t.rest.Quantile(0.5)
		return s
	}
	if len(t.seen) == 0 {
		return s
	}
	for _, c := range t.seen {
		s.N += int64(c.n)
	}
	s.Min, s.Max = t.seen[0].value, t.seen[len(t.seen)-1].value
	var below int64
	for _, c := range t.seen {
		if below += int64(c.n); 2*below >= s.N {
			s.Median = c.value
			break
		}
	}
	return s
}
