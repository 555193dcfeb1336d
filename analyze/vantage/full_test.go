package vantage_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/analyze/vantage"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

const between = `
0.000 > S 0:0(0) <mss 1460,TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <mss 1460,TS val 1 ecr 1>
0.030 > . 1:1(0) ack 1 <TS val 31 ecr 1>
`

func TestFullRoundTrips(t *testing.T) {
	for _, c := range []struct {
		name, text string
		n          int64
		least      time.Duration
		echoes     [2]int64
	}{
		{"the handshake", between, 1, 30 * time.Millisecond, [2]int64{}},
		{"at an end it is the half to the other", "0 > S 0:0(0)\n+.040 < S. 0:0(0) ack 1\n+.0001 > . 1:1(0) ack 1", 0, 0, [2]int64{}},
		{"data, and what its acknowledgement sets off", between + `
0.100 > . 1:1461(1460) ack 1 <TS val 101 ecr 1>
0.101 > . 1461:2921(1460) ack 1 <TS val 102 ecr 1>
0.120 < . 1:1(0) ack 1461 <TS val 120 ecr 101>
0.131 > . 2921:4381(1460) ack 1 <TS val 132 ecr 120>
`, 2, 30 * time.Millisecond, [2]int64{reconstruct.Client: 1}},
		{"what was sent after a pause is no echo of the kind", between + `
0.100 > . 1:1461(1460) ack 1 <TS val 101 ecr 1>
0.120 < . 1:1(0) ack 1461 <TS val 120 ecr 101>
0.330 > . 1461:2921(1460) ack 1 <TS val 331 ecr 120>
`, 1, 30 * time.Millisecond, [2]int64{}},
		{"halves that are seconds apart are not added", between + `
9.100 > . 1:1461(1460) ack 1 <TS val 101 ecr 1>
9.125 < . 1:1(0) ack 1461 <TS val 120 ecr 101>
`, 1, 30 * time.Millisecond, [2]int64{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			tap := connections(t, c.text)[0].Vantage
			if tap.Full.N != c.n || time.Duration(tap.Full.Min) != c.least {
				t.Errorf("%d of at least %v, want %d of %v", tap.Full.N, time.Duration(tap.Full.Min), c.n, c.least)
			}
			for _, side := range reconstruct.Sides {
				if got := tap.Half[side].Echoes.N; got != c.echoes[side] {
					t.Errorf("%d echoes by the %s, want %d", got, side, c.echoes[side])
				}
			}
		})
	}
}

// With a tap in the middle of a path of known delay neither the halves nor
// their sums are shorter than that, whatever is lost, repeated or reordered.
func TestHalvesAgainstModel(t *testing.T) {
	var echoes, sums int64
	for seed := range uint64(300) {
		config := model.Random(rand.New(rand.NewPCG(seed, 0)), []float64{0, 0.3, 1}[seed%3])
		run := model.Run(config, rand.New(rand.NewPCG(seed, 1)))
		var half [2]time.Duration // from the tap to the side and back
		for _, side := range reconstruct.Sides {
			half[side] = config.Hops[side.Peer()][1].Delay + config.Hops[side][0].Delay
		}
		for _, tap := range taps(run) {
			sums += tap.Full.N
			atLeast(t, seed, "the whole", &tap.Full, half[0]+half[1])
			for _, side := range reconstruct.Sides {
				echoes += tap.Half[side].Echoes.N
				atLeast(t, seed, "to the "+side.String(), &tap.Half[side].Echoes, half[side])
			}
		}
	}
	t.Logf("%d echoes, %d sums", echoes, sums)
	if sums < 100 {
		t.Errorf("only %d sums of halves", sums)
	}
}

func atLeast(t *testing.T, seed uint64, what string, s *quantile.Summary, path time.Duration) {
	t.Helper()
	if s.N > 0 && time.Duration(s.Min) < path {
		t.Errorf("seed %d: %s takes %v, the path %v", seed, what, time.Duration(s.Min), path)
	}
}

// taps places the tap of each connection of a run.
func taps(run *model.Result) (all []vantage.Result) {
	type trackers struct {
		flight flight.Tracker
		tap    vantage.Tracker
	}
	table := reconstruct.NewTable(reconstruct.Options{})
	kept := map[int]*trackers{}
	end := func(ended []*reconstruct.Connection) {
		for _, c := range ended {
			all = append(all, kept[c.Slot].tap.Result(c))
		}
	}
	segments := run.Segments()
	for i := range segments {
		step := table.Add(&segments[i])
		if step.Opened {
			kept[step.Conn.Slot] = new(trackers)
		}
		k := kept[step.Conn.Slot]
		if step.Swapped {
			k.flight.Swap()
			k.tap.Swap()
		}
		var delivered flight.Delivery
		k.flight.Observe(step, false, &delivered)
		k.tap.Observe(step, &delivered)
		end(table.Ended())
	}
	end(table.Flush())
	return all
}
