package lab

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/link"
)

// Cell is what the runs of one setting show together.
type Cell struct {
	Name        string
	Way         [2]link.Params
	Runs        int
	Connections int
	RTT         Spread[time.Duration] // of handshakes that tell one
	Gap, OneWay Spread[time.Duration] // of the connections with a prediction
	Bandwidth   Spread[float64]       // as the benchmark measured it, bits a second
	Goodput     Spread[float64]       // as the captures show it, bits a second
	Outcomes    []Outcome
	Dropped     uint64 // packets that the recorder lost
	Recorded    bool   // else there is nothing but Bandwidth
	Fixed       bool   // the benchmark fixed its socket buffers

	rates []float64 // behind Bandwidth
}

// Finish leaves out the first connections, which may have found cold caches, and
// computes the spreads from what is left.
func (c *Cell) Finish(leaveOut int) {
	c.Outcomes = c.Outcomes[min(leaveOut, len(c.Outcomes)):]
	c.rates = c.rates[min(leaveOut, len(c.rates)):]
	var rtts, gaps, ways []time.Duration
	var goodputs []float64
	for _, o := range c.Outcomes {
		if o.HandshakeRTT > 0 {
			rtts = append(rtts, o.HandshakeRTT)
		}
		if o.Goodput > 0 {
			goodputs = append(goodputs, o.Goodput)
		}
		if o.Predicted != NoPrediction {
			gaps, ways = append(gaps, o.Gap), append(ways, o.OneWay)
		}
	}
	c.Connections = len(c.Outcomes)
	c.RTT, c.Gap, c.OneWay = SpreadOf(rtts), SpreadOf(gaps), SpreadOf(ways)
	c.Bandwidth, c.Goodput = SpreadOf(c.rates), SpreadOf(goodputs)
}

// Measured adds a bandwidth that the benchmark measured, in bits a second.
func (c *Cell) Measured(rate float64) { c.rates = append(c.rates, rate) }

// Closes counts how the connections closed, as "5 simultaneous, 1 client-first".
// Predicted and agreed are how many had a prediction and kept to it.
func (c *Cell) Closes() (counts []Count, predicted, agreed int) {
	n := map[state.Close]int{}
	for _, o := range c.Outcomes {
		n[o.Close]++
		if o.Predicted != NoPrediction {
			predicted++
		}
		if o.Agrees {
			agreed++
		}
	}
	for kind, times := range n {
		counts = append(counts, Count{kind.String(), times})
	}
	return ordered(counts), predicted, agreed
}

// Predictions counts what was predicted.
func (c *Cell) Predictions() []Count {
	n := map[Prediction]int{}
	for _, o := range c.Outcomes {
		if o.Predicted != NoPrediction {
			n[o.Predicted]++
		}
	}
	var counts []Count
	for kind, times := range n {
		counts = append(counts, Count{kind.String(), times})
	}
	return ordered(counts)
}

// Predicted is the part of the cell whose connections have a prediction.
func (c *Cell) Predicted(word string) *Cell {
	part := &Cell{Name: c.Name, Way: c.Way}
	for _, o := range c.Outcomes {
		if o.Predicted.String() == word {
			part.Outcomes = append(part.Outcomes, o)
		}
	}
	part.Finish(0)
	return part
}

// Count is a word and how often it came up.
type Count struct {
	Word  string
	Times int
}

// ordered puts the most frequent first, and of a map's order leaves nothing.
func ordered(counts []Count) []Count {
	slices.SortFunc(counts, func(a, b Count) int {
		if a.Times != b.Times {
			return b.Times - a.Times
		}
		return strings.Compare(a.Word, b.Word)
	})
	return counts
}

// Variant is what sets a cell apart from others of the same delay, recorded or
// not: "buffers=auto", or nothing.
func (c *Cell) Variant() string {
	var rest []string
	for part := range strings.SplitSeq(c.Name, ",") {
		if name, _, ok := strings.Cut(part, "="); ok && name != "delay" && name != "record" {
			rest = append(rest, part)
		}
	}
	return strings.Join(rest, ",")
}

// Rates are the bandwidths that the benchmark measured, in bits a second.
func (c *Cell) Rates() []float64 { return c.rates }

// Points are the median round trip of the data and the bandwidth of the
// connections that have both, in seconds and bits a second.
func (c *Cell) Points() (rtt, bandwidth []float64) {
	for _, o := range c.Outcomes {
		if o.Transfer.RTT > 0 && o.Goodput > 0 {
			rtt, bandwidth = append(rtt, o.Transfer.RTT.Seconds()), append(bandwidth, o.Goodput)
		}
	}
	return rtt, bandwidth
}

// Typical is the connection whose goodput is nearest to the median, the first
// of several; nil where none has one.
func (c *Cell) Typical() (typical *Outcome) {
	for i := range c.Outcomes {
		o := &c.Outcomes[i]
		if !o.Transfer.Known || o.Goodput == 0 {
			continue
		}
		if typical == nil || math.Abs(o.Goodput-c.Goodput.Median) < math.Abs(typical.Goodput-c.Goodput.Median) {
			typical = o
		}
	}
	return typical
}
