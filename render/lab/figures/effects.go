package figures

import (
	"fmt"
	"math"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// simulationEffect is how far the measured round trips are from what was set.
func simulationEffect(s *Sweep) ([]*Figure, string) {
	var series, relative []chart.Series
	var words []string
	for _, v := range s.variants() {
		off := chart.Series{Name: v.words(), Shape: chart.Quartiles, Look: v.look}
		share := off
		for _, c := range v.cells {
			if c.RTT.N == 0 {
				continue
			}
			set := (c.Way[0].Delay + c.Way[1].Delay).Seconds()
			shift := func(v float64) float64 { return v - set }
			q1, median, q3 := shift(c.RTT.Q1.Seconds()), shift(c.RTT.Median.Seconds()), shift(c.RTT.Q3.Seconds())
			off.Points = append(off.Points, chart.Point{X: delay(c).Seconds(), Y: median, Low: q1, High: q3})
			said := fmt.Sprintf("%s, %s: %s", milliseconds(delay(c)), v.words(), signed(median))
			if set > 0 {
				share.Points = append(share.Points, chart.Point{X: delay(c).Seconds(), Y: median / set, Low: q1 / set, High: q3 / set})
				said += fmt.Sprintf(" (%+.2f %%)", median/set*100)
			}
			words = append(words, said)
		}
		series, relative = append(series, off), append(relative, share)
	}
	if len(words) == 0 {
		return nil, "no recorded handshake has a round trip"
	}
	f := &chart.Figure{X: s.delayAxis(), Panels: []chart.Panel{
		{Y: chart.Axis{Label: "Handshake round trip less twice the set delay", Unit: chart.Seconds, Zero: true}, Series: series},
	}}
	if drawn(relative) {
		f.Panels = append(f.Panels, chart.Panel{Y: chart.Axis{Label: "The same, relative to what was set", Unit: chart.Percent, Zero: true}, Series: relative})
	}
	said := "Round trip of the handshake less the delays that were set, medians and quartiles, " + s.counted() + ". Nothing is corrected."
	answer := "Measured less set, medians: " + strings.Join(words, "; ") + "." + s.linkError()
	return []*Figure{{Name: "simulation-effect", Title: "Simulation effect: measured against set delay", Chart: f, Said: said, Answer: []string{answer}}}, ""
}

// linkError tells what was measured of the link itself before each run.
func (s *Sweep) linkError() string {
	var late lab.Spread[float64]
	var all []float64
	for _, e := range s.Report.Errors {
		for _, way := range e.Way {
			if way.Received > 0 {
				all = append(all, way.P99.Seconds())
			}
		}
	}
	if late = lab.SpreadOf(all); late.N == 0 {
		return ""
	}
	return fmt.Sprintf(" Single packets before the runs: 99 of 100 came at most %s later than set (median over %d measurements; worst %s).", secs(late.Median), late.N, secs(late.Most))
}

func signed(v float64) string {
	if v < 0 {
		return "-" + secs(-v)
	}
	return "+" + secs(v)
}

func drawn(all []chart.Series) bool {
	for _, s := range all {
		if len(s.Points) > 0 {
			return true
		}
	}
	return false
}

// probeEffect is the bandwidth that the benchmark measured with a recorder and
// without.
func probeEffect(s *Sweep) ([]*Figure, string) {
	with, without := s.variants(), s.group(false)
	var rates, ratios []chart.Series
	var words []string
	for i := range with {
		bare := with[i].look
		bare.Dash, bare.Marker = chart.Dotted, chart.NthLook(i+2).Marker
		rates = append(rates, s.measured(&with[i], ", recorded", with[i].look), s.measured(&without[i], ", not recorded", bare))
		ratio, said := s.probed(&with[i], &without[i])
		ratios, words = append(ratios, ratio), append(words, said...)
	}
	if !drawn(ratios) {
		return nil, "no setting was run both with a recorder and without; `flowstate lab sweep --record both,none ...` does both"
	}
	f := &chart.Figure{X: s.delayAxis(), Panels: []chart.Panel{
		{Y: rateAxis("Bandwidth, as the benchmark measured it", rates), Series: rates, Height: 1.3},
		{Y: chart.Axis{Label: "Recorded / not recorded", Range: aroundOne(ratios)}, Series: append(ratios, one(ratios))},
	}}
	said := "Bandwidth as the benchmark itself measured it, with recorders at the taps and TCP_INFO samples, and without either: medians and quartiles. Below: the ratio of the medians, with its 95 % bootstrap interval where there are three runs or more of each."
	return []*Figure{{Name: "probe-effect", Title: "Probe effect: with and without recording", Chart: f, Said: said,
		Answer: []string{"Recorded over not recorded: " + strings.Join(words, "; ") + "."}}}, ""
}

// measured are the bandwidths of a variant, as the benchmark itself told them.
func (s *Sweep) measured(v *variant, what string, look chart.Look) chart.Series {
	series := chart.Series{Name: strings.ReplaceAll(v.words(), " buffers", "") + what, Shape: chart.Quartiles, Look: look}
	for _, c := range v.cells {
		if c.Bandwidth.N > 0 && !s.unlimited(c) {
			series.Points = append(series.Points, quartiles(delay(c), c.Bandwidth))
		}
	}
	return series
}

// probed are the ratios of bandwidths with a recorder to those without.
func (s *Sweep) probed(with, without *variant) (ratio chart.Series, words []string) {
	ratio = chart.Series{Name: with.words(), Shape: chart.Quartiles, Look: with.look}
	for _, c := range with.cells {
		for _, d := range without.cells {
			r := lab.RatioOf(c.Rates(), d.Rates())
			if delay(c) != delay(d) || r.Value == 0 || s.unlimited(c) {
				continue
			}
			ratio.Points = append(ratio.Points, ratioPoint(delay(c).Seconds(), &r))
			words = append(words, fmt.Sprintf("%s, %s: %s", milliseconds(delay(c)), with.words(), ratioWords(&r)))
		}
	}
	return ratio, words
}

// ratioPoint is a ratio with its interval.
func ratioPoint(x float64, r *lab.Ratio) chart.Point {
	p := chart.Point{X: x, Y: r.Value, Low: r.Value, High: r.Value}
	if r.Sure {
		p.Low, p.High = r.Low, r.High
	}
	return p
}

func ratioWords(r *lab.Ratio) string {
	said := fmt.Sprintf("%.3f", r.Value)
	if r.Sure {
		said += fmt.Sprintf(" (%.3f to %.3f)", r.Low, r.High)
	}
	return said
}

// one is the line at which two medians are the same.
func one(all []chart.Series) chart.Series {
	line := chart.Series{Name: "the same", Silent: true, Shape: chart.Line, Look: chart.Look{Ink: chart.Grey, Dash: chart.Dashed, Width: 0.7}}
	low, high := math.Inf(1), math.Inf(-1)
	for _, s := range all {
		for _, p := range s.Points {
			low, high = min(low, p.X), max(high, p.X)
		}
	}
	line.Points = []chart.Point{{X: low, Y: 1}, {X: high, Y: 1}}
	return line
}

// aroundOne is a range that holds 1, and a tenth beside it at least, so that
// noise does not look like an effect.
func aroundOne(all []chart.Series) chart.Range {
	r := chart.Range{Lo: 0.9, Hi: 1.1}
	for _, s := range all {
		for _, p := range s.Points {
			r.Lo, r.Hi = min(r.Lo, p.Low), max(r.Hi, p.High)
		}
	}
	pad := 0.05 * (r.Hi - r.Lo)
	r.Lo, r.Hi = r.Lo-pad, r.Hi+pad
	return r
}
