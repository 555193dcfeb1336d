package analyze_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// threeConnections open one after the other; the first ends last.
const threeConnections = `
@conn 0
0.000 > S 0:0(0) win 64240
0.010 < S. 0:0(0) ack 1
0.020 > . 1:1(0) ack 1
@conn 1
0.100 > S 0:0(0) win 64240
0.110 < R. 0:0(0) ack 1
@conn 2
0.200 > S 0:0(0) win 64240
0.210 < S. 0:0(0) ack 1
0.220 > . 1:1(0) ack 1
0.230 > P. 1:11(10) ack 1
0.240 < . 1:1(0) ack 11
@conn 0
0.300 > R. 1:1(0) ack 1
`

func numbers(a *analyze.Analysis) (list []int) {
	for c := range a.Connections() {
		list = append(list, c.Number)
	}
	return list
}

func TestConnectionsComeByNumber(t *testing.T) {
	a := analyze.New(scenariotest.Reader(t, threeConnections), analyze.Options{})
	if got := numbers(a); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("connections %v, want 0, 1, 2", got)
	}
	if want := (analyze.Totals{Packets: 11, Segments: 11, Connections: 3}); a.Totals() != want {
		t.Errorf("totals %+v, want %+v", a.Totals(), want)
	}
}

// Walk gives every segment once, and each connection after its last segment.
func TestWalk(t *testing.T) {
	segments, ended := map[int]int{}, map[int]bool{}
	for s, c := range analyze.New(scenariotest.Reader(t, threeConnections), analyze.Options{}).Walk() {
		switch {
		case c != nil:
			if ended[c.Number] || int64(segments[c.Number]) != c.Packets() {
				t.Errorf("connection %d of %d packets comes after %d segments", c.Number, c.Packets(), segments[c.Number])
			}
			ended[c.Number] = true
		case ended[s.Conn.Number]:
			t.Errorf("frame %d comes after its connection", s.Step.Segment.Frame)
		default:
			segments[s.Conn.Number]++
		}
	}
	if len(ended) != 3 {
		t.Errorf("%d connections", len(ended))
	}
	one := 0
	for s, c := range analyze.New(scenariotest.Reader(t, threeConnections), analyze.Options{Numbers: map[int]bool{1: true}}).Walk() {
		if s != nil && s.Conn.Number != 1 || c != nil && c.Number != 1 {
			t.Error("what was not selected is there")
		}
		one++
	}
	if one != 3 {
		t.Errorf("connection 1 gives %d results, want 2 segments and itself", one)
	}
}

func TestSelectionKeepsNumbersAndStates(t *testing.T) {
	cases := []struct {
		name    string
		options analyze.Options
		want    []int
	}{
		{"by number", analyze.Options{Numbers: map[int]bool{2: true}}, []int{2}},
		{"by segment", analyze.Options{Select: func(s *decode.Segment) bool { return s.Len > 0 }}, []int{2}},
		{"from on", analyze.Options{From: analyze.Instant{Set: true, Relative: true, At: 250e6}}, []int{0}},
		{"up to", analyze.Options{To: analyze.Instant{Set: true, Relative: true, At: 110e6}}, []int{0, 1}},
		{"nothing", analyze.Options{Select: func(*decode.Segment) bool { return false }}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for conn := range analyze.New(scenariotest.Reader(t, threeConnections), c.options).Connections() {
				if !slices.Contains(c.want, conn.Number) {
					t.Errorf("connection %d was not asked for", conn.Number)
				}
				if conn.Number == 2 && conn.Packets() != 5 {
					t.Errorf("connection 2 has %d packets: a selection changed the analysis", conn.Packets())
				}
			}
			if got := numbers(analyze.New(scenariotest.Reader(t, threeConnections), c.options)); !slices.Equal(got, c.want) {
				t.Errorf("connections %v, want %v", got, c.want)
			}
		})
	}
}

// Breaking off leaves no goroutine that still reads the source.
func TestBreakingOffStopsTheReader(t *testing.T) {
	src := &endless{}
	for range analyze.New(src, analyze.Options{}).Segments() {
		break
	}
	before := src.served
	for range 1000 {
		if src.served != before {
			t.Fatal("the source is read after the iteration ended")
		}
	}
}

// endless serves the same segment for ever.
type endless struct{ served int }

func (e *endless) Next(p *capture.Packet) error {
	e.served++
	p.Frame, p.LinkType = capture.FrameNumber(e.served), capture.LinkTypeRaw
	p.Data = syn()
	p.OrigLen = len(p.Data)
	return nil
}

