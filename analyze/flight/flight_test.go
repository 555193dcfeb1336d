package flight_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

const handshake = `
0.000 > S 0:0(0) win 64240 <mss 1000,sackOK,wscale 2>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1000,sackOK,wscale 1>
0.020 > . 1:1(0) ack 1 win 500
`

// Behind each line stands what is in flight, in the pipe and the window, of
// the side that the line is about, just after it.
var stories = []struct{ name, text string }{
	{"sent and acknowledged", handshake + `
0.03 > . 1:1001(1000) ack 1 win 500 # 1000 1000 65160
0.03 > . 1001:2001(1000) ack 1 win 500 # 2000 2000 65160
0.05 < . 1:1(0) ack 1001 win 300 # 1000 1000 600
0.06 < P. 1:11(10) ack 2001 win 300 # 10 10 2000
`},
	{"SACK takes out of the pipe, and so does what is lost", handshake + `
0.03 > . 1:1001(1000) ack 1 win 500 # 1000 1000 65160
0.03 > . 1001:2001(1000) ack 1 win 500 # 2000 2000 65160
0.03 > . 2001:3001(1000) ack 1 win 500 # 3000 3000 65160
0.03 > . 3001:4001(1000) ack 1 win 500 # 4000 4000 65160
0.03 > . 4001:5001(1000) ack 1 win 500 # 5000 5000 65160
0.05 < . 1:1(0) ack 1 win 300 <sack 1001:2001> # 5000 4000 600
0.05 < . 1:1(0) ack 1 win 300 <sack 1001:3001> # 5000 3000 600
0.05 < . 1:1(0) ack 1 win 300 <sack 1001:4001> # 5000 1000 600
0.06 > . 1:1001(1000) ack 1 win 500 # 5000 2000 600
0.08 < . 1:1(0) ack 4001 win 300 # 1000 1000 600
`},
	{"three runs above are enough, however short", handshake + `
0.03 > . 1:101(100) ack 1 win 500 # 100 100 65160
0.03 > . 101:201(100) ack 1 win 500 # 200 200 65160
0.03 > . 201:301(100) ack 1 win 500 # 300 300 65160
0.03 > . 301:401(100) ack 1 win 500 # 400 400 65160
0.03 > . 401:501(100) ack 1 win 500 # 500 500 65160
0.03 > . 501:601(100) ack 1 win 500 # 600 600 65160
0.05 < . 1:1(0) ack 1 win 300 <sack 101:201> # 600 500 600
0.05 < . 1:1(0) ack 1 win 300 <sack 301:401 101:201> # 600 400 600
0.05 < . 1:1(0) ack 1 win 300 <sack 501:601 301:401 101:201> # 600 200 600
`},
	{"a segment within another, and one across two", handshake + `
0.03 > . 1:3001(3000) ack 1 win 500 # 3000 3000 65160
0.03 > . 3001:4001(1000) ack 1 win 500 # 4000 4000 65160
0.30 > . 1001:2001(1000) ack 1 win 500 # 4000 4000 65160
0.31 > . 2501:3501(1000) ack 1 win 500 # 4000 4000 65160
0.33 < . 1:1(0) ack 501 win 300 # 3500 3500 600
0.34 < . 1:1(0) ack 501 win 300 <sack 3001:3201> # 3500 3300 600
`},
	{"what did not pass is in flight until acknowledged", handshake + `
0.03 > . 1001:2001(1000) ack 1 win 500 # 2000 2000 65160
0.05 < . 1:1(0) ack 2001 win 300 # 0 0 600
`},
	{"a second SYN-ACK with another number is the one that counts", `
0.000 > S 0:0(0) win 64240
0.020 < S. 0:0(0) ack 1 win 65160
0.030 < S. 5000:5000(0) ack 1 win 65160
0.040 > . 1:1(0) ack 5001 win 500 # 0 0 500
`},
	{"one direction alone says nothing", `
0.03 > . 1:1001(1000) ack 1 win 500 # - - -
0.03 > . 1001:2001(1000) ack 1 win 500 # - - -
`},
	{"an unknown scale gives no window", `
0.03 > . 1:1001(1000) ack 1 win 500 # - - -
0.05 < . 1:1(0) ack 1001 win 300 # 0 0 -
`},
	{"super-segments, acknowledged in parts", handshake + `
0.03 > . 1:60001(60000) ack 1 win 500 # 60000 60000 65160
0.05 < . 1:1(0) ack 30001 win 32580 # 30000 30000 65160
0.05 < . 1:1(0) ack 30001 win 32580 <sack 31449:60001> # 30000 0 65160
0.05 > . 30001:31449(1448) ack 1 win 500 # 30000 1448 65160
0.07 < . 1:1(0) ack 60001 win 32580 # 0 0 65160
`},
	{"two segments sent again as one, and one as two", handshake + `
0.03 > . 1:501(500) ack 1 win 500 # 500 500 65160
0.03 > . 501:1001(500) ack 1 win 500 # 1000 1000 65160
0.30 > . 1:1001(1000) ack 1 win 500 # 1000 1000 65160
0.60 > . 1:701(700) ack 1 win 500 # 1000 1000 65160
0.60 > . 701:1001(300) ack 1 win 500 # 1000 1000 65160
0.65 < . 1:1(0) ack 701 win 300 # 300 300 600
`},
	{"again, with more behind it", handshake + `
0.03 > . 1:1001(1000) ack 1 win 500 # 1000 1000 65160
0.30 > . 501:1501(1000) ack 1 win 500 # 1500 1500 65160
0.35 < . 1:1(0) ack 1501 win 300 # 0 0 600
`},
	{"the recorder lost a segment, and the acknowledgement of the next", handshake + `
0.03 > . 1:1001(1000) ack 1 win 500 # 1000 1000 65160
0.03 > . 2001:3001(1000) ack 1 win 500 # 3000 3000 65160
0.06 > . 3001:4001(1000) ack 1 win 500 # 4000 4000 65160
0.08 < . 1:1(0) ack 4001 win 300 # 0 0 600
`},
	{"a connection to itself", `
@server 10.0.0.1:40000
0.03 > S 0:0(0) win 64240
0.03 > S. 0:0(0) ack 1 win 64240 # 0 0 64240
0.04 > . 1:1001(1000) ack 1 win 500 # 1000 1000 500
0.04 > . 1001:1001(0) ack 1001 win 500 # 0 0 500
`},
	{"a zero window is one of any scale", `
0.03 > . 1:1001(1000) ack 1 win 500 # - - -
0.05 < . 1:1(0) ack 1001 win 0 # 0 0 0
`},
}

