package pcapfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// captureEndings mark a file of a folder as a capture even where its content
// does not, so that an empty or damaged one is told of instead of skipped.
// Endings that other programs share (.dmp, .dump, .trace) are not among them:
// such a file is taken if it starts like a capture.
var captureEndings = [...]string{".pcap", ".pcapng", ".cap", ".ntar", ".snoop"}

var packedEndings = [...]string{".gz", ".zst", ".lz4", ".xz"}

// Expand turns the FILE arguments of a command line into the paths of capture
// files, in the order of args and without repeating any. A folder stands for
// the captures in it and below it, sorted by name; hidden files and what is no
// capture are left out. A pattern stands for the files and folders that match
// it, for shells that do not expand it. Anything else, "-" included, is kept
// as it is: opening it will tell. A folder or pattern without any capture is
// an error.
func Expand(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		found, err := expand(arg)
		if err != nil {
			return nil, err
		}
		paths = append(paths, found...)
	}
	return unique(paths), nil
}

func expand(arg string) ([]string, error) {
	if arg == "-" {
		return []string{arg}, nil
	}
	info, err := os.Stat(arg)
	switch {
	case err == nil && info.IsDir():
		return walk(arg)
	case errors.Is(err, fs.ErrNotExist) && strings.ContainsAny(arg, "*?["):
		return match(arg)
	default:
		return []string{arg}, nil
	}
}

func match(pattern string) ([]string, error) {
	names, err := filepath.Glob(pattern)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", pattern, err)
	}
	slices.Sort(names)
	if !strings.HasPrefix(filepath.Base(pattern), ".") { // as a shell does
		names = slices.DeleteFunc(names, hidden)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no file matches", pattern)
	}
	var paths []string
	for _, name := range names {
		found := []string{name}
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			if found, err = walk(name); err != nil {
				return nil, err
			}
		}
		paths = append(paths, found...)
	}
	return paths, nil
}

// walk returns the captures in and below a folder. It follows links to files,
// and the folder itself may be a link; links to folders in it are not followed,
// for they may lead back.
func walk(folder string) ([]string, error) {
	var paths []string
	root := folder + string(filepath.Separator) // makes Lstat follow a link
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		hide := hidden(path) && path != root
		switch {
		case err != nil:
			return err
		case hide && entry.IsDir():
			return fs.SkipDir
		case hide || entry.IsDir():
			return nil
		}
		if looksLikeCapture(path) {
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		return nil, err // it names the folder
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("%s: no capture file in this folder", folder)
	}
	return paths, nil
}

func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }

// looksLikeCapture judges a file of a folder by how it starts, then by its
// name. A pipe or device is none: reading it might never end.
func looksLikeCapture(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return false
	}
	r, err := Open(path)
	if err != nil {
		return HasEnding(path)
	}
	r.Close() // only its start was read, so this cannot matter
	return true
}

// HasEnding tells whether a file is named as a capture, such as a.pcap or
// b.pcapng.gz.
func HasEnding(path string) bool {
	name := strings.ToLower(path)
	for _, packed := range packedEndings {
		name = strings.TrimSuffix(name, packed)
	}
	return slices.Contains(captureEndings[:], filepath.Ext(name))
}

// unique keeps the first of equal paths.
func unique(paths []string) []string {
	seen := make(map[string]bool, len(paths))
	return slices.DeleteFunc(paths, func(path string) bool {
		known := seen[filepath.Clean(path)]
		seen[filepath.Clean(path)] = true
		return known
	})
}
