package limit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/rtt"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// trackers are those that this one stands on, and itself.
type trackers struct {
	loss   loss.Tracker
	flight flight.Tracker
	rtt    rtt.Tracker
	limit  limit.Tracker
}

func (t *trackers) observe(step *reconstruct.Step) {
	var v loss.Verdict
	var d flight.Delivery
	var sample rtt.Sample
	t.loss.Observe(step, &t.flight, &t.rtt, &v)
	t.flight.Observe(step, v.Cause == loss.RTO, &d)
	t.rtt.Observe(step, &d, &sample)
	t.limit.Observe(step, &t.flight, &t.rtt, v.Cause)
}

const atClient = `
0.0000 > S 0:0(0) win 64240 <mss 1000,sackOK,wscale 2>
0.1000 < S. 0:0(0) ack 1 win 65160 <mss 1000,sackOK,wscale 1>
0.1000 > . 1:1(0) ack 1 win 500
`

// Behind a line stands what is thought of the side that it is about.
var stories = []struct{ name, text string }{
	{"slow start, a loss, and where the recovery leads", atClient + `
0.1001 > . 1:1001(1000) ack 1
0.1001 > . 1001:2001(1000) ack 1 # cwnd slow-start >= 2000
0.2001 < . 1:1(0) ack 1001 win 30000 # cwnd slow-start 2000
0.2002 > . 2001:3001(1000) ack 1
0.2002 > . 3001:4001(1000) ack 1 # cwnd slow-start 3000
0.2003 < . 1:1(0) ack 2001 win 30000 # cwnd slow-start 3000
0.2004 > . 4001:5001(1000) ack 1
0.2004 > . 5001:6001(1000) ack 1 # cwnd slow-start 4000
0.3002 < . 1:1(0) ack 2001 win 30000 <sack 3001:4001>
0.3003 > . 6001:7001(1000) ack 1
0.3004 < . 1:1(0) ack 2001 win 30000 <sack 3001:5001>
0.3005 > . 7001:8001(1000) ack 1 # cwnd slow-start 4000
0.3006 < . 1:1(0) ack 2001 win 30000 <sack 3001:6001> # cwnd slow-start 4000
0.3007 > . 2001:3001(1000) ack 1 # cwnd recovery 3000
0.4003 < . 1:1(0) ack 2001 win 30000 <sack 3001:7001> # cwnd recovery 3000
0.4005 < . 1:1(0) ack 2001 win 30000 <sack 3001:8001> # cwnd recovery 2000
0.4006 > . 8001:9001(1000) ack 1 # cwnd recovery 2000
0.4007 < . 1:1(0) ack 8001 win 30000 # cwnd avoidance 2000
0.4008 > . 9001:10001(1000) ack 1 # cwnd avoidance 2000
0.5006 < . 1:1(0) ack 9001 win 30000 # cwnd avoidance 2000, ssthresh 2000
`},
	{"the receive window is full", atClient + `
0.1001 > . 1:1001(1000) ack 1
0.1001 > . 1001:2001(1000) ack 1
0.2001 < . 1:1(0) ack 2001 win 1500
0.2002 > . 2001:3001(1000) ack 1
0.2002 > . 3001:4001(1000) ack 1
0.2002 > . 4001:5001(1000) ack 1 # rwnd slow-start >= 3000
0.3002 < . 1:1(0) ack 5001 win 1500 # rwnd slow-start >= 3000
`},
	{"a request, an answer and a pause", atClient + `
0.1001 > P. 1:201(200) ack 1 # app slow-start >= 200
0.2001 < P. 1:501(500) ack 201 win 30000 # unknown - >= 500
0.2002 > . 201:201(0) ack 501
0.9000 > P. 201:401(200) ack 501 # app slow-start >= 200
1.0000 < P. 501:1001(500) ack 401 win 30000
`},
	{"the timer runs out", atClient + `
0.1001 > . 1:1001(1000) ack 1
0.1001 > . 1001:2001(1000) ack 1
0.9000 > . 1:1001(1000) ack 1 # cwnd timeout-wait 1000
1.0000 < . 1:1(0) ack 1001 win 30000 # cwnd slow-start 1000
1.0001 > . 1001:2001(1000) ack 1
1.0001 > . 2001:3001(1000) ack 1 # cwnd slow-start 2000
1.1001 < . 1:1(0) ack 2001 win 30000 # cwnd slow-start 2000
`},
	{"near the receiver the window is not to be seen", `
0.0000 > S 0:0(0) win 64240 <mss 1000,sackOK,wscale 2>
0.0000 < S. 0:0(0) ack 1 win 65160 <mss 1000,sackOK,wscale 1>
0.1000 > . 1:1(0) ack 1 win 500
0.1001 > . 1:1001(1000) ack 1 # unknown - >= 1000
0.1001 > . 1001:2001(1000) ack 1 # unknown - >= 2000
0.1001 < . 1:1(0) ack 2001 win 30000 # unknown -
`},
	{"nor is it where the capture starts late", `
0.1001 > . 1:1001(1000) ack 1 # unknown -
0.1001 > . 1001:2001(1000) ack 1 # unknown -
0.2001 < . 1:1(0) ack 1001 win 30000 # unknown - >= 1000
`},
	{"ECN: the sender says that it reduced", atClient + `
0.1001 > . 1:1001(1000) ack 1
0.1001 > . 1001:2001(1000) ack 1
0.2001 < E. 1:1(0) ack 1001 win 30000
0.2002 > W. 2001:3001(1000) ack 1 # cwnd recovery 2000
0.3002 < . 1:1(0) ack 3001 win 30000 # cwnd avoidance 2000
`},
	{"super-segments wait until the window takes the next", atClient + `
0.1000 > . 1:10001(10000) ack 1 win 500 # cwnd slow-start >= 10000
0.2000 < . 1:1(0) ack 10001 win 32580 # cwnd slow-start 10000
0.2001 > . 10001:30001(20000) ack 1 win 500 # cwnd slow-start 20000
0.3001 < . 1:1(0) ack 30001 win 32580 # cwnd slow-start 20000
0.3002 > . 30001:60001(30000) ack 1 win 500 # cwnd slow-start 40000
0.4002 < . 1:1(0) ack 60001 win 32580 # cwnd slow-start 40000
`},
	{"one direction alone shows nothing", `
0.100 > . 1:1001(1000) ack 1 # unknown -
0.200 > . 1001:2001(1000) ack 1 # unknown -
`},
}

