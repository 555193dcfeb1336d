package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestUsage(t *testing.T) {
	for _, args := range [][]string{
		{},
		{"-kind", "few"},
		{"-kind", "some", "-o", "-"},
		{"-kind", "few", "-o", "-", "more"},
		{"-kind", "few", "-o", "-", "-packets", "3"},
		{"-kind", "few", "-o", "-", "-connections", "-1"},
		{"-kind", "few", "-o", "-", "-parallel", "1000000"},
		{"-no-such-flag"},
	} {
		var stdout, stderr bytes.Buffer
		if status := run(args, &stdout, &stderr); status != statusUsage || stdout.Len() > 0 || stderr.Len() == 0 {
			t.Errorf("%q: status %d, stdout %q, stderr %q", args, status, stdout.String(), stderr.String())
		}
	}
}

func TestHelp(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"-h"}, &stdout, &stderr); status != statusDone || !strings.Contains(stderr.String(), "-kind") {
		t.Errorf("status %d, stderr %q", status, stderr.String())
	}
}

func TestFileAndStandardOutputAreTheSame(t *testing.T) {
	args := []string{"-kind", "many", "-connections", "20", "-o"}
	var stdout, stderr bytes.Buffer
	if status := run(append(args, "-"), &stdout, &stderr); status != statusDone {
		t.Fatal(stderr.String())
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "out.pcap")
	if status := run(append(args, file), &stdout, &stderr); status != statusDone {
		t.Fatal(stderr.String())
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, stdout.Bytes()) {
		t.Error("file and standard output differ")
	}
	checkOnly(t, folder, "out.pcap")
}

func TestNoSuchFolder(t *testing.T) {
	var stdout, stderr bytes.Buffer
	file := filepath.Join(t.TempDir(), "absent", "out.pcap")
	if status := run([]string{"-kind", "few", "-o", file}, &stdout, &stderr); status != statusFailed {
		t.Errorf("status %d, stderr %q", status, stderr.String())
	}
}

// fullDisk takes some bytes and no more.
type fullDisk struct{ left int }

var errFull = errors.New("full")

func (d *fullDisk) Write(b []byte) (int, error) {
	if d.left -= len(b); d.left < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestFailedWriteLeavesNothing(t *testing.T) {
	p, err := kindOf("many", plan{connections: 3000})
	if err != nil {
		t.Fatal(err)
	}
	if err := generate(&fullDisk{left: 3 << 20}, p, 1); !errors.Is(err, errFull) {
		t.Errorf("%v, want %v", err, errFull)
	}
	var stdout, stderr bytes.Buffer
	folder := t.TempDir()
	file := filepath.Join(folder, "out.pcap")
	if err := os.Mkdir(file, 0o700); err != nil { // a folder cannot be renamed over
		t.Fatal(err)
	}
	if status := run([]string{"-kind", "many", "-connections", "1", "-o", file}, &stdout, &stderr); status != statusFailed {
		t.Errorf("status %d", status)
	}
	checkOnly(t, folder, "out.pcap")
}

// checkOnly tells that a folder holds one name, and no partial file.
func checkOnly(t *testing.T, folder, name string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("the folder holds %v", entries)
	}
}
