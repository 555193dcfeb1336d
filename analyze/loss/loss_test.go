package loss_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

const handshake = `
0.000 > S 0:0(0) win 64240 <mss 1000,sackOK>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1000,sackOK>
0.020 > . 1:1(0) ack 1
`

const flightOfFive = handshake + `
0.100 > . 1:1001(1000) ack 1
0.100 > . 1001:2001(1000) ack 1
0.100 > . 2001:3001(1000) ack 1
0.100 > . 3001:4001(1000) ack 1
0.100 > . 4001:5001(1000) ack 1
`

// Behind a line that is to be explained stands how.
var stories = []struct{ name, text string }{
	{"the handshake again", `
0.000 > S 0:0(0)
1.000 > S 0:0(0) # handshake proven of 1
1.020 < S. 0:0(0) ack 1
2.020 < S. 0:0(0) ack 1 # handshake proven of 3
`},
	{"fast retransmit and its continuation by SACK", flightOfFive + `
0.120 < . 1:1(0) ack 1 <sack 1001:2001>
0.120 < . 1:1(0) ack 1 <sack 1001:2001 3001:4001>
0.120 < . 1:1(0) ack 1 <sack 1001:2001 3001:5001>
0.121 > . 1:1001(1000) ack 1 # fast strong of 4
0.122 > . 2001:3001(1000) ack 1 # recovery strong by sack of 6
0.142 < . 1:1(0) ack 5001
`},
	{"fast retransmit without SACK", strings.ReplaceAll(flightOfFive, ",sackOK", "") + `
0.120 < . 1:1(0) ack 1
0.120 < . 1:1(0) ack 1
0.120 < . 1:1(0) ack 1
0.120 < . 1:1(0) ack 1
0.121 > . 1:1001(1000) ack 1 # fast assumed of 4
0.142 < . 1:1(0) ack 2001
0.142 > . 2001:3001(1000) ack 1 # recovery assumed by dup-acks of 6
`},
	{"the timer, its back-off and what follows", flightOfFive + `
0.350 > . 1:1001(1000) ack 1 # rto assumed of 4
0.800 > . 1:1001(1000) ack 1 # rto assumed of 9 x2
0.820 < . 1:1(0) ack 1001
0.820 > . 1001:2001(1000) ack 1 # recovery assumed by timing of 5
0.820 > . 2001:3001(1000) ack 1 # recovery assumed by timing of 6
`},
	{"a tail loss probe, and the timer after it", handshake + `
0.100 > . 1:1001(1000) ack 1
0.100 > . 1001:2001(1000) ack 1
0.120 < . 1:1(0) ack 1001
0.165 > . 1001:2001(1000) ack 1 # tlp assumed of 5
0.500 > . 1001:2001(1000) ack 1 # rto assumed of 7
`},
	{"acknowledged already, reported already", flightOfFive + `
0.120 < . 1:1(0) ack 2001 <sack 3001:4001>
0.400 > . 1001:2001(1000) ack 1 # spurious proven
0.401 > . 3001:4001(1000) ack 1 # spurious proven of 7
`},
	{"an acknowledgement recorded before what it acknowledges", handshake + `
0.100 > . 1:1001(1000) ack 1 ipid 10
0.120 < . 1:1(0) ack 1001
0.140 > . 1001:2001(1000) ack 1 ipid 11
0.160 < . 1:1(0) ack 2001
0.180 < . 1:1(0) ack 3001
0.18002 > . 2001:3001(1000) ack 1 ipid 12 # reordering assumed
`},
	{"numbers that go back with new octets are no counter's", flightOfFive + `
0.120 < . 1:1(0) ack 5001
0.121 > . 5001:6001(1000) ack 1 ipid 3000
0.121 > . 6001:7001(1000) ack 1 ipid 3200
0.121 > . 7001:8001(1000) ack 1 ipid 3400
0.121 > . 8001:9001(1000) ack 1 ipid 3600
0.121 > . 9001:10001(1000) ack 1 ipid 3800
0.121 > . 10001:11001(1000) ack 1 ipid 4000
0.121 > . 11001:12001(1000) ack 1 ipid 4200
0.121 > . 12001:13001(1000) ack 1 ipid 4400
0.121 > . 13001:14001(1000) ack 1 ipid 4600
0.121 > . 14001:15001(1000) ack 1 ipid 4800
0.121 > . 15001:16001(1000) ack 1 ipid 2000
0.141 < . 1:1(0) ack 6001 <sack 7001:16001>
0.142 > . 6001:7001(1000) ack 1 ipid 2001 # fast strong of 11
`},
	{"a system that keeps the identification when its timer runs out", flightOfFive + `
0.120 < . 1:1(0) ack 5001
0.121 > . 5001:6001(1000) ack 1 ipid 77
0.141 > . 5001:6001(1000) ack 1 ipid 77 # network-duplicate strong of 10
0.421 > . 5001:6001(1000) ack 1 ipid 77 # rto assumed of 11
`},
	{"a clock of two ticks a second shows no copy", `
0.000 > S 0:0(0) <TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <TS val 1 ecr 1>
0.020 > . 1:1(0) ack 1 <TS val 1 ecr 1>
1.000 > . 1:1001(1000) ack 1 <TS val 3 ecr 1>
1.300 > . 1:1001(1000) ack 1 <TS val 3 ecr 1> # rto assumed of 4
`},
	{"the third duplicate acknowledgement after the timer could have run out", strings.ReplaceAll(flightOfFive, ",sackOK", "") + `
0.120 < . 1:1(0) ack 1001
0.220 < . 1:1(0) ack 1001
0.320 < . 1:1(0) ack 1001
0.720 < . 1:1(0) ack 1001
0.721 > . 1001:2001(1000) ack 1 # fast assumed of 5
`},
	{"duplicate acknowledgements after a slow handshake", `
0.000 > S 0:0(0) win 64240 <mss 1000>
0.001 < S. 0:0(0) ack 1 win 65160 <mss 1000>
0.060 > . 1:1(0) ack 1
0.100 > . 1:1001(1000) ack 1
0.100 > . 1001:2001(1000) ack 1
0.100 > . 2001:3001(1000) ack 1
0.100 > . 3001:4001(1000) ack 1
0.100 > . 4001:5001(1000) ack 1
0.101 < . 1:1(0) ack 1001
0.102 < . 1:1(0) ack 1001
0.102 < . 1:1(0) ack 1001
0.102 < . 1:1(0) ack 1001
0.103 > . 1001:2001(1000) ack 1 # fast assumed of 5
`},
	{"overtaken, by timestamp", `
0.000 > S 0:0(0) <TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <TS val 1 ecr 1>
0.020 > . 1:1(0) ack 1 <TS val 2 ecr 1>
0.100 > . 1001:2001(1000) ack 1 <TS val 11 ecr 1>
0.101 > . 1:1001(1000) ack 1 <TS val 10 ecr 1> # reordering strong
`},
	{"lost before the tap, resent by timestamp", `
0.000 > S 0:0(0) <TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <TS val 1 ecr 1>
0.020 > . 1:1(0) ack 1 <TS val 2 ecr 1>
0.100 > . 1001:2001(1000) ack 1 <TS val 11 ecr 1>
0.100 < . 1:1(0) ack 1 <TS val 11 ecr 2,sack 1001:2001>
0.121 > . 1:1001(1000) ack 1 <TS val 13 ecr 11> # fast strong
`},
	{"delivered twice by the path", handshake + `
0.100 > . 1:1001(1000) ack 1 ipid 100
0.100 > . 1001:2001(1000) ack 1 ipid 101
0.100 > . 2001:3001(1000) ack 1 ipid 102
0.100 > . 3001:4001(1000) ack 1 ipid 103
0.100 > . 4001:5001(1000) ack 1 ipid 104
0.100 > . 5001:6001(1000) ack 1 ipid 105
0.100 > . 5001:6001(1000) ack 1 ipid 105 # network-duplicate assumed of 9
0.160 > . 4001:5001(1000) ack 1 ipid 104 # network-duplicate strong of 8
`},
	{"delivered twice without IP identification", `
0.000 > S 0:0(0) ipid 0 <TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <TS val 1 ecr 1>
0.100 > . 1:1001(1000) ack 1 ipid 0 <TS val 11 ecr 1>
0.100 > . 1001:2001(1000) ack 1 ipid 0 <TS val 11 ecr 1>
0.130 > . 1:1001(1000) ack 1 ipid 0 <TS val 11 ecr 1> # network-duplicate strong of 3
`},
	{"a copy that the receiver reported tells of the next", handshake + `
0.1000 > . 1:1001(1000) ack 1 ipid 100
0.1001 > . 1:1001(1000) ack 1 ipid 100 # capture-duplicate assumed of 4
0.1200 < . 1:1(0) ack 1001 <sack 1:1001>
0.1210 > . 1001:2001(1000) ack 1 ipid 101
0.1211 > . 1001:2001(1000) ack 1 ipid 101 # network-duplicate strong of 7
`},
	{"overtaken by IP identification, then by time alone", `
0.000 > S 0:0(0) ipid 65530
0.020 < S. 0:0(0) ack 1
0.020 > . 1:1(0) ack 1 ipid 65531
0.100 > . 1001:2001(1000) ack 1 ipid 2
0.101 > . 1:1001(1000) ack 1 ipid 65535 # reordering strong
0.102 > . 3001:4001(1000) ack 1 ipid 9
0.103 > . 2001:3001(1000) ack 1 ipid 10 # unknown unobserved
0.104 > . 5001:6001(1000) ack 1 ipid 0
0.105 > . 4001:5001(1000) ack 1 ipid 0 # reordering assumed
0.106 > . 7001:8001(1000) ack 1 ipid 0
0.108 > . 9001:10001(1000) ack 1 ipid 0
0.406 > . 6001:7001(1000) ack 1 ipid 0 # rto assumed
`},
	{"begun anew after an error that is not in the numbers", handshake + `
0.100 > . 1:1461(1460) ack 1
0.100 > . 1461:2921(1460) ack 1
0.102 > . 1:1453(1452) ack 1 # unknown unobserved of 4
0.500 < . 1:1(0) ack 1453
0.50003 > . 1453:2905(1452) ack 1 # recovery assumed by timing of 4
`},
	{"a report of what arrived twice acquits the timer", handshake + `
0.100 > . 1:1001(1000) ack 1
0.350 > . 1:1001(1000) ack 1 # rto assumed of 4
0.370 < . 1:1(0) ack 1001
0.375 < . 1:1(0) ack 1001 <sack 1:1001> # 5 needless by dsack
`},
	{"a report within a block of the others", flightOfFive + `
0.120 < . 1:1(0) ack 1 <sack 1001:5001>
0.121 > . 1:1001(1000) ack 1 # fast strong of 4
0.321 > . 1001:2001(1000) ack 1 # spurious proven of 5
0.341 < . 1:1(0) ack 1 <sack 1001:2001 1001:5001>
0.342 < . 1:1(0) ack 5001 <sack 1:1001> # 10 needless by dsack
`},
	{"an echo from before acquits the timer", `
0.000 > S 0:0(0) <TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <TS val 1 ecr 1>
0.100 > . 1:1001(1000) ack 1 <TS val 11 ecr 1>
0.450 > . 1:1001(1000) ack 1 <TS val 46 ecr 1> # rto assumed of 3
0.460 < . 1:1(0) ack 1001 <TS val 30 ecr 11> # 4 needless by eifel
0.470 > . 1001:2001(1000) ack 1 <TS val 48 ecr 30>
0.820 > . 1001:2001(1000) ack 1 <TS val 83 ecr 30> # rto assumed of 6
0.840 < . 1:1(0) ack 2001 <TS val 84 ecr 83>
`},
	{"sent again before a report can have come back", `
0.000 > S 0:0(0)
0.001 < S. 0:0(0) ack 1
0.041 > . 1:1(0) ack 1
0.100 > . 1:1001(1000) ack 1
0.101 > . 1001:2001(1000) ack 1
0.110 > . 1:1001(1000) ack 1 # spurious assumed of 4
0.141 > . 1001:2001(1000) ack 1 # recovery assumed by timing of 5
`},
	{"what was sent later has arrived", `
0.000 > S 0:0(0) ipid 0
0.001 < S. 0:0(0) ack 1
0.041 > . 1:1(0) ack 1 ipid 0
0.100 > . 2001:3001(1000) ack 1 ipid 0
0.102 > . 1:2001(2000) ack 1 ipid 0 # reordering assumed
0.103 < . 1:1(0) ack 2001
0.143 > . 2001:3001(1000) ack 1 ipid 0 # fast assumed of 4
`},
	{"an overtaken original behind its repetition", `
0.000 > S 0:0(0) <TS val 1 ecr 0>
0.001 < S. 0:0(0) ack 1 <TS val 1 ecr 1>
0.021 > . 1:1(0) ack 1 <TS val 22 ecr 1>
0.100 > . 1001:2001(1000) ack 1 <TS val 101 ecr 1>
0.101 < . 1:1(0) ack 1 <TS val 101 ecr 22,sack 1001:2001>
0.125 > . 1:1001(1000) ack 1 <TS val 124 ecr 101> # fast strong
0.126 < . 1:1(0) ack 2001 <TS val 126 ecr 124>
0.127 > . 1:1001(1000) ack 1 <TS val 100 ecr 1> # reordering strong
`},
	{"the handshake's back-off", `
0.000 > S 0:0(0)
1.000 > S 0:0(0) # handshake proven of 1
3.000 > S 0:0(0) # handshake proven of 2 x2
`},
	{"recorded twice", handshake + `
0.1000 > . 1:1001(1000) ack 1 ipid 100
0.1001 > . 1:1001(1000) ack 1 ipid 100 # capture-duplicate assumed of 4
`},
	{"keep-alive and window probe", handshake + `
0.100 > . 1:1001(1000) ack 1
0.120 < . 1:1(0) ack 1001
9.000 > . 1000:1000(0) ack 1 # keep-alive proven
9.020 < . 1:1(0) ack 1001 win 0
9.500 > . 1001:1002(1) ack 1 # window-probe proven
`},
	{"two segments sent again as one", handshake + `
0.100 > . 1:501(500) ack 1
0.101 > . 501:1001(500) ack 1
0.500 > . 1:1001(1000) ack 1 # rto assumed of 4
`},
	{"again, with more behind it", handshake + `
0.100 > . 1:1001(1000) ack 1
0.500 > . 501:1501(1000) ack 1 # rto assumed of 4
`},
	{"the head of a super-segment", handshake + `
0.100 > . 1:64001(64000) ack 1
0.120 < . 1:1(0) ack 1 <sack 1449:64001>
0.121 > . 1:1449(1448) ack 1 # fast strong of 4
`},
	{"the recorder lost the first copy", handshake + `
0.100 > . 1:1001(1000) ack 1
0.101 > . 2001:3001(1000) ack 1
0.121 < . 1:1(0) ack 1001
0.122 < . 1:1(0) ack 1001 <sack 2001:3001>
0.500 > . 1001:2001(1000) ack 1 # rto assumed
`},
	{"one direction", `
0.100 > . 1:1001(1000) ack 1
0.400 > . 1:1001(1000) ack 1 # rto assumed of 1
1.000 > . 1:1001(1000) ack 1 # rto assumed of 2 x2
`},
}