func TestStories(t *testing.T) {
	for _, story := range stories {
		t.Run(story.name, func(t *testing.T) { follow(t, story.text) })
	}
}

// follow runs a scenario past the trackers and compares each line that says
// what is to be seen.
func follow(t *testing.T, text string) *trackers {
	t.Helper()
	all := new(trackers)
	for step, want := range scenariotest.Steps(t, scenariotest.Wrapping+text) {
		all.observe(step)
		state, ok := all.limit.State(step)
		if got := describe(state, ok); want != "" && got != want {
			t.Errorf("after frame %d: %s, want %s", step.Segment.Frame, got, want)
		}
	}
	return all
}

func describe(s limit.State, ok bool) string {
	if !ok {
		return "nothing"
	}
	text := s.Limit.String() + " -"
	if s.PhaseKnown {
		text = s.Limit.String() + " " + s.Phase.String()
	}
	switch {
	case s.Cwnd > 0 && s.Estimate:
		text += fmt.Sprint(" ", s.Cwnd)
	case s.Cwnd > 0:
		text += fmt.Sprint(" >= ", s.Cwnd)
	}
	if s.Ssthresh > 0 {
		text += fmt.Sprint(", ssthresh ", s.Ssthresh)
	}
	return text
}

// bulk is a transfer whose sender answers each acknowledgement at once, or
// after a wait, with as many segments as were acknowledged; it begins with a
// window of so many segments.
func bulk(rounds, window int, wait time.Duration) string {
	var text strings.Builder
	text.WriteString(atClient)
	at, sent, acked := 100*time.Millisecond, 1, 1
	send := func() {
		fmt.Fprintf(&text, "%.6f > . %d:%d(1000) ack 1\n", at.Seconds(), sent, sent+1000)
		sent += 1000
	}
	for range window {
		send()
	}
	for range rounds {
		for range window {
			at += 100 * time.Millisecond / time.Duration(window)
			acked += 1000
			fmt.Fprintf(&text, "%.6f < . 1:1(0) ack %d win 30000\n", at.Seconds(), acked)
			at += wait
			send()
			at -= wait
		}
	}
	return text.String()
}

// A window that does not grow ends the slow start; sending late makes it pacing.
func TestBulk(t *testing.T) {
	t.Run("constant window", func(t *testing.T) {
		r := follow(t, bulk(6, 20, 50*time.Microsecond)).limit.Result(reconstruct.Client)
		if e := r.SlowStart; e.Why != limit.Growth || e.Cwnd != 20000 || e.Frame == 0 || e.Bytes < 20000 {
			t.Errorf("slow start ended %+v", e)
		}
		if r.MaxCwnd != 20000 || !r.Estimate || r.Time[limit.Cwnd] != r.Span() || r.Phases[limit.Avoidance] == 0 {
			t.Errorf("%+v", r)
		}
	})
	t.Run("paced", func(t *testing.T) {
		r := follow(t, bulk(6, 20, 3*time.Millisecond)).limit.Result(reconstruct.Client)
		if r.Time[limit.Path] < r.Span()/2 {
			t.Errorf("%+v", r)
		}
	})
}

