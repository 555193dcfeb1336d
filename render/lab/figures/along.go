package figures

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
)

// windowsAlong is, for each delay, bandwidth along time with what the sender was
// let below it, on one axis.
func windowsAlong(s *Sweep) (all []*Figure, why string) {
	for _, d := range s.delays() {
		details := s.at(d)
		f := &chart.Figure{X: chart.Axis{Label: "Time since the first packet", Unit: chart.Seconds}}
		rates := chart.Panel{Y: chart.Axis{Label: "Bandwidth", Unit: chart.BitsPerSecond, Zero: true}}
		said := fmt.Sprintf("One-way delay %s. The typical recording of each setting (its goodput is nearest to the median): ", milliseconds(d))
		for i, detail := range details {
			rates.Series = append(rates.Series, detail.rates(chart.NthLook(i)))
			f.Panels = append(f.Panels, detail.windows())
			said += s.named(detail) + "; "
		}
		f.Panels = append([]chart.Panel{rates}, f.Panels...)
		said += "above the bandwidth in the sender's capture over the trailing time of two round trips or more, below what the sender was let: the window that it last heard of, its congestion window as the capture shows it, and its slow start threshold, which is not known before the end of the first slow start. Of the congestion window the highest of each round trip is drawn; where it does not bind, it is at least what is drawn thin. Marks: segments sent again; small rings and crosses, where there are TCP_INFO samples, the congestion window and the threshold that the sender's kernel itself told."
		from, to, cut := commonSpan(details)
		f.X.Range = chart.Range{Lo: from.Seconds(), Hi: to.Seconds()}
		if cut {
			said += fmt.Sprintf(" Only the time from %s to %s is drawn; the CSV has all of it.", took(from), took(to))
		}
		all = append(all, &Figure{Name: "time-" + fileDelay(d), Title: "Bandwidth and windows along time, " + milliseconds(d) + " one way", Chart: f, Said: said, Answer: againstKernel(details)})
	}
	if len(all) == 0 {
		why = "no recording holds a transfer"
	}
	return all, why
}

// fileDelay is a delay in a file's name.
func fileDelay(d time.Duration) string { return fmt.Sprintf("%gms", float64(d)/1e6) }

// named tells which recording it is.
func (s *Sweep) named(d *Detail) string {
	return fmt.Sprintf("%s, run %s, %s", d.words(), d.Outcome.Run, s.rate(d))
}

func (d *Detail) words() string { return (&variant{name: d.Cell.Variant()}).words() }

// commonSpan is the time that is shown: from a little before the first data, for
// so long that the shortest transfer of a figure fills a third of it at least.
// cut tells whether that leaves out anything much.
func commonSpan(details []*Detail) (from, to time.Duration, cut bool) {
	var first, shortest, longest time.Duration
	for i, d := range details {
		begin, end := d.span()
		if i == 0 || begin < first {
			first = begin
		}
		if took := end - begin; i == 0 || took < shortest {
			shortest = took
		}
		longest = max(longest, end)
	}
	to = min(first+2*shortest, longest)
	from = max(0, first-(to-first)/20)
	if from < (to-from)/10 {
		from = 0
	}
	return from, to, from > 0 || to < longest
}

// span is when the first data was sent, and when the recording ends.
func (d *Detail) span() (begin, end time.Duration) {
	moments := d.Along.Moments
	if i := slices.IndexFunc(moments, func(m lab.Moment) bool { return m.Sent }); i >= 0 {
		begin = moments[i].At
	}
	return begin, moments[len(moments)-1].At
}

// rates is the bandwidth along time.
func (d *Detail) rates(look chart.Look) chart.Series {
	look.Marker = chart.NoMarker
	series := chart.Series{Name: d.words(), Shape: chart.Line, Look: look}
	for _, p := range d.Along.Rates {
		series.Points = append(series.Points, chart.Point{X: p.At.Seconds(), Y: math.Round(p.Sides[d.Along.Sender()].Throughput)})
	}
	return series
}