func TestStories(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) { follow(t, story.text) })
	}
}

// trackers are those that a verdict needs.
type trackers struct {
	losses  loss.Tracker
	flights flight.Tracker
	times   rtt.Tracker
}

func (t *trackers) observe(step *reconstruct.Step) (v loss.Verdict) {
	if step.Swapped {
		t.losses.Swap()
		t.flights.Swap()
		t.times.Swap()
	}
	t.losses.Observe(step, &t.flights, &t.times, &v)
	var delivered flight.Delivery
	var sample rtt.Sample
	t.flights.Observe(step, v.Cause == loss.RTO, &delivered)
	t.times.Observe(step, &delivered, &sample)
	return v
}

func follow(t *testing.T, text string) {
	t.Helper()
	var all trackers
	for step, want := range scenariotest.Steps(t, scenariotest.Wrapping+text) {
		if got := describe(all.observe(step)); got != want {
			t.Errorf("frame %d: %q, want %q", step.Segment.Frame, got, want)
		}
	}
}

func describe(v loss.Verdict) string {
	if v.Needless != 0 {
		return fmt.Sprintf("%d needless by %s", v.Needless, v.By)
	}
	if v.Cause == loss.None {
		return ""
	}
	text := fmt.Sprintf("%s %s", v.Cause, v.Certainty())
	if v.Cause == loss.Recovery {
		text += " by " + v.Witness.String()
	}
	if v.OfFrame != 0 {
		text += fmt.Sprintf(" of %d", v.OfFrame)
	}
	if v.Backoff > 1 {
		text += fmt.Sprintf(" x%d", v.Backoff)
	}
	return text
}

