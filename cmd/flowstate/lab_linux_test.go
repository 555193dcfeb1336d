package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// built is the program as a file of its own: it starts itself again in guests
// and as the benchmark's second process, which a test binary cannot.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flowstate-under-test")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// needLink ends a test where a back end does not work.
func needLink(t *testing.T, name string) {
	t.Helper()
	if os.Getenv("FLOWSTATE_LAB") == "" {
		t.Skip("a lab against the clock of a live kernel, which a busy machine can upset; FLOWSTATE_LAB=1 runs it")
	}
	if os.Geteuid() != 0 {
		testneed.Missing(t, "no %s link: not root", name)
	}
	for _, s := range link.Probe() {
		if s.Backend == name && !s.Works {
			testneed.Missing(t, "no %s link: %s", name, s.Why)
		}
	}
}

// command runs the program and returns its results.
func command(t *testing.T, program string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var words bytes.Buffer
	c := exec.CommandContext(ctx, program, args...)
	c.Stderr = &words
	out, err := c.Output()
	if err != nil {
		t.Fatalf("flowstate %s: %v: %s", strings.Join(args, " "), err, &words)
	}
	return out
}

// TestLabUML is the sweep over real netem, in a user-mode Linux kernel.
func TestLabUML(t *testing.T) {
	needLink(t, "uml")
	program, dir := built(t), filepath.Join(t.TempDir(), "lab")
	command(t, program, "lab", "sweep", "--link", "uml", "--delay", "0,5,20,40", "--iterations", "20", "-t", "128K", "-B", "-q", "-o", dir, "--no-diagrams")
	rtts := map[string][]float64{}
	lines := json.NewDecoder(bytes.NewReader(command(t, program, "lab", "report", dir, "--format", "json", "--no-diagrams")))
	for lines.More() {
		var c struct {
			Cell, Close, Predicted string
			Agrees                 bool
			RTT                    float64 `json:"handshake_rtt_s"`
		}
		if err := lines.Decode(&c); err != nil {
			t.Fatal(err)
		}
		rtts[c.Cell] = append(rtts[c.Cell], c.RTT)
		if !c.Agrees {
			t.Errorf("%s: closed %s, predicted %s", c.Cell, c.Close, c.Predicted)
		}
		if c.Cell != "delay=0ms" && c.Close != "simultaneous" {
			t.Errorf("%s: closed %s", c.Cell, c.Close)
		}
	}
	for cell, want := range map[string]float64{"delay=0ms": 0, "delay=5ms": 0.010, "delay=20ms": 0.040, "delay=40ms": 0.080} {
		got := medianOf(rtts[cell])
		t.Logf("%s: median handshake RTT %.3f ms of %d", cell, got*1e3, len(rtts[cell]))
		if len(rtts[cell]) != 20 || max(got-want, want-got) > max(want/50, 0.001) {
			t.Errorf("%s: median handshake RTT %v s of %d, want %v", cell, got, len(rtts[cell]), want)
		}
	}
}

// TestLabTwoProcesses has the sender in a process of its own.
func TestLabTwoProcesses(t *testing.T) {
	needLink(t, "emulated")
	program, dir := built(t), filepath.Join(t.TempDir(), "lab")
	var report struct {
		Samples []struct{ Bandwidth, Time float64 } `json:"benchmark_samples"`
	}
	out := command(t, program, "lab", "run", "--link", "emulated", "--delay", "5", "--mode", "2proc", "-t", "1M", "-B", "-j", "-o", dir)
	if err := json.Unmarshal(out, &report); err != nil || len(report.Samples) != 1 || report.Samples[0].Bandwidth <= 0 {
		t.Errorf("%v: %s", err, out)
	}
}

