//go:build unix

package lab

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLock: a lab that is dying is waited for, one that works is not.
func TestLock(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "lab")
	first, err := claim(dir)
	if err != nil {
		t.Fatal(err)
	}
	second := folder{path: dir}
	if second.lock, err = os.Open(dir); err != nil {
		t.Fatal(err)
	}
	if err := lock(second.lock, 50*time.Millisecond); err == nil {
		t.Error("two labs have the folder")
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = first.lock.Close() }) // as its death does
	if err := lock(second.lock, time.Minute); err != nil {
		t.Error(err)
	}
	if err := second.release(); err != nil {
		t.Error(err)
	}
}
