package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/ladder"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

func newLadder(p *program) *cobra.Command {
	flags := ladderFlags{image: sceneImage("svg, png, pdf or txt")}
	cmd := &cobra.Command{
		Use:   "ladder [flags] FILE...",
		Short: "Draw the sequence diagram of a connection, with the states of both ends",
		Long: `Draw the segments of a connection as arrows between two life lines, with the
states of RFC 9293 that either end went through: of the connection that carries
most data, where --conn does not name one. Arrows slant where the one-way delay
is known: measured with --join, or estimated from the fastest answers. What does
not fit is folded.

Without -o the ladder is plain text, 100 columns wide. The ending of -o decides
the format: svg, png, pdf or txt. Beside a figure is a CSV file of its rows.`,
		Example: `  flowstate ladder trace.pcap
  flowstate ladder trace.pcap --conn 2 --phase close -o close.svg
  flowstate ladder client.pcapng --join server.pcapng --time scaled -o ladder.pdf
  flowstate ladder trace.pcap --frames 100:140 --numbers raw`,
		RunE: func(_ *cobra.Command, args []string) error { return drawLadders(p, &flags, args) },
	}
	flags.add(cmd)
	return cmd
}

// drawLadders draws ladders of the captures that args name.
func drawLadders(p *program, flags *ladderFlags, args []string) error {
	form, err := flags.form(args)
	if err != nil {
		return err
	}
	inputs, err := p.expand(args)
	if err != nil {
		return err
	}
	if err := flags.checkCount(form, inputs); err != nil {
		return err
	}
	w := &ladders{flags: flags, form: form, slots: newSlots(1), figures: figures{
		p: p, inputs: inputs, format: form.format, size: flags.size.Size, noCSV: flags.noCSV, latex: flags.latex, caption: flags.caption,
	}}
	if flags.inFolder() {
		w.slots = newSlots(int(flags.jobs))
	}
	if w.fonts, err = scene.NewFonts(); err != nil {
		return err
	}
	if flags.join != "" {
		return w.joined()
	}
	accounts, err := w.visit()
	if err := p.tellAll(accounts, err, &flags.common); err != nil {
		return err
	}
	p.tellTime(&w.watch, &flags.common)
	return nil
}

// ladders gathers the connections of captures and draws their ladders.
type ladders struct {
	figures
	flags *ladderFlags
	form  form
	names folderNames
	base  string // of the files of the capture at hand, in a folder
	drawn int
	slots chan struct{} // one where ladders follow each other in one output
	watch stopwatch
}

// climb is a connection with what was recorded of it.
type climb struct {
	*ladder.Recorder
	conn *analyze.Connection
}

// catchOfLadders is what one capture gives.
type catchOfLadders struct {
	list []climb
	seen int // connections
}

// visit analyses the captures and draws what each gave.
func (w *ladders) visit() ([]account, error) {
	accounts := make([]account, len(w.inputs))
	caught := make([]catchOfLadders, len(w.inputs))
	watch := w.p.newProgress(w.inputs, &w.flags.common)
	defer watch.end()
	err := ordered(len(w.inputs), int(w.flags.jobs),
		func(i int, _ *chunker) {
			accounts[i] = w.p.survey(w.inputs[i], w.flags.options(), watch, func(_ string, a *analyze.Analysis) (int, error) {
				caught[i] = w.record(a)
				return caught[i].seen, nil
			})
		},
		func(int, []byte) error { return nil },
		func(i int) error {
			c := caught[i]
			caught[i] = catchOfLadders{}
			return w.drawCatch(w.inputs[i], &c)
		})
	return accounts, err
}

// record keeps of each connection what a ladder needs, and at its end those
// that will be drawn.
func (w *ladders) record(a *analyze.Analysis) (c catchOfLadders) {
	open := map[int]*ladder.Recorder{}
	for s, conn := range a.Walk() {
		if s != nil {
			r := open[s.Conn.Number]
			if r == nil {
				r = w.flags.recorder()
				open[s.Conn.Number] = r
			}
			r.Add(s)
			continue
		}
		c.seen++
		c.list = w.keep(c.list, climb{open[conn.Number], conn})
		delete(open, conn.Number)
	}
	slices.SortFunc(c.list, func(a, b climb) int { return cmp.Compare(a.conn.Number, b.conn.Number) })
	return c
}

// keep adds a connection to those that are drawn: all that were asked for, or
// else the one with most data.
func (w *ladders) keep(kept []climb, c climb) []climb {
	if w.flags.inFolder() || len(w.flags.conns.numbers) > 0 || len(kept) == 0 {
		return append(kept, c)
	}
	old := &kept[0]
	if c.Bytes() > old.Bytes() || c.Bytes() == old.Bytes() && c.conn.Number < old.conn.Number {
		*old = c
	}
	return kept
}

// drawCatch draws the connections of a capture.
func (w *ladders) drawCatch(path string, c *catchOfLadders) error {
	w.tellChoice(path, c)
	w.base = w.names.name(path, "")
	artists := crew{slots: w.slots, watch: &w.watch}
	for i := range c.list {
		artists.do(func() error {
			l := c.list[i].Ladder(c.list[i].conn, w.flags.ladderOptions(w.p, path))
			return w.put(path, l, &c.list[i])
		})
	}
	return artists.wait()
}

// tellChoice says which of several connections is drawn.
func (w *ladders) tellChoice(path string, c *catchOfLadders) {
	if c.seen > 1 && len(c.list) == 1 && len(w.flags.conns.numbers) == 0 && !w.flags.quiet {
		w.p.say("%s: %d connections; drawn is number %d, which carries most data; --conn N picks another", path, c.seen, c.list[0].conn.Number)
	}
}

// put writes a ladder where the flags want it.
func (w *ladders) put(path string, l *ladder.Ladder, c *climb) error {
	if l.Empty() {
		if w.flags.inFolder() {
			return nil
		}
		return fmt.Errorf("nothing to draw: connection %d of %s has no segment there", c.conn.Number, path)
	}
	text := func(out io.Writer) error { return l.WriteText(out, w.flags.letters()) }
	target := w.flags.output
	switch {
	case w.flags.inFolder():
		if err := os.MkdirAll(w.flags.output, 0o777); err != nil {
			return err
		}
		target = filepath.Join(w.flags.output, fmt.Sprintf("%s.conn%d.ladder.%s", w.base, c.conn.Number, w.form))
	case target == "" && w.form.text:
		if w.drawn++; w.drawn > 1 {
			inner := text
			text = func(out io.Writer) error { _, err := io.WriteString(out, "\n"); return cmp.Or(err, inner(out)) }
		}
	}
	if !w.form.text {
		return w.save(l, target)
	}
	return w.p.saveFigure(target, w.inputs, text)
}

// String is the ending of the names of files.
func (f form) String() string {
	if f.text {
		return "txt"
	}
	return strings.ToLower(f.format.String())
}
