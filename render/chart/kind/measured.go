package kind

import (
	"fmt"
	"math"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

// inFlight plots what a side has on the way against what it may have.
func inFlight(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		p.add(t, s, 2, t.flight(s)...)
	})
	y := bytesAxis(v, "In flight")
	y.Zero = true
	return []chart.Panel{{Y: y, Series: p.list, Bands: v.slowStarts()}}
}

// flight returns the series of what one side has on the way and may have, what
// lies on top last.
func (t *Trace) flight(s reconstruct.Side) []chart.Series {
	steps := func(name string, look chart.Look) chart.Series {
		return chart.Series{Name: name, Shape: chart.Steps, Look: look}
	}
	rwnd := steps("receive window", chart.Look{Ink: chart.Green, Dash: chart.Dashed})
	rwnd.Guest = true
	threshold := steps("ssthresh", chart.Look{Ink: chart.Grey, Dash: chart.DashDot})
	threshold.Guest = true
	least := steps("cwnd, at least", chart.Look{Ink: chart.Purple, Dash: chart.Dotted})
	cwnd := steps("cwnd, estimated", chart.Look{Ink: chart.Purple, Width: 1.4})
	pipe := steps("pipe (RFC 6675)", chart.Look{Ink: chart.Orange, Dash: chart.Dotted, Width: 1.1})
	flight := steps("in flight", chart.Look{Ink: chart.Blue, Width: 0.7})
	for i := range t.Rows {
		r := &t.Rows[i]
		if r.About() != s {
			continue
		}
		at := func(v int64) chart.Point { return chart.Point{X: seconds(r.At), Y: float64(v), Frame: r.Frame} }
		if r.FlightKnown {
			flight.Points = append(flight.Points, at(r.InFlight))
			pipe.Points = append(pipe.Points, at(r.Pipe))
		}
		if r.RwndKnown {
			rwnd.Points = append(rwnd.Points, at(r.Rwnd))
		}
		if r.Ssthresh > 0 {
			threshold.Points = append(threshold.Points, at(r.Ssthresh))
		}
		known, other := &least, &cwnd
		if r.Estimate {
			known, other = other, known
		}
		if r.Cwnd > 0 {
			known.Points = append(known.Points, at(r.Cwnd))
			interrupt(other, r)
		}
	}
	return []chart.Series{least, pipe, flight, cwnd, rwnd, threshold}
}

// interrupt ends a line of steps at a segment.
func interrupt(s *chart.Series, r *Row) {
	if n := len(s.Points); n > 0 && !math.IsNaN(s.Points[n-1].Y) {
		s.Points = append(s.Points, chart.Point{X: seconds(r.At), Y: math.NaN(), Frame: r.Frame})
	}
}

// sayFlight tells the most that was in flight.
func sayFlight(v *view) (said []string) {
	v.each(func(t *Trace, s reconstruct.Side) {
		most, pipe := int64(-1), int64(0)
		for i := range t.Rows {
			if r := &t.Rows[i]; r.FlightKnown && r.About() == s {
				most, pipe = max(most, r.InFlight), max(pipe, r.Pipe)
			}
		}
		if most >= 0 {
			said = append(said, fmt.Sprintf("At most %s were in flight%s (pipe %s).", chart.Bytes.Format(float64(most)), v.of(t, s), chart.Bytes.Format(float64(pipe))))
		}
	})
	return said
}

// of names a trace and side in a caption, where there are several.
func (v *view) of(t *Trace, s reconstruct.Side) string {
	switch {
	case v.overlaid() && v.sides == Both:
		return " in " + t.Name + " from the " + s.String()
	case v.overlaid():
		return " in " + t.Name
	case v.sides == Both:
		return " from the " + s.String()
	}
	return ""
}

// rttAlong plots the round-trip samples of a side's data and what RFC 6298 makes of them.
func rttAlong(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		samples := chart.Series{Name: "samples", Shape: chart.Dots, Look: cloudLook}
		smooth := chart.Series{Name: "smoothed (RFC 6298)", Shape: chart.Steps, Look: chart.Look{Ink: chart.Orange, Width: 1.1}}
		timeout := chart.Series{Name: "time-out (RFC 6298)", Shape: chart.Steps, Guest: true, Look: chart.Look{Ink: chart.Grey, Dash: chart.Dashed}}
		for i := range t.Rows {
			r := &t.Rows[i]
			if r.From == s || r.SRTT == 0 && !r.RTTKnown {
				continue
			}
			x := seconds(r.At)
			if r.RTTKnown {
				samples.Points = append(samples.Points, chart.Point{X: x, Y: seconds(r.RTT), Frame: r.Frame})
			}
			if r.SRTT > 0 {
				smooth.Points = append(smooth.Points, chart.Point{X: x, Y: seconds(r.SRTT), Frame: r.Frame})
				timeout.Points = append(timeout.Points, chart.Point{X: x, Y: seconds(r.RTO), Frame: r.Frame})
			}
		}
		samples.Look.Size = dotSize(len(samples.Points))
		p.add(t, s, 0, smooth, timeout, samples)
	})
	label := "Round-trip time"
	if v.overlaid() {
		label = "Smoothed round-trip time"
	}
	return []chart.Panel{{Y: chart.Axis{Label: label + v.direction(), Unit: chart.Seconds, Zero: true}, Series: p.list}}
}

// segmentSizes plots the payload of each segment.
func segmentSizes(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		p.add(t, s, 0, cloud(t, s, func(r *Row) float64 { return float64(r.Len) }))
	})
	y := bytesAxis(v, "Payload of a segment")
	y.Zero = true
	return []chart.Panel{{Y: y, Series: p.list}}
}

// window plots the window that the receiver of a side's data advertised.
func window(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		series := chart.Series{Name: "window", Shape: chart.Steps, Look: chart.Look{Ink: chart.Blue}}
		zero := chart.Series{Name: "closed", Shape: chart.Dots, Letter: "Z", Look: chart.Look{Ink: chart.Orange, Marker: chart.Cross}}
		for i := range t.Rows {
			r := &t.Rows[i]
			if r.From == s || !r.WindowKnown || r.Flags.Has(decode.RST) {
				continue
			}
			pt := chart.Point{X: seconds(r.At), Y: float64(r.Window), Frame: r.Frame}
			series.Points = append(series.Points, pt)
			if r.Window == 0 {
				zero.Points = append(zero.Points, pt)
			}
		}
		p.add(t, s, 0, series, zero)
	})
	y := bytesAxis(v, "Window advertised for data")
	y.Zero = true
	return []chart.Panel{{Y: y, Series: p.list}}
}
