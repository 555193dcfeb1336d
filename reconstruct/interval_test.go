package reconstruct

import (
	"maps"
	"testing"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// model is a stream as a set of octets: slow, and obviously right.
type model struct {
	seen       map[seq.Offset]bool
	max, acked seq.Offset
	unique     int64
}

func (m *model) pass(lo, hi seq.Offset) (fresh int64) {
	for o := lo; o < hi; o++ {
		if !m.seen[o] {
			m.seen[o] = true
			fresh++
		}
	}
	m.max = max(m.max, hi)
	m.unique += fresh
	return fresh
}

func (m *model) contiguous() seq.Offset {
	o := m.acked
	for o < m.max && m.seen[o] {
		o++
	}
	return o
}

func (m *model) missing() (n int64) {
	for o := seq.Offset(1); o < m.acked; o++ {
		if !m.seen[o] {
			n++
		}
	}
	return n
}

// TestStreamAgainstModel lets segments and acknowledgements of a stream come
// in any order and compares every number that is kept with the model.
func TestStreamAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := end{&Half{SYNSeen: true}, &flow{}}
		e.learn(seq.Number(rapid.Uint32().Draw(t, "isn")), 0)
		e.pass(0, 1)
		m := model{seen: map[seq.Offset]bool{0: true}, max: 1}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
				a := seq.Offset(rapid.IntRange(0, 80).Draw(t, "ack"))
				e.acknowledge(a)
				m.acked, m.max = max(m.acked, a), max(m.max, a)
			} else {
				lo := seq.Offset(rapid.IntRange(1, 80).Draw(t, "lo"))
				hi := lo + seq.Offset(rapid.IntRange(0, 12).Draw(t, "len"))
				below := min(hi, m.max)
				filled := model{seen: maps.Clone(m.seen)}.count(lo, below)
				p := e.pass(lo, hi)
				if hi > lo {
					if fresh := m.pass(lo, hi); p != (passage{fresh, filled, int64(hi-lo) - fresh}) {
						t.Fatalf("pass(%d, %d) = %+v, want %d fresh, %d filled", lo, hi, p, fresh, filled)
					}
				}
			}
			if err := e.check(); err != nil {
				t.Fatal(err)
			}
			got := [4]int64{int64(e.Max), int64(e.Contiguous), int64(e.Acked), e.Missing}
			if want := [4]int64{int64(m.max), int64(m.contiguous()), int64(m.acked), m.missing()}; got != want {
				t.Fatalf("max, contiguous, acked, missing: %v, want %v; holes %v", got, want, e.holes)
			}
		}
	})
}

// count returns how many octets of [lo, hi) are not seen.
func (m model) count(lo, hi seq.Offset) (n int64) {
	for o := lo; o < hi; o++ {
		if !m.seen[o] {
			n++
		}
	}
	return n
}

// More holes than are kept: the oldest are taken for passed, nothing else.
func TestHolesAreBounded(t *testing.T) {
	e := end{&Half{SYNSeen: true}, &flow{}}
	e.learn(0, 0)
	e.pass(0, 1)
	const n = maxHoles + 100
	for i := seq.Offset(0); i < n; i++ {
		e.pass(2*i+2, 2*i+3)
		if err := e.check(); err != nil {
			t.Fatal(err)
		}
	}
	if len(e.holes) != maxHoles || e.holes[0].lo != 201 {
		t.Errorf("%d holes from %v", len(e.holes), e.holes[0])
	}
	if p := e.pass(1, 2); p.again != 1 {
		t.Errorf("a forgotten hole gives %+v", p)
	}
	if p := e.pass(201, 202); p.filled != 1 {
		t.Errorf("a hole that is kept gives %+v", p)
	}
}
