package live

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Rotation divides a recording into several files, named by their number: of
// a.pcapng, a_00001.pcapng and so on. They have their names at once. Where Size
// and Every are zero, there is one file.
type Rotation struct {
	Size  int64         // bytes, at most; a single packet may need more
	Every time.Duration // between the first packet of a file and any other in it, less than this
	Keep  int           // files, the newest; 0: all
}

func (r Rotation) on() bool { return r.Size > 0 || r.Every > 0 }

func (r Rotation) check(path string) error {
	switch {
	case r.Size < 0 || r.Every < 0 || r.Keep < 0:
		return errors.New("ring files: a negative limit")
	case r.Keep > 0 && !r.on():
		return errors.New("ring files: their number is limited, but neither size nor duration of one")
	case r.on() && (path == "" || path == "-"):
		return errors.New("ring files need a name to number, not standard output")
	}
	return nil
}

// ringFiles writes one file after another.
type ringFiles struct {
	Rotation
	path    string
	section Section
	stats   func() Stats
	now     func() time.Time
	broken  func() // called when a file cannot be written

	current *file
	number  int
	first   capture.Timestamp // packet of the current file
	empty   bool              // no packet in it yet
	earlier []Counters        // when it was begun
	kept    []string
}

// open begins the next file, and removes the oldest that is too many.
func (r *ringFiles) open() (err error) {
	r.number++
	extension := filepath.Ext(r.path)
	name := fmt.Sprintf("%s_%05d%s", strings.TrimSuffix(r.path, extension), r.number, extension)
	if r.current, err = create(name, true, r.section, r.broken); err != nil {
		return err
	}
	r.empty = true
	if r.kept = append(r.kept, name); r.Keep > 0 && len(r.kept) > r.Keep {
		oldest := r.kept[0]
		r.kept = r.kept[1:]
		if err := os.Remove(oldest); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// WritePacket writes to the current file, or to a new one if it is full.
func (r *ringFiles) WritePacket(p *capture.Packet) error {
	if !r.empty && r.full(p) {
		if err := errors.Join(r.end(r.now(), r.stats()), r.open()); err != nil {
			return err
		}
	}
	if r.empty {
		r.first, r.empty = p.Time, false
	}
	return r.current.WritePacket(p)
}

func (r *ringFiles) full(p *capture.Packet) bool {
	return r.Size > 0 && r.current.Size()+blockSize(p) > r.Size ||
		r.Every > 0 && p.Time.Sub(r.first) >= r.Every
}

// end completes the current file: its counters are of its own time.
func (r *ringFiles) end(at time.Time, s Stats) error {
	total := s.Interfaces
	s.Interfaces = since(total, r.earlier)
	r.earlier = total
	return r.current.finish(at, s)
}

// Flush writes out what the current file was given.
func (r *ringFiles) Flush() error { return r.current.Flush() }

func (r *ringFiles) finish(at time.Time, s Stats) error { return r.end(at, s) }

func (r *ringFiles) files() []string { return r.kept }