// windows are what the sender was let. Of its congestion window the highest of
// each round trip is drawn.
func (d *Detail) windows() chart.Panel {
	advert := chart.Series{Name: "advertised window", Shape: chart.Steps, Guest: true, Look: chart.Look{Ink: chart.Green, Dash: chart.Dashed}}
	thresh := chart.Series{Name: "ssthresh", Shape: chart.Steps, Guest: true, Look: chart.Look{Ink: chart.Black, Dash: chart.Dotted, Width: 1.1}}
	again := chart.Series{Name: "sent again", Shape: chart.Dots, Look: chart.Look{Ink: chart.Orange, Marker: chart.Cross, Size: 3.5}}
	kernel := chart.Series{Name: "cwnd of the kernel", Shape: chart.Dots, Guest: true, Look: chart.Look{Ink: chart.Purple, Marker: chart.Ring, Size: 2.2}}
	for _, m := range d.Along.Moments {
		x := m.At.Seconds()
		hold(&advert, x, m.Advert, m.Frame)
		hold(&thresh, x, m.Ssthresh, m.Frame)
		if slices.Contains(loss.Retransmissions[:], m.Cause) {
			again.Points = append(again.Points, chart.Point{X: x, Y: float64(m.Flight), Frame: m.Frame})
		}
	}
	kernelThresh := chart.Series{Name: "ssthresh of the kernel", Shape: chart.Dots, Guest: true, Look: chart.Look{Ink: chart.Grey, Marker: chart.Plus, Size: 2.6}}
	for _, k := range d.Kernel {
		kernel.Points = append(kernel.Points, chart.Point{X: k.At.Seconds(), Y: float64(k.Cwnd)})
		if k.Ssthresh > 0 {
			kernelThresh.Points = append(kernelThresh.Points, chart.Point{X: k.At.Seconds(), Y: float64(k.Ssthresh)})
		}
	}
	cwnd, least := d.congestion()
	series := []chart.Series{advert, thresh, kernelThresh, kernel, least, cwnd, again}
	for i := range series {
		if s := &series[i]; s.Shape == chart.Steps {
			last(s, d.Along.Moments[len(d.Along.Moments)-1].At.Seconds())
		}
	}
	return chart.Panel{Y: chart.Axis{Label: "Windows, " + d.words(), Unit: chart.Bytes, Zero: true}, Series: series}
}

// congestion is the congestion window until the last data was sent, apart where
// it is an estimate and where it is only the least that it can be.
func (d *Detail) congestion() (cwnd, least chart.Series) {
	cwnd = chart.Series{Name: "cwnd, estimate", Shape: chart.Steps, Look: chart.Look{Ink: chart.Blue, Width: 1.3}}
	least = chart.Series{Name: "cwnd, at least", Shape: chart.Steps, Look: chart.Look{Ink: chart.Sky, Width: 0.6}}
	const most = 200 // steps
	moments := d.Along.Moments
	for len(moments) > 1 && !moments[len(moments)-1].Sent {
		moments = moments[:len(moments)-1]
	}
	width := max(d.Outcome.Transfer.RTT, moments[len(moments)-1].At/most, 1)
	for i := 0; i < len(moments); {
		var high [2]lab.Moment // of estimates, of bounds
		until := (moments[i].At/width + 1) * width
		for ; i < len(moments) && moments[i].At < until; i++ {
			kind := 1
			if moments[i].Estimate {
				kind = 0
			}
			if moments[i].Cwnd > high[kind].Cwnd {
				high[kind] = moments[i]
			}
		}
		known, other := &cwnd, &least
		if high[0].Cwnd < high[1].Cwnd {
			high[0], known, other = high[1], other, known
		}
		if m := &high[0]; m.Cwnd > 0 { // from there on: before, it may have been less
			hold(known, m.At.Seconds(), m.Cwnd, m.Frame)
			hold(other, m.At.Seconds(), 0, m.Frame)
		}
	}
	return cwnd, least
}

// hold adds a step, unless the value is as before. A value of 0 is unknown and
// ends the line.
func hold(s *chart.Series, x float64, v int64, frame int64) {
	n := len(s.Points)
	known := n > 0 && !math.IsNaN(s.Points[n-1].Y)
	switch {
	case v > 0 && !(known && s.Points[n-1].Y == float64(v)):
		s.Points = append(s.Points, chart.Point{X: x, Y: float64(v), Frame: frame})
	case v == 0 && known:
		last(s, x)
		s.Points = append(s.Points, chart.Point{X: x, Y: math.NaN()})
	}
}

// last lets the latest step reach to a place.
func last(s *chart.Series, x float64) {
	if n := len(s.Points); n > 0 && !math.IsNaN(s.Points[n-1].Y) && s.Points[n-1].X < x {
		s.Points = append(s.Points, chart.Point{X: x, Y: s.Points[n-1].Y})
	}
}

