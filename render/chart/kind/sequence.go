package kind

import (
	"fmt"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/chart"
)

func seconds(d time.Duration) float64 { return d.Seconds() }

func bytesAxis(v *view, label string) chart.Axis {
	return chart.Axis{Label: label + v.direction(), Unit: chart.Bytes}
}

// cloudLook is the look of a marker for each segment.
var cloudLook = chart.Look{Ink: chart.Blue, Marker: chart.Disc}

// dotSize is how large the markers of a series are, in points: few are to be
// found, many not to hide each other.
func dotSize(n int) float64 {
	switch {
	case n <= 30:
		return 4
	case n <= 300:
		return 3
	}
	return 2.2
}

// cloud is a marker for each segment with data of a side.
func cloud(t *Trace, side reconstruct.Side, y func(*Row) float64) chart.Series {
	series := chart.Series{Name: "segments", Shape: chart.Dots, Look: cloudLook}
	for i := range t.Rows {
		if r := &t.Rows[i]; r.From == side && r.Len > 0 {
			series.Points = append(series.Points, chart.Point{X: seconds(r.At), Y: y(r), Frame: r.Frame})
		}
	}
	series.Look.Size = dotSize(len(series.Points))
	return series
}

// stevens plots the first sequence number of each segment with data, as in
// TCP/IP Illustrated.
func stevens(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		series := cloud(t, s, func(r *Row) float64 { return float64(r.Seq) })
		if v.overlaid() {
			series.Shape = chart.Line // clouds of markers hide each other
		}
		p.add(t, s, 0, series)
	})
	return []chart.Panel{{Y: bytesAxis(v, "Sequence number"), Series: p.list, Bands: v.slowStarts()}}
}

// causeLook is how a cause is marked.
var causeLooks = [loss.NumCauses]struct {
	letter string
	name   string
	look   chart.Look
}{
	loss.RTO:              {"T", "time-out", chart.Look{Ink: chart.Orange, Marker: chart.Square}},
	loss.Fast:             {"F", "fast", chart.Look{Ink: chart.Orange, Marker: chart.Up}},
	loss.Recovery:         {"R", "recovery", chart.Look{Ink: chart.Orange, Marker: chart.Diamond}},
	loss.TLP:              {"P", "tail loss probe", chart.Look{Ink: chart.Purple, Marker: chart.Down}},
	loss.Spurious:         {"S", "not needed", chart.Look{Ink: chart.Purple, Marker: chart.Ring}},
	loss.Handshake:        {"H", "handshake again", chart.Look{Ink: chart.Orange, Marker: chart.Ring}},
	loss.Unknown:          {"?", "sent again, cause unknown", chart.Look{Ink: chart.Orange, Marker: chart.Box}},
	loss.Reordering:       {"O", "out of order", chart.Look{Ink: chart.Green, Marker: chart.Cross}},
	loss.NetworkDuplicate: {"D", "delivered twice", chart.Look{Ink: chart.Green, Marker: chart.Plus}},
	loss.CaptureDuplicate: {"C", "captured twice", chart.Look{Ink: chart.Grey, Marker: chart.Plus}},
	loss.KeepAlive:        {"K", "keep-alive", chart.Look{Ink: chart.Green, Marker: chart.Disc}},
	loss.WindowProbe:      {"W", "window probe", chart.Look{Ink: chart.Purple, Marker: chart.Disc}},
}

// tcptrace plots segments as bars from their first to their last sequence
// number, the peer's acknowledgements and the end of its window as steps, and
// its SACK blocks as bars, as tcptrace does with xplot.
func tcptrace(v *view) []chart.Panel {
	p := panel{v: v}
	v.each(func(t *Trace, s reconstruct.Side) {
		p.add(t, s, 0, t.timeSequence(s)...)
	})
	return []chart.Panel{{Y: bytesAxis(v, "Sequence number"), Series: p.list, Height: 1.25, Bands: v.slowStarts()}}
}

// timeSequence returns the series of one direction, what lies on top last.
func (t *Trace) timeSequence(s reconstruct.Side) []chart.Series {
	segments := chart.Series{Name: "segments", Shape: chart.Bars, Look: chart.Look{Ink: chart.Black, Width: 1.1}}
	acks := chart.Series{Name: "acknowledged", Shape: chart.Steps, Look: chart.Look{Ink: chart.Green, Width: 0.8}}
	edge := chart.Series{Name: "end of the window", Shape: chart.Steps, Guest: true, Look: chart.Look{Ink: chart.Amber, Dash: chart.Dashed, Width: 0.8}}
	sacks := chart.Series{Name: "SACK", Shape: chart.Bars, Look: chart.Look{Ink: chart.Purple, Width: 0.9}}
	zero := chart.Series{Name: "window closed", Shape: chart.Dots, Letter: "Z", Look: chart.Look{Ink: chart.Amber, Marker: chart.Cross}}
	var again [loss.NumCauses][]chart.Point
	top := int64(0)
	for i := range t.Rows {
		r := &t.Rows[i]
		x := seconds(r.At)
		if r.From == s && r.End > r.Seq {
			pt := chart.Point{X: x, Y: float64(r.Seq), Low: float64(r.Seq), High: float64(r.End), Frame: r.Frame}
			if r.Cause != loss.None {
				again[r.Cause] = append(again[r.Cause], pt)
			} else {
				segments.Points = append(segments.Points, pt)
			}
		}
		if r.From == s || !r.HasAck || r.Flags.Has(decode.RST) {
			continue
		}
		top = max(top, r.Ack)
		acks.Points = append(acks.Points, chart.Point{X: x, Y: float64(top), Frame: r.Frame})
		if r.WindowKnown {
			edge.Points = append(edge.Points, chart.Point{X: x, Y: float64(r.Ack + r.Window), Frame: r.Frame})
		}
		if r.Marks.Has(reconstruct.ZeroWindow) {
			zero.Points = append(zero.Points, chart.Point{X: x, Y: float64(r.Ack), Frame: r.Frame})
		}
		for _, b := range t.blocks(r) {
			sacks.Points = append(sacks.Points, chart.Point{X: x, Y: float64(b.lo), Low: float64(b.lo), High: float64(b.hi), Frame: r.Frame})
		}
	}
	list := []chart.Series{segments, acks, edge, sacks, zero}
	for c, points := range again {
		l := causeLooks[c]
		l.look.Size = repeatSize(len(points))
		list = append(list, chart.Series{Name: l.name, Shape: chart.Bars, Look: l.look, Letter: l.letter, Points: points})
	}
	return list
}

// repeatSize is how large the marks of what was sent again are, in points: 0 for
// the usual size. Many would cover the segments.
func repeatSize(n int) float64 {
	switch {
	case n <= 100:
		return 0
	case n <= 400:
		return 2.8
	}
	return 1.6
}

// sayRepeats tells what was sent again and why.
func sayRepeats(v *view) []string {
	var counts [loss.NumCauses]int
	v.each(func(t *Trace, s reconstruct.Side) {
		for i := range t.Rows {
			if r := &t.Rows[i]; r.From == s {
				counts[r.Cause]++
			}
		}
	})
	var parts []string
	total := 0
	for _, c := range loss.Retransmissions {
		if n := counts[c]; n > 0 {
			total += n
			parts = append(parts, fmt.Sprintf("%s %d", c, n))
		}
	}
	if total == 0 {
		return []string{"Nothing was sent again."}
	}
	return []string{fmt.Sprintf("Sent again: %d (%s).", total, strings.Join(parts, ", "))}
}
