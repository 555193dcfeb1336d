package lab_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
)

// A sender that its peer's small buffer limits is said to be, wherever its kernel
// counts that time as limited by the receive window. The kernel's clock ticks in
// 10 ms, so the samples are that far apart at least.
func TestReceiveWindow(t *testing.T) {
	need(t, "uml")
	var problem string
	for range 4 { // the machine is shared
		rows, right := windowed(t)
		t.Logf("%d of %d rows are said to be limited by the receive window", right, rows)
		if problem = fmt.Sprintf("%d of %d rows", right, rows); rows >= 30 && right*100 > rows*95 {
			return
		}
	}
	t.Errorf("limited by the receive window in %s, want more than 95 %%", problem)
}

// windowed runs the benchmark with small fixed buffers, and counts the samples up
// to which the kernel was limited by the window all the time since the one before,
// and those at which we say so.
func windowed(t *testing.T) (rows, right int) {
	t.Helper()
	plan := lab.Plan{
		Base: lab.Settings{
			Link: "uml", Way: link.Both(link.Params{Delay: 20 * ms}),
			Workload: lab.Benchmark, Knobs: lab.Knobs{Bare: true, Fixed: true, Total: 512 << 10, Buffer: 16 << 10},
			Sample: 20 * ms, SnapLen: lab.DefaultSnapLen, Ends: []string{"server"},
		},
		Repeat: 1,
	}
	dir := filepath.Join(t.TempDir(), "lab")
	m, err := lab.Sweep(t.Context(), dir, plan, lab.Options{Self: self})
	if err != nil {
		t.Fatal(err)
	}
	before := 0.0
	r := m.Runs[0]
	a := compareEach(t, filepath.Join(dir, r.Tap("server").File), readSamples(t, filepath.Join(dir, r.Samples)), func(s *sample, said limit.Limit) {
		if s.RwndLimited-before >= (20 * ms).Seconds() {
			rows++
			if said == limit.Rwnd {
				right++
			}
		}
		before = s.RwndLimited
	})
	t.Logf("%+v", a)
	return rows, right
}
