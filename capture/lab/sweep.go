package lab

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/link/uml"
)

// Options are for the process that runs a lab, not for the runs.
type Options struct {
	Progress func(Progress)         // called before and after each run; may be nil
	Self     func(...string) Helper // this program again, for what cannot be done in this process
}

// Helper is a command line of this program.
type Helper struct {
	Path string
	Args []string
}

// sender makes the command of a benchmark's second process.
func (o Options) sender(argument string) *exec.Cmd {
	if o.Self == nil {
		return notStarted(argument)
	}
	h := o.Self("sender", argument)
	return exec.Command(h.Path, h.Args...)
}

// notStarted stands for a command where only its presence is asked for.
func notStarted(string) *exec.Cmd { return exec.Command("") }

// Progress is where a lab is.
type Progress struct {
	Name     string        `json:"name"`     // of the run that begins, or has just ended
	Ended    bool          `json:"ended"`    // it has ended
	Skipped  bool          `json:"skipped"`  // it was there already
	Done     int           `json:"done"`     // runs that are complete
	Of       int           `json:"of"`       // all runs
	Left     time.Duration `json:"left_ns"`  // an estimate, 0: none yet
	Measured *link.Figures `json:"measured"` // of the run that has ended
}

// sweep is a lab at work.
type sweep struct {
	Options
	folder   *folder
	manifest *Manifest
	jobs     []job
	pace     pace
}

// OtherPlanError says that a folder holds runs of another plan.
type OtherPlanError struct{ Dir string }

func (e *OtherPlanError) Error() string {
	return fmt.Sprintf("%s holds runs with other settings (hint: -o OTHER)", e.Dir)
}

// Sweep makes the runs of a plan in a folder, except those that are there
// already. When ctx ends it stops: complete runs stay, everything else goes.
// The manifest is that of what is complete, also with an error.
func Sweep(ctx context.Context, dir string, plan Plan, o Options) (*Manifest, error) {
	jobs, err := plan.jobs()
	if err != nil {
		return nil, err
	}
	f, err := claim(dir)
	if err != nil {
		return nil, err
	}
	s := &sweep{Options: o, folder: f, jobs: jobs}
	if err := s.begin(plan); err != nil {
		return nil, errors.Join(err, f.release())
	}
	err = s.run(ctx)
	return s.manifest, errors.Join(err, s.end())
}

// begin reads the manifest that is there, or starts one, and removes what a
// killed run left: here, and of guests anywhere.
func (s *sweep) begin(plan Plan) error {
	uml.Sweep()
	m, err := Open(s.folder.path)
	if err != nil {
		if empty, listing := s.folder.empty(); listing != nil || !empty {
			return errors.Join(listing, fmt.Errorf("%s holds something else (hint: -o OTHER)", s.folder.path))
		}
	}
	if err == nil && s.begun(m) && !m.Plan.sameRuns(plan) {
		return &OtherPlanError{s.folder.path}
	}
	if err := s.folder.sweep(); err != nil {
		return err
	}
	if err == nil && m.Plan.sameRuns(plan) {
		s.manifest = m
		m.Plan.LeaveOut = plan.LeaveOut
		return nil
	}
	return s.start(plan)
}

// begun tells whether a run of a manifest is there. It asks the folders: a lab
// can be killed after a run and before its manifest names it.
func (s *sweep) begun(m *Manifest) bool {
	for _, name := range m.Planned {
		if _, err := os.Stat(filepath.Join(s.folder.path, filepath.FromSlash(name), runFile)); err == nil {
			return true
		}
	}
	return false
}

// start writes the manifest of a plan of which nothing is there.
func (s *sweep) start(plan Plan) error {
	config := s.jobs[0].settings.config()
	backend, err := link.Choose(plan.Base.Link, config.Topology)
	if err != nil {
		return err
	}
	if _, err := link.DryRun(backend, config); err != nil {
		return err // the settings are wrong: nothing is to be written
	}
	s.manifest = &Manifest{Schema: schema, Backend: backend, Plan: plan, Runs: []Run{}}
	for _, j := range s.jobs {
		s.manifest.Planned = append(s.manifest.Planned, j.name)
	}
	return s.write()
}

func (s *sweep) write() error {
	return writeJSON(filepath.Join(s.folder.path, manifestFile), s.manifest)
}

// run makes what is missing.
func (s *sweep) run(ctx context.Context) error {
	if err := s.gather(); err != nil {
		return err
	}
	if len(s.manifest.Runs) == len(s.jobs) {
		return nil
	}
	if s.manifest.Backend == "uml" {
		err := s.runInGuest(ctx)
		return errors.Join(err, s.folder.sweep(), s.gather())
	}
	return s.runHere(ctx, s.manifest.Backend)
}

// runHere makes the runs in this process; told is the back end that they name.
func (s *sweep) runHere(ctx context.Context, told string) error {
	for _, j := range s.jobs {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if s.has(j.name) {
			s.tell(Progress{Name: j.name, Ended: true, Skipped: true})
			continue
		}
		s.tell(Progress{Name: j.name})
		began := time.Now()
		r, err := s.perform(ctx, j, told)
		if err != nil {
			return fmt.Errorf("run %s: %w", j.name, err)
		}
		s.pace.add(time.Since(began))
		if err := s.gather(); err != nil {
			return err
		}
		s.tell(Progress{Name: j.name, Ended: true, Measured: r.Link})
	}
	return nil
}

// perform makes one run under a temporary name, and gives it its own.
func (s *sweep) perform(ctx context.Context, j job, told string) (*Run, error) {
	final := filepath.Join(s.folder.path, filepath.FromSlash(j.name))
	cell := filepath.Dir(final)
	if err := os.MkdirAll(cell, 0o777); err != nil {
		return nil, err
	}
	defer s.folder.prune(cell)
	temporary := hide(final)
	if err := os.Mkdir(temporary, 0o777); err != nil {
		return nil, err
	}
	r, err := s.execute(ctx, j, temporary, told)
	if err == nil {
		err = writeJSON(filepath.Join(temporary, runFile), r)
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause // whatever it made of the run
	}
	if err == nil {
		err = os.Rename(temporary, final)
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(temporary))
	}
	return r, nil
}

// gather lists the complete runs in the manifest.
func (s *sweep) gather() error {
	runs := []Run{}
	for _, j := range s.jobs {
		var r Run
		err := readJSON(filepath.Join(s.folder.path, filepath.FromSlash(j.name), runFile), &r)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		runs = append(runs, r)
	}
	s.manifest.Runs = runs
	return s.write()
}

func (s *sweep) has(name string) bool {
	for _, r := range s.manifest.Runs {
		if r.Name == name {
			return true
		}
	}
	return false
}

// end leaves nothing where no run is complete.
func (s *sweep) end() error {
	var err error
	if len(s.manifest.Runs) == 0 {
		err = os.Remove(filepath.Join(s.folder.path, manifestFile))
	}
	return errors.Join(err, s.folder.release())
}

func (s *sweep) tell(p Progress) {
	if s.Progress == nil {
		return
	}
	p.Done, p.Of = len(s.manifest.Runs), len(s.jobs)
	p.Left = s.pace.left(p.Of - p.Done)
	s.Progress(p)
}

// pace is how long runs take.
type pace struct {
	total time.Duration
	runs  int
}

func (p *pace) add(d time.Duration) { p.total, p.runs = p.total+d, p.runs+1 }

func (p *pace) left(runs int) time.Duration {
	if p.runs == 0 {
		return 0
	}
	return p.total / time.Duration(p.runs) * time.Duration(runs)
}
