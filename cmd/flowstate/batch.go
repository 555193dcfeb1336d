package main

import (
	"cmp"
	"io"
	"os"
	"path/filepath"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// batch is a command that writes rows about captures, one file after another.
type batch struct {
	p      *program
	flags  *common
	name   string // of the command, part of the names of files in a folder
	ending string // of these names, where the format is none of the common ones
	style  table.Style
	inputs []string
	header []byte                               // at the top of each output
	layout func(io.Writer) layout               // on the way to each output
	pass   func(path string, out *chunker) pass // what is done with one capture
	// closing gives what stands behind all captures, once they are read; nil for
	// nothing. In a folder it is a file of its own.
	closing func() ([]byte, error)
	counts  bool        // its rows are connections
	beside  *besideFlag // texts that its connections are laid beside, nil for none
	watch   *progress
	names   folderNames
	file    *newFile // the output that is open, nil for standard output
	out     layout
}

// endings are those of outputs in a folder.
var endings = [...]string{table.Text: ".txt", table.JSON: ".jsonl", table.CSV: ".csv", table.TSV: ".tsv"}

// run works on the captures that args name.
func (b *batch) run(args []string) error {
	var err error
	if b.inputs, err = b.p.expand(args); err != nil {
		return err
	}
	defer b.drop()
	if !b.perCapture() {
		if err := b.begin(b.flags.output); err != nil {
			return err
		}
	}
	b.watch = b.p.newProgress(b.inputs, b.flags)
	accounts := make([]account, len(b.inputs))
	err = ordered(len(b.inputs), int(b.flags.jobs),
		func(i int, out *chunker) { accounts[i] = b.survey(b.inputs[i], out) },
		func(i int, chunk []byte) error { return b.deliver(i, chunk) },
		func(i int) error { return b.done(i, &accounts[i]) })
	b.watch.end()
	if err == nil && b.closing != nil {
		err = b.close(accounts)
	}
	if err == nil && !b.perCapture() {
		err = b.finish(accounts)
	}
	return b.p.tellAll(accounts, err, b.flags)
}

// survey works on one capture. In JSON, verbose output ends with one object more
// about the capture as a whole.
func (b *batch) survey(path string, out *chunker) account {
	told := b.p.survey(path, b.flags.options(), b.watch, b.pass(path, out))
	if b.flags.verbose && b.flags.format.Format == table.JSON && told.format != "" {
		row := table.Capture{File: path, Packets: told.totals.Packets, Segments: told.totals.Segments, Findings: told.findings}
		row.Health, row.Interfaces = told.health, told.interfaces
		row.Connections, row.Counted = int64(told.shown), b.counts && !b.flags.selects()
		err := out.append(func(o []byte) []byte { return table.AppendCapture(o, &row) })
		told.err = cmp.Or(told.err, err)
	}
	return told
}

// perCapture tells whether each capture has an output of its own.
func (b *batch) perCapture() bool { return b.flags.inFolder() }

// begin opens an output: standard output where path is empty.
func (b *batch) begin(path string) error {
	var w io.Writer = b.p.stdout
	if path != "" {
		file, err := create(path, b.inputs)
		if err != nil {
			return err
		}
		b.file, w = file, file
	}
	b.out = b.layout(w)
	_, err := b.out.Write(b.header)
	return err
}

// finish completes the output that is open. Where no capture could be read
// there is nothing to keep.
func (b *batch) finish(accounts []account) error {
	if err := b.out.Flush(); err != nil {
		return err
	}
	b.out = nil
	if b.file == nil {
		return nil
	}
	readable := false
	for _, t := range accounts {
		readable = readable || t.err == nil || t.shown > 0
	}
	if !readable {
		return nil // drop removes it
	}
	file := b.file
	b.file = nil
	return file.commit()
}

// close writes what stands behind all captures.
func (b *batch) close(accounts []account) error {
	text, err := b.closing()
	if err != nil || len(text) == 0 {
		return err
	}
	if b.perCapture() {
		if err := b.begin(filepath.Join(b.flags.output, "compared."+b.name+b.suffix())); err != nil {
			return err
		}
	}
	if _, err := b.out.Write(text); err != nil || !b.perCapture() {
		return err
	}
	return b.finish(accounts)
}

// suffix is the ending of the names of outputs in a folder.
func (b *batch) suffix() string { return cmp.Or(b.ending, endings[b.flags.format.Format]) }

// drop removes an output that was not finished.
func (b *batch) drop() {
	if b.file != nil {
		b.file.discard()
	}
}

func (b *batch) deliver(i int, chunk []byte) error {
	if b.out == nil {
		if err := b.beginInFolder(i); err != nil {
			return err
		}
	}
	_, err := b.out.Write(chunk)
	return err
}

// done ends the output of capture i, where it has one of its own.
func (b *batch) done(i int, t *account) error {
	if !b.perCapture() || b.out == nil && t.err != nil {
		return nil
	}
	if b.out == nil {
		if err := b.beginInFolder(i); err != nil {
			return err
		}
	}
	return b.finish([]account{*t})
}

func (b *batch) beginInFolder(i int) error {
	if err := os.MkdirAll(b.flags.output, 0o755); err != nil {
		return err
	}
	name := b.names.name(b.inputs[i], "."+b.name+b.suffix())
	return b.begin(filepath.Join(b.flags.output, name))
}

// connections is a pass that writes each connection with write.
func (b *batch) connections(path string, out *chunker, write func([]byte, *table.Connection) []byte) pass {
	if b.beside != nil {
		return b.besides(path, out, write)
	}
	return func(_ string, a *analyze.Analysis) (shown int, err error) {
		for c := range ahead(a.Connections(), connectionsAhead) {
			row := table.Connection{File: path, View: b.flags.view.View, Connection: c}
			if err := out.append(func(o []byte) []byte { return write(o, &row) }); err != nil {
				return shown, err
			}
			shown++
		}
		return shown, nil
	}
}

// rowWriter writes connections in a format for programs.
type rowWriter interface {
	Header(b []byte) []byte
	Append(b []byte, c *table.Connection) []byte
}

// rows makes the batch one of connections in a format for programs. Each
// capture has a writer of its own.
func (b *batch) rows(writer func() rowWriter) {
	b.header = writer().Header(nil)
	b.layout = func(w io.Writer) layout { return plain{w} }
	b.pass = func(path string, out *chunker) pass { return b.connections(path, out, writer().Append) }
}

// severalFiles tells whether results must name their file.
func (b *batch) severalFiles() bool { return len(b.inputs) > 1 && !b.perCapture() }

// styleFor is the style of text on its way to the output that flags name.
func (p *program) styleFor(flags *common) table.Style {
	if flags.output != "" {
		return table.Style{}
	}
	return styleOf(p.stdout)
}
