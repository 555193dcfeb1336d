package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	judge "github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/workload"
	"github.com/flowstate-tcp/flowstate/render/diagram"
	labtext "github.com/flowstate-tcp/flowstate/render/lab"
	"github.com/flowstate-tcp/flowstate/render/table"
)

func newLabReport(p *program) *cobra.Command {
	var flags labFlags
	cmd := &cobra.Command{
		Use:   "report [flags] DIR",
		Short: "Report on a lab from what it left in its folder",
		Long: `Read the manifest of a lab and the captures and logs that it names, print what
they show, and make the figures of the Cambridge labs: bandwidth against delay,
windows along time, slow start, state diagrams, the close pattern, what link and
recording change, and the labs' two hypotheses. Each has a CSV of its points
beside it; report.md has them all with captions, numbers and answers, figures.tex
is for LaTeX. It needs nothing but the folder, and the same folder gives the same
files.`,
		Example: `  flowstate lab report flowstate-lab
  flowstate lab report sweep --image pdf,png -o handed-in
  flowstate lab report sweep --no-diagrams --format csv --drop-first 1 > sweep.csv
  flowstate lab report flowstate-lab --no-diagrams --format json | jq -r '[.cell, .close, .predicted] | @tsv'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(firstExample(cmd), "lab report needs the folder of a lab")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if flags.noDiagrams && flags.dir != "" {
				return usage("flowstate lab report "+quote(args[0])+" --no-diagrams > "+quote(flags.dir), "-o is the folder for figures, and --no-diagrams makes none")
			}
			flags.dropGiven = cmd.Flags().Changed("drop-first")
			flags.figures = true
			flags.figuresDir = cmp.Or(flags.dir, filepath.Join(args[0], "figures"))
			flags.dir = flags.figuresDir
			return p.labReport(&flags, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.dir, "output", "o", "", "the folder `DIR` for figures and report (default \"figures\" in that of the lab)")
	f.BoolVar(&flags.noDiagrams, "no-diagrams", false, "draw nothing, only print")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "print nothing but errors, only draw")
	flags.addImages(cmd)
	f.Var(&flags.format, "format", "how to print: text, csv or tsv (a row for each setting), json (an object for each connection)")
	complete(cmd, "format", []string{"text", "json", "csv", "tsv"})
	flags.addStatistics(cmd)
	return cmd
}

// labReport prints and draws what a lab's folder holds.
func (p *program) labReport(flags *labFlags, dir string) error {
	m, err := lab.Open(dir)
	if err != nil {
		return err
	}
	r := &reporter{p: p, dir: dir, manifest: m, cells: map[string]*judge.Cell{}, walks: map[string][]diagram.Walk{}}
	if err := r.read(); err != nil {
		return err
	}
	r.finish(flags)
	if !flags.quiet {
		if err := r.print(flags); err != nil {
			return err
		}
	}
	if flags.noDiagrams {
		return nil
	}
	if err := r.draw(flags); err != nil || !flags.figures {
		return err
	}
	return r.figures(flags)
}

// reporter gathers what the runs of a lab show.
type reporter struct {
	p        *program
	dir      string
	manifest *lab.Manifest
	order    []string // of the cells
	cells    map[string]*judge.Cell
	walks    map[string][]diagram.Walk
	report   labtext.Report
}

// read reads the runs, as many at a time as there are processors, and takes them
// in their order.
func (r *reporter) read() error {
	runs := r.manifest.Runs
	found := make([]sight, len(runs))
	return ordered(len(runs), runtime.GOMAXPROCS(0),
		func(i int, _ *chunker) { found[i] = r.look(&runs[i]) },
		func(int, []byte) error { return nil },
		func(i int) error {
			s := found[i]
			found[i] = sight{}
			if s.err != nil {
				return fmt.Errorf("run %s: %w", runs[i].Name, s.err)
			}
			r.add(&runs[i], &s)
			return nil
		})
}

// add counts one run.
func (r *reporter) add(run *lab.Run, s *sight) {
	cell := r.cells[run.Cell]
	if cell == nil {
		cell = &judge.Cell{Name: run.Cell, Way: run.Settings.Way, Recorded: len(run.Settings.Ends) > 0}
		r.cells[run.Cell] = cell
		r.order = append(r.order, run.Cell)
	}
	cell.Runs++
	for _, d := range run.Data {
		cell.Measured(d.Rate())
	}
	if run.Link != nil {
		r.report.Errors = append(r.report.Errors, *run.Link)
	}
	if run.Programs != nil {
		r.report.Notes = append(r.report.Notes, fmt.Sprintf("%s: %s; %s", run.Name, ended("client", run.Programs.Client), ended("server", run.Programs.Server)))
		r.p.failed = r.p.failed || run.Programs.Client.Status != 0
	}
	r.report.Backend, r.report.Kernel = run.Backend, run.Kernel
	for _, t := range run.Taps {
		cell.Dropped += t.Dropped
	}
	for _, o := range s.outcomes {
		o.Run = run.Name
		cell.Outcomes = append(cell.Outcomes, o)
	}
	r.walks[run.Cell] = append(r.walks[run.Cell], s.walks...)
	r.p.damaged = r.p.damaged || s.damaged
}

// ended tells how a program of the user's own ended. Its output is in the run's
// folder.
func ended(host string, e workload.Exit) string {
	switch {
	case e.Stopped:
		return "the " + host + " was stopped"
	case e.Signal != "":
		return "the " + host + " was ended by " + e.Signal
	}
	return fmt.Sprintf("the %s ended with status %d after %s", host, e.Status, labtext.Duration(e.Time))
}

// sight is what a run shows.
type sight struct {
	outcomes []judge.Outcome
	walks    []diagram.Walk
	damaged  bool
	err      error
}

// look reads a run's captures and calls.
func (r *reporter) look(run *lab.Run) (s sight) {
	calls, err := lab.ReadCalls(r.path(run.Calls))
	if err != nil {
		return sight{err: err}
	}
	var seen [2][]*analyze.Connection
	for i, host := range []string{"client", "server"} {
		tap := run.Tap(host)
		if tap == nil || i == 1 && tap.Host == "both" {
			continue
		}
		told := r.p.survey(r.path(tap.File), analyze.Options{Brief: true, Extra: judge.NewClimb}, nil, func(_ string, a *analyze.Analysis) (int, error) {
			seen[i] = slices.Collect(a.Connections())
			return len(seen[i]), nil
		})
		if s.damaged = s.damaged || told.damaged; told.err != nil {
			return sight{err: told.err}
		}
	}
	s.outcomes, s.walks = judge.Outcomes(calls, seen[0], seen[1]), walksOf(seen)
	return s
}

// path is where a file of the lab is.
func (r *reporter) path(name string) string {
	return filepath.Join(r.dir, filepath.FromSlash(name))
}

// finish computes what the cells show together.
func (r *reporter) finish(flags *labFlags) {
	for _, name := range r.order {
		r.cells[name].Finish(r.leaveOut(flags))
		r.report.Cells = append(r.report.Cells, *r.cells[name])
	}
	for _, axis := range r.manifest.Plan.Axes {
		r.report.Plan = append(r.report.Plan, axis.Name)
	}
	r.report.Missing = len(r.manifest.Planned) - len(r.manifest.Runs)
}

// print prints the report.
func (r *reporter) print(flags *labFlags) error {
	if flags.json {
		return r.benchmarkJSON()
	}
	switch flags.format.Format {
	case table.JSON:
		return labtext.JSON(r.p.stdout, &r.report)
	case table.CSV:
		return labtext.CSV(r.p.stdout, &r.report, ',')
	case table.TSV:
		return labtext.CSV(r.p.stdout, &r.report, '\t')
	}
	return labtext.Text(r.p.stdout, &r.report)
}

// leaveOut is how many of the first connections of each setting do not count.
func (r *reporter) leaveOut(flags *labFlags) int {
	if flags.dropGiven {
		return int(flags.dropFirst)
	}
	return r.manifest.Plan.LeaveOut
}

// benchmarkJSON prints the benchmark's own report.
func (r *reporter) benchmarkJSON() error {
	for _, run := range r.manifest.Runs {
		if run.Report == "" {
			return usage("", "-j prints the report of the benchmark, and %s is another workload", run.Settings.Workload)
		}
		text, err := os.ReadFile(r.path(run.Report))
		if err != nil {
			return err
		}
		if _, err := r.p.stdout.Write(text); err != nil {
			return err
		}
	}
	return nil
}

// fileName is a cell's name as part of a file's.
func fileName(cell string) string { return strings.NewReplacer("/", "-", ",", "-").Replace(cell) }
