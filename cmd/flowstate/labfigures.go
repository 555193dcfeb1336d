package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/flowstate-tcp/flowstate/analyze"
	judge "github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	"github.com/flowstate-tcp/flowstate/render/diagram"
	labfigures "github.com/flowstate-tcp/flowstate/render/lab/figures"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// figures makes the figures of a sweep and the report on it, all in one folder.
func (r *reporter) figures(flags *labFlags) error {
	sweep, err := r.sweep(flags)
	if err != nil {
		return err
	}
	all, missing := labfigures.All(sweep)
	f := &figureWriter{p: r.p, dir: flags.figuresDir, formats: flags.images, latex: flags.latex}
	if err := f.write(all); err != nil {
		return err
	}
	shown := scene.PDF // where there is nothing that a browser shows in a page
	for _, format := range flags.images {
		shown = min(shown, format)
	}
	err = errors.Join(
		f.file("report.md", func(w io.Writer) error { return labfigures.Markdown(w, sweep, all, missing, shown.String()) }),
		f.file("figures.tex", func(w io.Writer) error { return labfigures.LaTeX(w, sweep, all) }),
	)
	if err != nil || flags.quiet || flags.json {
		return err
	}
	for _, m := range missing {
		r.p.say("no figure for %q: %s", m.Title, m.Why)
	}
	r.p.say("%d figures and a report on them: %s", len(all), filepath.Join(flags.figuresDir, "report.md"))
	return nil
}

// sweep is what there is to draw.
func (r *reporter) sweep(flags *labFlags) (*labfigures.Sweep, error) {
	details, err := r.details()
	return &labfigures.Sweep{
		Report: &r.report, Setup: setup(r.manifest, r.leaveOut(flags)), Details: details, Walks: r.walks,
		Command: "flowstate lab report " + quote(filepath.Base(filepath.Clean(r.dir))),
	}, err
}

// details reads the typical recording of each setting once more, segment by
// segment.
func (r *reporter) details() ([]labfigures.Detail, error) {
	var all []labfigures.Detail
	for i := range r.report.Cells {
		c := &r.report.Cells[i]
		if o := c.Typical(); o != nil {
			all = append(all, labfigures.Detail{Cell: c, Outcome: o})
		}
	}
	failed := make([]error, len(all))
	err := ordered(len(all), runtime.GOMAXPROCS(0),
		func(i int, _ *chunker) { failed[i] = r.detail(&all[i]) },
		func(int, []byte) error { return nil },
		func(i int) error { return failed[i] })
	return slices.DeleteFunc(all, func(d labfigures.Detail) bool { return d.Trace == nil || len(d.Along.Moments) == 0 }), err
}

// detail follows one connection of one capture.
func (r *reporter) detail(d *labfigures.Detail) error {
	t := &d.Outcome.Transfer
	at := slices.IndexFunc(r.manifest.Runs, func(run lab.Run) bool { return run.Name == d.Outcome.Run })
	tap := r.manifest.Runs[at].Tap([2]string{"client", "server"}[t.Tap])
	trace, along := &kind.Trace{File: tap.File}, judge.NewAlong(t)
	told := r.p.survey(r.path(tap.File), analyze.Options{Brief: true}, nil, func(_ string, a *analyze.Analysis) (int, error) {
		for s, c := range a.Walk() {
			switch {
			case s == nil && c.Number == t.Number:
				trace.Conn = c
				d.Trace = trace
			case s != nil && s.Step.Conn.Number == t.Number:
				trace.Add(s)
				along.Add(s)
			}
		}
		return 1, nil
	})
	along.Flush()
	if d.Along = along; told.err != nil || d.Trace == nil {
		return told.err
	}
	return r.kernelWindows(d, r.manifest.Runs[at].Samples)
}

// kernelWindows adds what the sender's kernel told of its congestion window
// during the transfer.
func (r *reporter) kernelWindows(d *labfigures.Detail, file string) error {
	if file == "" {
		return nil
	}
	windows, err := lab.ReadWindows(r.path(file))
	if err != nil {
		return err
	}
	c := d.Trace.Conn
	for _, w := range windows {
		if w.Local == c.Ends[d.Outcome.Transfer.Sender].AddrPort() && w.Cwnd > 0 && w.Time >= c.Start && w.Time <= c.End {
			d.Kernel = append(d.Kernel, labfigures.KernelWindow{At: w.Time.Sub(c.Start), Cwnd: w.Cwnd, Ssthresh: w.Ssthresh})
		}
	}
	return nil
}

