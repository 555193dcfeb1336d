package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// account is what is left to tell of a capture after its results.
type account struct {
	path       string
	err        error // it could not be read, or not to its end
	damaged    bool
	format     string // of the file, as pcapfile names it
	findings   []finding.Finding
	totals     analyze.Totals
	health     health.Capture
	interfaces []capture.Interface
	comments   []pcapfile.Comment
	shown      int // rows that it gave
}

// expand turns arguments into the paths of captures. An argument that leads to
// none is told and does not stop the others.
func (p *program) expand(args []string) ([]string, error) {
	var paths []string
	for _, arg := range args {
		found, err := pcapfile.Expand([]string{arg})
		if err != nil {
			p.fail(arg, err)
			continue
		}
		paths = append(paths, found...)
	}
	return pcapfile.Expand(paths) // each is a file now: this drops repetitions
}

// fail tells of an input that could not be read. The run goes on.
func (p *program) fail(path string, err error) {
	p.failed = true
	text := err.Error()
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		text = fmt.Sprintf("%s: %v", pathError.Path, pathError.Err)
	}
	p.say("%s", text)
	if errors.Is(err, fs.ErrNotExist) {
		p.say("hint: ls %s", quote(filepath.Dir(path)))
	}
}

// open opens a capture; "-" is standard input.
func (p *program) open(path string) (*pcapfile.Reader, error) {
	if path == "-" {
		return pcapfile.NewReader(p.stdin, "standard input")
	}
	return pcapfile.Open(path)
}

// pass is what a command does with one capture: it ranges over the analysis,
// writes, and tells how many rows that gave.
type pass func(path string, a *analyze.Analysis) (shown int, err error)

// survey opens the capture at path, runs a pass over it and returns the account
// of both.
func (p *program) survey(path string, o analyze.Options, watch *progress, run pass) account {
	reader, err := p.open(path)
	if err != nil {
		return account{path: path, err: err}
	}
	return examine(path, reader, watch.follow(reader), o, run)
}

// examine runs a pass over an open capture, read through source, and closes it.
func examine(path string, reader *pcapfile.Reader, source analyze.Source, o analyze.Options, run pass) account {
	told := account{path: path}
	a := analyze.New(source, o)
	var err error
	told.shown, err = run(path, a)
	told.err = cmp.Or(err, a.Err())
	told.totals, told.findings = a.Totals(), append(captureFindings(reader), a.Findings()...)
	told.health, told.interfaces = *a.Health(), slices.Clone(reader.Interfaces())
	told.comments = slices.Clone(reader.Comments())
	told.damaged, told.format = reader.Damaged(), reader.Format()
	if err := reader.Close(); told.err == nil {
		told.err = err
	}
	return told
}

// captureFindings are the findings about a file: its damage, and what its
// recorder lost.
func captureFindings(r *pcapfile.Reader) []finding.Finding {
	list := slices.Clone(r.Findings())
	for i, n := range r.Interfaces() {
		if n.Dropped == nil || *n.Dropped == 0 {
			continue
		}
		list = append(list, finding.New(finding.PacketsDroppedByCapture, 0, "interface %s: the recorder lost %d packets", interfaceName(i, n), *n.Dropped))
	}
	return list
}

func interfaceName(i int, n capture.Interface) string {
	if n.Name == "" {
		return fmt.Sprint(i)
	}
	return n.Name
}

// tellAll tells of each capture and, where nothing ended the work, why there are
// no results. It returns the error that did.
func (p *program) tellAll(accounts []account, err error, flags *common) error {
	for i := range accounts {
		p.tell(&accounts[i], flags)
	}
	if err == nil {
		p.tellEmpty(accounts, flags)
	}
	return err
}

// tell says what there is to say about a capture beside its results, and lets
// it count for the exit status. Quiet leaves nothing but errors.
func (p *program) tell(t *account, flags *common) {
	if flags.verbose && t.format != "" {
		p.say("%s: %s, %d packets, %d TCP segments", t.path, t.format, t.totals.Packets, t.totals.Segments)
	}
	for _, f := range t.findings {
		if f.Severity() == finding.Error || !flags.quiet {
			p.say("%s: %s: %s%s", t.path, f.Code, f.Text, place(f))
		}
	}
	p.damaged = p.damaged || t.damaged
	if t.err != nil && !errors.Is(t.err, errStopped) {
		p.fail(t.path, t.err)
	}
}

// place says where a finding is.
func place(f finding.Finding) string {
	switch {
	case f.Offset > 0:
		return fmt.Sprintf(" (offset %d)", f.Offset)
	case f.Frame > 0:
		return fmt.Sprintf(" (frame %d)", f.Frame)
	}
	return ""
}

// tellEmpty says why there are no results, where there are none.
func (p *program) tellEmpty(accounts []account, flags *common) {
	var readable string
	for _, t := range accounts {
		if t.shown > 0 {
			return
		}
		if t.err == nil {
			readable = t.path
		}
	}
	switch {
	case readable == "":
		return // all failed, and that was told
	case len(flags.conns.numbers) > 0:
		p.failed = true
		p.say("no connection %s in %s", flags.conns.String(), inputs(accounts))
		p.say("hint: flowstate summary %s", quote(readable))
	case flags.quiet:
	case flags.selects():
		p.say("nothing in %s matches", inputs(accounts))
	default:
		p.say("no %s in %s", cmp.Or(flags.rows, "TCP connection"), inputs(accounts))
	}
}

func inputs(accounts []account) string {
	if len(accounts) == 1 {
		return accounts[0].path
	}
	return fmt.Sprintf("%d captures", len(accounts))
}

// counted is a source that moves a progress bar.
type counted struct {
	*pcapfile.Reader
	report func(read int64)
	calls  int
	told   int64
}

// reportEvery is how many packets pass between two moves of the bar.
const reportEvery = 4096

func (c *counted) Next(p *capture.Packet) error {
	err := c.Reader.Next(p)
	if c.calls++; c.calls%reportEvery == 0 || err == io.EOF {
		read, _ := c.Progress()
		c.report(read - c.told)
		c.told = read
	}
	return err
}
