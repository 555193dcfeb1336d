package figures

import (
	"fmt"
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// bandwidthDelay is the bandwidth at each delay, and below it how much was on the
// way in a round trip: where that stays, bandwidth is window divided by RTT.
func bandwidthDelay(s *Sweep) ([]*Figure, string) {
	var rates, models, held []chart.Series
	var answers []string
	for _, v := range s.variants() {
		rate := chart.Series{Name: v.words(), Shape: chart.Quartiles, Look: v.look}
		window := rate
		var rtts, bandwidths []float64
		v.cells = slices.DeleteFunc(v.cells, func(c *lab.Cell) bool { return !s.rated(c) })
		for _, c := range v.cells {
			if delay(c) > 0 { // at none, the processor decides and not TCP
				rtt, bandwidth := c.Points()
				rtts, bandwidths = append(rtts, rtt...), append(bandwidths, bandwidth...)
			}
			rate.Points = append(rate.Points, quartiles(delay(c), c.Goodput))
			window.Points = append(window.Points, quartiles(delay(c), spread(c, func(o *lab.Outcome) float64 {
				return o.Goodput / 8 * o.Transfer.RTT.Seconds()
			})))
		}
		if len(v.cells) == 0 {
			continue
		}
		rates, held = append(rates, rate), append(held, window)
		model, answer := fitted(&v, rtts, bandwidths)
		models, answers = append(models, model...), append(answers, answer)
	}
	if len(rates) == 0 {
		return nil, "no recording has a bandwidth"
	}
	f := &chart.Figure{X: s.delayAxis(), Panels: []chart.Panel{
		{Y: rateAxis("Bandwidth", rates), Series: append(models, rates...), Height: 1.5},
		{Y: chart.Axis{Label: "Bandwidth × round trip", Unit: chart.Bytes, Zero: true}, Series: held},
	}}
	said := "Bandwidth of the data transfer alone (first octet to last, handshake and close left out) as the recordings show it, against the set one-way delay: medians, with bars from the first to the third quartile, " + s.counted() + "."
	if len(models) > 0 {
		said += " Thin lines: a window divided by the round trip, fitted."
	}
	said += " Below: the same bandwidth times the median round trip of the data, which is what was on the way at a time."
	return []*Figure{{Name: "bandwidth-delay", Title: "Bandwidth against delay", Chart: f, Said: said, Answer: answers}}, ""
}

// poor is the root mean square of relative residuals from which on a curve does
// not describe the points.
const poor = 0.25

// fitted answers whether the bandwidths of a variant lie on a line, and draws
// the curve of a window where that fits better.
func fitted(v *variant, rtt, bandwidth []float64) (model []chart.Series, answer string) {
	line, window := lab.FitLine(rtt, bandwidth), lab.FitWindow(rtt, bandwidth)
	cells := slices.DeleteFunc(slices.Clone(v.cells), func(c *lab.Cell) bool { return delay(c) == 0 })
	if len(cells) < 3 || !line.Good() || !window.Good() {
		return nil, fmt.Sprintf("Is it linear? %s: not to be told from %d connections at %d delays above 0; three delays at least are needed.", first(v.words()), len(rtt), len(cells))
	}
	better, verdict := "The window divided by the round trip fits better", "not linear in the delay, but falls as its reciprocal"
	switch {
	case line.Error <= window.Error && line.Error < 0.1:
		better, verdict = "The line fits better", "linear in the delay"
	case line.Error <= window.Error:
		better, verdict = "The line fits better, but not well", "neither linear in the delay nor its reciprocal"
	case window.Error >= poor:
		better, verdict = "The window divided by the round trip fits better, but not well", "not linear in the delay, and no fixed window either"
	}
	answer = fmt.Sprintf("Is it linear? %s, %d connections at delays above 0: a line %s %+.3g Mbit/s for each ms of round trip has r² %.3f, a root mean square of the relative residuals of %s, and %s at worst. "+
		"A window of %s divided by (round trip + %s) has r² %.3f, residuals of %s, and %s at worst. %s: the bandwidth is %s.",
		first(v.words()), line.N, bits(line.A), line.B/1e9, line.R2, percent(line.Error), percent(line.Worst),
		octets(window.A/8), secs(window.B), window.R2, percent(window.Error), percent(window.Worst), better, verdict)
	if line.Error <= window.Error || window.Error >= poor {
		return nil, answer
	}
	curve := chart.Series{Name: "window/RTT", Silent: true, Guest: true, Shape: chart.Line, Look: chart.Look{Ink: v.look.Ink, Dash: chart.Dotted, Width: 0.6}}
	first, last := cells[0], cells[len(cells)-1] // the curve goes from one's round trip to the other's
	low, high := roundTrip(first), roundTrip(last)
	const parts = 100
	for i := range parts + 1 {
		x := delay(first).Seconds() + (delay(last)-delay(first)).Seconds()*float64(i)/parts
		r := low + (high-low)*float64(i)/parts
		if y := window.Window(r); y > 0 {
			curve.Points = append(curve.Points, chart.Point{X: x, Y: math.Round(y)})
		}
	}
	return []chart.Series{curve}, answer
}

// roundTrip is the median of those of a cell's transfers.
func roundTrip(c *lab.Cell) float64 {
	return spread(c, func(o *lab.Outcome) float64 { return o.Transfer.RTT.Seconds() }).Median
}