// figureWriter writes figures into a folder.
type figureWriter struct {
	p       *program
	dir     string
	formats []scene.Format
	latex   bool
	fonts   scene.Fonts
	sheets  *diagram.Renderer
}

// write writes figures in all formats, with their points. Several are drawn at a
// time.
func (f *figureWriter) write(all []*labfigures.Figure) (err error) {
	if f.sheets, err = diagram.NewRenderer(); err != nil {
		return err
	}
	if f.fonts, err = scene.NewFonts(); err != nil {
		return err
	}
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return err
	}
	failed := make([]error, len(all))
	return ordered(len(all), runtime.GOMAXPROCS(0),
		func(i int, _ *chunker) { failed[i] = f.figure(all[i]) },
		func(int, []byte) error { return nil },
		func(i int) error { return failed[i] })
}

func (f *figureWriter) figure(one *labfigures.Figure) error {
	const widest = 5 // diagrams in a row
	var page *scene.Scene
	if one.Chart != nil {
		if err := f.file(one.Name+".csv", one.Chart.WriteCSV); err != nil {
			return err
		}
		if err := f.pgfplots(one); err != nil {
			return err
		}
		page = one.Chart.Draw(&f.fonts, chart.TwoColumn)
	} else {
		n := len(one.Graphs)
		rows := (n + widest - 1) / widest
		page = f.sheets.Sheet(one.Title, (n+rows-1)/rows, one.Graphs...)
	}
	for _, format := range f.formats {
		if err := f.file(one.Name+"."+format.String(), func(w io.Writer) error { return page.Write(w, format, &f.fonts) }); err != nil {
			return err
		}
	}
	return nil
}

// pgfplots writes a chart for LaTeX, where that was asked for.
func (f *figureWriter) pgfplots(one *labfigures.Figure) error {
	if !f.latex {
		return nil
	}
	return f.file(one.Name+".tex", func(w io.Writer) error { return one.Chart.WriteLaTeX(w, &f.fonts, chart.TwoColumn, one.Name) })
}

// file writes a file of the folder whole or not at all.
func (f *figureWriter) file(name string, fill func(io.Writer) error) error {
	return f.p.saveFigure(filepath.Join(f.dir, name), nil, fill)
}

// setup tells in sentences what was run.
func setup(m *lab.Manifest, leaveOut int) []string {
	s := &m.Plan.Base
	said := []string{fmt.Sprintf("Workload: %s, over the link %s.", s.Workload, m.Backend)}
	if len(m.Runs) > 0 {
		said[0] = fmt.Sprintf("Workload: %s, over the link %s, with the TCP of %s.", s.Workload, m.Backend, m.Runs[0].Kernel)
	}
	if s.Workload == lab.Benchmark {
		k := &s.Knobs
		said = append(said, fmt.Sprintf("A transfer has %d bytes, written %d at a time, in mode %s.",
			cmp.Or(k.Total, 16<<20), cmp.Or(k.Buffer, 128<<10), cmp.Or(string(k.Mode), "2thread")))
	}
	for _, a := range m.Plan.Axes {
		said = append(said, fmt.Sprintf("%s: %s.", strings.ToUpper(a.Name[:1])+a.Name[1:], strings.Join(a.Values, ", ")))
	}
	said = append(said, fmt.Sprintf("Each setting was run %d times; %d of %d runs are complete.", max(1, m.Plan.Repeat), len(m.Runs), len(m.Planned)))
	if leaveOut > 0 {
		said = append(said, fmt.Sprintf("Of each setting the first %d connections are left out.", leaveOut))
	}
	if !s.Offloads {
		said = append(said, "Segmentation offload was off.")
	}
	return append(said, "Medians have their quartiles, by linear interpolation, beside them; delays are one way and set in both directions unless said otherwise.")
}
