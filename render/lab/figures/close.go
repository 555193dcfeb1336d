package figures

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/diagram"
)

// closePattern sets the time between the calls that close a connection against
// the time that the first FIN was under way: the threshold between the patterns
// is where both are the same.
func closePattern(s *Sweep) ([]*Figure, string) {
	all := closings(s)
	if all.predicted == 0 {
		return nil, "no recorded connection was closed by a call at each end"
	}
	log := slices.Min(all.ways) > 0 && slices.Min(all.gaps) > 0
	low, high := min(slices.Min(all.ways), slices.Min(all.gaps)), max(slices.Max(all.ways), slices.Max(all.gaps))
	threshold := chart.Series{
		Name: "predicted threshold: gap = time under way", Shape: chart.Line, Look: chart.Look{Ink: chart.Grey, Dash: chart.Dashed},
		Points: []chart.Point{{X: low, Y: low}, {X: high, Y: high}},
	}
	f := &chart.Figure{
		X: chart.Axis{Label: "Time that the first FIN was under way", Unit: chart.Seconds, Log: log},
		Panels: []chart.Panel{{
			Y:      chart.Axis{Label: "Between the two close() calls", Unit: chart.Seconds, Log: log, Zero: !log},
			Series: append([]chart.Series{threshold}, all.series...),
		}},
	}
	said := "Each recorded connection by the time between the calls that send the two FINs, and the time that the first FIN was under way. Above the dashed line the FIN arrives before the other end closes, and the patterns are FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT and CLOSE-WAIT, LAST-ACK; below it both ends close before they know of the other, and both walk FIN-WAIT-1, CLOSING, TIME-WAIT."
	answer := fmt.Sprintf("Agreement: %d of %d connections (%s) closed as the calls and the delay predict.%s", all.agreed, all.predicted, percent(float64(all.agreed)/float64(all.predicted)), s.closes())
	return []*Figure{{Name: "close-delay", Title: "Close pattern against delay", Chart: f, Said: said, Answer: []string{answer}}}, ""
}

// closing is how connections closed, a point each.
type closing struct {
	series            []chart.Series // by pattern
	ways, gaps        []float64      // seconds
	predicted, agreed int
}

// closings gathers the connections that have a prediction.
func closings(s *Sweep) (all closing) {
	kinds := []state.Close{state.CloseClientFirst, state.CloseServerFirst, state.CloseSimultaneous}
	for i, look := range []chart.Look{{Ink: chart.Blue, Marker: chart.Disc, Size: 3.4}, {Ink: chart.Green, Marker: chart.Box, Size: 3.6}, {Ink: chart.Orange, Marker: chart.Up, Size: 4.4}, {Ink: chart.Black, Marker: chart.Cross}} {
		series := chart.Series{Name: "other", Shape: chart.Dots, Look: look}
		if i < len(kinds) {
			series.Name = kinds[i].String()
		}
		all.series = append(all.series, series)
	}
	for i := range s.Report.Cells {
		for _, o := range s.Report.Cells[i].Outcomes {
			if o.Predicted == lab.NoPrediction {
				continue
			}
			all.predicted++
			if o.Agrees {
				all.agreed++
			}
			at := slices.Index(kinds, o.Close)
			if at < 0 {
				at = len(kinds)
			}
			x, y := o.OneWay.Seconds(), o.Gap.Seconds()
			all.ways, all.gaps = append(all.ways, x), append(all.gaps, y)
			all.series[at].Points = append(all.series[at].Points, chart.Point{X: x, Y: y})
		}
	}
	return all
}

// closes counts the patterns at each delay.
func (s *Sweep) closes() string {
	var said strings.Builder
	for _, d := range s.delays() {
		n := map[string]int{}
		var gaps []time.Duration
		predicted, agreed := 0, 0
		for i := range s.Report.Cells {
			c := &s.Report.Cells[i]
			if !c.Recorded || delay(c) != d {
				continue
			}
			for _, o := range c.Outcomes {
				n[o.Close.String()]++
				if o.Predicted != lab.NoPrediction {
					gaps = append(gaps, o.Gap)
					predicted++
					if o.Agrees {
						agreed++
					}
				}
			}
		}
		var words []string
		for k, times := range n {
			words = append(words, fmt.Sprintf("%d %s", times, k))
		}
		slices.Sort(words)
		fmt.Fprintf(&said, " At %s: %s", milliseconds(d), strings.Join(words, ", "))
		if len(gaps) > 0 {
			fmt.Fprintf(&said, "; calls %s apart (median), %d of %d as predicted", took(lab.SpreadOf(gaps).Median), agreed, predicted)
		}
		said.WriteByte('.')
	}
	return said.String()
}

// stateSheet is the state diagrams of each delay and that of all together on one
// page.
func stateSheet(s *Sweep) ([]*Figure, string) {
	byDelay := map[time.Duration][]diagram.Walk{}
	var delays []time.Duration
	var all []diagram.Walk
	for i := range s.Report.Cells {
		c := &s.Report.Cells[i]
		walks := s.Walks[c.Name]
		if len(walks) == 0 {
			continue
		}
		if !slices.Contains(delays, delay(c)) {
			delays = append(delays, delay(c))
		}
		byDelay[delay(c)], all = append(byDelay[delay(c)], walks...), append(all, walks...)
	}
	if len(all) == 0 {
		return nil, "nothing was recorded that shows states"
	}
	slices.Sort(delays)
	f := &Figure{Name: "states", Title: "States at each delay, and merged"}
	for _, d := range delays {
		f.Graphs = append(f.Graphs, diagram.New(fmt.Sprintf("%s one way: %d connections", milliseconds(d), len(byDelay[d])/2), byDelay[d]...))
	}
	if len(delays) > 1 {
		f.Graphs = append(f.Graphs, diagram.New(fmt.Sprintf("All delays: %d connections", len(all)/2), all...))
	}
	f.Said = "The states that both endpoints went through at each one-way delay, and all of them merged. Each edge has what triggered it: the flags of a segment sent or received, or a call that the capture implies. Full arrowheads are the client's, hollow ones the server's; dashed lines were assumed, dotted ones cannot be observed."
	return []*Figure{f}, ""
}

// first begins a sentence.
func first(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
