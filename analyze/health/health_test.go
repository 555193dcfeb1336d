package health_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// read analyses a capture and returns its first connection.
func read(t *testing.T, r analyze.Source) (*analyze.Connection, *health.Capture) {
	t.Helper()
	var first *analyze.Connection
	a := analyze.New(r, analyze.Options{})
	for c := range a.Connections() {
		if first == nil {
			first = c
		}
	}
	return first, a.Health()
}

// trusts lists the measurements that are not good.
func trusts(r *health.Result) string {
	var list []string
	for m := range health.Measurement(health.NumMeasurements) {
		if r.Trust[m] != health.Good {
			list = append(list, m.String()+" "+r.Trust[m].String())
		}
	}
	return strings.Join(list, ", ")
}

const open = `0.000 > S 0:0(0) <mss 1460,wscale 7>
+.040 < S. 0:0(0) ack 1 <mss 1460,wscale 7>
+.0001 > . 1:1(0) ack 1
`

func TestTrust(t *testing.T) {
	const sent = open + "+.001 > P. 1:101(100) ack 1\n+.040 < . 1:1(0) ack 101\n"
	for _, c := range []struct{ name, text, want string }{
		{"nothing wrong, at the sender", sent, ""},
		{"at the receiver", open + "+.001 < P. 1:101(100) ack 1\n+.0001 > . 1:1(0) ack 101\n", "rtt reduced, in_flight reduced, limits reduced"},
		{"packets missing", sent + "+.001 < . 1:1(0) ack 201\n",
			"rtt reduced, in_flight reduced, causes reduced, limits reduced, states reduced, goodput reduced, behaviour reduced"},
		{"a wrong checksum", sent + "+.001 > P. 101:201(100) ack 1 badsum\n", "causes reduced"},
		{"a larger segment than the peer takes", sent + "+.001 > P. 101:4101(4000) ack 1\n", "limits reduced, behaviour reduced"},
		{"a step back", open + "+.001 > P. 1:101(100) ack 1\n0.020 < . 1:1(0) ack 101\n", "rtt reduced, causes reduced, limits reduced, goodput reduced, behaviour reduced"},
		{"mid-stream, at one host", "0 > P. 1:101(100) ack 1\n+.0001 < . 1:1(0) ack 101\n",
			"rtt reduced, in_flight reduced, window none, limits reduced, states reduced"},
		{"one direction", "0 < S. 0:0(0) ack 1\n+1 < . 1:11(10) ack 1\n", "rtt none, in_flight none, causes reduced, window reduced, limits none, states reduced, goodput reduced, behaviour none"},
		{"a short payload cut", sent + "+.001 > P. 101:201(100) ack 1 cut 80\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, _ := read(t, scenariotest.Reader(t, c.text))
			if got := trusts(&conn.Health); got != c.want {
				t.Errorf("not good: %s\nwant %s", got, c.want)
			}
			for _, d := range conn.Health.Doubts {
				if d.Why == "" || d.Trust == health.Good || d.Trust > conn.Health.Trust[d.Measurement] {
					t.Errorf("doubt %+v", d)
				}
			}
		})
	}
}

