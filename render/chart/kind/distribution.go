package kind

import (
	"fmt"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// samples returns the round-trip times of a side's data, ascending.
func (v *view) samples(t *Trace, s reconstruct.Side) (list []time.Duration) {
	if list, known := v.sorted[side{t, s}]; known {
		return list
	}
	for i := range t.Rows {
		if r := &t.Rows[i]; r.RTTKnown && r.From != s {
			list = append(list, r.RTT)
		}
	}
	slices.Sort(list)
	v.sorted[side{t, s}] = list
	return list
}

// rttCDF plots the share of samples up to each round-trip time.
func rttCDF(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		list := v.samples(t, s)
		series := chart.Series{Name: "samples", Shape: chart.Steps, Look: chart.Look{Ink: chart.Blue}}
		for i, d := range list {
			if i == 0 {
				series.Points = append(series.Points, chart.Point{X: seconds(d), Y: 0})
			}
			series.Points = append(series.Points, chart.Point{X: seconds(d), Y: float64(i+1) / float64(len(list))})
		}
		p.add(t, s, 0, series)
	})
	y := chart.Axis{Label: "Share of the round-trip samples" + v.direction(), Unit: chart.Percent, Range: chart.Range{Lo: 0, Hi: 1}}
	return []chart.Panel{{Y: y, Series: p.list}}
}

// sayRTT tells the spread of the round-trip times.
func sayRTT(v *view) (said []string) {
	v.each(func(t *Trace, s reconstruct.Side) {
		list := v.samples(t, s)
		if n := len(list); n > 0 {
			said = append(said, fmt.Sprintf("Round-trip time%s: %d samples, %s to %s, median %s.", v.of(t, s), n,
				chart.Seconds.Format(seconds(list[0])), chart.Seconds.Format(seconds(list[n-1])), chart.Seconds.Format(seconds(list[n/2]))))
		}
	})
	return said
}

// cdfAxis is how the X axis of a distribution is chosen.
type cdfAxis struct {
	log    bool
	end    float64 // seconds, where it ends before the largest sample; 0 for there
	beyond int     // samples that are not shown
	most   float64 // the largest of them
}

const (
	cdfFar    = 3.0  // an axis that is so much longer for a hundredth of the samples is cut off
	cdfRoom   = 1.15 // it ends so far behind the last sample that is shown
	cdfOrders = 40.0 // from a tenth of the samples to its end; what spans more has a logarithmic axis, where none is 0
)

// chooseCDF chooses the axis for all samples that are shown. A hundredth of them
// (one, of fewer than a hundred) does not stretch it; a twentieth, where samples
// of 0 leave no logarithmic one to choose.
func chooseCDF(v *view) (a cdfAxis) {
	var all []time.Duration
	v.each(func(t *Trace, s reconstruct.Side) { all = append(all, v.samples(t, s)...) })
	const few = 8
	if len(all) < few {
		return a
	}
	slices.Sort(all)
	far := 100
	if all[0] == 0 {
		far = 20
	}
	last := len(all) - 1 - max(1, len(all)/far)
	end, most := all[last], all[len(all)-1]
	if tenth := all[len(all)/10]; all[0] > 0 && seconds(end)/seconds(tenth) > cdfOrders {
		return cdfAxis{log: true}
	}
	if end > 0 && seconds(most) > cdfFar*seconds(end) {
		a.end, a.most = cdfRoom*seconds(end), seconds(most)
		a.beyond = len(all) - countUpTo(all, a.end)
	}
	return a
}

// countUpTo counts the samples that an axis to end shows.
func countUpTo(all []time.Duration, end float64) int {
	n, _ := slices.BinarySearchFunc(all, end, func(d time.Duration, end float64) int {
		if seconds(d) <= end {
			return -1
		}
		return 1
	})
	return n
}

func fitCDF(v *view, x *chart.Axis) {
	a := chooseCDF(v)
	x.Log = a.log
	if a.end > 0 {
		x.Range = chart.Range{Lo: 0, Hi: a.end}
		x.Label += ", without " + a.far()
	}
}

// far names what the axis leaves out.
func (a *cdfAxis) far() string {
	if a.beyond == 1 {
		return "one of " + chart.Seconds.Format(a.most)
	}
	return fmt.Sprintf("%d of up to %s", a.beyond, chart.Seconds.Format(a.most))
}

// sayCDF tells the spread, and what the axis leaves out.
func sayCDF(v *view) []string {
	said := sayRTT(v)
	if a := chooseCDF(v); a.end > 0 {
		said = append(said, fmt.Sprintf("The axis ends at %s: %d of the samples lie beyond it, the largest at %s.", chart.Seconds.Format(a.end), a.beyond, chart.Seconds.Format(a.most)))
	}
	return said
}
