package lab

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestNextLabRemovesGuests: what a killed run left of a guest goes with the next
// lab, over whichever link.
func TestNextLabRemovesGuests(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	left := filepath.Join(temporary, "flowstate-uml-1")
	if err := os.MkdirAll(filepath.Join(left, "guest"), 0o700); err != nil {
		t.Fatal(err)
	}
	plan := simulatedPlan()
	plan.Axes, plan.Repeat = nil, 1
	mustSweep(t, filepath.Join(t.TempDir(), "lab"), plan, Options{})
	if _, err := os.Stat(left); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
}
