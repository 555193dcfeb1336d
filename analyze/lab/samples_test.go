package lab_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// sample is what the stack of the sender, the benchmark's server, said of
// itself; zero stands for what it does not tell.
type sample struct {
	Time     capture.Timestamp `json:"time_ns"`
	Host     string            `json:"host"`
	Segments int64             `json:"cwnd_segments"`
	Cwnd     int64             `json:"cwnd"`
	Unacked  int64             `json:"unacked_segments"`
	SRTT     float64           `json:"srtt_s"`

	RwndLimited float64 `json:"rwnd_limited_s"`
}

func readSamples(t *testing.T, path string) (all []sample) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			t.Fatal(err)
		}
		if s.Host == "server" && s.Segments > 0 && s.Cwnd > 0 {
			all = append(all, s)
		}
	}
	return all
}

// agreement is how far what was measured at the sender's tap is from what the
// sender's stack said, at the times of its samples.
type agreement struct {
	samples       int
	labels        [limit.NumLimits]int
	limited, near int        // labelled cwnd, and of these within a segment
	bounds, held  int        // windows that are at least, and those of them that hold, within a segment
	flight        [2]int64   // most: measured, and as the stack said
	srtt          [2]float64 // likewise
	smooth, close int        // samples of SRTT, and those within 10 %
}

// compare reads a capture as far as each sample goes, and compares.
func compare(t *testing.T, path string, samples []sample) (a agreement) {
	t.Helper()
	return compareEach(t, path, samples, func(*sample, limit.Limit) {})
}

// compareEach tells each sample, with what is said to limit its sender, besides.
func compareEach(t *testing.T, path string, samples []sample, each func(*sample, limit.Limit)) (a agreement) {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	run := analyze.New(r, analyze.Options{})
	var now analyze.Segment // the latest about the sender
	var srtt time.Duration
	for s := range run.Segments() {
		for len(samples) > 0 && samples[0].Time < s.Step.Segment.Time {
			if now.LimitKnown {
				a.add(&samples[0], &now, srtt.Seconds())
				each(&samples[0], now.Limit.Limit)
			}
			samples = samples[1:]
		}
		if about, ok := flight.About(s.Step); ok && about == reconstruct.Server {
			now = *s
			if s.Delivers {
				srtt = s.RTT.Estimate.SRTT
			}
		}
	}
	if run.Err() != nil {
		t.Fatal(run.Err())
	}
	return a
}

func (a *agreement) add(truth *sample, now *analyze.Segment, srtt float64) {
	a.samples++
	mss := truth.Cwnd / truth.Segments
	off := now.Limit.Cwnd - truth.Cwnd
	a.labels[now.Limit.Limit]++
	if now.Limit.Limit == limit.Cwnd {
		a.limited++
		if -mss <= off && off <= mss {
			a.near++
		}
	}
	if !now.Limit.Estimate {
		a.bounds++
		if off <= mss {
			a.held++
		}
	}
	a.flight[0], a.flight[1] = max(a.flight[0], now.Flight.InFlight), max(a.flight[1], truth.Unacked*mss)
	if srtt > 0 && truth.SRTT > 0 {
		a.srtt[0], a.srtt[1] = max(a.srtt[0], srtt), max(a.srtt[1], truth.SRTT)
		a.smooth++
		if math.Abs(srtt/truth.SRTT-1) <= 0.1 {
			a.close++
		}
	}
}

// The congestion window, what is in flight and the smoothed round trip are
// those of the sender's stack. Linux tells all three; gVisor does not tell what
// is in flight, and smooths round trips by RFC 7323 appendix G. It also cuts its
// window at once on a loss, which shows only when it sends again.
//
// What is lost in a guest is drawn anew each time, and the machine is shared: a
// link in real time has further attempts.
func TestSamples(t *testing.T) {
	if *runs != "" {
		logKept(t)
		return
	}
	for _, c := range []struct {
		link     string
		total    int64
		near     float64 // of the estimates within a segment
		attempts int
	}{
		{"simulated", 3 << 20, 0.9, 1},
		{"uml", 1 << 20, 0.95, 8},
	} {
		t.Run(c.link, func(t *testing.T) {
			need(t, c.link)
			var problems []string
			for range c.attempts {
				a := agreed(t, c.link, c.total)
				if problems = a.problems(c.near, c.link == "uml"); len(problems) == 0 {
					return
				}
			}
			t.Errorf("%v", problems)
		})
	}
}

// agreed runs the benchmark with both congestion controls over a link that
// loses packets and has a queue, and sums what agrees.
func agreed(t *testing.T, name string, total int64) (sum agreement) {
	t.Helper()
	plan := lab.Plan{
		Base: lab.Settings{
			Link: name, Way: link.Both(link.Params{Delay: 10 * ms, Rate: 20_000_000, Limit: 60, Loss: 0.005}),
			Workload: lab.Benchmark, Knobs: lab.Knobs{Bare: true, Total: total, Buffer: 128 << 10},
			Sample: 2 * ms, SnapLen: lab.DefaultSnapLen, Ends: []string{"server"},
		},
		Axes: []lab.Axis{{Name: "cc", Values: []string{"reno", "cubic"}}}, Repeat: 1,
	}
	dir := filepath.Join(t.TempDir(), "lab")
	m, err := lab.Sweep(t.Context(), dir, plan, lab.Options{Self: self})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range m.Runs {
		a := compare(t, filepath.Join(dir, r.Tap("server").File), readSamples(t, filepath.Join(dir, r.Samples)))
		t.Logf("%s: %+v", r.Cell, a)
		sum.merge(&a)
	}
	return sum
}

// merge adds the counts of b, and keeps the maxima that agree less.
func (a *agreement) merge(b *agreement) {
	a.samples, a.limited, a.near = a.samples+b.samples, a.limited+b.limited, a.near+b.near
	a.smooth, a.close = a.smooth+b.smooth, a.close+b.close
	if apart(float64(b.flight[0]), float64(b.flight[1])) >= apart(float64(a.flight[0]), float64(a.flight[1])) {
		a.flight = b.flight
	}
	if apart(b.srtt[0], b.srtt[1]) >= apart(a.srtt[0], a.srtt[1]) {
		a.srtt = b.srtt
	}
}

// apart returns how far got is from want, as a share of that.
func apart(got, want float64) float64 {
	if got == want {
		return 0
	}
	return math.Abs(got-want) / want
}

// problems tells what is not as the issue asks.
func (a *agreement) problems(near float64, linux bool) (all []string) {
	unless := func(ok bool, format string, args ...any) {
		if !ok {
			all = append(all, fmt.Sprintf(format, args...))
		}
	}
	unless(a.samples >= 50 && 2*a.limited >= a.samples, "%d of %d samples labelled cwnd", a.limited, a.samples)
	unless(float64(a.near) >= near*float64(a.limited), "%d of %d within a segment", a.near, a.limited)
	if linux {
		unless(apart(float64(a.flight[0]), float64(a.flight[1])) <= 0.05, "most in flight, and the kernel's: %v", a.flight)
		unless(apart(a.srtt[0], a.srtt[1]) <= 0.05, "largest SRTT, and the kernel's: %v", a.srtt)
		unless(float64(a.close) >= 0.95*float64(a.smooth), "SRTT within 10 %% in %d of %d", a.close, a.smooth)
	}
	return all
}
