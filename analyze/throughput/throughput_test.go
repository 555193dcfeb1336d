package throughput_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/analyze/model"
	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const ms = time.Millisecond

// follow shows the segments of one connection to f, and returns it at its end.
func follow(segments []decode.Segment, f func(*reconstruct.Step)) reconstruct.Connection {
	table := reconstruct.NewTable(reconstruct.Options{})
	var last *reconstruct.Connection
	for i := range segments {
		step := table.Add(&segments[i])
		last = step.Conn
		f(step)
	}
	return *last
}

const handshake = `
0.000 > S 0:0(0) win 65535
0.010 < S. 0:0(0) ack 1 win 65535
0.020 > . 1:1(0) ack 1 win 65535
`

func TestPhases(t *testing.T) {
	known := throughput.Result{HandshakeKnown: true, TransferKnown: true, Handshake: 20 * ms}
	with := func(transfer, idle, closing time.Duration, closed bool) throughput.Result {
		r := known
		r.Transfer, r.Idle, r.Close, r.CloseKnown = transfer, idle, closing, closed
		return r
	}
	for _, c := range []struct {
		name, text string
		want       throughput.Result
	}{
		{"open", handshake, with(0, 0, 0, false)},
		{"pause", handshake + `
1.020 > . 1:101(100) ack 1
1.040 < . 1:1(0) ack 101
3.040 > . 101:201(100) ack 1
3.060 < . 1:1(0) ack 201
`, with(40*ms, 3000*ms, 0, false)},
		{"both ways", handshake + `
0.030 > . 1:101(100) ack 1
0.040 < . 1:101(100) ack 1
0.050 < . 101:101(0) ack 101
0.070 > . 101:101(0) ack 101
`, with(40*ms, 10*ms, 0, false)},
		{"closed", handshake + `
0.030 > . 1:101(100) ack 1
0.050 < . 1:1(0) ack 101
1.050 > F. 101:101(0) ack 1
1.070 < F. 1:1(0) ack 102
1.090 > . 102:102(0) ack 2
`, with(20*ms, 1010*ms, 40*ms, true)},
		{"FIN with the last data", handshake + `
0.030 > F. 1:101(100) ack 1
0.050 < F. 1:1(0) ack 102
0.090 > . 102:102(0) ack 2
`, with(20*ms, 10*ms, 40*ms, true)},
		{"half closed", handshake + `
0.030 > F. 1:1(0) ack 1
0.050 < . 1:101(100) ack 2
0.090 > . 2:2(0) ack 101
0.100 < F. 101:101(0) ack 2
0.110 > . 2:2(0) ack 102
`, with(40*ms, 30*ms, 20*ms, true)},
		{"reset", handshake + `
0.030 > . 1:101(100) ack 1
0.080 < R. 1:1(0) ack 101
`, with(50*ms, 10*ms, 0, true)},
		{"mid-stream", `
0.000 > . 1:101(100) ack 1
0.020 < . 1:1(0) ack 101
`, throughput.Result{TransferKnown: true, Transfer: 20 * ms}},
		{"one direction", `
0.000 > . 1:101(100) ack 1
0.020 > . 101:201(100) ack 1
`, throughput.Result{Transfer: 20 * ms}},
		{"refused", `
0.000 > S 0:0(0)
0.010 < R. 0:0(0) ack 1
`, throughput.Result{Handshake: 10 * ms}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p throughput.Phases
			conn := follow(scenariotest.Segments(t, c.text), p.Observe)
			if got := p.Result(&conn); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// The phases follow one another without gap.
func TestPhasesSumUp(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 7))
		run := model.Run(model.Random(r, 0.5), r)
		trackers := map[int]*throughput.Phases{}
		conns := map[int]reconstruct.Connection{}
		table := reconstruct.NewTable(reconstruct.Options{})
		segments := run.Segments()
		for i := range segments {
			step := table.Add(&segments[i])
			p := trackers[step.Conn.Number]
			if p == nil {
				p = new(throughput.Phases)
				trackers[step.Conn.Number] = p
			}
			if step.Swapped {
				p.Swap()
			}
			p.Observe(step)
			conns[step.Conn.Number] = *step.Conn
		}
		for number, p := range trackers {
			c := conns[number]
			got := p.Result(&c)
			if sum := got.Handshake + got.Transfer + got.Idle + got.Close; sum != c.End.Sub(c.Start) {
				t.Errorf("seed %d, connection %d: %+v sum up to %v of %v", seed, number, got, sum, c.End.Sub(c.Start))
			}
		}
	}
}

