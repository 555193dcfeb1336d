package rtt_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

const handshake = `
0.000 > S 0:0(0) win 64240 <mss 1000,sackOK>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1000,sackOK> # frame 1: no sample, srtt 20ms
0.020 > . 1:1(0) ack 1 win 500
`

// Behind each line stands what it acknowledges, the sample and the estimate.
var stories = []struct{ name, text string }{
	{"the latest of what is acknowledged", handshake + `
0.100 > . 1:1001(1000) ack 1
0.104 > . 1001:2001(1000) ack 1
0.124 < . 1:1(0) ack 2001 # frame 5: 20ms, srtt 20.5ms
`},
	{"nor a handshake whose answer may be missing", `
0.000 > S 0:0(0) win 64240 <mss 1000,sackOK>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1000,sackOK> # frame 1: no sample, srtt 20ms
2.000 > . 1001:2001(1000) ack 1 # frame 2: no sample, srtt 0s
`},
	{"what was sent twice gives none", handshake + `
0.100 > . 1:1001(1000) ack 1
0.400 > . 1:1001(1000) ack 1
0.420 < . 1:1(0) ack 1001 # frame 5: no sample, srtt 20ms
`},
	{"nor what waited for something sent again", handshake + `
0.100 > . 1:1001(1000) ack 1
0.101 > . 1001:2001(1000) ack 1
0.400 > . 1:1001(1000) ack 1
0.420 < . 1:1(0) ack 2001 # frame 6: no sample, srtt 20ms
`},
	{"a SACK is an arrival, and the number that follows is not", handshake + `
0.100 > . 1:1001(1000) ack 1
0.101 > . 1001:2001(1000) ack 1
0.121 < . 1:1(0) ack 1 <sack 1001:2001> # frame 5: 20ms, srtt 20ms
0.400 > . 1:1001(1000) ack 1
0.420 < . 1:1(0) ack 2001 # frame 7: no sample, srtt 20ms
`},
	{"timestamps tell which of two was meant", `
0.000 > S 0:0(0) <TS val 1 ecr 0>
0.020 < S. 0:0(0) ack 1 <TS val 1 ecr 1> # frame 1: no sample, srtt 20ms
0.020 > . 1:1(0) ack 1 <TS val 2 ecr 1>
0.100 > . 1:1001(1000) ack 1 <TS val 10 ecr 1>
0.400 > . 1:1001(1000) ack 1 <TS val 40 ecr 1>
0.428 < . 1:1(0) ack 1001 <TS val 43 ecr 40> # frame 5: no sample, srtt 21ms
`},
	{"the server's data is timed as the client's", handshake + `
0.100 < . 1:1001(1000) ack 1
0.103 > . 1:1(0) ack 1001 # frame 4: 3ms, srtt 375µs
`},
	{"parts of a super-segment", handshake + `
0.100 > . 1:64001(64000) ack 1
0.120 < . 1:1(0) ack 32001 # frame 4: 20ms, srtt 20ms
0.122 < . 1:1(0) ack 64001 # frame 4: 22ms, srtt 20.25ms
`},
	{"what the recorder lost gives none", handshake + `
0.100 > . 1:1001(1000) ack 1
0.101 > . 2001:3001(1000) ack 1
0.120 < . 1:1(0) ack 2001 # frame 4: no sample, srtt 20ms
0.140 < . 1:1(0) ack 3001 # frame 5: 39ms, srtt 22.375ms
`},
	{"nor what was sent again as one", handshake + `
0.100 > . 1:501(500) ack 1
0.101 > . 501:1001(500) ack 1
0.500 > . 1:1001(1000) ack 1
0.520 < . 1:1(0) ack 1001 # frame 6: no sample, srtt 20ms
`},
	{"one direction alone gives nothing", `
0.100 > . 1:1001(1000) ack 1
0.200 > . 1001:2001(1000) ack 51
`},
}

func TestStories(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) { follow(t, story.text) })
	}
}

// follow runs a scenario past the trackers and compares each line.
func follow(t *testing.T, text string) {
	t.Helper()
	var flights flight.Tracker
	var times rtt.Tracker
	for step, want := range scenariotest.Steps(t, scenariotest.Wrapping+text) {
		var delivered flight.Delivery
		flights.Observe(step, false, &delivered)
		var sample rtt.Sample
		ok := times.Observe(step, &delivered, &sample)
		if got := describe(sample, ok); got != want && (want != "" || sample.Valid) {
			t.Errorf("frame %d: %q, want %q", step.Segment.Frame, got, want)
		}
	}
}

func describe(s rtt.Sample, ok bool) string {
	if !ok {
		return ""
	}
	text := "no sample"
	if s.Valid {
		text = s.RTT.String()
	}
	return fmt.Sprintf("frame %d: %s, srtt %v", s.Frame, text, s.Estimate.SRTT)
}