// TestLabPrograms runs two programs of the user's own, and loses neither their
// output nor their failure.
func TestLabPrograms(t *testing.T) {
	needLink(t, "emulated")
	program, dir := built(t), filepath.Join(t.TempDir(), "lab")
	c := exec.Command(program, "lab", "run", "--link", "emulated", "--server", "sleep 60", "--client", "echo {server}; exit 3", "-o", dir)
	out, err := c.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitFailed || !strings.Contains(string(out), "the client ended with status 3") {
		t.Errorf("%v: %s", err, out)
	}
	said, err := os.ReadFile(filepath.Join(dir, "programs", "01", "client.out"))
	if err != nil || string(said) != "10.0.0.2\n" {
		t.Errorf("the client said %q, %v", said, err)
	}
}

// TestLabKilled starts a sweep and kills it at random moments. The next one
// goes on, and leaves nothing behind.
func TestLabKilled(t *testing.T) {
	for _, name := range []string{"emulated", "uml"} {
		t.Run(name, func(t *testing.T) {
			needLink(t, name)
			killed(t, name, 10)
		})
	}
}

func killed(t *testing.T, name string, times int) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	program, dir := built(t), filepath.Join(t.TempDir(), "lab")
	args := []string{"lab", "sweep", "--link", name, "--delay", "0,5", "-n", "3", "-t", "1M", "-B", "-q", "-o", dir, "--no-diagrams"}
	namespaces := named(t)
	for range times {
		c := exec.Command(program, args...)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Int64N(int64(800 * time.Millisecond))))
		if err := c.Process.Signal(syscall.SIGKILL); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		_ = c.Wait() // killed, as wanted, or already done
		if m, err := lab.Open(dir); err == nil && len(m.Runs) == len(m.Planned) {
			if err := os.RemoveAll(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	command(t, program, args...)
	m, err := lab.Open(dir)
	if err != nil || len(m.Runs) != 6 {
		t.Fatalf("%v: %+v", err, m)
	}
	nothingLeft(t, dir, program)
	if now := named(t); now != namespaces {
		t.Errorf("named namespaces: %s, before %s", now, namespaces)
	}
}

// named are the network namespaces with a name, of which a lab makes none.
func named(t *testing.T) string {
	t.Helper()
	list, err := os.ReadDir("/run/netns")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// nothingLeft looks for temporary files, processes and mounts. Namespaces
// without a name live as long as a process does.
func nothingLeft(t *testing.T, dir, program string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if strings.HasPrefix(d.Name(), ".") || strings.HasSuffix(d.Name(), ".part") {
			t.Errorf("%s is left behind", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	programs, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		t.Fatal(err)
	}
	for _, exe := range programs {
		if target, err := os.Readlink(exe); err == nil && strings.HasPrefix(target, program) {
			t.Errorf("a process is left behind: %s", exe)
		}
	}
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil || strings.Contains(string(mounts), dir) {
		t.Errorf("a mount is left behind, %v", err)
	}
}

// TestLabInterrupted ends a run as ^C does.
func TestLabInterrupted(t *testing.T) {
	needLink(t, "emulated")
	program, dir := built(t), filepath.Join(t.TempDir(), "lab")
	c := exec.Command(program, "lab", "run", "--link", "emulated", "--delay", "200", "-B", "-o", dir)
	var words bytes.Buffer
	c.Stderr = &words
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	if err := c.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed || !strings.Contains(words.String(), "nothing is left behind") {
		t.Errorf("%v: %s", err, &words)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is left behind: %v", err)
	}
}

// TestCapture records what a lab's server and client say over loopback, by the
// command alone.
func TestCapture(t *testing.T) {
	if os.Geteuid() != 0 {
		testneed.Missing(t, "no recording: not root")
	}
	path := filepath.Join(t.TempDir(), "lo.pcapng")
	var out, words bytes.Buffer
	if got := run([]string{"capture", "-i", "lo", "-w", path, "--duration", "300ms", "tcp port 9 and host 192.0.2.1"}, strings.NewReader(""), &out, &words); got != exitDone {
		t.Fatalf("exit status %d: %s", got, &words)
	}
	if !strings.Contains(words.String(), "0 packets in") || len(printedBy(t, exitDone, "summary", "-q", path)) > 400 {
		t.Errorf("said %s", &words)
	}
}

func medianOf(values []float64) float64 {
	if len(values) == 0 {
		return -1
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}