// Where the model's path reorders and duplicates nothing and the tap is at the
// client, what the client repeats is never called reordered or a duplicate.
func TestAgainstModel(t *testing.T) {
	judged := 0
	for seed := range uint64(1000) {
		config := model.Random(rand.New(rand.NewPCG(seed, 0)), 0.5)
		config.Tap = model.Tap{}
		for _, side := range reconstruct.Sides {
			for hop := range config.Hops[side] {
				h := &config.Hops[side][hop]
				h.Reorder, h.Duplicate = 0, 0
			}
		}
		config.Hops[reconstruct.Client][0] = model.Hop{}
		config.Hops[reconstruct.Server][1] = model.Hop{}
		run := model.Run(config, rand.New(rand.NewPCG(seed, 1)))
		table := reconstruct.NewTable(reconstruct.Options{})
		kept := map[int]*trackers{}
		segments := run.Segments()
		for i := range segments {
			step := table.Add(&segments[i])
			if step.Opened {
				kept[step.Conn.Slot] = new(trackers)
			}
			v := kept[step.Conn.Slot].observe(step)
			table.Ended()
			if run.Packets[i].From != reconstruct.Client || v.Cause == loss.None {
				continue
			}
			judged++
			if v.Cause == loss.Reordering || v.Cause == loss.NetworkDuplicate {
				t.Fatalf("seed %d, frame %d: %s\n%s", seed, i+1, describe(v), run.Scenario("x"))
			}
		}
	}
	if judged < 100 {
		t.Errorf("only %d segments judged", judged)
	}
}

func BenchmarkObserve(b *testing.B) {
	b.ReportAllocs()
	var text strings.Builder
	text.WriteString("0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n")
	for i := range 1000 {
		at := 1 + 1000*i
		fmt.Fprintf(&text, "+.001 > . %d:%d(1000) ack 1\n+.3 > . %d:%d(1000) ack 1\n+.01 < . 1:1(0) ack %d\n", at, at+1000, at, at+1000, at+1000)
	}
	segments := scenariotest.Segments(b, text.String())
	all := new(trackers)
	var table *reconstruct.Table
	for i := range b.N {
		if i%len(segments) == 0 {
			b.StopTimer()
			table, *all = reconstruct.NewTable(reconstruct.Options{}), trackers{}
			b.StartTimer()
		}
		all.observe(table.Add(&segments[i%len(segments)]))
	}
}