// The shares are of the whole transfer, whatever limited it.
func TestShares(t *testing.T) {
	text := atClient + `
0.1001 > . 1:1001(1000) ack 1
0.1001 > . 1001:2001(1000) ack 1
0.9001 > . 1:1001(1000) ack 1
1.0001 < . 1:1(0) ack 2001 win 500
1.0002 > P. 2001:3001(1000) ack 1
1.1002 < . 1:1(0) ack 3001 win 30000
3.1002 > P. 3001:3101(100) ack 1
3.2002 < . 1:1(0) ack 3101 win 30000
`
	r := follow(t, text).limit.Result(reconstruct.Client)
	times := [limit.NumLimits]time.Duration{limit.Rwnd: 100100 * time.Microsecond, limit.Cwnd: 900 * time.Millisecond, limit.App: 2100 * time.Millisecond}
	bytes := [limit.NumLimits]int64{limit.Rwnd: 1000, limit.Cwnd: 3000, limit.App: 100}
	if r.Time != times || r.Bytes != bytes || r.Phases[limit.TimeoutWait] != times[limit.Cwnd] {
		t.Errorf("%v, %v, %v", r.Time, r.Bytes, r.Phases)
	}
	if r.Timeouts != 1 || r.Recoveries != 0 || r.SlowStart.Why != limit.Timeout || r.MaxCwnd != 2000 || r.Estimate {
		t.Errorf("%+v", r)
	}
}

// While a window is closed, nothing is on the way. Whether the sender has more
// shows in its probes, in what it does when the window opens, and where it fills
// a window that stays small.
func TestClosedWindow(t *testing.T) {
	closed := atClient + `
0.1001 > . 1:1001(1000) ack 1
0.1002 < . 1:1(0) ack 1001 win 0
`
	for _, c := range []struct {
		name, text string
		rwnd, app  time.Duration
	}{
		{"an answer when it opens", `
2.1002 < . 1:1(0) ack 1001 win 5000
2.1003 > . 1001:2001(1000) ack 1`, 2000100 * time.Microsecond, 0},
		{"a probe, and no answer", `
1.0002 > . 1000:1000(0) ack 1
1.1002 < . 1:1(0) ack 1001 win 0
2.1002 < . 1:1(0) ack 1001 win 5000
3.1002 > . 1001:2001(1000) ack 1`, 2 * time.Second, time.Second},
		{"nothing shows that it has more", `
2.1002 < . 1:1(0) ack 1001 win 5000
3.1002 > . 1001:2001(1000) ack 1`, 0, 3 * time.Second},
		{"it fills a small window", `
0.2002 < . 1:1(0) ack 1001 win 100
0.5002 > . 1001:1201(200) ack 1`, 400 * time.Millisecond, 0},
	} {
		r := follow(t, closed+strings.TrimPrefix(c.text, "\n")+"\n").limit.Result(reconstruct.Client)
		if r.Time[limit.Rwnd] != c.rwnd || r.Time[limit.App] != c.app {
			t.Errorf("%s: %s by the window, %s by the application, want %s, %s", c.name, r.Time[limit.Rwnd], r.Time[limit.App], c.rwnd, c.app)
		}
	}
}

func TestSteadyStateAllocatesNothing(t *testing.T) {
	segments := scenariotest.Segments(t, bulk(60, 20, 50*time.Microsecond))
	table := reconstruct.NewTable(reconstruct.Options{})
	all := new(trackers)
	at := 0
	pass := func() {
		for range 400 {
			all.observe(table.Add(&segments[at]))
			at++
		}
	}
	pass() // room grows
	if n := testing.AllocsPerRun(4, pass); n > 0 {
		t.Errorf("%v allocations for 400 segments", n)
	}
}

func BenchmarkObserve(b *testing.B) {
	b.ReportAllocs()
	segments := scenariotest.Segments(b, bulk(60, 20, 50*time.Microsecond))
	var all *trackers
	var table *reconstruct.Table
	for i := range b.N {
		if i%len(segments) == 0 {
			b.StopTimer()
			all, table = new(trackers), reconstruct.NewTable(reconstruct.Options{})
			b.StartTimer()
		}
		all.observe(table.Add(&segments[i%len(segments)]))
	}
}
