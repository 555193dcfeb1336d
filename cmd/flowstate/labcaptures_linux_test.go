package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/cryptotest"
)

// labCaptures is the folder of what flowstate lab recorded.
const labCaptures = "../../testdata/lab"

// recipe is a line of the recipes.
type recipe struct {
	name string
	args []string
}

// folder is where the recipe's files are.
func (r recipe) folder() string { return filepath.Join(labCaptures, r.name) }

// repeats tells whether the recipe makes the same bytes each time.
func (r recipe) repeats() bool {
	return strings.Contains(strings.Join(r.args, " "), "--link simulated")
}

func recipes(t *testing.T) (all []recipe) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(labCaptures, "recipes.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			all = append(all, recipe{words[0], words[1:]})
		}
	}
	return all
}

// recordedFiles are those files of a run that are kept: what the taps saw and what the
// programs did.
func recordedFiles() []string { return []string{"client.pcapng", "server.pcapng", "calls.jsonl"} }

// make runs a recipe and returns its files.
func (r recipe) make(t *testing.T) map[string][]byte {
	t.Helper()
	dir := filepath.Join(t.TempDir(), r.name)
	args := append([]string{"lab", "run", "-q", "--no-diagrams", "-o", dir}, r.args...)
	if r.repeats() {
		cryptotest.SetGlobalRandom(t, 1) // for the keys of TLS, which ask no other source
		printedBy(t, exitDone, args...)
	} else {
		command(t, programFile(t), args...)
	}
	made := map[string][]byte{}
	for _, name := range recordedFiles() {
		found, err := filepath.Glob(filepath.Join(dir, "*", "01", name))
		if err != nil || len(found) != 1 {
			t.Fatalf("%s: %v, %v", name, found, err)
		}
		if made[name], err = os.ReadFile(found[0]); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

// kept are the files of a recipe as they are in the tree, nil where they are
// missing. Captures are compressed.
func (r recipe) kept(t *testing.T) map[string][]byte {
	t.Helper()
	kept := map[string][]byte{}
	for _, name := range recordedFiles() {
		data, err := os.ReadFile(r.path(name))
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(r.path(name), ".gz") {
			unpacked, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if data, err = io.ReadAll(unpacked); err != nil {
				t.Fatal(err)
			}
		}
		kept[name] = data
	}
	return kept
}

// path is where a file of the recipe is kept.
func (r recipe) path(name string) string {
	if filepath.Ext(name) == ".pcapng" {
		name += ".gz"
	}
	return filepath.Join(r.folder(), name)
}

// keep writes files into the tree.
func (r recipe) keep(t *testing.T, files map[string][]byte) {
	t.Helper()
	if err := os.MkdirAll(r.folder(), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, data := range files {
		if path := r.path(name); strings.HasSuffix(path, ".gz") {
			var packed bytes.Buffer
			w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(data); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			data = packed.Bytes()
		}
		if err := os.WriteFile(r.path(name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// TestLabCaptures makes the captures anew: those of the simulated link are the
// same to the byte. With -update it writes them, and what is missing of the
// others.
func TestLabCaptures(t *testing.T) {
	for _, r := range recipes(t) {
		t.Run(r.name, func(t *testing.T) {
			kept := r.kept(t)
			if !r.repeats() {
				if kept == nil && *update {
					needLink(t, "uml")
					r.keep(t, r.make(t))
				} else if kept == nil {
					t.Error("its captures are missing (hint: -update)")
				}
				return
			}
			made := r.make(t)
			if *update {
				r.keep(t, made)
				return
			}
			for name, data := range made {
				if !bytes.Equal(data, kept[name]) {
					t.Errorf("%s is not what the recipe makes now (hint: -update, and look at what differs)", r.path(name))
				}
			}
		})
	}
}
