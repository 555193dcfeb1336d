package lab

import (
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/link"
)

const us = time.Microsecond

// sample is a lab of two delays, one of them with both patterns.
func sample() *Report {
	r := &Report{
		Backend: "netem", Kernel: "Linux 6.1", Plan: []string{"delay"}, Missing: 1, Notes: []string{"a note"},
		Errors: []link.Figures{{Way: [2]link.DelayError{{Received: 100, P50: 20 * us, P99: 150 * us}, {Received: 100, P50: 25 * us, P99: 90 * us}}}},
		Cells: []lab.Cell{
			{Name: "delay=0ms", Outcomes: []lab.Outcome{
				{HandshakeRTT: 30 * us, Goodput: 8192 * 210, Close: state.CloseClientFirst, Gap: 60 * us, OneWay: 12 * us, Predicted: lab.ClientFirst, Agrees: true},
				{Number: 1, HandshakeRTT: 40 * us, Close: state.CloseSimultaneous, Gap: 40 * us, OneWay: 90 * us, Predicted: lab.Simultaneous, Agrees: true},
				{Number: 2, Close: state.CloseResetByClient},
			}},
			{Name: "delay=20ms", Dropped: 7, Outcomes: []lab.Outcome{
				{HandshakeRTT: 40_123 * us, Close: state.CloseClientFirst, Gap: 50 * us, OneWay: 20_060 * us, Predicted: lab.Simultaneous},
			}},
		},
	}
	r.Cells[0].Measured(8192 * 100)
	r.Cells[0].Measured(8192 * 300)
	for i := range r.Cells {
		r.Cells[i].Finish(0)
	}
	return r
}

func TestText(t *testing.T) {
	const want = `link netem, TCP of Linux 6.1; packets at most 25 µs (p50) and 150 µs (p99) later than set

delay  handshake RTT  closed                                             as predicted  close() gap  FIN under way  bandwidth     in the captures
0ms    35 µs          1 client-first, 1 reset-by-client, 1 simultaneous  2 of 2        50 µs        51 µs          200 KBytes/s  210 KBytes/s
20ms   40.12 ms       1 client-first                                     0 of 1        50 µs        20.06 ms       -             -

delay=0ms: 1 of 3: close() calls 60 µs apart, a FIN under way for 12 µs: it arrives before the server closes.
    client FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT; server CLOSE-WAIT, LAST-ACK
delay=0ms: 1 of 3: close() calls 40 µs apart, a FIN under way for 90 µs: each end closes before the other's arrives.
    both FIN-WAIT-1, CLOSING, TIME-WAIT
delay=20ms: close() calls 50 µs apart, a FIN under way for 20.06 ms: each end closes before the other's arrives.
    both FIN-WAIT-1, CLOSING, TIME-WAIT
    but 1 of 1 closed otherwise
delay=20ms: the recorder lost 7 packets
a note
runs of the plan that are missing: 1
`
	var got strings.Builder
	if err := Text(&got, sample()); err != nil || got.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got.String(), want)
	}
}

func TestJSON(t *testing.T) {
	const want = `{"schema":"flowstate.lab-connection/1","cell":"delay=20ms","backend":"netem","conn":0,"handshake_rtt_s":0.040123,"close":"client-first","close_gap_s":0.00005,"one_way_s":0.02006,"predicted":"simultaneous","agrees":false}
`
	r := sample()
	r.Cells = r.Cells[1:]
	var got strings.Builder
	if err := JSON(&got, r); err != nil || got.String() != want {
		t.Errorf("%v\n%s\nwant\n%s", err, got.String(), want)
	}
}

// Quartiles are for people where there are enough values to have some.
func TestQuartiles(t *testing.T) {
	r := sample()
	c := &r.Cells[1]
	for i := range 4 {
		c.Outcomes = append(c.Outcomes, lab.Outcome{HandshakeRTT: time.Duration(41+i) * time.Millisecond, Goodput: float64(i+1) * 8192e3})
		c.Measured(float64(i) * 8192e3)
	}
	c.Finish(0)
	const want = `
delay  middle half of  handshake RTT         bandwidth  in the captures
20ms   5               41.00 ms to 43.00 ms  -          -
`
	var got strings.Builder
	if err := Text(&got, r); err != nil || !strings.Contains(got.String(), want) {
		t.Errorf("%v\n%s", err, got.String())
	}
}

func TestCSV(t *testing.T) {
	var got strings.Builder
	if err := CSV(&got, sample(), ','); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(got.String(), "\n"), "\n")
	if len(lines) != 3 {
		t.Fatalf("%q", lines)
	}
	names := strings.Split(lines[0], ",")
	for row, want := range []map[string]string{
		{"cell": "delay=0ms", "backend": "netem", "connections": "3", "close": "client-first", "close_n": "1", "predicted_n": "2", "agrees_n": "2",
			"handshake_rtt_n": "2", "handshake_rtt_median_s": "0.000035", "handshake_rtt_q1_s": "0.0000325", "bandwidth_median_bps": "1638400.0", "goodput_n": "1", "goodput_max_bps": "1720320.0"},
		{"cell": "delay=20ms", "one_way_median_s": "0.02006", "bandwidth_n": "0", "bandwidth_median_bps": "", "recorder_lost": "7"},
	} {
		cells := strings.Split(lines[row+1], ",")
		for i, name := range names {
			if value, asked := want[name]; asked && cells[i] != value {
				t.Errorf("row %d: %s is %q, want %q", row, name, cells[i], value)
			}
			delete(want, name)
		}
		if len(want) > 0 {
			t.Errorf("no columns %v", want)
		}
	}
}
