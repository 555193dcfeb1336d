package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// programFile is the program as a file of its own, so that its processes can be
// told from others: it starts itself again in guests, in user namespaces and as
// the benchmark's second process.
func programFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flowstate-under-test")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// needLink ends a test where a back end does not work.
func needLink(t *testing.T, name string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a lab takes some seconds")
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

// TestLab is the README's lab, over the link that auto takes.
func TestLab(t *testing.T) {
	needLink(t, "uml")
	program := programFile(t)
	var dir, out string
	var took time.Duration
	for range 3 { // it is to be quick where others let it
		dir = filepath.Join(t.TempDir(), "lab")
		began := time.Now()
		out = string(command(t, program, "lab", "-o", dir))
		if took = time.Since(began); took < time.Minute {
			break
		}
	}
	if took > time.Minute {
		t.Errorf("it took %v", took)
	}
	for _, delay := range []string{"0ms", "5ms", "20ms", "40ms"} {
		if !strings.Contains(out, "\ndelay="+delay+": ") {
			t.Errorf("no word on %s: %s", delay, out)
		}
		for _, name := range []string{"client.pcapng", "server.pcapng", "calls.jsonl", "samples.jsonl", "benchmark.json"} {
			if info, err := os.Stat(filepath.Join(dir, "delay="+delay, "01", name)); err != nil || info.Size() == 0 {
				t.Errorf("%s: %s: %v", delay, name, err)
			}
		}
	}
	if drawn := globbed(filepath.Join(dir, "states-*.svg")); len(drawn) != 5 {
		t.Errorf("drawn: %v", drawn)
	}
	if judged := judgements(t, program, dir); len(judged) != 12 {
		t.Errorf("%d connections, want 12", len(judged))
	}
}

// TestLabTwoProcesses has the sender in a process of its own.
func TestLabTwoProcesses(t *testing.T) {
	needLink(t, "emulated")
	program, dir := programFile(t), filepath.Join(t.TempDir(), "lab")
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
	program, dir := programFile(t), filepath.Join(t.TempDir(), "lab")
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

// TestLabInterrupted ends a run as ^C does, and as timeout(1), which sends two
// signals.
func TestLabInterrupted(t *testing.T) {
	needLink(t, "emulated")
	program, dir := programFile(t), filepath.Join(t.TempDir(), "lab")
	c := exec.Command(program, "lab", "run", "--link", "emulated", "--delay", "200", "-B", "-o", dir)
	var words bytes.Buffer
	c.Stderr = &words
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	for range 2 {
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond) // or the two become one
	}
	var exit *exec.ExitError
	if err := c.Wait(); !errors.As(err, &exit) || exit.ExitCode() != exitFailed || !strings.Contains(words.String(), "nothing is left behind") {
		t.Errorf("%v: %s", err, &words)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder is left behind: %v", err)
	}
}