func TestStories(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) { follow(t, story.text) })
	}
}

// follow runs a scenario past a tracker and compares each line that says what
// is to be seen.
func follow(t *testing.T, text string) {
	t.Helper()
	var tracker flight.Tracker
	for step, want := range scenariotest.Steps(t, scenariotest.Wrapping+text) {
		tracker.Observe(step, false, new(flight.Delivery))
		if want == "" {
			continue
		}
		state, known := tracker.State(step)
		if got := describe(state, known); got != want {
			t.Errorf("after frame %d: %s, want %s", step.Segment.Frame, got, want)
		}
	}
}

func describe(s flight.State, known bool) string {
	text := "- -"
	if known {
		text = fmt.Sprint(s.InFlight, s.Pipe)
	}
	if !s.WindowKnown {
		return text + " -"
	}
	return text + fmt.Sprint(" ", s.Window)
}

// Whatever the path does to the packets, the sums hold and the pipe is a part
// of what is outstanding.
func TestAgainstModel(t *testing.T) {
	steps := 0
	for seed := range uint64(300) {
		config := model.Random(rand.New(rand.NewPCG(seed, 0)), []float64{0, 0.3, 1}[seed%3])
		run := model.Run(config, rand.New(rand.NewPCG(seed, 1)))
		table := reconstruct.NewTable(reconstruct.Options{})
		trackers := map[int]*flight.Tracker{}
		segments := run.Segments()
		for i := range segments {
			step := table.Add(&segments[i])
			if step.Opened {
				trackers[step.Conn.Slot] = new(flight.Tracker)
			}
			tracker := trackers[step.Conn.Slot]
			if step.Swapped {
				tracker.Swap()
			}
			tracker.Observe(step, i%7 == 0, new(flight.Delivery))
			steps++
			for _, side := range reconstruct.Sides {
				if err := tracker.Board(side).Check(); err != nil {
					t.Fatalf("seed %d, frame %d, %s: %v", seed, i+1, side, err)
				}
			}
			if s, ok := tracker.State(step); ok && (s.Pipe < 0 || s.InFlight < 0 || s.Pipe > s.InFlight) {
				t.Fatalf("seed %d, frame %d: %+v", seed, i+1, s)
			}
			table.Ended()
		}
	}
	if steps < 1000 {
		t.Errorf("only %d steps", steps)
	}
}

// bulk is a transfer in which every second segment is acknowledged.
func bulk(n int) []decode.Segment {
	ends := [2]decode.Endpoint{{Port: 40000}, {Port: 80}}
	list := make([]decode.Segment, 0, n)
	at := uint32(1)
	for i := range n {
		g := decode.Segment{Src: ends[0], Dst: ends[1], Flags: decode.ACK, Seq: 1, Ack: 1, Window: 500}
		if i%3 == 2 {
			g.Src, g.Dst, g.Ack = ends[1], ends[0], g.Ack.Add(at-1)
		} else {
			g.Len, g.Seq = 1448, g.Seq.Add(at-1)
			at += 1448
		}
		list = append(list, g)
	}
	return list
}

func BenchmarkObserve(b *testing.B) {
	b.ReportAllocs()
	segments := bulk(3000)
	table := reconstruct.NewTable(reconstruct.Options{})
	var tracker flight.Tracker
	for i := range b.N {
		if i%len(segments) == 0 {
			b.StopTimer()
			table = reconstruct.NewTable(reconstruct.Options{})
			tracker.Reset()
			b.StartTimer()
		}
		tracker.Observe(table.Add(&segments[i%len(segments)]), false, new(flight.Delivery))
	}
}

// A flight without end is remembered in part; nothing that only one side sent
// is remembered beyond a few segments.
func TestMemoryIsBounded(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers bool
		most    int
	}{{"both sides", true, flight.MaxSegments}, {"one side", false, 64}} {
		table := reconstruct.NewTable(reconstruct.Options{})
		var tracker flight.Tracker
		for i, g := range bulk(3 * 2 * flight.MaxSegments) {
			if i%3 == 2 && (!c.answers || i > 2) {
				continue
			}
			tracker.Observe(table.Add(&g), false, new(flight.Delivery))
		}
		board := tracker.Board(reconstruct.Client)
		if err := board.Check(); err != nil || board.Len() != c.most {
			t.Errorf("%s: %d segments, want %d (%v)", c.name, board.Len(), c.most, err)
		}
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	segments := bulk(3000)
	table := reconstruct.NewTable(reconstruct.Options{})
	var tracker flight.Tracker
	at := 0
	pass := func() {
		for range 500 {
			tracker.Observe(table.Add(&segments[at]), false, new(flight.Delivery))
			at++
		}
	}
	pass() // room grows
	if n := testing.AllocsPerRun(4, pass); n > 0 {
		t.Errorf("%v allocations for 500 segments", n)
	}
}
