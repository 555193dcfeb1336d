package behaviour_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

func first(t *testing.T, r analyze.Source) *analyze.Connection {
	t.Helper()
	for c := range analyze.New(r, analyze.Options{}).Connections() {
		return c
	}
	t.Fatal("no connection")
	return nil
}

func connection(t *testing.T, text string) *analyze.Connection {
	t.Helper()
	return first(t, scenariotest.Reader(t, text))
}

// opened is a handshake at the client, 40 ms from the server.
const opened = `0.000 > S 0:0(0) <mss 1460>
+.040 < S. 0:0(0) ack 1 <mss 1460>
+.0001 > . 1:1(0) ack 1
`

func client(c *analyze.Connection) *behaviour.Result {
	return &c.Sides[reconstruct.Client].Behaviour
}
func server(c *analyze.Connection) *behaviour.Result {
	return &c.Sides[reconstruct.Server].Behaviour
}

func TestNagle(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       behaviour.Nagle
		seen       int64
	}{
		{"two small segments at once", "+.1 > P. 1:5(4) ack 1\n+.001 > P. 5:9(4) ack 1\n", behaviour.NagleOff, 1},
		{"a small one with its acknowledgement", "+.1 > P. 1:5(4) ack 1\n+.080 < . 1:1(0) ack 5\n+.0001 > P. 5:9(4) ack 1\n", behaviour.NagleOn, 1},
		{"a small one with an answer", "+.1 > P. 1:5(4) ack 1\n+.080 < P. 1:5(4) ack 5\n+.0001 > P. 5:9(4) ack 5\n", behaviour.NagleUnknown, 0},
		{"a small one after a full one", "+.1 > . 1:1461(1460) ack 1\n+.001 > P. 1461:1465(4) ack 1\n", behaviour.NagleUnknown, 0},
		{"a small one with the acknowledgement of what was not captured yet", "+.1 > P. 1:5(4) ack 1\n+.080 > P. 5:9(4) ack 5\n+.00002 < P. 1:5(4) ack 5\n", behaviour.NagleUnknown, 0},
		{"a small one sent again", "+.1 > P. 1:5(4) ack 1\n+.300 > P. 1:5(4) ack 1\n", behaviour.NagleUnknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := client(connection(t, opened+c.text))
			if got.Nagle != c.want || got.NagleSeen != c.seen {
				t.Errorf("Nagle %s, seen %d, want %s, %d", got.Nagle, got.NagleSeen, c.want, c.seen)
			}
		})
	}
}

// Where only one side was captured, its small segments look unacknowledged.
func TestNagleOfOneSide(t *testing.T) {
	got := client(connection(t, "0.0 > P. 1:101(100) ack 1\n+2 > P. 101:201(100) ack 1\n"))
	if got.Nagle != behaviour.NagleUnknown || got.NagleSeen != 0 {
		t.Errorf("Nagle %s, seen %d", got.Nagle, got.NagleSeen)
	}
}

// TestDelayedACKs lets the server acknowledge single segments after the way of
// 40 ms and, for all but the first three, a timer of 40 ms more.
func TestDelayedACKs(t *testing.T) {
	var b strings.Builder
	b.WriteString(opened)
	for i := range 12 {
		took := .040
		if i >= 3 {
			took = .080
		}
		fmt.Fprintf(&b, "+.2 > P. %d:%d(100) ack 1\n+%.3f < . 1:1(0) ack %d\n", 100*i+1, 100*i+101, took, 100*i+101)
	}
	got := server(connection(t, b.String()))
	d := got.Delayed
	if d.Alone != 12 || d.Timed != 9 || got.ACKs != 12 || got.SegmentsEach != 1 {
		t.Errorf("%+v", got)
	}
	for _, v := range []time.Duration{d.P10, d.Median, d.P90} {
		if (v - 40*time.Millisecond).Abs() > 3*time.Millisecond {
			t.Errorf("delays %+v, want 40 ms", d)
		}
	}
}

// A delay that was measured once is told as it was measured; no timer takes
// more than half a second; and what the first acknowledgement of a capture
// covers, its peer's handshake being missing, is not known.
func TestLoneACKs(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       behaviour.Delayed
		acks       int64
	}{
		{"once", opened + "+.1 > P. 1:101(100) ack 1\n+.219 < . 1:1(0) ack 101\n",
			behaviour.Delayed{Alone: 1, Timed: 1, P10: 179 * time.Millisecond, Median: 179 * time.Millisecond, P90: 179 * time.Millisecond}, 1},
		{"too late", opened + "+.1 > P. 1:101(100) ack 1\n+.760 < . 1:1(0) ack 101\n", behaviour.Delayed{Alone: 1}, 1},
		{"mid-stream", "0.0 > . 1:1(0) ack 1\n+.1 < . 1:1(0) ack 2\n", behaviour.Delayed{}, 0},
	} {
		if got := server(connection(t, c.text)); got.Delayed != c.want || got.ACKs != c.acks {
			t.Errorf("%s: %d acknowledgements, %+v", c.name, got.ACKs, got.Delayed)
		}
	}
}

// flight is n full segments of the server at once.
func flight(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "+.0001 < . %d:%d(1460) ack 1\n", 1460*i+1, 1460*i+1461)
	}
	return b.String()
}