// slowStarts is, for each delay, time and sequence numbers from the first data
// to a while after the end of slow start, which is shaded.
func slowStarts(s *Sweep) (all []*Figure, why string) {
	kinds, err := kind.Parse("tcptrace")
	if err != nil {
		return nil, err.Error()
	}
	for _, d := range s.delays() {
		if f := s.slowStart(d, kinds); f != nil {
			all = append(all, f)
		}
	}
	if len(all) == 0 {
		why = "no recording shows a slow start"
	}
	return all, why
}

// slowStart is that of one delay, nil where there is none.
func (s *Sweep) slowStart(d time.Duration, kinds []*kind.Kind) *Figure {
	f := &chart.Figure{}
	said := fmt.Sprintf("One-way delay %s. Time and sequence numbers of the typical recordings through the end of slow start, which is shaded: ", milliseconds(d))
	var answers []string
	var shown chart.Range
	for _, detail := range s.at(d) {
		t := &detail.Outcome.Transfer
		if t.Opening.Took == 0 {
			continue
		}
		drawn, err := (&kind.Request{Kinds: kinds, Sides: sidesOf(t)}).Draw(detail.Trace)
		if err != nil {
			continue // it has no data
		}
		from := detail.began()
		shade := chart.Range{Lo: from.Seconds(), Hi: (from + t.Opening.Took).Seconds()}
		p := drawn.Panels[0]
		p.Y.Label = "Sequence number, " + detail.words()
		p.Bands = []chart.Band{{Range: shade, Name: "slow start", Fill: chart.Fill{Ink: chart.Pale}}}
		shown = around(shown, shade, t.RTT)
		f.X, f.Panels = drawn.X, append(f.Panels, p)
		said += s.named(detail) + "; "
		answers = append(answers, first(detail.words())+": "+opening(t)+".")
	}
	if len(f.Panels) == 0 {
		return nil
	}
	f.X.Range = shown
	for i := range f.Panels {
		clipped(&f.Panels[i], shown)
	}
	said += "segments as bars, the acknowledgements and the end of the window as steps."
	return &Figure{Name: "slow-start-" + fileDelay(d), Title: "Through the end of slow start, " + milliseconds(d) + " one way", Chart: f, Said: said, Answer: answers}
}

// around extends what is shown by a slow start and two round trips after it.
func around(shown, shade chart.Range, rtt time.Duration) chart.Range {
	long := shade.Hi - shade.Lo
	r := chart.Range{Lo: max(0, shade.Lo-0.05*long), Hi: shade.Hi + max(0.15*long, min(2*rtt.Seconds(), long))}
	if shown.Empty() {
		return r
	}
	return chart.Range{Lo: min(shown.Lo, r.Lo), Hi: max(shown.Hi, r.Hi)}
}

// clipped drops the points outside of what is shown, which would fill the CSV,
// but for the two beside it.
func clipped(p *chart.Panel, shown chart.Range) {
	for i := range p.Series {
		points := p.Series[i].Points
		from, to := 0, len(points)
		for from+1 < to && points[from+1].X < shown.Lo {
			from++
		}
		for to-1 > from && points[to-2].X > shown.Hi {
			to--
		}
		p.Series[i].Points = points[from:to]
	}
}

// began is when the first data was sent.
func (d *Detail) began() time.Duration {
	for i := range d.Trace.Rows {
		if r := &d.Trace.Rows[i]; r.From == d.Outcome.Transfer.Sender && r.Len > 0 {
			return r.At
		}
	}
	return 0
}

func sidesOf(t *lab.Transfer) kind.Sides {
	return [...]kind.Sides{kind.Client, kind.Server}[t.Sender]
}

// opening tells when slow start ended, and why.
func opening(t *lab.Transfer) string {
	o := &t.Opening
	said := fmt.Sprintf("slow start took %s (%.1f round trips of %s), until %s were sent and %s on the way", took(o.Took), t.Rounds(o.Took), took(t.RTT), octets(float64(o.Bytes)), octets(float64(o.Window)))
	switch o.Why {
	case limit.Loss:
		return said + "; a loss ended it"
	case limit.ECN:
		return said + "; a congestion mark ended it"
	case limit.Timeout:
		return said + "; a time-out ended it"
	case limit.Growth:
		if t.Rwnd > t.Cwnd {
			return said + "; it ended without a loss, where the receiver's window began to keep it back"
		}
		return said + "; it ended without a loss: the window grew slowly from there on"
	}
	switch {
	case t.Rwnd > t.Cwnd:
		return said + "; the receiver's window, and no loss, kept it from growing further"
	case o.Bytes*4 > t.Bytes*3:
		return said + "; the data ended first"
	}
	return said + "; no loss ended it: the window or the socket buffer kept it from growing further"
}
