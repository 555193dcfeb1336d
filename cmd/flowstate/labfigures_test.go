package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var updateFigures = flag.Bool("update-figures", false, "write the golden figures of a sweep anew")

// TestSweep holds the figures of a small sweep to what was looked at, and their
// numbers to those of other commands.
func TestSweep(t *testing.T) {
	dir := sweepOnce(t)
	t.Run("Figures", func(t *testing.T) { sweepFigures(t, dir) })
	t.Run("Numbers", func(t *testing.T) { sweepNumbers(t, dir) })
}

// sweepOnce runs a small sweep of the L41 lab in virtual time, and returns its
// folder.
func sweepOnce(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "l41")
	printedBy(t, 0, "lab", "sweep", "--preset", "l41", "--link", "simulated", "--delay", "5:35:15", "-n", "4",
		"-t", "256K", "-b", "32K", "--image", "svg", "-q", "-o", dir)
	return dir
}

// sweepFigures compares all figures of a sweep with those that were looked
// at, and the report with that which was read.
func sweepFigures(t *testing.T, dir string) {
	const golden = "testdata/figures"
	drawn := filepath.Join(dir, "figures")
	if *updateFigures {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(golden, os.DirFS(drawn)); err != nil {
			t.Fatal(err)
		}
	}
	want, got := contents(t, golden), contents(t, drawn)
	for name, text := range got {
		if !bytes.Equal(want[name], text) {
			t.Errorf("%s differs from the golden one (go test ./cmd/flowstate -run Sweep -update-figures)", name)
		}
	}
	for name := range want {
		if got[name] == nil {
			t.Errorf("no %s is drawn any more", name)
		}
	}
}

func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all[name], err = os.ReadFile(filepath.Join(dir, name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sweepNumbers holds the numbers of the figures to those that summary and
// segments print of the same captures.
func sweepNumbers(t *testing.T, dir string) {
	cell := filepath.Join(dir, "delay=20ms,buffers=fixed,record=both")
	var summary struct {
		Handshake float64 `json:"handshake_rtt_s"`
		Server    struct {
			Goodput float64 `json:"goodput_bps"`
			Limits  struct{ Rwnd float64 }
		}
	}
	parse(t, printedBy(t, 0, "summary", "-q", "--format", "json", filepath.Join(cell, "02", "client.pcapng")), &summary)
	atDelay := func(file, panel, series string) float64 {
		return lookUp(t, filepath.Join(dir, "figures", file), panel, series, "0.02")
	}
	if got := atDelay("bandwidth-delay.csv", "Bandwidth", "fixed buffers"); math.Abs(got-summary.Server.Goodput) > 0.06 {
		t.Errorf("bandwidth %v, summary has %v", got, summary.Server.Goodput)
	}
	if got := atDelay("simulation-effect.csv", "Handshake round trip less twice the set delay", "fixed buffers"); math.Abs(got+0.04-summary.Handshake) > 1e-9 {
		t.Errorf("handshake round trip %v, summary has %v", got+0.04, summary.Handshake)
	}
	parse(t, printedBy(t, 0, "summary", "-q", "--format", "json", filepath.Join(cell, "02", "server.pcapng")), &summary)
	if got := atDelay("hypothesis-2.csv", "Time kept back by the receiver's window", "fixed buffers"); math.Abs(got-summary.Server.Limits.Rwnd) > 1e-4 {
		t.Errorf("kept back for %v of the time, summary has %v", got, summary.Server.Limits.Rwnd)
	}
	windowsAgree(t, filepath.Join(dir, "figures", "time-20ms.csv"), filepath.Join(cell, "02", "server.pcapng"))
}

// windowsAgree compares a figure's windows with those of segments, by frame.
func windowsAgree(t *testing.T, figure, file string) {
	t.Helper()
	segments := map[string]map[string]any{}
	lines := json.NewDecoder(bytes.NewReader(printedBy(t, 0, "segments", "-q", "--format", "json", file)))
	for lines.More() {
		var s map[string]any
		if err := lines.Decode(&s); err != nil {
			t.Fatal(err)
		}
		segments[strconv.Itoa(int(s["frame"].(float64)))] = s
	}
	fields := map[string]string{"advertised window": "rwnd", "cwnd, at least": "cwnd", "cwnd, estimate": "cwnd", "ssthresh": "ssthresh"}
	compared := map[string]int{}
	for _, row := range rows(t, figure) {
		field := fields[row["series"]]
		if row["panel"] != "Windows, fixed buffers" || field == "" || row["frame"] == "" {
			continue
		}
		want, _ := segments[row["frame"]][field].(float64)
		if got, err := strconv.ParseFloat(row["y"], 64); err != nil || got != want {
			t.Errorf("frame %s: %s %q, segments has %v", row["frame"], row["series"], row["y"], want)
		}
		compared[field]++
	}
	if compared["rwnd"] == 0 || compared["cwnd"] == 0 {
		t.Errorf("compared %v", compared)
	}
}

func parse(t *testing.T, text []byte, v any) {
	t.Helper()
	if err := json.Unmarshal(text, v); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// lookUp is the Y of a series of a figure's CSV.
func lookUp(t *testing.T, path, panel, series, x string) float64 {
	t.Helper()
	for _, row := range rows(t, path) {
		if row["panel"] == panel && row["series"] == series && row["x"] == x {
			y, err := strconv.ParseFloat(row["y"], 64)
			if err != nil {
				t.Fatal(err)
			}
			return y
		}
	}
	t.Fatalf("%s: no %s, %s at %s", path, panel, series, x)
	return 0
}

func rows(t *testing.T, path string) (all []map[string]string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		all = append(all, row)
	}
	return all
}