// burst is a random transfer across the wrap of sequence numbers, with repeats.
func burst(t *rapid.T) (segments []decode.Segment) {
	const isn = math.MaxUint32 - 3000
	at, top := capture.Timestamp(0), uint32(0)
	for n := range rapid.IntRange(1, 200).Draw(t, "segments") {
		at += capture.Timestamp(rapid.SampledFrom([]time.Duration{0, ms, 40 * ms, time.Second, 20 * time.Second}).Draw(t, "gap"))
		from := top
		if top > 0 && rapid.IntRange(0, 4).Draw(t, "again") == 0 {
			from -= 100
		}
		top = max(top, from+100)
		g := decode.Segment{Frame: capture.FrameNumber(n + 1), Time: at, Flags: decode.ACK, Len: 100, IPID: uint32(n + 1), Quirks: decode.HasIPID}
		g.Src.Port, g.Dst.Port = 1, 2
		g.Seq = seq.Number(isn).Add(from)
		segments = append(segments, g)
	}
	return segments
}

// sent is a segment as the slow way counts it.
type sent struct {
	at           capture.Timestamp
	octets, once int64
}

// The meter counts what a slow search through all segments counts.
func TestMeter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		window := rapid.SampledFrom([]time.Duration{ms, 100 * ms, time.Second}).Draw(t, "window")
		m := throughput.NewMeter(window)
		var all []sent
		var unique int64
		follow(burst(t), func(step *reconstruct.Step) {
			m.Observe(step)
			now := step.Segment.Time
			h := &step.Conn.Half[step.From]
			all = append(all, sent{now, int64(step.Segment.Len), h.Unique - unique})
			unique = h.Unique
			var octets, once int64
			for _, s := range all {
				if now.Sub(s.at) < window {
					octets, once = octets+s.octets, once+s.once
				}
			}
			got, want := m.Rates(step.From, now), throughput.Rates{
				Throughput: float64(8*octets) / window.Seconds(), Goodput: float64(8*once) / window.Seconds(),
			}
			if got != want {
				t.Fatalf("%v, want %v", got, want)
			}
		})
	})
}

// The points of a series are those of a meter, and stop through pauses.
func TestSeries(t *testing.T) {
	text := handshake + `
0.100 < . 1:1001(1000) ack 1
0.100 < . 1001:2001(1000) ack 1
0.150 < . 1:1001(1000) ack 1
9000.05 > . 1:501(500) ack 2001
`
	s := throughput.NewSeries(100*ms, 50*ms)
	var points []throughput.Point
	follow(scenariotest.Segments(t, text), func(step *reconstruct.Step) { points = s.Observe(points, step) })
	points = s.Flush(points)
	server := func(at time.Duration, all, once float64) throughput.Point {
		return throughput.Point{At: at, Sides: [2]throughput.Rates{{}, {Throughput: all, Goodput: once}}}
	}
	want := []throughput.Point{
		server(0, 0, 0), server(50*ms, 0, 0), server(100*ms, 160000, 160000), server(150*ms, 240000, 160000),
		server(200*ms, 80000, 0), server(250*ms, 0, 0), server(9000*time.Second, 0, 0),
		{At: 9000*time.Second + 50*ms, Sides: [2]throughput.Rates{{Throughput: 40000, Goodput: 40000}, {}}},
		{At: 9000*time.Second + 100*ms, Sides: [2]throughput.Rates{{Throughput: 40000, Goodput: 40000}, {}}},
		server(9000*time.Second+150*ms, 0, 0),
	}
	if len(points) != len(want) {
		t.Fatalf("%d points: %v", len(points), points)
	}
	for i := range want {
		if points[i] != want[i] {
			t.Errorf("point %d: %v, want %v", i, points[i], want[i])
		}
	}
}
