package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// folder is that of a lab, ours alone until it is released.
type folder struct {
	path string
	lock *os.File
	made bool // by us: it goes again if nothing comes of it
}

// dying is how long a process that was killed may hold its folder.
const dying = 3 * time.Second

// The temporary name of a file or folder, beside its own.
const (
	hiddenPrefix = "."
	hiddenSuffix = ".flowstate-tmp"
)

func hide(path string) string {
	return filepath.Join(filepath.Dir(path), hiddenPrefix+filepath.Base(path)+hiddenSuffix)
}

func isHidden(name string) bool {
	return strings.HasPrefix(name, hiddenPrefix) && strings.HasSuffix(name, hiddenSuffix)
}

// claim makes the folder and locks it. The lock is the kernel's, on the folder itself: it ends with its process, in
// whatever way, and leaves no file.
func claim(path string) (*folder, error) {
	f := &folder{path: path}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		f.made = true
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	var err error
	if f.lock, err = os.Open(path); err != nil {
		return nil, err
	}
	if err := lock(f.lock, dying); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.lock.Close())
	}
	return f, nil
}

// sweep removes everything that has a temporary name, and the folders of cells
// that hold no run.
func (f *folder) sweep() error {
	cells, err := removeHidden(f.path)
	if err != nil {
		return err
	}
	for _, cell := range cells {
		if _, err := removeHidden(cell); err != nil {
			return err
		}
		f.prune(cell)
	}
	return nil
}

// removeHidden removes what has a temporary name in a folder, and returns the
// folders that are left.
func removeHidden(dir string) (folders []string, err error) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		path := filepath.Join(dir, e.Name())
		if isHidden(e.Name()) {
			if err := os.RemoveAll(path); err != nil {
				return nil, err
			}
			continue
		}
		if e.IsDir() {
			folders = append(folders, path)
		}
	}
	return folders, nil
}

// prune removes the folder of a cell if nothing is in it.
func (f *folder) prune(cell string) {
	_ = os.Remove(cell) // fails where something is in it, as it should
}

// empty tells whether nothing is in the folder but what a killed run left.
func (f *folder) empty() (bool, error) {
	list, err := os.ReadDir(f.path)
	for _, e := range list {
		if !isHidden(e.Name()) {
			return false, nil
		}
	}
	return true, err
}

// release gives the folder back. One that we made and that holds nothing goes.
func (f *folder) release() error {
	if f.made {
		_ = os.Remove(f.path) // fails where something is in it, as it should
	}
	return f.lock.Close()
}
