package figures

import (
	"fmt"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// hypothesis1: "Longer round trips extend the time of slow start, but bandwidths
// at different delays converge once it is over".
func hypothesis1(s *Sweep) ([]*Figure, string) {
	opened := chart.Panel{Y: chart.Axis{Label: "Time of slow start", Unit: chart.Seconds, Zero: true}}
	after := chart.Panel{}
	var answers []string
	for _, v := range s.variants() {
		time := chart.Series{Name: v.words(), Shape: chart.Quartiles, Look: v.look}
		rate := time
		for _, c := range v.cells {
			if opening := openings(c); opening.N > 0 && s.rated(c) {
				time.Points = append(time.Points, quartiles(delay(c), opening))
			}
			if steady := spread(c, func(o *lab.Outcome) float64 { return o.Transfer.Opening.After }); steady.N > 0 && s.rated(c) {
				rate.Points = append(rate.Points, quartiles(delay(c), steady))
			}
		}
		opened.Series, after.Series = append(opened.Series, time), append(after.Series, rate)
		answers = append(answers, extends(&v, time.Points)+" "+converges(&v, rate.Points))
	}
	if !drawn(opened.Series) {
		return nil, "no recording shows a slow start"
	}
	after.Y = rateAxis("Bandwidth after slow start", after.Series)
	f := &chart.Figure{X: s.delayAxis(), Panels: []chart.Panel{opened}}
	if drawn(after.Series) {
		f.Panels = append(f.Panels, after)
	}
	said := "Time of slow start, and bandwidth of what was sent after it, against the set one-way delay: medians and quartiles, " + s.counted() + ". Slow start ends with a loss, a congestion mark, a time-out, or when the congestion window stops growing fast; without any of these, when 85 % of what was ever on the way were there first."
	return []*Figure{{Name: "hypothesis-1", Title: "Hypothesis 1: longer round trips extend slow start, and bandwidths converge after it", Chart: f, Said: said, Answer: answers}}, ""
}

func openings(c *lab.Cell) lab.Spread[float64] {
	return spread(c, func(o *lab.Outcome) float64 { return o.Transfer.Opening.Took.Seconds() })
}

// extends answers the first half.
func extends(v *variant, points []chart.Point) string {
	if len(points) < 2 {
		return first(v.words()) + ": whether slow start takes longer is not to be told from one delay."
	}
	least, most := points[0], points[len(points)-1]
	rises := true
	for i := 1; i < len(points); i++ {
		rises = rises && points[i].Y >= points[i-1].Y
	}
	verdict := "does not grow steadily with the delay"
	switch {
	case rises && most.Y > least.Y:
		verdict = "grows with the delay, at every step"
	case most.Y > least.Y && most.Low > least.High:
		verdict = "grows with the delay, though not at every step"
	}
	return fmt.Sprintf("%s: slow start took %s at %s and %s at %s (medians): it %s.", first(v.words()), secs(least.Y), inMillis(least.X), secs(most.Y), inMillis(most.X), verdict)
}

// converges answers the second half: over the delays above 0, since the
// processor and not TCP decides there.
func converges(v *variant, points []chart.Point) string {
	for len(points) > 0 && points[0].X == 0 {
		points = points[1:]
	}
	if len(points) < 2 {
		return "Whether bandwidths converge is not to be told: fewer than two delays above 0 have enough data after slow start."
	}
	low, high := points[0], points[0]
	for _, p := range points {
		if p.Y < low.Y {
			low = p
		}
		if p.Y > high.Y {
			high = p
		}
	}
	ratio := high.Y / low.Y
	verdict := "they do not converge"
	switch {
	case ratio < 1.1:
		verdict = "they converge within a tenth"
	case ratio < 1.5:
		verdict = "they come near to each other, but do not meet"
	}
	delays := high.X / low.X
	if low.X > high.X {
		delays = low.X / high.X
	}
	said := fmt.Sprintf("After slow start the medians lie between %s at %s and %s at %s, a factor of %.2f: %s", bits(low.Y), inMillis(low.X), bits(high.Y), inMillis(high.X), ratio, verdict)
	if ratio > 1.5 && high.X < low.X && ratio > 0.7*delays && ratio < 1.3*delays {
		said += fmt.Sprintf(", for the delays differ by nearly the same factor, %.2f: a window that does not grow gives each round trip the same octets", delays)
	}
	return said + "."
}

// hypothesis2: "Automatic socket buffers uniformly improve performance by letting
// the window open more quickly during slow start".
func hypothesis2(s *Sweep) ([]*Figure, string) {
	auto, fixed := s.with("buffers=auto"), s.with("buffers=fixed")
	if auto == nil || fixed == nil {
		return nil, "it compares automatic and fixed socket buffers; `flowstate lab sweep --buffers auto,fixed ...` runs both"
	}
	ratio, words, verdicts := s.compared(auto, fixed)
	if len(words) == 0 {
		return nil, "no delay has bandwidths with both kinds of buffers"
	}
	ratios := []chart.Series{ratio}
	f := &chart.Figure{X: s.delayAxis(), Panels: []chart.Panel{
		{Y: chart.Axis{Label: "Bandwidth, automatic / fixed buffers", Range: aroundOne(ratios)}, Series: append(ratios, one(ratios))},
		s.panel("On the way at the end of slow start", chart.Bytes, auto, fixed, func(o *lab.Outcome) float64 { return float64(o.Transfer.Opening.Window) }),
		s.panel("Sent in slow start, for each round trip of it", chart.Bytes, auto, fixed, opens),
		s.panel("Time kept back by the receiver's window", chart.Percent, auto, fixed, func(o *lab.Outcome) float64 { return o.Transfer.Rwnd }),
	}}
	said := "Ratio of the median bandwidths with automatic and with fixed socket buffers, with its 95 % bootstrap interval where there are three connections or more of each; below what was on the way when slow start ended, how much was sent in a round trip of it, and the share of time in which the receiver's window kept the sender back: medians and quartiles, " + s.counted() + "."
	return []*Figure{{Name: "hypothesis-2", Title: "Hypothesis 2: automatic socket buffers improve performance at every delay", Chart: f, Said: said,
		Answer: []string{"Automatic over fixed: " + strings.Join(words, "; ") + ".", uniform(verdicts) + quicker(auto, fixed)}}}, ""
}

// opens is how much was sent in each round trip of slow start.
func opens(o *lab.Outcome) float64 {
	if rounds := o.Transfer.Rounds(o.Transfer.Opening.Took); rounds >= 1 {
		return float64(o.Transfer.Opening.Bytes) / rounds
	}
	return 0
}

// quicker tells whether the window opens more quickly, at the longest delay.
func quicker(auto, fixed *variant) string {
	if len(auto.cells) == 0 || len(fixed.cells) == 0 {
		return ""
	}
	c, d := auto.cells[len(auto.cells)-1], fixed.cells[len(fixed.cells)-1]
	r := lab.RatioOf(values(c, opens), values(d, opens))
	if delay(c) != delay(d) || r.Value == 0 {
		return ""
	}
	return fmt.Sprintf(" In slow start at %s, a round trip carries %s with automatic and %s with fixed buffers (medians), a ratio of %s.",
		milliseconds(delay(c)), octets(spread(c, opens).Median), octets(spread(d, opens).Median), ratioWords(&r))
}

// with is the first variant of a setting, nil for none.
func (s *Sweep) with(setting string) *variant {
	all := s.variants()
	for i := range all {
		if slices.Contains(strings.Split(all[i].name, ","), setting) {
			return &all[i]
		}
	}
	return nil
}

// compared are the ratios of bandwidths of two variants, in words too, and the
// delays of each verdict.
func (s *Sweep) compared(auto, fixed *variant) (ratio chart.Series, words []string, verdicts [4][]string) {
	ratio = chart.Series{Name: "automatic / fixed", Shape: chart.Quartiles, Look: chart.NthLook(0)}
	for _, c := range auto.cells {
		for _, d := range fixed.cells {
			r := lab.RatioOf(goodputs(c), goodputs(d))
			if delay(c) != delay(d) || !s.rated(c) || !s.rated(d) || r.Value == 0 {
				continue
			}
			ratio.Points = append(ratio.Points, ratioPoint(delay(c).Seconds(), &r))
			words = append(words, milliseconds(delay(c))+": "+ratioWords(&r))
			verdicts[r.Against1()] = append(verdicts[r.Against1()], milliseconds(delay(c)))
		}
	}
	return ratio, words, verdicts
}

func goodputs(c *lab.Cell) []float64 {
	return values(c, func(o *lab.Outcome) float64 { return o.Goodput })
}

// panel sets a value of both variants against the delay.
func (s *Sweep) panel(label string, unit chart.Unit, auto, fixed *variant, of func(*lab.Outcome) float64) chart.Panel {
	p := chart.Panel{Y: chart.Axis{Label: label, Unit: unit, Zero: true}, Height: 0.8}
	for _, v := range []*variant{auto, fixed} {
		series := chart.Series{Name: v.words(), Shape: chart.Quartiles, Look: v.look}
		for _, c := range v.cells {
			if sp := spread(c, of); sp.N > 0 && s.rated(c) {
				series.Points = append(series.Points, quartiles(delay(c), sp))
			}
		}
		p.Series = append(p.Series, series)
	}
	return p
}

// uniform answers the hypothesis.
func uniform(v [4][]string) string {
	list := func(k lab.Verdict) string { return strings.Join(v[k], ", ") }
	var said []string
	for _, part := range []struct {
		kind lab.Verdict
		text string
	}{
		{lab.More, "automatic buffers are faster at %s"},
		{lab.Less, "slower at %s"},
		{lab.Alike, "without an effect that can be told from chance, or within two per cent, at %s"},
		{lab.CannotTell, "not to be judged, with fewer than three connections, at %s"},
	} {
		if len(v[part.kind]) > 0 {
			said = append(said, fmt.Sprintf(part.text, list(part.kind)))
		}
	}
	verdict := "The improvement is not uniform"
	switch {
	case len(v[lab.CannotTell]) > 0:
		verdict = "Whether the improvement is uniform is open"
	case len(v[lab.Less])+len(v[lab.Alike]) == 0:
		verdict = "The improvement is uniform over these delays"
	case len(v[lab.More]) == 0:
		verdict = "There is no improvement"
	}
	return verdict + ": " + strings.Join(said, "; ") + "."
}
