package lab

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// The files of a lab's folder and of a run's.
const (
	manifestFile  = "manifest.json"
	runFile       = "run.json"
	callsFile     = "calls.jsonl"
	samplesFile   = "samples.jsonl"
	benchmarkFile = "benchmark.json"
)

const schema = "flowstate.lab/1"

// Manifest names everything that a lab has made.
type Manifest struct {
	Schema  string   `json:"schema"`
	Backend string   `json:"backend"`
	Plan    Plan     `json:"plan"`
	Planned []string `json:"planned"` // the names of all runs
	Runs    []Run    `json:"runs"`    // those that are complete, in the order of Planned
}

// Run tells of a complete run. Paths are relative to the folder of the lab.
type Run struct {
	Name     string        `json:"name"`
	Cell     string        `json:"cell"` // runs of one cell differ in nothing but their number
	Settings Settings      `json:"settings"`
	Backend  string        `json:"backend"`
	Kernel   string        `json:"kernel"` // whose TCP it was
	Began    time.Time     `json:"began"`
	Took     time.Duration `json:"took_ns"`
	Link     *link.Figures `json:"link_error,omitempty"` // measured before the recording; nil: not measured
	Taps     []Tap         `json:"taps"`
	Calls    string        `json:"calls"`
	Samples  string        `json:"samples,omitempty"`
	Report   string        `json:"benchmark,omitempty"`
	Data     []Datum       `json:"data,omitempty"` // of the benchmark's iterations

	Programs *workload.ProgramsResult `json:"programs,omitempty"`
}

// Tap is one recording.
type Tap struct {
	Host      string `json:"host"` // client, server, or both where one interface is all
	Interface string `json:"interface"`
	File      string `json:"file"`
	Packets   int64  `json:"packets"`
	Dropped   uint64 `json:"dropped"` // by the recorder
}

// Datum is what an iteration of the benchmark measured.
type Datum struct {
	Bytes int64         `json:"bytes"`
	Time  time.Duration `json:"time_ns"`
}

// Rate is the bandwidth in bits a second.
func (d Datum) Rate() float64 { return float64(d.Bytes) * 8 / d.Time.Seconds() }

// Open reads the manifest of a lab's folder.
func Open(dir string) (*Manifest, error) {
	var m Manifest
	err := readJSON(filepath.Join(dir, manifestFile), &m)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s holds no lab: there is no %s in it", dir, manifestFile)
	case err != nil:
		return nil, err
	case m.Schema != schema:
		return nil, fmt.Errorf("%s: the schema is %q, and this program knows %q", filepath.Join(dir, manifestFile), m.Schema, schema)
	}
	return &m, nil
}

// Tap returns the recording that shows an end, nil where there is none.
func (r *Run) Tap(host string) *Tap {
	for i, t := range r.Taps {
		if t.Host == host || t.Host == "both" {
			return &r.Taps[i]
		}
	}
	return nil
}

// ReadCalls reads a log as workload.WriteCalls wrote it.
func ReadCalls(path string) ([]workload.Call, error) { return readLines[workload.Call](path) }

// Window is the congestion window that a kernel told of one of its connections.
type Window struct {
	Time     capture.Timestamp `json:"time_ns"`
	Local    netip.AddrPort    `json:"local"`
	Cwnd     int64             `json:"cwnd"`     // octets; 0: unknown
	Ssthresh int64             `json:"ssthresh"` // octets; 0: not set yet, or unknown
}

// ReadWindows reads the congestion windows of a run's samples.
func ReadWindows(path string) ([]Window, error) { return readLines[Window](path) }

// readLines reads a file of JSON values.
func readLines[T any](path string) (all []T, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // it was only read
	for lines := json.NewDecoder(f); lines.More(); {
		var v T
		if err := lines.Decode(&v); err != nil {
			return nil, fmt.Errorf("%s: entry %d: %w", path, len(all)+1, err)
		}
		all = append(all, v)
	}
	return all, nil
}

func readJSON(path string, v any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// writeJSON replaces the file as a whole.
func writeJSON(path string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	temporary := hide(path)
	if err := os.WriteFile(temporary, append(data, '\n'), 0o666); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}
