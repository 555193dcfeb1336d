package lab

import (
	"math"
	"testing"
)

var rtts = []float64{0.0001, 0.01, 0.02, 0.04, 0.08}

// bandwidths are those of a curve at the RTTs.
func bandwidths(curve func(rtt float64) float64) (all []float64) {
	for _, r := range rtts {
		all = append(all, curve(r))
	}
	return all
}

func near(got, want float64) bool { return math.Abs(got-want) <= 1e-6*math.Abs(want) }

func TestFitsFindTheirOwnCurves(t *testing.T) {
	line := FitLine(rtts, bandwidths(func(r float64) float64 { return 9e8 - 1e10*r }))
	if !line.Good() || !near(line.A, 9e8) || !near(line.B, -1e10) || !near(line.R2, 1) || line.Worst > 1e-6 {
		t.Errorf("line: %+v", line)
	}
	window := FitWindow(rtts, bandwidths(func(r float64) float64 { return 524288 / (r + 0.002) }))
	if !window.Good() || !near(window.A, 524288) || !near(window.B, 0.002) || !near(window.R2, 1) || window.Worst > 1e-6 {
		t.Errorf("window: %+v", window)
	}
}

func TestFitsTellEachOtherApart(t *testing.T) {
	curved := bandwidths(func(r float64) float64 { return 524288 / (r + 0.002) })
	if line, window := FitLine(rtts, curved), FitWindow(rtts, curved); line.Error < 10*window.Error || line.Error < 0.5 {
		t.Errorf("a line is off by %v, a window by %v", line.Error, window.Error)
	}
	straight := bandwidths(func(r float64) float64 { return 9e8 - 1e10*r })
	if line, window := FitLine(rtts, straight), FitWindow(rtts, straight); window.Error < 10*line.Error || window.Error < 0.1 {
		t.Errorf("a line is off by %v, a window by %v", line.Error, window.Error)
	}
}

func TestFitNeedsPoints(t *testing.T) {
	for name, c := range map[string][2][]float64{
		"none":           {},
		"two":            {{1, 2}, {3, 4}},
		"all at one RTT": {{1, 1, 1, 1}, {3, 4, 5, 6}},
	} {
		if f := FitLine(c[0], c[1]); f.Good() {
			t.Errorf("%s: a line %+v", name, f)
		}
		if f := FitWindow(c[0], c[1]); f.Good() {
			t.Errorf("%s: a window %+v", name, f)
		}
	}
}

func TestRatio(t *testing.T) {
	for name, c := range map[string]struct {
		above, below []float64
		value        float64
		sure         bool
		verdict      Verdict
	}{
		"twice":        {[]float64{20, 21, 22, 20}, []float64{10, 10.5, 11, 10}, 2, true, More},
		"half":         {[]float64{10, 10.5, 11, 10}, []float64{20, 21, 22, 20}, 0.5, true, Less},
		"noise":        {[]float64{8, 10, 14}, []float64{7, 11, 13}, 10.0 / 11, true, Alike},
		"one per cent": {[]float64{101, 101, 101}, []float64{100, 100, 100}, 1.01, true, Alike},
		"too few":      {[]float64{20, 21}, []float64{10, 10.5, 11}, 20.5 / 10.5, false, CannotTell},
		"nothing":      {nil, []float64{1, 2, 3}, 0, false, CannotTell},
	} {
		r := RatioOf(c.above, c.below)
		if !near(r.Value, c.value) || r.Sure != c.sure || r.Against1() != c.verdict {
			t.Errorf("%s: %+v, verdict %d", name, r, r.Against1())
		}
		if r.Sure && (r.Low > r.Value || r.High < r.Value) {
			t.Errorf("%s: %v is not within %v to %v", name, r.Value, r.Low, r.High)
		}
		if again := RatioOf(c.above, c.below); again != r {
			t.Errorf("%s: then %+v, now %+v", name, r, again)
		}
	}
}
