package kind

import (
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// sampled is a connection with these round-trip times, in milliseconds.
func sampled(ms ...int) *Trace {
	t := &Trace{}
	for _, v := range ms {
		t.Rows = append(t.Rows, Row{RTTKnown: true, RTT: time.Duration(v) * time.Millisecond, From: reconstruct.Server})
	}
	return t
}

func repeat(v, n int) (list []int) {
	for range n {
		list = append(list, v)
	}
	return list
}

// TestDistributionAxis checks which samples stretch the axis.
func TestDistributionAxis(t *testing.T) {
	for name, c := range map[string]struct {
		samples []int
		want    cdfAxis
	}{
		"alike":                      {repeat(40, 50), cdfAxis{}},
		"few":                        {[]int{1, 1, 900}, cdfAxis{}},
		"one far":                    {append(repeat(40, 50), 5000), cdfAxis{end: 0.046, beyond: 1, most: 5}},
		"one not so far":             {append(repeat(40, 50), 100), cdfAxis{}},
		"two far of fifty":           {append(repeat(40, 48), 5000, 5000), cdfAxis{log: true}},
		"two far of hundreds":        {append(repeat(40, 400), 5000, 6000), cdfAxis{end: 0.046, beyond: 2, most: 6}},
		"three far of sixty, with 0": {append(append(repeat(0, 20), repeat(40, 37)...), 500, 600, 700), cdfAxis{end: 0.046, beyond: 3, most: 0.7}},
		"of several orders with 0":   {append([]int{0}, append(repeat(1, 50), repeat(100, 50)...)...), cdfAxis{}},
		"of several orders":          {append(repeat(1, 50), repeat(100, 50)...), cdfAxis{log: true}},
	} {
		v := (&Request{Sides: Client}).newView([]*Trace{sampled(c.samples...)})
		if got := chooseCDF(v); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
