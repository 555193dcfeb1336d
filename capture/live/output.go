package live

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// output is where Record writes.
type output interface {
	Sink
	finish(at time.Time, s Stats) error
	files() []string
}

const partSuffix = ".part" // of a file that is not complete

// file is one pcapng file, or what stands for one.
type file struct {
	*Writer
	path    string
	partial string // its name while it is written; empty where it has its own at once
	close   func() error
}

// stream writes to something that is not ours to close. It calls broken when
// that fails, as create does.
func stream(out io.Writer, s Section, broken func()) (*file, error) {
	spool := newSpool(out, broken)
	w, err := NewWriter(spool, s)
	return &file{Writer: w, close: spool.close}, err
}

// create begins the file at path. A pipe or device gets what is written at
// once, and so does a file if direct; any other appears when it is complete.
func create(path string, direct bool, s Section, broken func()) (*file, error) {
	f := &file{path: path}
	name, mode := path, os.O_CREATE|os.O_TRUNC
	there, err := os.Stat(path)
	switch {
	case err == nil && there.IsDir():
		return nil, fmt.Errorf("%s is a folder", path)
	case err == nil && !there.Mode().IsRegular():
		mode = 0
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	case !direct:
		if err == nil { // a link stays, what it leads to is replaced
			if f.path, err = filepath.EvalSymlinks(path); err != nil {
				return nil, err
			}
		}
		f.partial = f.path + partSuffix
		name = f.partial
	}
	out, err := os.OpenFile(name, os.O_WRONLY|mode, 0o666)
	if err != nil {
		return nil, err
	}
	spool := newSpool(out, broken)
	f.close = func() error { return errors.Join(spool.close(), out.Close()) }
	if f.Writer, err = NewWriter(spool, s); err != nil {
		return nil, f.failed(errors.Join(err, f.close()))
	}
	return f, nil
}

// finish completes the file and gives it its name.
func (f *file) finish(at time.Time, s Stats) error {
	err := f.Finish(at, s.Interfaces)
	if closed := f.close(); err == nil { // else it says the same again
		err = closed
	}
	if err != nil {
		return f.failed(err)
	}
	if f.partial == "" {
		return nil
	}
	return os.Rename(f.partial, f.path)
}

// failed says where to find what could be written.
func (f *file) failed(err error) error {
	if f.partial == "" {
		return err
	}
	return fmt.Errorf("%w (what was recorded until then is in %s)", err, f.partial)
}

func (f *file) files() []string {
	if f.path == "" {
		return nil
	}
	return []string{f.path}
}
