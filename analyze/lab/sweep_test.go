package lab_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	judge "github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/link/uml"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

const ms = time.Millisecond

// twenty is the sweep of the issue: twenty connections of the benchmark at each
// delay, small ones, since handshake and close are what is asked for.
func twenty(link string, delays ...time.Duration) lab.Plan {
	const total = 8 << 10
	return lab.Plan{
		Base: lab.Settings{
			Link: link, Workload: lab.Benchmark, Knobs: lab.Knobs{Bare: true, Total: total, Buffer: total, Iterations: 20},
			SnapLen: lab.DefaultSnapLen, Ends: []string{"client", "server"},
		},
		Axes: []lab.Axis{lab.Delays(delays...)}, Repeat: 1,
	}
}

// insideWord makes the test binary go on with a plan in a guest.
const insideWord = "go on inside"

func TestMain(m *testing.M) {
	uml.Init()
	if len(os.Args) != 3 || os.Args[1] != insideWord {
		os.Exit(m.Run())
	}
	if err := lab.Inside(context.Background(), os.Args[2], os.Stdout, lab.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// self starts the test binary again, for the guest: the first word of the
// arguments says that it is one.
func self(args ...string) lab.Helper {
	path, err := os.Executable()
	if err != nil {
		panic(err)
	}
	return lab.Helper{Path: path, Args: []string{insideWord, args[1]}}
}

// outcomes runs a plan and judges it.
func outcomes(t *testing.T, plan lab.Plan) []*judge.Cell {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lab")
	m, err := lab.Sweep(t.Context(), dir, plan, lab.Options{Self: self})
	if err != nil {
		t.Fatal(err)
	}
	var cells []*judge.Cell
	for _, r := range m.Runs {
		calls, err := lab.ReadCalls(filepath.Join(dir, r.Calls))
		if err != nil {
			t.Fatal(err)
		}
		client, server := analyzetest.Connections(t, filepath.Join(dir, r.Tap("client").File)), analyzetest.Connections(t, filepath.Join(dir, r.Tap("server").File))
		c := &judge.Cell{Name: r.Cell, Way: r.Settings.Way, Outcomes: judge.Outcomes(calls, client, server)}
		c.Finish(0)
		cells = append(cells, c)
	}
	return cells
}

// demand is what the issue asks of a link.
type demand struct {
	link      string
	tolerance func(rtt time.Duration) time.Duration // of the median handshake RTT
	atNoDelay string                                // how most connections close there; "": as it comes
}

func demands() []demand {
	within := func(share, least time.Duration) func(time.Duration) time.Duration {
		return func(rtt time.Duration) time.Duration { return max(rtt*share/100, least) }
	}
	return []demand{
		// A simulated wire without delay takes a microsecond each way.
		{"simulated", func(time.Duration) time.Duration { return 2 * time.Microsecond }, "simultaneous"},
		// A link in user space is late enough for both patterns at no delay.
		{"emulated", within(1, 300*time.Microsecond), ""},
		{"netem", within(1, 300*time.Microsecond), "client-first"},
		{"uml", within(2, ms), "client-first"},
	}
}

// attempts that a delay has. With four times as many processes at work as there
// are processors, every other attempt in a guest was late: so many of them in a
// row are less than one in 10,000 also where two of three are.
const attempts = 24

// TestSweeps reproduces the notebook of the lab on every link. That each
// connection closes as its own gap and delay predict is asked of every one.
// Times are not: the machine is shared, and the question is whether the link
// keeps them, not whether others were quiet. So a delay has further attempts
// for its median RTT and its usual close, and no other claim has.
func TestSweeps(t *testing.T) {
	for _, d := range demands() {
		if d.link == "netem" && why(d.link) != "" {
			continue // nothing can install it, and the guest has it
		}
		t.Run(d.link, func(t *testing.T) {
			need(t, d.link)
			missing := []time.Duration{0, 5 * ms, 20 * ms, 40 * ms}
			for attempt := 0; attempt < attempts && len(missing) > 0; attempt++ {
				missing = d.attempt(t, missing)
			}
			if len(missing) > 0 {
				t.Errorf("no attempt had the handshake RTT and the close of %v one way", missing)
			}
		})
	}
}

// need ends a test of a link that does not work here.
func need(t *testing.T, name string) {
	t.Helper()
	if name == "simulated" {
		return
	}
	if testing.Short() {
		t.Skip("a link in real time takes some seconds")
	}
	if runtime.GOOS != "linux" || os.Geteuid() != 0 && name != "uml" {
		testneed.Missing(t, "no %s link: not root on Linux", name)
	}
	if missing := why(name); missing != "" {
		testneed.Missing(t, "no %s link: %s", name, missing)
	}
}

// why a link does not work here; "": it does.
func why(name string) string {
	for _, s := range link.Probe() {
		if s.Backend == name {
			return s.Why
		}
	}
	return "unknown"
}

// attempt runs the sweep and returns the delays that were not kept.
func (d demand) attempt(t *testing.T, delays []time.Duration) (missing []time.Duration) {
	t.Helper()
	for _, c := range outcomes(t, twenty(d.link, delays...)) {
		delay := c.Way[0].Delay
		closed, predicted, agreed := c.Closes()
		t.Logf("%s: handshake RTT %v to %v, median %v of %d; closed %v, %d of %d as predicted", c.Name, c.RTT.Least, c.RTT.Most, c.RTT.Median, c.RTT.N, closed, agreed, predicted)
		if c.RTT.N != 20 || predicted != 20 || agreed != predicted {
			t.Errorf("%s: %d handshakes, %d of %d as predicted: %+v", c.Name, c.RTT.N, agreed, predicted, c.Outcomes)
		}
		usual := state.CloseSimultaneous.String()
		if delay == 0 {
			usual = d.atNoDelay
		}
		most := usual == "" || closed[0].Word == usual && closed[0].Times > 10
		if !most || (c.RTT.Median-2*delay).Abs() > d.tolerance(2*delay) {
			missing = append(missing, delay)
		}
	}
	return missing
}
