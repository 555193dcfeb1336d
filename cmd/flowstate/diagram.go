package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/render/diagram"
)

// diagramFlags are those of flowstate diagram.
type diagramFlags struct {
	common
	image     imageFlag[diagram.Format]
	endpoint  sideFlag
	merge     bool
	reference bool
	layout    layoutFlag
}

func newDiagram(p *program) *cobra.Command {
	flags := diagramFlags{image: diagramImage()}
	cmd := &cobra.Command{
		Use:   "diagram [flags] FILE...",
		Short: "Draw the state paths as a diagram",
		Long: `Draw the states that endpoints went through, laid out as in RFC 9293. A single
connection is drawn with both its paths; several are merged, with counts on the
edges. Where -o names a folder, each connection has an image of its own.

The ending of -o decides the format: svg, png, pdf or dot.`,
		Example: `  flowstate diagram trace.pcap --conn 0 -o states.svg
  flowstate diagram captures/ --filter "port 443" --reference -o all.pdf
  flowstate diagram trace.pcap -o images/ --image png`,
		RunE: func(_ *cobra.Command, args []string) error { return draw(p, &flags, args) },
	}
	flags.addImage(cmd)
	flags.addConn(cmd)
	flags.addSelection(cmd)
	flags.addView(cmd)
	f := cmd.Flags()
	f.Var(&flags.image, "image", "format: svg, png, pdf or dot; for folders and standard output")
	f.Var(&flags.endpoint, "endpoint", "whose path: client, server or both")
	f.BoolVar(&flags.merge, "merge", false, "merge all connections into one diagram")
	f.BoolVar(&flags.reference, "reference", false, "draw on top of the state machine of RFC 9293")
	f.Var(&flags.layout, "layout", "who places the states: rfc (as RFC 9293 has them) or dot (Graphviz)")
	complete(cmd, "layout", layoutNames[:])
	complete(cmd, "image", imageNames())
	complete(cmd, "endpoint", sideNames[:])
	return cmd
}

// draw draws the captures that args name.
func draw(p *program, flags *diagramFlags, args []string) error {
	format, err := flags.imageFormat(p, args)
	if err != nil {
		return err
	}
	inputs, err := p.expand(args)
	if err != nil {
		return err
	}
	artist := &artist{p: p, flags: flags, format: format, inputs: inputs, slots: newSlots(int(flags.jobs))}
	if artist.renderer, err = diagram.NewRenderer(); err != nil {
		return err
	}
	if err := artist.startLayout(); err != nil {
		return err
	}
	return cmp.Or(artist.draw(), artist.endLayout())
}

// draw analyses the captures and draws what was found.
func (a *artist) draw() error {
	accounts, err := a.visit()
	if err := a.p.tellAll(accounts, err, &a.flags.common); err != nil {
		return err
	}
	if !a.flags.inFolder() {
		err = a.watch.time(a.drawAll)
	}
	a.p.tellTime(&a.watch, &a.flags.common)
	return err
}

// imageFormat tells which format the flags ask for, and refuses what cannot
// be meant.
func (f *diagramFlags) imageFormat(p *program, args []string) (diagram.Format, error) {
	again := "flowstate diagram " + quote(args[0])
	switch {
	case f.inFolder() && f.merge:
		return 0, usage(again+" --merge -o merged.svg", "--merge makes one image; -o with a folder one for each connection")
	case f.output == "" && isTerminal(p.stdout):
		return 0, usage(again+" -o states.svg", "an image is nothing to print on a terminal")
	case f.output == "" || f.inFolder():
		return f.image.Format, nil
	}
	return f.image.of(f.output, again)
}

func diagramImage() imageFlag[diagram.Format] {
	return imageFlag[diagram.Format]{Format: diagram.FormatSVG, parse: diagram.ParseFormat, endings: "svg, png, pdf or dot"}
}

func imageNames() []string { return []string{"svg", "png", "pdf", "dot"} }

// save draws a graph into a file, or to standard output.
func (a *artist) save(g *diagram.Graph, path string) error {
	return a.p.saveFigure(path, a.inputs, func(w io.Writer) error { return a.render(g, w) })
}

// drawAll draws what the captures gave into one image: a connection, or many
// merged.
func (a *artist) drawAll() error {
	if len(a.walks) == 0 {
		if a.count == 0 {
			a.p.failed = true // why there is none was told
			return nil
		}
		return errors.New("no change of state to draw: the endpoints stay where the capture found them")
	}
	if a.count > 1 && !a.flags.merge && !a.flags.quiet {
		a.p.say("%d connections are merged; --conn N picks one, -o DIR/ draws each", a.count)
	}
	return a.save(a.graph(a.title(), a.walks), a.flags.output)
}

// drawEach draws one image for each connection of a capture into the folder,
// several at a time.
func (a *artist) drawEach(path string, figures []figure) error {
	if err := os.MkdirAll(a.flags.output, 0o755); err != nil {
		return err
	}
	base := filepath.Join(a.flags.output, a.names.name(path, ""))
	artists := crew{slots: a.slots, watch: &a.watch}
	for _, f := range figures {
		if len(f.walks) == 0 {
			continue
		}
		name := fmt.Sprintf("%s.conn%d.%s", base, f.number, a.format)
		artists.do(func() error { return a.save(a.graph(f.title(path), f.walks), name) })
	}
	return artists.wait()
}
