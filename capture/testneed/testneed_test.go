package testneed

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// recorder stands in for a test, so that its skip or failure can be looked at.
type recorder struct {
	testing.TB
	outcome, text string
}

func (r *recorder) Helper() {}

func (r *recorder) Skipf(format string, args ...any) { r.end("skipped", format, args...) }

func (r *recorder) Fatalf(format string, args ...any) { r.end("failed", format, args...) }

func (r *recorder) Fatal(args ...any) { r.end("failed", "%v", args...) }

func (r *recorder) end(outcome, format string, args ...any) {
	r.outcome, r.text = outcome, fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// outcome runs f as a test of its own.
func outcome(t *testing.T, f func(testing.TB)) *recorder {
	r := &recorder{TB: t, outcome: "passed"}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(r)
	}()
	<-done
	return r
}

func TestNeeds(t *testing.T) {
	shared := t.TempDir()
	if err := os.WriteFile(filepath.Join(shared, "here"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	absent := filepath.Join(shared, "absent")
	program := func(name string) func(testing.TB) { return func(t testing.TB) { Program(t, name) } }
	file := func(name string) func(testing.TB) { return func(t testing.TB) { Shared(t, name) } }
	for _, c := range []struct {
		name, ci, shared string
		need             func(testing.TB)
		outcome, text    string
	}{
		{"a program that is there", "1", "", program("go"), "passed", ""},
		{"no such program", "", "", program("no-such-program"), "skipped", "apt-get install no-such-program"},
		{"no such program, strict", "1", "", program("no-such-program"), "failed", "no no-such-program on PATH"},
		{"a file that is there", "1", shared, file("here"), "passed", ""},
		{"no such file", "", shared, file("not-here"), "skipped", "not-here"},
		{"no such file, strict", "1", shared, file("not-here"), "failed", "not-here"},
		{"a collection that was asked for", "1", absent, file("here"), "failed", "absent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("FLOWSTATE_CI", c.ci)
			t.Setenv("FLOWSTATE_SHARED", c.shared)
			got := outcome(t, c.need)
			if got.outcome != c.outcome || !strings.Contains(got.text, c.text) {
				t.Errorf("%s: %q, want %s with %q", got.outcome, got.text, c.outcome, c.text)
			}
		})
	}
}

func TestCheckoutAloneSkipsShared(t *testing.T) {
	checkout := filepath.Join(t.TempDir(), "repository")
	if err := os.Mkdir(checkout, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(checkout, "go.mod"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(checkout)
	t.Setenv("FLOWSTATE_CI", "1")
	t.Setenv("FLOWSTATE_SHARED", "")
	got := outcome(t, func(t testing.TB) { Shared(t, "captures") })
	if got.outcome != "skipped" || !strings.Contains(got.text, "FLOWSTATE_SHARED") {
		t.Errorf("%s: %q, want skipped with a hint", got.outcome, got.text)
	}
}

func TestDebianPackageInHint(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("FLOWSTATE_CI", "")
	got := outcome(t, func(t testing.TB) { Program(t, "dot") })
	if want := "no dot on PATH (hint: apt-get install graphviz)"; got.text != want {
		t.Errorf("%q, want %q", got.text, want)
	}
}

func (r *recorder) Errorf(format string, args ...any) { r.end("failed", format, args...) }

func TestGolden(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "golden.txt")
	for _, c := range []struct {
		got           string
		update        bool
		outcome, text string
	}{
		{"one", false, "failed", "no such file"},
		{"one", true, "passed", ""},
		{"one", false, "passed", ""},
		{"two", false, "failed", "\ntwo"},
		{"two\x00", false, "failed", "with -update"},
		{"two", true, "passed", ""},
	} {
		got := outcome(t, func(t testing.TB) { Golden(t, path, []byte(c.got), c.update) })
		if got.outcome != c.outcome || !strings.Contains(got.text, c.text) {
			t.Errorf("%q: %s: %q, want %s with %q", c.got, got.outcome, got.text, c.outcome, c.text)
		}
	}
}
