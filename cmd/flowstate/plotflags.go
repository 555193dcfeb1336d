package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/chart/kind"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// plotFlags are those of flowstate plot.
type plotFlags struct {
	common
	kinds   kindsFlag
	sides   sidesFlag
	image   imageFlag[scene.Format]
	size    widthFlag
	zoom    kind.Zoom
	overlay bool
	window  windowFlag
	step    windowFlag
	labels  []string
	log     bool
	title   string
	noCSV   bool
	latex   bool
	caption bool
}

func (f *plotFlags) add(cmd *cobra.Command) {
	f.addImage(cmd)
	f.addConn(cmd)
	f.addSelection(cmd)
	f.addView(cmd)
	s := cmd.Flags()
	s.VarP(&f.kinds, "kind", "k", "what to draw: "+strings.Join(kind.Names(), ", ")+"; several of them are stacked")
	s.Var(&f.sides, "from-side", "whose data: client, server, both, or busier (who sent more)")
	s.Var(&f.image, "image", "format: svg, png or pdf; for folders and standard output")
	s.Var(&f.size, "width", "one-column (85 mm) or two-column (175 mm)")
	s.Var((*stretchFlag)(&f.zoom.Time), "time", "only these seconds since the connection's first packet")
	s.Var((*stretchFlag)(&f.zoom.Frames), "frames", "only while these frames pass")
	s.Var((*stretchFlag)(&f.zoom.Bytes), "bytes", "only while these bytes of the stream are sent or acknowledged")
	s.Var((*phaseFlag)(&f.zoom.Phase), "phase", "only this phase: handshake, slow-start, transfer or close")
	s.Var(&f.window, "window", "time over which rates are taken: 0.1, 100ms; one that fits if not given")
	s.Var(&f.step, "step", "time from one rate to the next: 0.1, 100ms; a quarter of the window if not given")
	s.BoolVar(&f.overlay, "overlay", false, "several connections on the same axes")
	s.StringSliceVar(&f.labels, "label", nil, "the `NAMES` of lines in the legend, in their order: \"10 ms,20 ms\"")
	s.BoolVar(&f.log, "log", false, "logarithmic Y axis")
	s.StringVar(&f.title, "title", "", "the figure's `TITLE`; - for none")
	s.BoolVar(&f.noCSV, "no-csv", false, "no table of the points beside the figure")
	s.BoolVar(&f.latex, "latex", false, "also write the figure for LaTeX (pgfplots) beside it, with its caption")
	s.BoolVar(&f.caption, "caption", false, "also write a caption with the numbers beside it")
	complete(cmd, "kind", kind.Names())
	complete(cmd, "from-side", []string{"client", "server", "both", "busier"})
	complete(cmd, "image", scene.Formats())
	complete(cmd, "width", chart.Sizes())
	complete(cmd, "phase", kind.Phases())
}

// imageFormat tells which format the flags ask for, and refuses what cannot
// be meant.
func (f *plotFlags) imageFormat(p *program, args []string) (scene.Format, error) {
	again := "flowstate plot " + quote(args[0]) + " --kind " + f.kinds.String()
	switch {
	case f.overlay && f.inFolder():
		return 0, usage(again+" --overlay -o compared.svg", "--overlay makes one figure; -o with a folder one for each connection")
	case f.output == "" && isTerminal(p.stdout):
		return 0, usage(again+" -o figure.svg", "an image is nothing to print on a terminal")
	case f.output == "" && (f.latex || f.caption):
		return 0, usage(again+" --caption -o figure.svg", "--latex and --caption write beside the figure: -o is missing")
	case f.output == "" || f.inFolder():
		return f.image.Format, nil
	}
	return f.image.of(f.output, again)
}

// kindsFlag is a list of kinds of charts.
type kindsFlag struct {
	text string
	list []*kind.Kind
}

func (f *kindsFlag) Type() string   { return "KIND[,KIND...]" }
func (f *kindsFlag) String() string { return f.text }

func (f *kindsFlag) Set(s string) (err error) {
	f.text = s
	f.list, err = kind.Parse(s)
	return err
}

// sidesFlag says whose data is drawn.
type sidesFlag struct{ kind.Sides }

func (f *sidesFlag) Type() string { return "SIDE" }

func (f *sidesFlag) Set(s string) (err error) {
	f.Sides, err = kind.ParseSides(s)
	return err
}

// widthFlag is how wide a figure is.
type widthFlag struct{ chart.Size }

func (f *widthFlag) Type() string { return "WIDTH" }

func (f *widthFlag) Set(s string) error {
	i := slices.Index(chart.Sizes(), s)
	if i < 0 {
		return fmt.Errorf("unknown width %q: use %s", s, strings.Join(chart.Sizes(), " or "))
	}
	f.Size = chart.Size(i)
	return nil
}

// stretchFlag is a part of a figure, FROM:TO.
type stretchFlag kind.Stretch

func (f *stretchFlag) Type() string   { return "FROM:TO" }
func (f *stretchFlag) String() string { return "" }

func (f *stretchFlag) Set(s string) error {
	got, err := kind.ParseStretch(s)
	*f = stretchFlag(got)
	return err
}

// phaseFlag is a part of a connection's life.
type phaseFlag kind.Phase

func (f *phaseFlag) Type() string   { return "PHASE" }
func (f *phaseFlag) String() string { return kind.Phase(*f).String() }

func (f *phaseFlag) Set(s string) error {
	got, err := kind.ParsePhase(s)
	*f = phaseFlag(got)
	return err
}
