package kind

import (
	"fmt"
	"math"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// rates plots throughput and goodput over a trailing window.
func rates(v *view) []chart.Panel {
	window := v.window
	if window <= 0 {
		window = v.niceWindow()
	}
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		all := chart.Series{Name: "throughput", Shape: chart.Line, Look: chart.Look{Ink: chart.Orange, Dash: chart.Dashed, Width: 1.1}}
		once := chart.Series{Name: "goodput", Shape: chart.Line, Look: chart.Look{Ink: chart.Blue}}
		var points []throughput.Point
		if from, _ := t.transfer(s); from >= 0 {
			points = t.rates(window, v.step)
		}
		for _, pt := range points {
			x := seconds(pt.At)
			all.Points = append(all.Points, chart.Point{X: x, Y: pt.Sides[s].Throughput})
			once.Points = append(once.Points, chart.Point{X: x, Y: pt.Sides[s].Goodput})
		}
		p.add(t, s, 0, all, once)
	})
	label := "Rate" + v.direction() + ", over the last " + chart.Seconds.Format(seconds(window))
	return []chart.Panel{{Y: chart.Axis{Label: label, Unit: chart.BitsPerSecond, Zero: true}, Series: p.list}}
}

// niceWindow is a fortieth of the connection or a little more, and round; of
// several, between those of the shortest and of the longest.
func (v *view) niceWindow() time.Duration {
	longest, shortest := 0.0, math.Inf(1)
	for _, t := range v.traces {
		length := seconds(t.Conn.End.Sub(t.Conn.Start))
		longest, shortest = max(longest, length), min(shortest, max(length, longest/1000))
	}
	least := math.Sqrt(longest*shortest) / 40
	for unit := time.Microsecond; ; unit *= 10 {
		for _, digit := range [...]time.Duration{1, 2, 5} {
			if window := unit * digit; seconds(window) >= least {
				return window
			}
		}
	}
}

// maxRates is how many points a curve of rates has at most.
const maxRates = 100_000

// rates returns the rates of both sides at each step, which is a quarter of the
// window where it is 0; longer where the points would be too many.
func (t *Trace) rates(window, step time.Duration) (points []throughput.Point) {
	if step <= 0 {
		step = window / 4
	}
	length := t.Conn.End.Sub(t.Conn.Start)
	series := throughput.NewSeries(window, max(step, length/maxRates, 1))
	var conn reconstruct.Connection
	for i := range t.Rows {
		r := &t.Rows[i]
		conn.Half[r.From].Unique = r.Unique
		g := decode.Segment{Time: t.Conn.Start + capture.Timestamp(r.At), Len: int(r.Len)}
		points = series.Observe(points, &reconstruct.Step{Segment: &g, Conn: &conn, From: r.From, Marks: r.Marks})
	}
	return series.Flush(points)
}

// sayRates tells the rates over the whole transfer.
func sayRates(v *view) (said []string) {
	v.each(func(t *Trace, s reconstruct.Side) {
		if f := &t.Conn.Sides[s].Flight; f.Throughput > 0 {
			said = append(said, fmt.Sprintf("Over the whole transfer%s of %s: throughput %s, goodput %s.", v.of(t, s),
				chart.Seconds.Format(seconds(f.Transfer)), chart.BitsPerSecond.Format(f.Throughput), chart.BitsPerSecond.Format(f.Goodput)))
		}
	})
	return said
}
