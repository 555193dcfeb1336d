package main

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

const manFolder = "../../docs/man"

// The manual pages are those that the commands make of themselves.
func TestManPages(t *testing.T) {
	pages := manualPages()
	if *update {
		if err := os.RemoveAll(manFolder); err != nil {
			t.Fatal(err)
		}
		if err := writePages(manFolder); err != nil {
			t.Fatal(err)
		}
	}
	const hint = "go test ./cmd/flowstate -run ManPages -update writes them anew"
	for name, want := range pages {
		got, err := os.ReadFile(filepath.Join(manFolder, name+".1"))
		if err != nil || string(got) != string(want) {
			t.Errorf("docs/man/%s.1 is out of date (%v); %s", name, err, hint)
		}
	}
	files, err := filepath.Glob(manFolder + "/*.1")
	if err != nil || len(files) != len(pages) || len(pages) < 20 {
		t.Errorf("%d pages of %d commands (%v); %s", len(files), len(pages), err, hint)
	}
}

// A manual page is what the formatters take without a word.
func TestManPagesLint(t *testing.T) {
	mandoc := testneed.Program(t, "mandoc")
	args := append([]string{"-Tlint", "-Wwarning"}, pageFiles(t)...)
	out, _ := exec.Command(mandoc, args...).CombinedOutput() // its status tells of remarks that are let pass
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "missing date") { // so that the same code gives the same page
			t.Error(strings.TrimSpace(line))
		}
	}
}

// Nothing of a command's flags and examples is lost on the way to its page.
func TestManPagesAreWhole(t *testing.T) {
	mandoc := testneed.Program(t, "mandoc")
	for cmd := range commands(newRoot(&program{})) {
		page := filepath.Join(manFolder, pageName(cmd)+".1")
		out, err := exec.Command(mandoc, "-Tutf8", "-O", "width=250", page).Output()
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(unstruck(string(out))), " ")
		for _, part := range []string{cmd.Long, cmd.Example} {
			for line := range strings.Lines(part) {
				if want := strings.Join(strings.Fields(line), " "); !strings.Contains(text, want) {
					t.Errorf("%s lacks %q", pageName(cmd), want)
				}
			}
		}
	}
}

// unstruck undoes how bold and underlined letters are printed: struck twice.
func unstruck(text string) string {
	var out []rune
	for _, r := range text {
		if r == '\b' && len(out) > 0 {
			out = out[:len(out)-1]
			continue
		}
		out = append(out, r)
	}
	return string(out)
}

func pageFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, name := range slices.Sorted(maps.Keys(manualPages())) {
		files = append(files, filepath.Join(manFolder, name+".1"))
	}
	return files
}

func TestManCommand(t *testing.T) {
	folder := t.TempDir() + "/man1"
	var stdout, stderr strings.Builder
	if status := run([]string{"man", "-o", folder}, nil, &stdout, &stderr); status != exitDone || stdout.String()+stderr.String() != "" {
		t.Fatalf("exit status %d: %s%s", status, stdout.String(), stderr.String())
	}
	page, err := os.ReadFile(folder + "/flowstate-states.1")
	if err != nil || string(page) != string(manualPages()["flowstate-states"]) {
		t.Errorf("the page of states differs (%v)", err)
	}
	if status := run([]string{"man"}, nil, &stdout, &stderr); status != exitUsage || !strings.Contains(stderr.String(), "hint: flowstate man -o man1") {
		t.Errorf("without a folder: exit status %d: %s", status, stderr.String())
	}
}
