package report

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/render/chart"
)

// TestTracks reads lists of numbers back as the page's script does: they differ
// by half a step at most, and a step is as small as a screen can show.
func TestTracks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]chart.Unit{chart.Seconds, chart.Bytes, chart.BitsPerSecond, chart.None}).Draw(t, "unit")
		most := rapid.SampledFrom([]float64{1e-7, 1e-3, 1, 3600, 1e9}).Draw(t, "most")
		values := rapid.SliceOf(rapid.OneOf(rapid.Float64Range(-most, most), rapid.Just(math.NaN()))).Draw(t, "values")
		if unit == chart.Bytes {
			for i := range values {
				values[i] = math.Round(values[i])
			}
		}
		made := trackOf(values, unit)
		var read struct {
			Step  float64
			Moves []*int64
		}
		if err := json.Unmarshal([]byte(encoded(made)), &read); err != nil {
			t.Fatal(err)
		}
		if len(read.Moves) != len(values) {
			t.Fatalf("%d values became %d", len(values), len(read.Moves))
		}
		sum := int64(0)
		for i, m := range read.Moves {
			if m == nil || math.IsNaN(values[i]) {
				if m != nil || !math.IsNaN(values[i]) {
					t.Fatalf("value %d: %g became %v", i, values[i], m)
				}
				continue
			}
			sum += *m
			if got := float64(sum) * read.Step; math.Abs(got-values[i]) > read.Step*0.51 {
				t.Fatalf("value %d: %g became %g at steps of %g", i, values[i], got, read.Step)
			}
		}
		if unit != chart.Bytes && read.Step > math.Max(1e-9, most*1e-5) && len(values) > 0 && read.Step != 1 {
			t.Fatalf("steps of %g for values up to %g", read.Step, most)
		}
	})
}

// TestDataEndsNoElement: names in the data of a chart cannot end the element that
// it stands in.
func TestDataEndsNoElement(t *testing.T) {
	f := &chart.Figure{X: chart.Axis{Unit: chart.Seconds}, Panels: []chart.Panel{{
		Y:      chart.Axis{Label: "</script><!--"},
		Series: []chart.Series{{Name: "<script>&\u2028", Points: []chart.Point{{X: 1, Y: 2}}}},
	}}}
	if text := chartData(f); strings.ContainsAny(text, "<>&\u2028") {
		t.Error(text)
	}
}
