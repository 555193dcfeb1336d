// Package analyzetest gives tests the analysis of a capture file, and ends the
// test where the file cannot be opened.
//
//	for c := range analyzetest.Open(t, path, analyze.Options{}).Connections() {
//
// It is imported by test files only. Captures in words are those of package
// scenariotest.
package analyzetest

import (
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// Open prepares the analysis of a capture, which is closed when the test ends.
func Open(t testing.TB, path string, o analyze.Options) *analyze.Analysis {
	t.Helper()
	return analyze.New(reader(t, path), o)
}

// Connections returns those of a capture. It ends the test where the capture is
// damaged.
func Connections(t testing.TB, path string) []*analyze.Connection {
	t.Helper()
	r := reader(t, path)
	a := analyze.New(r, analyze.Options{})
	all := slices.Collect(a.Connections())
	if err := a.Err(); err != nil || r.Damaged() {
		t.Fatalf("%s: %v, damaged: %v", path, err, r.Damaged())
	}
	return all
}

func reader(t testing.TB, path string) *pcapfile.Reader {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() }) // nothing was written
	return r
}
