package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/report"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// reportFlags are those of flowstate report.
type reportFlags struct {
	common
	form   reportFormat
	title  string
	budget budgetFlag
	pages  int
}

func newReport(p *program) *cobra.Command {
	flags := reportFlags{budget: report.DefaultBudget}
	cmd := &cobra.Command{
		Use:   "report [flags] FILE...",
		Short: "Write a report to hand over: health, connections, states, figures, words",
		Long: `Write one document about captures, folders or the folder of a lab: how far the
recording can be trusted, a table of all connections, and for each its states
with the evidence, findings, state diagram, charts, ladder and explanation. For a
lab, the figures of its sweep and their answers come first.

HTML is one file that loads nothing: it opens from a disk, prints, and shows text
and figures without JavaScript. With it, tables can be sorted and filtered, and
the charts of a connection zoom together.

Markdown and LaTeX have their figures in a folder beside them, as SVG and as PDF.
LaTeX has the sections of a laboratory report and compiles with pdflatex; what its
pages have no room for stands in appendices.

Where connections are many, those with the gravest findings and with most packets
have figures, up to the size of --figures; each has its row, states and findings.`,
		Example: `  flowstate report trace.pcap -o report.html
  flowstate report captures/ --filter "port 443" --figures 20M -o https.html
  flowstate report flowstate-lab --title "Lab 3" -o lab3.html
  flowstate report flowstate-lab --title "Lab 3" --pages 8 -o lab3.tex`,
		RunE: func(_ *cobra.Command, args []string) error { return writeReport(p, &flags, args) },
	}
	flags.addImage(cmd)
	flags.addConn(cmd)
	flags.addSelection(cmd)
	flags.addView(cmd)
	f := cmd.Flags()
	f.Var(&flags.form, "format", "format: "+strings.Join(reportFormatNames(), ", ")+"; where the ending of -o does not say it")
	f.StringVar(&flags.title, "title", "", "the report's `TITLE`; by default, the name of the capture")
	f.IntVar(&flags.pages, "pages", 8, "in LaTeX, most pages `N` that the body may have before the appendices; 0 for any number")
	f.Var(&flags.budget, "figures", "about how large all figures may be together; or all, or none")
	complete(cmd, "format", reportFormatNames())
	flags.rows = "TCP connection"
	return cmd
}

// reportForm is a format of reports.
type reportForm struct {
	name    string
	endings []string // of files; the first is the usual
	write   func(*report.Report, io.Writer, report.Figures) error
	beside  bool // its figures are files beside it
}

func reportForms() []reportForm {
	return []reportForm{
		{"html", []string{".html", ".htm"}, func(r *report.Report, w io.Writer, _ report.Figures) error { return r.WriteHTML(w) }, false},
		{"markdown", []string{".md", ".markdown"}, (*report.Report).WriteMarkdown, true},
		{"latex", []string{".tex"}, (*report.Report).WriteLaTeX, true},
	}
}

func reportFormatNames() (names []string) {
	for _, f := range reportForms() {
		names = append(names, f.name)
	}
	return names
}

// reportFormat is the flag that chooses one.
type reportFormat struct{ name string }

func (f *reportFormat) Type() string   { return "FORMAT" }
func (f *reportFormat) String() string { return f.name }

func (f *reportFormat) Set(s string) error {
	if !slices.Contains(reportFormatNames(), s) {
		return fmt.Errorf("unknown format %q: use %s", s, strings.Join(reportFormatNames(), ", "))
	}
	f.name = s
	return nil
}

// chosen is the format that the flags ask for, and refuses what cannot be meant.
func (f *reportFlags) chosen(p *program, args []string) (reportForm, error) {
	again := "flowstate report " + quote(args[0]) + " -o report.html"
	if f.output == "" && isTerminal(p.stdout) {
		return reportForm{}, usage(again, "a report is nothing to print on a terminal")
	}
	forms := reportForms()
	name := strings.ToLower(filepath.Ext(f.output))
	byEnding := slices.IndexFunc(forms, func(r reportForm) bool { return slices.Contains(r.endings, name) })
	byFlag := slices.IndexFunc(forms, func(r reportForm) bool { return r.name == f.form.name })
	switch {
	case byFlag >= 0 && byEnding >= 0 && byFlag != byEnding:
		return reportForm{}, usage(again, "--format %s contradicts -o %s", f.form.name, f.output)
	case byFlag >= 0:
		return forms[byFlag], nil
	case byEnding >= 0:
		return forms[byEnding], nil
	case f.output == "" || f.inFolder():
		return forms[0], nil
	}
	return reportForm{}, usage(again, "-o %s: the ending must be that of a format: %s", f.output, strings.Join(reportFormatNames(), ", "))
}

