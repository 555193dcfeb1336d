package main

import (
	"fmt"
	"os"
	"path/filepath"
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
they show, and draw the state diagrams of each setting and of all together. It
needs nothing but the folder.`,
		Example: `  flowstate lab report flowstate-lab
  flowstate lab report sweep --format csv --drop-first 1 > sweep.csv
  flowstate lab report flowstate-lab --format json | jq -r '[.cell, .close, .predicted] | @tsv'`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(firstExample(cmd), "lab report needs the folder of a lab")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if flags.dir == "" {
				flags.dir = args[0]
			}
			return p.labReport(&flags, args[0])
		},
	}
	f := cmd.Flags()
	f.StringVarP(&flags.dir, "output", "o", "", "the folder `DIR` for the diagrams (default that of the lab)")
	f.BoolVar(&flags.noDiagrams, "no-diagrams", false, "draw no state diagrams")
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
	for i := range m.Runs {
		if err := r.add(&m.Runs[i]); err != nil {
			return fmt.Errorf("run %s: %w", m.Runs[i].Name, err)
		}
	}
	if !flags.quiet {
		if err := r.print(flags); err != nil {
			return err
		}
	}
	if flags.noDiagrams {
		return nil
	}
	return r.draw(flags)
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

// add reads one run.
func (r *reporter) add(run *lab.Run) error {
	cell := r.cells[run.Cell]
	if cell == nil {
		cell = &judge.Cell{Name: run.Cell, Way: run.Settings.Way}
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
	return r.look(run, cell)
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

// look reads a run's captures and calls.
func (r *reporter) look(run *lab.Run, cell *judge.Cell) error {
	calls, err := lab.ReadCalls(filepath.Join(r.dir, filepath.FromSlash(run.Calls)))
	if err != nil {
		return err
	}
	var seen [2][]*analyze.Connection
	for i, host := range []string{"client", "server"} {
		tap := run.Tap(host)
		if tap == nil || i == 1 && tap.Host == "both" {
			continue
		}
		if seen[i], err = r.connections(tap.File); err != nil {
			return err
		}
		cell.Dropped += tap.Dropped
	}
	cell.Outcomes = append(cell.Outcomes, judge.Outcomes(calls, seen[0], seen[1])...)
	r.walks[run.Cell] = append(r.walks[run.Cell], walksOf(seen)...)
	return nil
}

// connections analyses a capture of the lab.
func (r *reporter) connections(file string) (all []*analyze.Connection, err error) {
	told := r.p.survey(filepath.Join(r.dir, filepath.FromSlash(file)), analyze.Options{Brief: true}, nil, func(_ string, a *analyze.Analysis) (int, error) {
		for c := range a.Connections() {
			all = append(all, c)
		}
		return len(all), nil
	})
	r.p.damaged = r.p.damaged || told.damaged
	return all, told.err
}

// print prints the report.
func (r *reporter) print(flags *labFlags) error {
	for _, name := range r.order {
		r.cells[name].Finish(int(flags.dropFirst))
		r.report.Cells = append(r.report.Cells, *r.cells[name])
	}
	for _, axis := range r.manifest.Plan.Axes {
		r.report.Plan = append(r.report.Plan, axis.Name)
	}
	r.report.Missing = len(r.manifest.Planned) - len(r.manifest.Runs)
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

// benchmarkJSON prints the benchmark's own report.
func (r *reporter) benchmarkJSON() error {
	for _, run := range r.manifest.Runs {
		if run.Report == "" {
			return usage("", "-j prints the report of the benchmark, and %s is another workload", run.Settings.Workload)
		}
		text, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(run.Report)))
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