// RFC 6298 section 2.
func TestEstimate(t *testing.T) {
	var e rtt.Estimate
	if e.RTO() != time.Second {
		t.Errorf("RTO %v before any sample, want 1 s", e.RTO())
	}
	e.Add(800 * time.Millisecond)
	if e.SRTT != 800*time.Millisecond || e.RTTVar != 400*time.Millisecond || e.RTO() != 2400*time.Millisecond {
		t.Errorf("after the first: %+v, RTO %v", e, e.RTO())
	}
	e.Add(1600 * time.Millisecond)
	if e.SRTT != 900*time.Millisecond || e.RTTVar != 500*time.Millisecond {
		t.Errorf("after the second: %+v", e)
	}
}

// With a tap in the middle of a path of known delay, no sample is shorter than
// that, whatever is lost, repeated or reordered.
func TestAgainstModel(t *testing.T) {
	samples := 0
	for seed := range uint64(300) {
		config := model.Random(rand.New(rand.NewPCG(seed, 0)), []float64{0, 0.3, 1}[seed%3])
		run := model.Run(config, rand.New(rand.NewPCG(seed, 1)))
		var least [2]time.Duration
		for _, side := range reconstruct.Sides {
			least[side] = config.Hops[side][1].Delay + config.Hops[side.Peer()][0].Delay
		}
		table := reconstruct.NewTable(reconstruct.Options{})
		trackers := map[int]*trackers{}
		segments := run.Segments()
		for i := range segments {
			step := table.Add(&segments[i])
			if step.Opened {
				trackers[step.Conn.Slot] = newTrackers()
			}
			sample, ok := trackers[step.Conn.Slot].observe(step)
			if ok && sample.Valid {
				samples++
				if acked := run.Packets[i].From.Peer(); sample.RTT < least[acked] {
					t.Fatalf("seed %d, frame %d: %v, the path takes %v\n%s", seed, i+1, sample.RTT, least[acked], run.Scenario("x"))
				}
			}
			table.Ended()
		}
	}
	if samples < 300 {
		t.Errorf("only %d samples", samples)
	}
	t.Logf("%d samples", samples)
}

type trackers struct {
	flights flight.Tracker
	times   rtt.Tracker
}

func newTrackers() *trackers { return new(trackers) }

func (t *trackers) observe(step *reconstruct.Step) (s rtt.Sample, ok bool) {
	if step.Swapped {
		t.flights.Swap()
		t.times.Swap()
	}
	var delivered flight.Delivery
	t.flights.Observe(step, false, &delivered)
	ok = t.times.Observe(step, &delivered, &s)
	return s, ok
}

// The least round trip is the delay that was set, where it was set on one way.
func TestKernelLoggedDelays(t *testing.T) {
	folder := testneed.Shared(t, "captures/kernel-logged")
	files, err := filepath.Glob(filepath.Join(folder, "*.pcap"))
	if err != nil || len(files) != 6 {
		t.Fatalf("%d captures (%v)", len(files), err)
	}
	for _, file := range files {
		_, set, _ := strings.Cut(strings.TrimSuffix(filepath.Base(file), ".pcap"), "_")
		want, err := time.ParseDuration(set)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pcapfile.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		a := analyze.New(r, analyze.Options{})
		for c := range a.Connections() {
			for m := rtt.Karn; m <= rtt.Timestamps; m++ {
				s := c.Sides[reconstruct.Client].RTT.Samples[m]
				got := time.Duration(s.Min)
				if off := got - want; s.N < 50 || m == rtt.Karn && off.Abs() > 2*time.Millisecond || off < 0 {
					t.Errorf("%s: the least of %d by %s is %v", filepath.Base(file), s.N, m, got)
				}
				t.Logf("%s: %s n %d min %v median %v", filepath.Base(file), m, s.N, got, time.Duration(s.Median))
			}
		}
		r.Close()
	}
}

func BenchmarkObserve(b *testing.B) {
	b.ReportAllocs()
	var text strings.Builder
	text.WriteString("0 > S 0:0(0)\n+.01 < S. 0:0(0) ack 1\n")
	for i := range 1000 {
		at := 1 + 2896*i
		fmt.Fprintf(&text, "+.001 > . %d:%d(1448) ack 1 <TS val %d ecr 1>\n+.001 > . %d:%d(1448) ack 1 <TS val %d ecr 1>\n+.01 < . 1:1(0) ack %d <TS val %d ecr %d>\n",
			at, at+1448, 3*i+1, at+1448, at+2896, 3*i+2, at+2896, 3*i+3, 3*i+1)
	}
	segments := scenariotest.Segments(b, text.String())
	all := newTrackers()
	var table *reconstruct.Table
	for i := range b.N {
		if i%len(segments) == 0 {
			b.StopTimer()
			table = reconstruct.NewTable(reconstruct.Options{})
			all.flights.Reset()
			all.times.Reset()
			b.StartTimer()
		}
		all.observe(table.Add(&segments[i%len(segments)]))
	}
}
