package lab

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// simulatedPlan is small: two delays, two repetitions, a tenth of a second.
func simulatedPlan() Plan {
	return Plan{
		Base: Settings{
			Link: "simulated", Workload: Benchmark, Knobs: Knobs{Bare: true, Total: 1 << 20, Iterations: 2},
			Sample: 10 * time.Millisecond, SnapLen: DefaultSnapLen, Ends: []string{"client", "server"},
		},
		Axes: []Axis{Delays(0, 20*time.Millisecond)}, Repeat: 2,
	}
}

func mustSweep(t *testing.T, dir string, plan Plan, o Options) *Manifest {
	t.Helper()
	m, err := Sweep(t.Context(), dir, plan, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// contents are all files below a folder.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, dir)] = data
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestSimulatedRepeatsToTheByte(t *testing.T) {
	plan := simulatedPlan()
	plan.Base.Way = link.Both(link.Params{Loss: 0.01})
	a, b := filepath.Join(t.TempDir(), "lab"), filepath.Join(t.TempDir(), "lab")
	mustSweep(t, a, plan, Options{})
	mustSweep(t, b, plan, Options{})
	first, second := contents(t, a), contents(t, b)
	if len(first) != 4*6+1 {
		t.Errorf("%d files, want the manifest and 6 of each run", len(first))
	}
	for name, data := range first {
		if !bytes.Equal(data, second[name]) {
			t.Errorf("%s differs", name)
		}
	}
	if bytes.Equal(first["/delay=0ms/01/client.pcapng"], first["/delay=0ms/02/client.pcapng"]) {
		t.Error("repetitions are copies")
	}
}

func TestManifestNamesEverything(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	mustSweep(t, dir, simulatedPlan(), Options{})
	m, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{"/" + manifestFile: true}
	for _, r := range m.Runs {
		for _, name := range []string{r.Calls, r.Samples, r.Report, r.Name + "/" + runFile, r.Tap("client").File, r.Tap("server").File} {
			named["/"+name] = true
		}
		if r.Backend != "simulated" || len(r.Data) != 2 {
			t.Errorf("run %+v", r)
		}
	}
	for name := range contents(t, dir) {
		if !named[name] {
			t.Errorf("%s is not in the manifest", name)
		}
	}
	calls, err := ReadCalls(filepath.Join(dir, m.Runs[0].Calls))
	if err != nil || len(calls) == 0 || calls[0].Call != "listen" {
		t.Errorf("calls %v, %v", calls, err)
	}
}

func TestResume(t *testing.T) {
	dir, plan := filepath.Join(t.TempDir(), "lab"), simulatedPlan()
	mustSweep(t, dir, plan, Options{})
	want := contents(t, dir)
	for _, step := range []error{
		os.RemoveAll(filepath.Join(dir, "delay=20ms", "01")),
		os.MkdirAll(filepath.Join(dir, "delay=20ms", ".01.flowstate-tmp"), 0o777), // of a run that was killed
		os.WriteFile(filepath.Join(dir, ".manifest.json.flowstate-tmp"), nil, 0o666),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	var made []string
	mustSweep(t, dir, plan, Options{Progress: func(p Progress) {
		if !p.Ended {
			made = append(made, p.Name)
		}
	}})
	if !slices.Equal(made, []string{"delay=20ms/01"}) {
		t.Errorf("made %v again", made)
	}
	got := contents(t, dir)
	if len(got) != len(want) {
		t.Errorf("%d files, want %d", len(got), len(want))
	}
	for name := range want {
		if !bytes.Equal(got[name], want[name]) {
			t.Errorf("%s differs after the interruption", name)
		}
	}
}

// A simulated run has no wall clock to wait for, so it ends at once when it is
// told to: this one would take minutes.
func TestSimulatedStops(t *testing.T) {
	dir, plan := filepath.Join(t.TempDir(), "lab"), simulatedPlan()
	plan.Base.Knobs.Total, plan.Base.Knobs.Iterations = 256<<20, 100
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := Sweep(ctx, dir, plan, Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is left behind: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	dir, plan := filepath.Join(t.TempDir(), "lab"), simulatedPlan()
	mustSweep(t, dir, plan, Options{})
	other := plan
	other.Base.IPv6 = true
	var differs *OtherPlanError
	if _, err := Sweep(t.Context(), dir, other, Options{}); !errors.As(err, &differs) {
		t.Errorf("another plan: %v", err)
	}
	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.tex"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Sweep(t.Context(), foreign, plan, Options{}); err == nil || len(contents(t, foreign)) != 1 {
		t.Errorf("a folder of somebody else: %v", err)
	}
	held, err := claim(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Sweep(t.Context(), dir, plan, Options{}); err == nil || !strings.Contains(err.Error(), "another lab") {
		t.Errorf("a folder in use: %v", err)
	}
	if err := held.release(); err != nil {
		t.Error(err)
	}
}

func TestSettingsThatCannotBeMeant(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"no multiple":       func(s *Settings) { s.Knobs.Total = 1<<20 + 1 },
		"workload":          func(s *Settings) { s.Workload = "nonsense" },
		"jitter":            func(s *Settings) { s.Way[0].Jitter = time.Second },
		"no client program": func(s *Settings) { s.Workload, s.Server = Programs, "true" },
		"loopback ways":     func(s *Settings) { s.Loopback = true; s.Way[1].Loss = 0.1 },
	} {
		plan := simulatedPlan()
		change(&plan.Base)
		dir := filepath.Join(t.TempDir(), "lab")
		var wrong *workload.UsageError
		if _, err := Sweep(t.Context(), dir, plan, Options{}); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: a folder was made", name)
		}
	}
}

func TestInterruptedLeavesWhatIsComplete(t *testing.T) {
	for _, after := range []int{0, 1} {
		dir := filepath.Join(t.TempDir(), "lab")
		ctx, cancel := context.WithCancel(t.Context())
		m, err := Sweep(ctx, dir, simulatedPlan(), Options{Progress: func(p Progress) {
			if p.Done == after {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) || len(m.Runs) != after {
			t.Errorf("after %d runs: %v, %d runs", after, err, len(m.Runs))
		}
		_, missing := os.Stat(dir)
		if (after == 0) != errors.Is(missing, fs.ErrNotExist) {
			t.Errorf("after %d runs the folder: %v", after, missing)
		}
		if after > 0 && len(contents(t, dir)) != 1+6*after {
			t.Errorf("after %d runs: %d files", after, len(contents(t, dir)))
		}
	}
}

// Every situation comes about in virtual time, and so do the benchmark's modes
// that need no second process.
func TestSimulatedWorkloads(t *testing.T) {
	changes := map[string]func(*Settings){
		"1thread": func(s *Settings) { s.Knobs.Mode = workload.OneThread },
		"-s":      func(s *Settings) { s.Knobs.Fixed = true },
		"-v":      func(s *Settings) { s.Knobs.Verbose = true },
		"IPv6":    func(s *Settings) { s.IPv6 = true },
		"cubic":   func(s *Settings) { s.Congestion = "cubic" },
	}
	for _, w := range workload.Table() {
		changes[w.Name] = func(s *Settings) { s.Workload = w.Name }
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := simulatedPlan()
			change(&plan.Base)
			plan.Repeat, plan.Axes = 1, []Axis{Delays(5 * time.Millisecond)}
			m := mustSweep(t, filepath.Join(t.TempDir(), "lab"), plan, Options{})
			if r := m.Runs[0]; r.Tap("client").Packets == 0 || r.Tap("server").Packets == 0 {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestUnsupportedBySimulated(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"programs":   func(s *Settings) { s.Workload, s.Server, s.Client = Programs, "true", "true" },
		"loopback":   func(s *Settings) { s.Loopback = true },
		"2proc":      func(s *Settings) { s.Knobs.Mode = workload.TwoProcesses },
		"getrusage":  func(s *Settings) { s.Knobs.Getrusage = true },
		"congestion": func(s *Settings) { s.Congestion = "vegas" },
	} {
		plan := simulatedPlan()
		change(&plan.Base)
		dir := filepath.Join(t.TempDir(), "lab")
		if _, err := Sweep(t.Context(), dir, plan, Options{}); err == nil {
			t.Errorf("%s: not refused", name)
		}
		if _, err := os.Stat(dir); err == nil {
			t.Errorf("%s: something is left behind", name)
		}
	}
}

// TestTimeLeft: what is left is told from the pace of the runs that were made,
// not of those that were there already.
func TestTimeLeft(t *testing.T) {
	var p pace
	if left := p.left(7); left != 0 {
		t.Errorf("before any run %v, want none", left)
	}
	p.add(time.Second)
	p.add(3 * time.Second)
	if left := p.left(7); left != 14*time.Second {
		t.Errorf("%v left, want 14s", left)
	}
	dir, plan := filepath.Join(t.TempDir(), "lab"), simulatedPlan()
	var told []bool
	watch := Options{Progress: func(p Progress) { told = append(told, p.Left > 0) }}
	mustSweep(t, dir, plan, watch)
	// Each of four runs begins and ends.
	if want := []bool{false, true, true, true, true, true, true, false}; !slices.Equal(told, want) {
		t.Errorf("an estimate is told %v, want %v", told, want)
	}
	if err := os.RemoveAll(filepath.Join(dir, "delay=20ms")); err != nil {
		t.Fatal(err)
	}
	told = nil
	mustSweep(t, dir, plan, watch)
	if want := []bool{false, false, true, true, true, false}; !slices.Equal(told, want) {
		t.Errorf("resumed, an estimate is told %v, want %v", told, want)
	}
}

// TestBackDelays: each way has its own delay, also in a grid.
func TestBackDelays(t *testing.T) {
	const ms = time.Millisecond
	plan := simulatedPlan()
	plan.Axes = []Axis{Delays(5*ms, 10*ms), BackDelays(0, 30*ms)}
	plan.Repeat = 1
	jobs, err := plan.jobs()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]time.Duration{}
	for _, j := range jobs {
		got[j.cell] = [2]time.Duration{j.settings.Way[0].Delay, j.settings.Way[1].Delay}
	}
	want := map[string][2]time.Duration{
		"delay=5ms,back-delay=0ms": {5 * ms, 0}, "delay=5ms,back-delay=30ms": {5 * ms, 30 * ms},
		"delay=10ms,back-delay=0ms": {10 * ms, 0}, "delay=10ms,back-delay=30ms": {10 * ms, 30 * ms},
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestComment: a capture names the back end, its error and all settings.
func TestComment(t *testing.T) {
	s := simulatedPlan().Base
	s.Way[1].Loss = 0.25
	late := &link.Figures{Way: [2]link.DelayError{{P50: 40 * time.Microsecond, P99: time.Millisecond}, {P50: 50 * time.Microsecond, P99: 2 * time.Millisecond}}}
	for _, want := range []string{
		"back end uml; ", `"loss":0.25`, `"total":1048576`,
		"; packets to the server later than set: p50 40µs, p99 1ms; packets to the client later than set: p50 50µs, p99 2ms",
	} {
		if said := s.comment("uml", late); !strings.Contains(said, want) {
			t.Errorf("%q is not in %q", want, said)
		}
	}
}
