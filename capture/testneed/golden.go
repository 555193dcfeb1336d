package testneed

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// Golden compares what a test made with a file that was looked at. With update
// it writes the file first, and its folder where there is none; the change is
// then to be read like any other.
func Golden(t testing.TB, path string, got []byte, update bool) {
	t.Helper()
	if update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is made now: look at it, then run the test with -update%s", path, shown(got))
	}
}

// shown is what was made, where it is short text.
func shown(got []byte) string {
	if len(got) > 10_000 || !utf8.Valid(got) || bytes.ContainsRune(got, 0) {
		return ""
	}
	return "\n" + string(got)
}
