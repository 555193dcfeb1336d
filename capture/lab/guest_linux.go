package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/flowstate-tcp/flowstate/capture/link/uml"
)

// The uml link runs the rest of the plan in one guest: this program again, with
// the folder as the one place where it can write. The manifest tells it what to
// do; it tells its progress as JSON, a line each.

// runInGuest boots a guest for what is missing.
func (s *sweep) runInGuest(ctx context.Context) error {
	if s.Self == nil {
		return errors.New("the uml link needs a program to start again in the guest")
	}
	dir, err := filepath.Abs(s.folder.path)
	if err != nil {
		return err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return err
	}
	h := s.Self("inside", dir)
	var words bytes.Buffer
	err = uml.Run(ctx, uml.Job{Binary: h.Path, Args: h.Args, OutDir: dir, Stdout: &progressReader{tell: s.Progress}, Stderr: &words})
	if exit := new(uml.ExitError); errors.As(err, &exit) && words.Len() > 0 {
		return fmt.Errorf("in the user-mode Linux guest: %s", bytes.TrimSpace(words.Bytes()))
	}
	return err
}

// Inside makes what is missing of the plan in dir, in a guest. The folder is
// locked by the host.
func Inside(ctx context.Context, dir string, progress io.Writer, o Options) error {
	m, err := Open(dir)
	if err != nil {
		return err
	}
	jobs, err := m.Plan.jobs()
	if err != nil {
		return err
	}
	lines := json.NewEncoder(progress)
	o.Progress = func(p Progress) { _ = lines.Encode(p) } // whoever does not listen need not know
	s := &sweep{Options: o, folder: &folder{path: dir}, manifest: m, jobs: jobs}
	if err := s.gather(); err != nil {
		return err
	}
	return s.runHere(ctx, "uml")
}

// progressReader passes on what a guest tells.
type progressReader struct {
	tell func(Progress)
	rest []byte
}

func (r *progressReader) Write(b []byte) (int, error) {
	r.rest = append(r.rest, b...)
	for {
		line, rest, whole := bytes.Cut(r.rest, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		r.rest = rest
		var p Progress
		if json.Unmarshal(line, &p) == nil && r.tell != nil {
			r.tell(p)
		}
	}
}