// TestOddCaptures counts what each was made to hold.
func TestOddCaptures(t *testing.T) {
	for file, want := range map[string]health.Side{
		"01-plain":           {},
		"18b-identical-dups": {Duplicates: 19},
		"19-tso":             {Offload: 5, Largest: 20000},
		"20-iplen0-tso":      {Offload: 5, Largest: 20000},
		"23-oneway":          {UnseenACKs: 2},
		"30-snap54":          {CutHeaders: 2, CutPayload: 6},
		"33-capdrop":         {Missing: 2000, UnseenACKs: 2},
	} {
		r, err := pcapfile.Open(testneed.Shared(t, "captures/odd/"+file+".pcap"))
		if err != nil {
			t.Fatal(err)
		}
		if _, got := read(t, r); got.Side != want {
			t.Errorf("%s: %+v, want %+v", file, got.Side, want)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// ticking is a connection whose sides send a segment every 100 ms, with
// timestamps of 1 kHz, but for a gap in the middle in which the capture's clock
// and those of the sides advance as told.
func ticking(capture time.Duration, ticks [2]int) string {
	var b strings.Builder
	value := [2]int{1000, 5000}
	at := time.Duration(0)
	octet := [2]int{1, 1}
	for i := range 20 {
		if i == 10 {
			at += capture
			value[0] += ticks[0]
			value[1] += ticks[1]
		}
		at += 50 * time.Millisecond
		value[0] += 50
		value[1] += 50
		side, other := i%2, 1-i%2
		fields := []any{at.Seconds(), ">", octet[side], octet[side] + 10, octet[other], value[side], value[other]}
		if side == 1 {
			fields[1] = "<"
		}
		fmt.Fprintf(&b, "%.6f %s P. %d:%d(10) ack %d <TS val %d ecr %d>\n", fields...)
		octet[side] += 10
	}
	return b.String()
}

func TestClockJumps(t *testing.T) {
	for _, c := range []struct {
		name    string
		capture time.Duration
		ticks   [2]int
		want    time.Duration
	}{
		{"a silence", time.Minute, [2]int{60000, 60000}, 0},
		{"the capture's clock jumps", time.Minute, [2]int{0, 0}, time.Minute},
		{"it jumps in a silence", time.Minute, [2]int{20000, 20000}, 40 * time.Second},
		{"one host slept", time.Minute, [2]int{0, 60000}, 0},
		{"nothing", 0, [2]int{0, 0}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, _ := read(t, scenariotest.Reader(t, ticking(c.capture, c.ticks)))
			if got := conn.Health.Clock.Forward; (got - c.want).Abs() > 10*time.Millisecond {
				t.Errorf("jump of %s, want %s", got, c.want)
			}
			told := false
			for _, f := range conn.Findings {
				told = told || f.Code == finding.ClockStep
			}
			if told != (c.want > 0) {
				t.Errorf("findings %v", conn.Findings)
			}
		})
	}
}

// recorded is a capture whose recorder lost packets.
type recorded struct {
	analyze.Source
	lost    capture.Between
	dropped uint64
}

func (r *recorded) Interfaces() []capture.Interface {
	return []capture.Interface{{Dropped: &r.dropped, Lost: r.lost}}
}

// Who was open while the recorder lost packets is in doubt, and nobody else.
func TestRecorderLosses(t *testing.T) {
	const closed = open + `+.001 > P. 1:101(100) ack 1
+.040 < . 1:1(0) ack 101
+.001 > F. 101:101(0) ack 1
+.040 < F. 1:1(0) ack 102
+.0001 > . 102:102(0) ack 2
`
	const half = open + "+.001 > P. 1:101(100) ack 1\n+.040 < . 1:1(0) ack 101\n"
	const reduced = "rtt reduced, in_flight reduced, causes reduced, limits reduced, states reduced, behaviour reduced"
	for _, c := range []struct {
		name, text string
		dropped    uint64
		lost       capture.Between
		want       string
	}{
		{"none lost", closed, 0, capture.Between{}, ""},
		{"lost at some time, the file does not say when", closed, 3, capture.Between{Before: 9}, reduced},
		{"lost in the midst", closed, 3, capture.Between{After: 4, Before: 5}, reduced},
		{"lost after the close", closed, 3, capture.Between{After: 8, Before: 100}, ""},
		{"lost while it was open, after its last packet", half, 3, capture.Between{After: 8, Before: 100}, reduced},
		{"lost before it", half, 3, capture.Between{Before: 1}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, _ := read(t, &recorded{scenariotest.Reader(t, c.text), c.lost, c.dropped})
			if got := trusts(&conn.Health); got != c.want {
				t.Errorf("not good: %s\nwant %s", got, c.want)
			}
			for _, f := range conn.Findings {
				if f.Code == finding.PacketsDroppedByCapture {
					t.Error("told again of the connection, a finding of the capture")
				}
			}
		})
	}
}

// Segments that are larger than the path carries were joined at the tap's host.
func TestOffloadPlaces(t *testing.T) {
	const ours = "+.001 > P. 1:4001(4000) ack 1\n+.040 < . 1:1(0) ack 4001\n"
	const theirs = "+.040 < P. 1:4001(4000) ack 1\n+.0001 > . 1:1(0) ack 4001\n"
	for _, c := range []struct {
		name, text string
		want       [2]health.Joined
	}{
		{"sent at the client", open + ours, [2]health.Joined{reconstruct.Client: health.JoinedSending}},
		{"received at the client", open + theirs, [2]health.Joined{reconstruct.Server: health.JoinedReceiving}},
		{"none", open, [2]health.Joined{}},
		{"the tap is not placed", "0 > P. 1:4001(4000) ack 1 <TS val 1 ecr 1>\n+.0001 < . 1:1(0) ack 4001\n", [2]health.Joined{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, _ := read(t, scenariotest.Reader(t, c.text))
			for _, side := range reconstruct.Sides {
				if got := conn.Health.Sides[side].By; got != c.want[side] {
					t.Errorf("%s's: %s, want %s (tap %s)", side, got, c.want[side], conn.Vantage.Vantage)
				}
			}
		})
	}
}
