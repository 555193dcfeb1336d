// Package testneed lets a test say what it needs from the machine it runs on, and
// compares what it made with the files that were looked at (Golden).
//
// A need is a program on PATH, a capture of the shared collection beside the
// repository, or anything that the test checks for itself. Where a need is not
// met the test is skipped and the reason names what is missing. With
// FLOWSTATE_CI=1 in the environment the test fails instead: the machine that
// speaks for the project may not pass by leaving things out.
//
// It holds no test data and changes nothing on the machine. It is imported by
// test files only.
//
//	tshark := testneed.Program(t, "tshark")
//	file := testneed.Shared(t, "captures/odd/01-plain.pcap")
package testneed

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// debianPackages names the package of a program whose name differs from it.
// It is never written to.
var debianPackages = map[string]string{
	"dot":          "graphviz",
	"pdftotext":    "poppler-utils",
	"pdftoppm":     "poppler-utils",
	"rsvg-convert": "librsvg2-bin",
	"capinfos":     "wireshark-common",
	"editcap":      "wireshark-common",
	"mergecap":     "wireshark-common",
	"text2pcap":    "wireshark-common",
}

// Strict tells whether an unmet need is a failure: FLOWSTATE_CI is 1.
func Strict() bool { return os.Getenv("FLOWSTATE_CI") == "1" }

// Missing ends the test: skipped, or failed where Strict. The text says what
// is missing, as in "no network namespaces: not root".
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if Strict() {
		t.Fatalf("FLOWSTATE_CI=1 allows no skip: "+format, args...)
	}
	t.Skipf(format, args...)
}

// Program returns the path of a program, or ends the test by Missing.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		pkg, differs := debianPackages[name]
		if !differs {
			pkg = name
		}
		Missing(t, "no %s on PATH (hint: apt-get install %s)", name, pkg)
	}
	return path
}

// Shared returns the path of a file or folder of the shared collection, such
// as "captures/odd/01-plain.pcap". The collection is the folder named by
// FLOWSTATE_SHARED or, without it, the one called shared beside the
// repository.
//
// A checkout alone has no such folder, and nothing can install it: that skips
// the test even where Strict, unless FLOWSTATE_SHARED asks for it. A file that
// is missing from a collection which is there ends the test by Missing.
func Shared(t testing.TB, path string) string {
	t.Helper()
	folder, asked := sharedFolder(t)
	if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) && !asked {
		t.Skipf("no shared captures at %s (hint: FLOWSTATE_SHARED=FOLDER)", folder)
	}
	full := filepath.Join(folder, filepath.FromSlash(path))
	if _, err := os.Stat(full); err != nil {
		Missing(t, "no shared file: %v", err)
	}
	return full
}

// sharedFolder tells where the shared collection should be, and whether the
// environment asked for it.
func sharedFolder(t testing.TB) (folder string, asked bool) {
	t.Helper()
	if folder = os.Getenv("FLOWSTATE_SHARED"); folder != "" {
		return folder, true
	}
	return filepath.Join(filepath.Dir(Root(t)), "shared"), false
}

// Root returns the top folder of the repository: the nearest one above the
// test's package that holds go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = parent
	}
}
