package main

import (
	"math"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// The bound of the test below. Both programs take about the same processor
// time, on any machine; more than this is past what others on the machine
// can do to the quicker ones of several runs.
const (
	mostRatio  = 1.6
	fewestRuns = 5
	mostRuns   = 20 // before the bound counts as broken
)

// TestAsFastAsTCPTrace keeps the processor time of summary near that of
// tcptrace on the same capture, run in turn. It is no measurement: for that the
// captures of cmd/gencapture have their full size.
func TestAsFastAsTCPTrace(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds of a processor, and means nothing under the race detector")
	}
	tcptrace := testneed.Program(t, "tcptrace")
	for _, c := range []struct{ kind, count, of string }{
		{"few", "-packets", "150"},
		{"many", "-connections", "3000"},
	} {
		t.Run(c.kind, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), c.kind+".pcap")
			processorTime(t, "go", "run", "../gencapture", "-kind", c.kind, c.count, c.of, "-o", file)
			ours, theirs := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			for runs := 1; ; runs++ {
				// TestMain put the program on PATH.
				ours = min(ours, processorTime(t, "flowstate", "summary", "--format", "json", file))
				theirs = min(theirs, processorTime(t, tcptrace, "-nlr", file))
				ratio := float64(ours) / float64(theirs)
				switch {
				case runs >= fewestRuns && ratio <= mostRatio:
					t.Logf("%v of processor time to %v, %.2f times as much", ours, theirs, ratio)
					return
				case runs == mostRuns:
					t.Fatalf("%v of processor time to tcptrace's %v: %.2f times as much, want no more than %v (hint: go test -cpuprofile with BenchmarkAnalysis)", ours, theirs, ratio, mostRatio)
				}
			}
		})
	}
}

// processorTime runs a program, and returns the processor time that it took.
func processorTime(t *testing.T, name string, args ...string) time.Duration {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	if err := c.Run(); err != nil {
		t.Fatalf("%v: %v", c, err)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime()
}
