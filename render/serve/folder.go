package serve

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// Folder is where the captures are. Nothing outside of it is reached, whatever a
// name or a link says.
type Folder struct {
	root *os.Root
	name string
}

// OpenFolder opens a folder, and takes away what a crash left of uploads.
func OpenFolder(name string) (*Folder, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	f := &Folder{root, name}
	f.sweep()
	return f, nil
}

// Close ends the use of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// File is a capture of the folder.
type File struct {
	Name string // its path within the folder, with slashes
	identity
}

// identity tells whether a file is still the one that it was.
type identity struct {
	Size    int64
	Changed time.Time
}

func identityOf(info fs.FileInfo) identity { return identity{info.Size(), info.ModTime()} }

// mostFiles is how many captures of a folder are listed.
const mostFiles = 5000

// List returns the captures in and below the folder, the latest first, and how
// many files were left out: those beyond mostFiles, and those whose name is no
// UTF-8, which a browser could not ask for. Hidden files are no captures.
func (f *Folder) List() (list []File, leftOut int, err error) {
	err = fs.WalkDir(f.root.FS(), ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(path.Base(name), ".") && name != "."
		switch {
		case err != nil && name == ".":
			return err
		case err != nil || entry.IsDir() && hidden:
			return skip(entry)
		case entry.IsDir() || hidden:
			return nil
		case !fs.ValidPath(name) || !utf8.ValidString(name) || len(list) == mostFiles:
			leftOut++
			return nil
		}
		if info, err := f.root.Stat(name); err == nil && info.Mode().IsRegular() && f.looksLikeCapture(name) {
			list = append(list, File{name, identityOf(info)})
		}
		return nil
	})
	slices.SortFunc(list, func(a, b File) int {
		return cmp.Or(b.Changed.Compare(a.Changed), cmp.Compare(a.Name, b.Name))
	})
	return list, leftOut, err
}

// skip goes on behind what cannot be read.
func skip(entry fs.DirEntry) error {
	if entry != nil && entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// looksLikeCapture judges by the name, and else by how the file starts.
func (f *Folder) looksLikeCapture(name string) bool {
	if pcapfile.HasEnding(name) {
		return true
	}
	file, _, err := f.Open(name)
	if err != nil {
		return false
	}
	defer file.Close()
	return check(file, name) == nil
}

// check tells why a file is no capture; nil for one that is.
func check(file io.Reader, name string) error {
	r, err := pcapfile.NewReader(file, name)
	if err != nil {
		return err
	}
	return r.Close()
}

// Open opens a capture of the folder.
func (f *Folder) Open(name string) (*os.File, identity, error) {
	if !fs.ValidPath(name) {
		return nil, identity{}, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	if info, err := f.root.Stat(name); err != nil || !info.Mode().IsRegular() { // to open a pipe might never end
		return nil, identity{}, cmp.Or(err, error(&fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}))
	}
	file, err := f.root.Open(name)
	if err != nil {
		return nil, identity{}, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close() // nothing was written
		return nil, identity{}, err
	}
	return file, identityOf(info), nil
}

// What can be wrong with an upload.
var (
	errExists   = errors.New("there is a file of this name; nothing was changed")
	errNoName   = errors.New("the file needs a name")
	errTooLarge = errors.New("the file is larger than what may be added")
)

// partPrefix is how the name of an upload under way starts.
const partPrefix = ".flowstate-upload-"

// Add puts a capture into the folder under a name, or leaves nothing. It returns
// the name, which is made safe.
func (f *Folder) Add(name string, from io.Reader, limit int64) (string, error) {
	name = SafeName(name)
	if name == "" {
		return "", errNoName
	}
	if _, err := f.root.Lstat(name); err == nil {
		return name, errExists // told before all of it has come
	}
	part := partPrefix + rand.Text()
	file, err := f.root.OpenFile(part, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return name, err
	}
	defer f.root.Remove(part) // it is there by its other name, or is to go
	err = receive(file, name, from, limit)
	if err = cmp.Or(err, file.Close()); err != nil {
		return name, err
	}
	if err := f.root.Link(part, name); errors.Is(err, fs.ErrExist) { // unlike a renaming, this replaces nothing
		return name, errExists
	} else if err != nil {
		return name, fmt.Errorf("the file cannot be put into the folder: %w", err)
	}
	return name, nil
}

// receive writes what comes, and checks that it is a capture.
func receive(file *os.File, name string, from io.Reader, limit int64) error {
	n, err := io.Copy(file, io.LimitReader(from, limit+1))
	switch {
	case err != nil:
		return fmt.Errorf("the file did not come whole: %w", err)
	case n > limit:
		return errTooLarge
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return check(file, name)
}

// abandoned is how old an upload is that nobody goes on with.
const abandoned = 24 * time.Hour

// sweep removes uploads that a crash left.
func (f *Folder) sweep() {
	entries, _ := fs.ReadDir(f.root.FS(), ".") // what cannot be read has nothing to be swept
	for _, e := range entries {
		if info, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), partPrefix) && info.Mode().IsRegular() && time.Since(info.ModTime()) > abandoned {
			f.root.Remove(e.Name()) // another time, if not now
		}
	}
}

// longestName is that of a file, in bytes, on most file systems with room for an
// ending.
const longestName = 200

// SafeName makes a name that came from outside one of a file in the folder: no
// folder before it, nothing that hides it, no character that a terminal or a
// shell's user would stumble over. It is empty where nothing is left.
func SafeName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(strings.TrimLeft(name, ". -"), " ")
	name = strings.TrimRight(name, ". ")
	for len(name) > longestName { // of a long one, the ending matters
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:]
	}
	return strings.TrimLeft(name, ". -")
}
