package tcptrace_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

const handshake = `
0 > S 0:0(0) win 65535 <mss 1460,sackOK,wscale 7>
+.02 < S. 0:0(0) ack 1 win 65535 <mss 1400,wscale 7>
+.01 > . 1:1(0) ack 1 win 512
`

// play runs a scenario and returns its numbers.
func play(t *testing.T, text string) *tcptrace.Result {
	t.Helper()
	var tracker tcptrace.Tracker
	var conn *reconstruct.Connection
	for step := range scenariotest.Steps(t, text) {
		tracker.Observe(step)
		conn = step.Conn
	}
	return tracker.Result(conn)
}

// What tcptrace's manual says of the round trips: those of segments sent twice
// are ambiguous, what is acknowledged together gives none, and nothing is timed
// across a repetition of something earlier.
func TestRoundTrips(t *testing.T) {
	cases := []struct {
		name, text                      string
		n, ambiguous, cumulative, after int64
	}{
		{"one by one", "+.01 > P. 1:101(100) ack 1\n+.04 < . 1:1(0) ack 101", 2, 0, 0, 0},
		{"together", "+.01 > P. 1:101(100) ack 1\n+.01 > P. 101:201(100) ack 1\n+.04 < . 1:1(0) ack 201", 2, 0, 1, 0},
		{"sent twice", "+.01 > P. 1:101(100) ack 1\n+.4 > P. 1:101(100) ack 1\n+.04 < . 1:1(0) ack 101", 1, 1, 0, 0},
		{"past a repetition", "+.01 > P. 1:101(100) ack 1\n+.01 > P. 101:201(100) ack 1\n+.3 > P. 1:101(100) ack 1\n+.02 < . 1:1(0) ack 201", 1, 0, 1, 1},
	}
	for _, c := range cases {
		s := &play(t, handshake+c.text).Sides[reconstruct.Client]
		got := [4]int64{s.RTT.N, s.LastRTT.N, s.CumulativelyACKed, s.PostLoss}
		if want := [4]int64{c.n, c.ambiguous, c.cumulative, c.after}; got != want {
			t.Errorf("%s: samples, ambiguous, cumulative and post-loss %v, want %v", c.name, got, want)
		}
	}
}

func TestResent(t *testing.T) {
	r := play(t, handshake+`
+.01 > P. 1:101(100) ack 1 win 512
+.01 > P. 201:301(100) ack 1 win 512
+.01 > P. 101:201(100) ack 1 win 512
+.30 > P. 51:351(300) ack 1 win 512
+.60 > P. 51:351(300) ack 1 win 512
+.02 < . 1:1(0) ack 351 win 0
+.50 > . 351:352(1) ack 1 win 512
`)
	s := &r.Sides[reconstruct.Client]
	if s.OutOfOrder != 1 || s.ResentPackets != 2 || s.ResentBytes != 250+300 || s.UniqueBytes != 350 {
		t.Errorf("out of order %d, resent %d with %d bytes, unique %d", s.OutOfOrder, s.ResentPackets, s.ResentBytes, s.UniqueBytes)
	}
	if s.ProbePackets != 1 || s.ProbeBytes != 1 || r.Sides[reconstruct.Server].ZeroWindows != 1 {
		t.Errorf("%d probes of %d bytes", s.ProbePackets, s.ProbeBytes)
	}
	if s.MaxResent != 2 || s.Resend.Max != 600*time.Millisecond {
		t.Errorf("sent again %d times, %v apart", s.MaxResent, s.Resend.Max)
	}
	if s.InitialPackets != 3 || s.InitialBytes != 300 || s.MaxOut != 300 {
		t.Errorf("initial window %d packets, %d bytes; outstanding %d", s.InitialPackets, s.InitialBytes, s.MaxOut)
	}
}

// Each error of tcptrace's is corrected and named.
func TestCorrections(t *testing.T) {
	cases := []struct {
		name, text, names string
		check             func(s *tcptrace.Side) bool
	}{
		{"one byte too many outstanding", "+.01 > P. 1:102(101) ack 1", "owin", func(s *tcptrace.Side) bool { return s.MaxOut == 101 }},
		{"duplicates of nothing", "+.01 > P. 1:102(101) ack 1\n+.02 < . 1:1(0) ack 102 win 512\n+.02 < . 1:1(0) ack 102 win 512", "duplicate acks",
			func(s *tcptrace.Side) bool { return s.DupACKs == 0 }},
		{"an average that is whole", "+.01 > P. 1:101(100) ack 1", "avg segm size", func(s *tcptrace.Side) bool { return s.AvgSegment() == 100 }},
		{"missing data", "+.01 > P. 1:102(101) ack 1\n+.01 > F. 202:202(0) ack 1\n+.01 < . 1:1(0) ack 203", "", func(s *tcptrace.Side) bool { return s.Missed == 100 }},
	}
	for _, c := range cases {
		s := &play(t, handshake+c.text).Sides[reconstruct.Client]
		named := slices.ContainsFunc(s.Corrected, func(text string) bool { return strings.HasPrefix(text, c.names) })
		if !c.check(s) || !named {
			t.Errorf("%s: %+v, corrected %q", c.name, s, s.Corrected)
		}
	}
}

// A stream of holes does not fill the memory.
func TestBounded(t *testing.T) {
	var tracker tcptrace.Tracker
	table := reconstruct.NewTable(reconstruct.Options{})
	segments := scenariotest.Segments(t, handshake+"+.01 > . 1:2(1) ack 1\n")
	for i := range segments {
		tracker.Observe(table.Add(&segments[i]))
	}
	last := segments[len(segments)-1]
	for range 12000 {
		last.Seq += 2
		tracker.Observe(table.Add(&last))
	}
	if n := tracker.Runs(reconstruct.Client); n > 10000 {
		t.Errorf("%d runs are kept", n)
	}
}

// A clock that steps back gives no sample below zero.
func TestStepBack(t *testing.T) {
	r := play(t, handshake+`
+1 > P. 1:101(100) ack 1
0.5 < . 1:1(0) ack 101
0.4 > P. 101:201(100) ack 1
`)
	for _, s := range r.Sides {
		if s.RTT.Min < 0 || s.Resend.Min < 0 || s.MaxIdle < 0 || s.DataTime < 0 {
			t.Errorf("a duration below zero: %+v", s)
		}
	}
}

// tcptrace writes IPv6 addresses with all their zeros, and warnings between its
// lines.
func TestRead(t *testing.T) {
	list, err := tcptrace.Read(strings.NewReader(`#0 packets seen
conn_#,host_a,host_b,port_a,port_b,total_packets_a2b
a warning
1,2001:0db8::0001,2001:0db8::0002,40000,80,    10
2,10.0.0.1,10.0.0.2,1,2,3
`))
	if err != nil || len(list) != 2 {
		t.Fatalf("%d connections, %v", len(list), err)
	}
	if list[0].Key() != "2001:db8::1 40000 2001:db8::2 80" || list[0].Values["total_packets_a2b"] != "10" || list[1].Key() != "10.0.0.1 1 10.0.0.2 2" {
		t.Errorf("%q %v, %q", list[0].Key(), list[0].Values, list[1].Key())
	}
}