func TestInitialWindow(t *testing.T) {
	const served = "0.000 > S 0:0(0) <mss 1460>\n+.0001 < S. 0:0(0) ack 1 <mss 1460>\n+.040 > . 1:1(0) ack 1\n"
	for _, c := range []struct {
		name, text string
		want       behaviour.Initial
	}{
		{"at the sender", served + flight(10) + "+.040 > . 1:1(0) ack 2921\n+.0001 < . 14601:16061(1460) ack 1\n", behaviour.Initial{Known: true, Octets: 14600, Segments: 10, Exact: true}},
		{"no more to send", served + flight(10) + "+.040 > . 1:1(0) ack 2921\n+1 < . 14601:16061(1460) ack 1\n", behaviour.Initial{Known: true, Octets: 14600, Segments: 10}},
		{"at the receiver", opened + flight(2) + "+.0001 > . 1:1(0) ack 2921\n+.0001 < . 2921:4381(1460) ack 1\n+.001 < . 4381:5841(1460) ack 1\n+.0395 < . 5841:7301(1460) ack 1\n",
			behaviour.Initial{Known: true, Octets: 5840, Segments: 4, Exact: true}},
		{"overtaken", opened + "+.001 < . 1461:2921(1460) ack 1\n+.0001 > . 1:1(0) ack 1\n+.0001 < . 1:1461(1460) ack 1\n+.0001 > . 1:1(0) ack 2921\n+.001 < . 2921:4381(1460) ack 1\n+.0395 < . 4381:5841(1460) ack 1\n",
			behaviour.Initial{Known: true, Octets: 4380, Segments: 3, Exact: true}},
		{"more than the first window", strings.Replace(opened, "> . 1:1(0) ack 1", "> . 1:1(0) ack 1 win 2000", 1) + flight(1) + "+.0001 > . 1:1(0) ack 1461 win 2000\n+.0001 < . 1461:2921(1460) ack 1\n", behaviour.Initial{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := server(connection(t, c.text)).Initial; got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

func TestECN(t *testing.T) {
	for _, c := range []struct {
		syn, answer string
		want        behaviour.ECN
	}{
		{"S", "S.", behaviour.ECNNotOffered},
		{"SEW", "S.", behaviour.ECNRefused},
		{"SEW", "SE.", behaviour.ECNClassic},
		{"SEWA", "SE.", behaviour.ECNClassic},
		{"SEWA", "SW.", behaviour.ECNAccurate},
		{"SEWA", "SEW.", behaviour.ECNAccurate},
		{"SEWA", "SEWA.", behaviour.ECNRefused},
	} {
		text := "0 > " + c.syn + " 0:0(0)\n+.02 < " + c.answer + " 0:0(0) ack 1\n+.02 > . 1:1(0) ack 1\n"
		if got := connection(t, text).ECN; got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.syn, c.answer, got, c.want)
		}
	}
	marked := connection(t, opened+"+.1 > . 1:11(10) ack 1 ecn 2\n+.1 > E. 11:21(10) ack 1 ecn 3\n+.1 > W. 21:31(10) ack 1 ecn 1\n")
	if got, want := client(marked).Marks, (behaviour.Marks{Capable: 2, CE: 1, ECE: 1, CWR: 1}); got != want {
		t.Errorf("marks %+v, want %+v", got, want)
	}
}

func TestWindowsAndTimers(t *testing.T) {
	closed := client(connection(t, opened+"+.1 < . 1:101(100) ack 1\n+.1 > . 1:1(0) ack 101 win 0\n+.5 < . 100:100(0) ack 1\n+.1 > . 1:1(0) ack 101 win 0\n+.4 > . 1:1(0) ack 101 win 100\n"))
	if closed.ZeroWindows != 1 || closed.ZeroWindow != time.Second {
		t.Errorf("closed %d times, for %s", closed.ZeroWindows, closed.ZeroWindow)
	}
	full := client(connection(t, opened+"+.1 < . 1:1(0) ack 1 win 100\n+.1 > P. 1:101(100) ack 1\n+.3 < . 1:1(0) ack 101 win 100\n"))
	if full.FullWindows != 1 || full.FullWindow != 300*time.Millisecond {
		t.Errorf("full %d times, for %s", full.FullWindows, full.FullWindow)
	}
	idle := client(connection(t, opened+"+.1 > P. 1:11(10) ack 1\n+.04 < . 1:1(0) ack 11\n+10 > . 10:10(0) ack 1\n+.04 < . 1:1(0) ack 11\n+2 > . 10:10(0) ack 1\n+3 > . 10:10(0) ack 1\n"))
	if k := idle.KeepAlives; k.N != 2 || k.Min != 2040*time.Millisecond || k.Max != 3*time.Second {
		t.Errorf("keep-alives %+v", k)
	}
	again := client(connection(t, opened+"+.1 > P. 1:11(10) ack 1\n+.3 > P. 1:11(10) ack 1\n+.6 > P. 1:11(10) ack 1\n"))
	if again.Timeouts != 2 || again.LeastTimeout != 300*time.Millisecond {
		t.Errorf("%d time-outs, least %s", again.Timeouts, again.LeastTimeout)
	}
}

func TestOddCaptures(t *testing.T) {
	r, err := pcapfile.Open(testneed.Shared(t, "captures/odd/29-zwin-keepalive.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	c := first(t, r)
	if got := server(c); got.ZeroWindows != 1 || got.ZeroWindow <= 0 {
		t.Errorf("closed %d times, for %s", got.ZeroWindows, got.ZeroWindow)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}
