package uml

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// prefix of the folders of guests.
const prefix = "flowstate-uml-"

// parents are where folders of guests may be: of their memory, if it can be a
// file in memory, and of all else. The guest's own /dev hides the former.
func parents() (memory, other string) { return "/dev/shm", os.TempDir() }

// folder is one that vanishes with its guest. Its lock is held by the process
// that made it, so that others see whether it is in use.
type folder struct {
	path string
	lock *os.File
}

// newFolders makes a guest's folder, and the one for its memory, which may be
// the same.
func newFolders() (guest, memory *folder, err error) {
	shm, parent := parents()
	if strings.ContainsAny(parent, " \t\n\"") || hidden(parent) {
		return nil, nil, fmt.Errorf("a user-mode Linux guest cannot use the folder %q (hint: TMPDIR=/tmp)", parent)
	}
	if guest, err = newFolder(parent); err != nil {
		return nil, nil, fmt.Errorf("a folder for user-mode Linux: %w", err)
	}
	if memory, err = newFolder(shm); err != nil {
		return guest, guest, nil // a disk will do: slower, as dirty pages are written
	}
	return guest, memory, nil
}

// hidden tells whether the guest has something of its own at a path.
func hidden(path string) bool {
	for _, own := range []string{"/dev", "/proc", "/sys", "/mnt"} {
		if path == own || strings.HasPrefix(path, own+"/") {
			return true
		}
	}
	return false
}

// newFolder makes a folder and locks it. Until it is locked, the sweep of another
// process may take it for one that was left behind; then another is made.
func newFolder(parent string) (*folder, error) {
	for {
		path, err := os.MkdirTemp(parent, prefix)
		if err != nil {
			return nil, err
		}
		lock, err := lockFolder(path)
		if err == nil {
			return &folder{path: path, lock: lock}, nil
		}
		if !errors.Is(err, os.ErrNotExist) {
			return nil, errors.Join(err, os.RemoveAll(path))
		}
	}
}

// lockFolder fails with os.ErrNotExist where the folder is gone, also when it
// went before the lock was had.
func lockFolder(path string) (*os.File, error) {
	lock, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err = unix.Flock(int(lock.Fd()), unix.LOCK_EX); err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// prepare writes what the guest's init needs. The init is a symbolic link,
// since the kernel's command line could not name every program.
func (f *folder) prepare(job Job) error {
	data, err := json.Marshal(spec{Binary: job.Binary, Args: job.Args, Env: job.Env, OutDir: job.OutDir, Modules: job.Modules})
	if err != nil {
		return fmt.Errorf("the job's description: %w", err)
	}
	if err := os.WriteFile(filepath.Join(f.path, "job.json"), data, 0o600); err != nil {
		return fmt.Errorf("the job's description: %w", err)
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("this program's own file: %w", err)
	}
	if err := os.Symlink(self, filepath.Join(f.path, "init")); err != nil {
		return fmt.Errorf("the guest's init: %w", err)
	}
	return nil
}

// remove takes the folder away. What is left, if anything, the next run sweeps.
func (f *folder) remove() {
	_ = os.RemoveAll(f.path)
	f.lock.Close() // and with it the lock
}

// Sweep removes what the guests of a killed process left: their folders, and
// what of them still runs. It is best effort: what belongs to another user, or
// is in use, stays.
func Sweep() {
	shm, parent := parents()
	for _, parent := range []string{shm, parent} {
		old, _ := filepath.Glob(filepath.Join(parent, prefix+"*")) // the pattern is fixed, so it is not malformed
		for _, path := range old {
			lock, err := os.Open(path)
			if err != nil {
				continue
			}
			if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil {
				endGuest(path)
				_ = os.RemoveAll(path)
			}
			lock.Close() // and with it the lock
		}
	}
}

// endGuest ends the processes of a guest whose owner is gone: those whose
// command line names the guest's own folder.
func endGuest(path string) {
	commands, _ := filepath.Glob("/proc/[0-9]*/cmdline") // the pattern is not malformed
	for _, name := range commands {
		data, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(data, []byte("\x00uml_dir="+path+"\x00")) {
			continue // gone meanwhile, or another's
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name))); err == nil {
			_ = unix.Kill(pid, unix.SIGKILL)
		}
	}
}