// writeReport reports on what args name.
func writeReport(p *program, flags *reportFlags, args []string) error {
	form, err := flags.chosen(p, args)
	if err != nil {
		return err
	}
	if form.beside && flags.output == "" {
		return usage("flowstate report "+quote(args[0])+" -o report"+form.endings[0], "a report as %s has its figures beside it, and needs -o", form.name)
	}
	r := report.New(report.Options{
		Title: flags.title, Pages: flags.pages, View: flags.view.View, Budget: int64(flags.budget), Command: commandLine(p.args), Chosen: flags.chosenBy(),
	})
	inputs, err := p.reportInputs(r, args)
	if err != nil {
		return err
	}
	accounts, err := p.fillReport(r, flags, inputs)
	if err := p.tellAll(accounts, err, &flags.common); err != nil {
		return err
	}
	if !slices.ContainsFunc(accounts, func(t account) bool { return t.format != "" }) {
		return nil // none could be read, and that was told
	}
	r.Finish()
	if rule := r.Rule(); rule != "" && !flags.quiet {
		p.say("%s", rule)
	}
	return p.saveReport(r, flags, form, inputs)
}

// saveReport writes a report where the flags want it.
func (p *program) saveReport(r *report.Report, flags *reportFlags, form reportForm, inputs []string) error {
	path := flags.output
	if flags.inFolder() {
		if err := os.MkdirAll(path, 0o777); err != nil {
			return err
		}
		path = filepath.Join(path, "report"+form.endings[0])
	}
	return p.save(path, inputs, func(w io.Writer) error {
		return form.write(r, w, report.Figures{Dir: figuresFolder(path), Save: func(name string, write func(io.Writer) error) error {
			folder := filepath.Join(filepath.Dir(path), figuresFolder(path))
			if err := os.MkdirAll(folder, 0o777); err != nil {
				return err
			}
			return p.save(filepath.Join(folder, name), inputs, write)
		}})
	})
}

// figuresFolder names the folder of a report's figures, which stands beside it,
// in letters that no format takes for anything else.
func figuresFolder(path string) string {
	base := filepath.Base(path)
	return chart.EscapeLabel(strings.ReplaceAll(strings.TrimSuffix(base, filepath.Ext(base)), ".", "-")) + "-figures"
}

// chosenBy says which flags left connections out.
func (f *reportFlags) chosenBy() string {
	var words []string
	for _, flag := range [...][2]string{{"--conn", f.conns.String()}, {"--filter", f.filter.text}, {"--from", f.from.text}, {"--to", f.to.text}} {
		if flag[1] != "" {
			words = append(words, flag[0], quote(flag[1]))
		}
	}
	return strings.Join(words, " ")
}

// reportInputs are the captures that args name. The folder of a lab gives the
// report its lab, too.
func (p *program) reportInputs(r *report.Report, args []string) ([]string, error) {
	if len(args) == 1 {
		if dir, ok := labFolder(args[0]); ok {
			return p.openLab(r, dir)
		}
	}
	return p.expand(args)
}

// fillReport analyses the captures, and adds what each gave to the report.
func (p *program) fillReport(r *report.Report, flags *reportFlags, inputs []string) ([]account, error) {
	accounts := make([]account, len(inputs))
	found := make([]*report.Collector, len(inputs))
	watch := p.newProgress(inputs, &flags.common)
	defer watch.end()
	err := ordered(len(inputs), int(flags.jobs),
		func(i int, _ *chunker) {
			found[i] = r.Collector(inputs[i])
			accounts[i] = p.survey(inputs[i], flags.options(), watch, func(_ string, a *analyze.Analysis) (int, error) { return found[i].Run(a), nil })
		},
		func(int, []byte) error { return nil },
		func(i int) error {
			r.Add(accounts[i].source(flags.selects()), found[i])
			found[i] = nil
			return nil
		})
	return accounts, err
}

// source is a capture as a report tells of it.
func (t *account) source(partly bool) report.Source {
	return report.Source{
		Capture: table.Capture{
			File: t.path, Packets: t.totals.Packets, Segments: t.totals.Segments, Connections: int64(t.shown), Counted: !partly,
			Health: t.health, Interfaces: t.interfaces, Findings: t.findings,
		},
		Format: t.format, Comments: t.comments, Err: t.err,
	}
}

// budgetFlag is how large figures may be: bytes, or negative for no bound.
type budgetFlag int64

func (f *budgetFlag) Type() string { return "SIZE" }

func (f *budgetFlag) String() string {
	switch {
	case *f < 0:
		return "all"
	case *f == 0:
		return "none"
	}
	if *f%(1<<20) == 0 {
		return fmt.Sprintf("%dM", *f>>20)
	}
	return fmt.Sprintf("%dK", *f>>10)
}

func (f *budgetFlag) Set(s string) error {
	var size sizeFlag
	switch err := size.Set(s); {
	case s == "all":
		*f = -1
	case s == "none":
		*f = 0
	case err != nil:
		return fmt.Errorf("want a size such as 20M, or all, or none, got %q", s)
	default:
		*f = budgetFlag(size)
	}
	return nil
}
