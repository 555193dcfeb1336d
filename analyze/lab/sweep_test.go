package lab_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	judge "github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

const ms = time.Millisecond

// twenty is the sweep of the issue: twenty connections of the benchmark at each
// delay, small ones, since handshake and close are what is asked for.
func twenty(link string) lab.Plan {
	return lab.Plan{
		Base: lab.Settings{
			Link: link, Workload: lab.Benchmark, Knobs: lab.Knobs{Bare: true, Total: 128 << 10, Iterations: 20},
			SnapLen: lab.DefaultSnapLen, Ends: []string{"client", "server"},
		},
		Axes: []lab.Axis{lab.Delays(0, 5*ms, 20*ms, 40*ms)}, Repeat: 1,
	}
}

// outcomes runs a plan and judges it.
func outcomes(t *testing.T, plan lab.Plan) []*judge.Cell {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "lab")
	m, err := lab.Sweep(t.Context(), dir, plan, lab.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var cells []*judge.Cell
	for _, r := range m.Runs {
		calls, err := lab.ReadCalls(filepath.Join(dir, r.Calls))
		if err != nil {
			t.Fatal(err)
		}
		client, server := connections(t, filepath.Join(dir, r.Tap("client").File)), connections(t, filepath.Join(dir, r.Tap("server").File))
		c := &judge.Cell{Name: r.Cell, Way: r.Settings.Way, Outcomes: judge.Outcomes(calls, client, server)}
		c.Finish()
		cells = append(cells, c)
	}
	return cells
}

func connections(t *testing.T, path string) (all []*analyze.Connection) {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a := analyze.New(r, analyze.Options{})
	for c := range a.Connections() {
		all = append(all, c)
	}
	if err := a.Err(); err != nil || r.Damaged() {
		t.Fatalf("%s: %v, damaged: %v", path, err, r.Damaged())
	}
	return all
}

// check holds a cell to what the issue asks for.
func check(t *testing.T, c *judge.Cell, tolerance func(time.Duration) time.Duration) (ok bool) {
	t.Helper()
	want := 2 * c.Way[0].Delay
	closed, predicted, agreed := c.Closes()
	t.Logf("%s: handshake RTT %v to %v, median %v of %d; closed %v, %d of %d as predicted", c.Name, c.RTT.Least, c.RTT.Most, c.RTT.Median, c.RTTs, closed, agreed, predicted)
	if c.RTTs != 20 || predicted != 20 || agreed != predicted {
		t.Errorf("%s: %d handshakes, %d of %d as predicted", c.Name, c.RTTs, agreed, predicted)
	}
	if c.Way[0].Delay >= 5*ms && (len(closed) != 1 || closed[0].Word != state.CloseSimultaneous.String()) {
		t.Errorf("%s: closed %v, want 20 simultaneous", c.Name, closed)
	}
	return (c.RTT.Median - want).Abs() <= tolerance(want)
}

func TestSimulatedSweep(t *testing.T) {
	for _, c := range outcomes(t, twenty("simulated")) {
		// A wire without delay takes a microsecond.
		if !check(t, c, func(time.Duration) time.Duration { return 2 * time.Microsecond }) {
			t.Errorf("%s: RTT %v", c.Name, c.RTT.Median)
		}
	}
}

// TestEmulatedSweep measures. The machine is shared, and what is asked is
// whether the link can, not whether others were quiet: hence attempts.
func TestEmulatedSweep(t *testing.T) {
	if runtime.GOOS != "linux" || os.Geteuid() != 0 {
		testneed.Missing(t, "no network namespaces: not root on Linux")
	}
	for _, s := range link.Probe() {
		if s.Backend == "emulated" && !s.Works {
			testneed.Missing(t, "no emulated link: %s", s.Why)
		}
	}
	for _, delay := range []time.Duration{0, 5 * ms, 20 * ms, 40 * ms} {
		plan := twenty("emulated")
		plan.Axes = []lab.Axis{lab.Delays(delay)}
		kept := false
		for attempt := 0; attempt < 4 && !kept; attempt++ {
			kept = check(t, outcomes(t, plan)[0], func(want time.Duration) time.Duration { return max(want/100, 300*time.Microsecond) })
		}
		if !kept {
			t.Errorf("%v: the median handshake RTT is never within 1 %% or 0.3 ms of twice the delay", delay)
		}
	}
}
