package lab_test

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var runs = flag.String("runs", "", "compare the kept runs below this folder with their samples, in place of new ones, and log a table")

// logKept logs how far what was measured in kept runs agrees with the samples of
// the sender, the server. Programs of one's own leave theirs, which the lab
// cannot take, in own.jsonl.
func logKept(t *testing.T) {
	found := 0
	t.Logf("%-24s %6s %6s %6s %6s %6s %6s %6s %6s %6s", "run", "rows", "cwnd", "near", "bounds", "hold", "flight", "srtt", "along", "share")
	err := filepath.WalkDir(*runs, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "server.pcapng" {
			return err
		}
		samples := filepath.Join(filepath.Dir(path), "own.jsonl")
		if _, err := os.Stat(samples); err != nil {
			samples = filepath.Join(filepath.Dir(path), "samples.jsonl")
		}
		found++
		a := compare(t, path, readSamples(t, samples))
		name, _, _ := strings.Cut(strings.TrimPrefix(path, *runs+"/"), "/")
		t.Logf("%-24s %6d %6d %6.2f %6d %6.2f %6.3f %6.3f %6.2f %v", name, a.samples, a.limited, percent(a.near, a.limited), a.bounds, percent(a.held, a.bounds),
			float64(a.flight[0])/float64(a.flight[1]), a.srtt[0]/a.srtt[1], percent(a.close, a.smooth), a.labels)
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d runs below %s (%v)", found, *runs, err)
	}
}

func percent(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
