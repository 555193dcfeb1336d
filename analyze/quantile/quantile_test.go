package quantile

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func (d *Distribution) check() error {
	if d.rest == nil {
		return nil
	}
	var kept int64
	for _, c := range d.rest.counts {
		kept += int64(c)
	}
	if kept != d.rest.n || len(d.values) > 0 {
		return fmt.Errorf("%d values kept one by one, %d in the histogram, %d were added", len(d.values), kept, d.rest.n)
	}
	return nil
}

func fed(values []int64) *Distribution {
	d := new(Distribution)
	for _, v := range values {
		d.Add(v)
	}
	return d
}

// Against the sorted values, on both sides of Exact.
func TestAgainstSorting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{1, 2, 3, 17, 100, Exact, Exact + 1, 3 * Exact}).Draw(t, "n")
		top := rapid.SampledFrom([]int64{3, 300, 1 << 20, 1 << 40}).Draw(t, "top")
		seed := rapid.Uint64().Draw(t, "seed")
		values := make([]int64, n)
		for i := range values {
			seed = seed*6364136223846793005 + 1442695040888963407
			values[i] = int64(seed>>1) % top
		}
		d := fed(values)
		if err := d.check(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(values)
		told := d.Summary()
		for q, v := range map[float64]int64{0.1: told.P10, 0.5: told.Median, 0.9: told.P90, 0.99: told.P99} {
			if got, _ := d.Quantile(q); got != v {
				t.Fatalf("summary: quantile %v of %d values is %d, asked alone %d", q, n, v, got)
			}
		}
		for _, q := range []float64{0, 0.1, 0.5, 0.9, 0.99, 1} {
			got, ok := d.Quantile(q)
			want := values[max(int(math.Ceil(q*float64(n))), 1)-1]
			off := math.Abs(float64(got - want))
			if !ok || n <= Exact && off > 0 || off > 0.002*float64(want) {
				t.Fatalf("quantile %v of %d values is %d, want %d", q, n, got, want)
			}
		}
		var sum float64
		for _, v := range values {
			sum += float64(v)
		}
		if mean, _ := d.Mean(); math.Abs(mean-sum/float64(n)) > 1e-9*(sum+1) {
			t.Fatalf("mean %v, want %v", mean, sum/float64(n))
		}
	})
}

func TestMergeIsAsOne(t *testing.T) {
	for _, sizes := range [][2]int{{0, 5}, {5, 0}, {10, 10}, {Exact, 1}, {2 * Exact, 10}, {10, 2 * Exact}, {2 * Exact, 2 * Exact}} {
		var all []int64
		parts := [2]Distribution{}
		for i, n := range sizes {
			for k := range n {
				v := int64(1000*i + k*k%7919)
				parts[i].Add(v)
				all = append(all, v)
			}
		}
		parts[0].Merge(&parts[1])
		got, want := &parts[0], fed(all)
		if err := got.check(); err != nil {
			t.Fatal(err)
		}
		gotSD, _ := got.Deviation()
		wantSD, _ := want.Deviation()
		g, w := got.moments(), want.moments()
		if g.n != w.n || g.min != w.min || g.max != w.max || math.Abs(g.mean-w.mean) > 1e-6 || math.Abs(gotSD-wantSD) > 1e-6 {
			t.Errorf("%v: merged %+v, want %+v", sizes, g, w)
		}
		a, _ := got.Quantile(0.9)
		b, _ := want.Quantile(0.9)
		if a != b {
			t.Errorf("%v: p90 %d merged, %d as one", sizes, a, b)
		}
	}
}

func TestUnknown(t *testing.T) {
	var d Distribution
	if _, ok := d.Quantile(0.5); ok {
		t.Error("the median of nothing is known")
	}
	d.Add(7)
	if _, ok := d.Deviation(); ok {
		t.Error("one value has a deviation")
	}
	if v, ok := d.Quantile(0.99); !ok || v != 7 {
		t.Errorf("p99 of 7 is %d", v)
	}
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	var d Distribution
	for i := range b.N {
		d.Add(40_000_000 + int64(i*7919%1_000_000))
	}
}

func TestTallyAgainstDistribution(t *testing.T) {
	for _, distinct := range []int{1, 2, 7, Distinct, Distinct + 1, 1000} {
		var tally Tally
		var d Distribution
		for i := range 3000 {
			v := int64(i*i*31%distinct) * 3
			tally.Add(v)
			d.Add(v)
		}
		got, want := tally.Summary(), d.Summary()
		if got.N != want.N || got.Min != want.Min || got.Max != want.Max || math.Abs(float64(got.Median-want.Median)) > 0.002*float64(want.Median) {
			t.Errorf("%d different values: %+v, want %+v", distinct, got, want)
		}
	}
}
