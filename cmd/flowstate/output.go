package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// newFile is a file that appears whole or not at all: it is written under
// another name beside its own.
type newFile struct {
	*os.File
	path   string
	direct bool // a device or pipe, which cannot be replaced
	done   bool
}

// create begins a file. It refuses the path of an input.
func create(path string, inputs []string) (*newFile, error) {
	there, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, err
	case there.IsDir():
		return nil, usage("-o "+quote(strings.TrimSuffix(path, "/")+"/"), "%s is a folder", path)
	case !there.Mode().IsRegular():
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		return &newFile{File: f, path: path, direct: true}, err
	default:
		if path, err = mayReplace(path, there, inputs); err != nil {
			return nil, err
		}
	}
	f, err := beside(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, cause(err))
	}
	return &newFile{File: f, path: path}, nil
}

// mayReplace refuses to write over an input, under whatever name. It returns
// what a link leads to, so that the link stays.
func mayReplace(path string, there fs.FileInfo, inputs []string) (target string, err error) {
	for _, input := range inputs {
		if info, err := os.Stat(input); err == nil && os.SameFile(there, info) {
			return "", usage("", "-o %s would overwrite an input", path)
		}
	}
	return filepath.EvalSymlinks(path)
}

// beside creates a file in the folder of path under a name that is not taken.
func beside(path string) (f *os.File, err error) {
	for n := range 100 {
		name := fmt.Sprintf(".%s.%d.tmp", filepath.Base(path), n)
		f, err = os.OpenFile(filepath.Join(filepath.Dir(path), name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
	return nil, err
}

// cause is the reason inside an error that names a temporary file.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	var linkError *os.LinkError
	if errors.As(err, &linkError) {
		return linkError.Err
	}
	return err
}

// commit gives the file its name. After an error it is gone.
func (f *newFile) commit() error {
	f.done = true
	err := f.Close()
	if f.direct {
		return err
	}
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	if err != nil {
		os.Remove(f.Name()) // the error at hand says more
		return fmt.Errorf("%s: %w", f.path, cause(err))
	}
	return nil
}

// discard forgets the file; after commit it does nothing.
func (f *newFile) discard() {
	if f.done {
		return
	}
	f.done = true
	f.Close() // nothing in it is wanted
	if !f.direct {
		os.Remove(f.Name())
	}
}

// output is standard output, or a new file.
type output struct {
	*bufio.Writer
	path string // empty for standard output
	file *newFile
}

// openOutput begins an output; without a path it is standard output.
func (p *program) openOutput(path string, inputs []string) (*output, error) {
	if path == "" {
		return &output{Writer: bufio.NewWriter(p.stdout)}, nil
	}
	file, err := create(path, inputs)
	if err != nil {
		return nil, err
	}
	return &output{bufio.NewWriter(file), path, file}, nil
}

// commit completes the output.
func (o *output) commit() error {
	if err := o.Flush(); err != nil || o.file == nil {
		return err
	}
	return o.file.commit()
}

// discard forgets a file that was not completed. What went to standard output
// cannot be taken back.
func (o *output) discard() {
	if o.file != nil {
		o.file.discard()
	}
}

// save writes a file whole or not at all; without a path, to standard output.
func (p *program) save(path string, inputs []string, write func(io.Writer) error) error {
	out, err := p.openOutput(path, inputs)
	if err != nil {
		return err
	}
	defer out.discard()
	if err := write(out.Writer); err != nil {
		return err
	}
	return out.commit()
}

// saveFigure does the same, and names in an error what could not be drawn.
func (p *program) saveFigure(path string, inputs []string, write func(io.Writer) error) error {
	return p.save(path, inputs, func(w io.Writer) error {
		if err := write(w); err != nil {
			return fmt.Errorf("%s: %w", cmp.Or(path, "standard output"), err)
		}
		return nil
	})
}

// isFolder tells whether -o names a folder: one that is there, or a name that
// ends in a slash.
func isFolder(path string) bool {
	if strings.HasSuffix(path, "/") || strings.HasSuffix(path, string(filepath.Separator)) {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// folderNames gives each capture a file name of its own inside a folder.
type folderNames struct{ used map[string]int }

// name returns the capture's own name with an ending, and a number where
// captures of several folders have the same.
func (f *folderNames) name(path, ending string) string {
	base := filepath.Base(path)
	if path == "-" {
		base = "stdin"
	}
	if f.used == nil {
		f.used = map[string]int{}
	}
	f.used[base]++
	if n := f.used[base]; n > 1 {
		base = fmt.Sprintf("%s-%d", base, n)
	}
	return base + ending
}

// layout is what results pass through on their way out; Flush ends it.
type layout interface {
	io.Writer
	Flush() error
}

// plain is the layout of what is complete as it is.
type plain struct{ io.Writer }

func (plain) Flush() error { return nil }
