package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

func newPlot(p *program) *cobra.Command {
	flags := plotFlags{image: sceneImage("svg, png or pdf")}
	flags.kinds.list, _ = kind.Parse("tcptrace")
	flags.kinds.text = "tcptrace"
	cmd := &cobra.Command{
		Use:   "plot [flags] FILE...",
		Short: "Draw charts of a connection: time-sequence, in flight, RTT, states and more",
		Long:  plotHelp(),
		Example: `  flowstate plot trace.pcap --kind tcptrace -o sequence.pdf
  flowstate plot trace.pcap --conn 2 --kind in-flight,rtt --phase slow-start -o start.svg
  flowstate plot runs/*.pcapng --kind stevens --overlay --label "0 ms,10 ms" -o compared.svg
  flowstate plot trace.pcap --kind connections -o overview.png`,
		RunE: func(_ *cobra.Command, args []string) error { return plot(p, &flags, args) },
	}
	flags.add(cmd)
	return cmd
}

func plotHelp() string {
	var b strings.Builder
	b.WriteString(`Draw a chart of a connection: of the one that carries most data, where --conn
does not name one. Where -o names a folder, each connection has a figure of its
own. Kinds along time can be stacked: --kind in-flight,rtt.

`)
	for _, k := range kind.Kinds() {
		fmt.Fprintf(&b, "  %-14s %s\n", k.Name, k.Short)
	}
	b.WriteString(`
Other names for them, of tcptrace, xplot and Wireshark among others:

`)
	for _, k := range kind.Kinds() {
		fmt.Fprintf(&b, "  %-14s %s\n", k.Name, strings.Join(k.Aliases, ", "))
	}
	b.WriteString(`
Beside each figure is a CSV file of its points. The ending of -o decides the
format: svg, png or pdf.`)
	return b.String()
}

// plot draws charts of the captures that args name.
func plot(p *program, flags *plotFlags, args []string) error {
	format, err := flags.imageFormat(p, args)
	if err != nil {
		return err
	}
	inputs, err := p.expand(args)
	if err != nil {
		return err
	}
	if err := flags.checkCount(inputs); err != nil {
		return err
	}
	w := &plotter{flags: flags, slots: newSlots(int(flags.jobs)), figures: figures{
		p: p, inputs: inputs, format: format, size: flags.size.Size, noCSV: flags.noCSV, latex: flags.latex, caption: flags.caption,
	}}
	w.nameFigures()
	if w.fonts, err = scene.NewFonts(); err != nil {
		return err
	}
	w.request = kind.Request{
		Kinds: flags.kinds.list, Sides: flags.sides.Sides, Zoom: flags.zoom, View: flags.view.View,
		Log: flags.log, Window: time.Duration(flags.window), Step: time.Duration(flags.step), Title: flags.title, Command: commandLine(p.args),
	}
	accounts, err := w.visit()
	if err := p.tellAll(accounts, err, &flags.common); err != nil {
		return err
	}
	if !flags.inFolder() {
		err = w.watch.time(w.finish)
	}
	p.tellTime(&w.watch, &flags.common)
	return err
}

// checkCount refuses what would need more than one figure in one file.
func (f *plotFlags) checkCount(inputs []string) error {
	if f.overlay || f.inFolder() || len(inputs) <= 1 && len(f.conns.numbers) <= 1 {
		return nil
	}
	return usage("flowstate plot --kind "+f.kinds.String()+" --overlay -o compared.svg FILE...",
		"several figures do not fit into one file: --overlay draws them on the same axes, -o DIR/ each on its own")
}

// commandLine is what a user would type to have the same again.
func commandLine(args []string) string {
	words := []string{"flowstate"}
	for _, a := range args {
		words = append(words, quote(a))
	}
	return strings.Join(words, " ")
}

// finish draws what needs all captures to be read.
func (w *plotter) finish() error {
	switch {
	case len(w.found) == 0 && w.lives == nil:
		w.p.failed = true // why there is none was told
		return nil
	case w.ledger():
		f, err := kind.Overview(w.inputs[0], w.lives, &w.request)
		if err != nil {
			return err
		}
		return w.save(f, w.flags.output)
	}
	w.name()
	if most := 12; len(w.found) > most {
		return fmt.Errorf("%d connections are too many for one figure: choose up to %d with --conn", len(w.found), most)
	}
	f, err := w.request.Draw(w.found...)
	if err != nil {
		return err
	}
	return w.save(f, w.flags.output)
}

// saveEach draws one connection into the folder. One that a kind has nothing
// to draw of is left out.
func (w *plotter) saveEach(base string, t *kind.Trace) error {
	f, err := w.request.Draw(t)
	if err != nil {
		return nil
	}
	kinds := strings.ReplaceAll(w.flags.kinds.String(), ",", "+")
	return w.save(f, fmt.Sprintf("%s.conn%d.%s.%s", base, t.Conn.Number, kinds, w.format))
}