// syn is an IPv4 packet with a SYN.
func syn() []byte {
	b := make([]byte, 40)
	b[0], b[3], b[8], b[9] = 0x45, 40, 64, 6
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	b[21], b[23] = 1, 80
	b[32], b[33] = 0x50, 0x02
	return b
}

// A source that fails is told; what was read before it is kept.
func TestReadErrorKeepsWhatWasRead(t *testing.T) {
	broken := errors.New("disk on fire")
	a := analyze.New(failAfter(scenariotest.Reader(t, threeConnections), 9, broken), analyze.Options{})
	if got := numbers(a); !slices.Equal(got, []int{0, 1, 2}) {
		t.Errorf("connections %v, want 0, 1, 2", got)
	}
	if !errors.Is(a.Err(), broken) {
		t.Errorf("error %v, want %v", a.Err(), broken)
	}
}

type failing struct {
	analyze.Source
	left int
	err  error
}

func failAfter(s analyze.Source, after int, err error) *failing { return &failing{s, after, err} }

func (f *failing) Next(p *capture.Packet) error {
	if f.left == 0 {
		return f.err
	}
	f.left--
	return f.Source.Next(p)
}

// The steady state allocates nothing for a packet: a capture with ten times the
// packets costs the same allocations, give or take the growth of buffers.
func TestSteadyStateAllocatesNothing(t *testing.T) {
	cost := func(segments int) float64 {
		pcap := bulk(t, segments)
		return testing.AllocsPerRun(3, func() { drain(t, pcap) })
	}
	few, many := cost(2_000), cost(20_000)
	if many-few > 200 {
		t.Errorf("18,000 more packets cost %.0f more allocations (%.0f, %.0f)", many-few, few, many)
	}
}

// bulk is a capture of one transfer.
func bulk(t testing.TB, segments int) []byte {
	t.Helper()
	var b strings.Builder
	b.WriteString("0.000 > S 0:0(0) win 64240\n+.01 < S. 0:0(0) ack 1\n+.01 > . 1:1(0) ack 1\n")
	at := 1
	for range segments / 2 {
		fmt.Fprintf(&b, "+.0001 > . %d:%d(1448) ack 1\n+.0001 < . 1:1(0) ack %d\n", at, at+1448, at+1448)
		at += 1448
	}
	return scenariotest.Pcap(t, b.String())
}

func drain(t testing.TB, pcap []byte) (packets int64) {
	r, err := pcapfile.NewReader(bytes.NewReader(pcap), "bulk")
	if err != nil {
		t.Fatal(err)
	}
	a := analyze.New(r, analyze.Options{})
	for range a.Connections() {
	}
	if a.Err() != nil && !errors.Is(a.Err(), io.EOF) {
		t.Fatal(a.Err())
	}
	return a.Totals().Packets
}

// BenchmarkAnalysis runs the whole pass of summary and states: reading,
// decoding, the connection table and the state tracker.
func BenchmarkAnalysis(b *testing.B) {
	pcap := bulk(b, 20_000)
	b.SetBytes(int64(len(pcap)))
	b.ReportAllocs()
	var packets int64
	for b.Loop() {
		packets += drain(b, pcap)
	}
	b.ReportMetric(float64(packets)/b.Elapsed().Seconds()/1e6, "Mpkt/s")
}

// The streams of one connection come with their gaps, whatever else is in the
// capture.
func TestStreamsTellGaps(t *testing.T) {
	const text = `
0.000 > S 0:0(0) win 64240
0.010 < S. 0:0(0) ack 1
0.020 > . 1:1(0) ack 1
@conn 1
0.025 > S 0:0(0) win 64240
@conn 0
0.030 > P. 1:11(10) ack 1
0.040 < . 1:1(0) ack 21
0.050 > P. 21:31(10) ack 1
0.060 < . 1:1(0) ack 31
`
	var got []string
	for conn, piece := range analyze.New(scenariotest.Reader(t, text), analyze.Options{}).Streams(0) {
		got = append(got, fmt.Sprintf("%d %s %s %d+%d", conn.Number, piece.Side, piece.Kind, piece.Offset, piece.Length))
	}
	want := []string{"0 client data 1+10", "0 client not-captured 11+10", "0 client data 21+10"}
	if len(got) != len(want) {
		t.Fatalf("pieces %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("piece %d is %q, want %q", i, got[i], want[i])
		}
	}
}
