package lab

import (
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
	RTT         Spread    // of handshakes
	RTTs        int       // handshakes that tell one
	Gap, OneWay Spread    // of the connections with a prediction
	Rates       []float64 // of the benchmark, bits a second
	Outcomes    []Outcome
	Dropped     uint64 // packets that the recorder lost
}

// Spread is a median with the least and the most.
type Spread struct{ Median, Least, Most time.Duration }

// SpreadOf orders values, and interpolates nothing: of an even number the
// median is the mean of the middle two.
func SpreadOf(values []time.Duration) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return Spread{(sorted[(n-1)/2] + sorted[n/2]) / 2, sorted[0], sorted[n-1]}
}

// Median is that of plain numbers, 0 without any.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Finish computes the spreads from the outcomes.
func (c *Cell) Finish() {
	var rtts, gaps, ways []time.Duration
	for _, o := range c.Outcomes {
		if o.HandshakeRTT > 0 {
			rtts = append(rtts, o.HandshakeRTT)
		}
		if o.Predicted != NoPrediction {
			gaps, ways = append(gaps, o.Gap), append(ways, o.OneWay)
		}
	}
	c.Connections, c.RTTs = len(c.Outcomes), len(rtts)
	c.RTT, c.Gap, c.OneWay = SpreadOf(rtts), SpreadOf(gaps), SpreadOf(ways)
}

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
	part.Finish()
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
