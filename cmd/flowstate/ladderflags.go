package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/ladder"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// ladderFlags are those of flowstate ladder.
type ladderFlags struct {
	common
	image   imageFlag[scene.Format]
	size    widthFlag
	axis    axisFlag
	numbers numbersFlag
	part    partFlag
	frames  framesFlag
	rows    rowsFlag
	join    string
	ascii   bool
	noCSV   bool
	latex   bool
	caption bool
}

func (f *ladderFlags) add(cmd *cobra.Command) {
	f.addImage(cmd)
	f.addConn(cmd)
	f.addSelection(cmd)
	f.addView(cmd)
	s := cmd.Flags()
	s.Var(&f.image, "image", "format: svg, png or pdf; for folders and standard output, which are text without it")
	s.Var(&f.size, "width", "one-column (85 mm) or two-column (175 mm)")
	s.Var(&f.axis, "time", "how time runs: scaled, even (a line for each segment) or auto")
	s.Var(&f.numbers, "numbers", "sequence numbers: relative, or raw as in the header")
	s.Var(&f.part, "phase", "only this part: open (until the first data) or close (from the first FIN or reset)")
	s.Var(&f.frames, "frames", "only these frames")
	s.Var(&f.rows, "rows", "segments and folds at most, instead of what fits a page")
	s.StringVar(&f.join, "join", "", "a second `CAPTURE` of the connection, so that arrows begin and end at measured times")
	s.BoolVar(&f.ascii, "ascii", false, "plain text without letters beyond ASCII")
	s.BoolVar(&f.noCSV, "no-csv", false, "no table of the rows beside the figure")
	s.BoolVar(&f.latex, "latex", false, "also write the figure for LaTeX (TikZ) beside it, with its caption")
	s.BoolVar(&f.caption, "caption", false, "also write a caption with the numbers beside it")
	complete(cmd, "image", scene.Formats())
	complete(cmd, "width", chart.Sizes())
	complete(cmd, "time", ladder.Axes())
	complete(cmd, "numbers", numberNames[:])
	complete(cmd, "phase", ladder.Parts())
}

// form is what a ladder is written as.
type form struct {
	text   bool
	format scene.Format // where it is no text
}

// form tells what the flags ask for, and refuses what cannot be meant.
func (f *ladderFlags) form(args []string) (form, error) {
	again := "flowstate ladder " + quote(args[0])
	ending := strings.ToLower(filepath.Ext(f.output))
	switch {
	case (f.latex || f.caption) && (f.output == "" || f.inFolder() && !f.image.given || ending == ".txt"):
		return form{}, usage(again+" --caption -o ladder.svg", "--latex and --caption write beside a figure: -o ladder.svg is missing")
	case f.join != "" && (len(args) > 1 || args[0] == "-" || f.join == "-" || isFolder(args[0])):
		return form{}, usage("flowstate ladder client.pcapng --join server.pcapng", "--join joins one capture with one other, and reads each more than once")
	case f.output == "" || f.inFolder():
		return form{!f.image.given, f.image.Format}, nil
	case ending == ".txt" && f.image.given:
		return form{}, f.image.contradiction(f.output, again)
	case ending == ".txt":
		return form{text: true}, nil
	}
	format, err := f.image.of(f.output, again)
	return form{format: format}, err
}

// checkCount refuses what would need more than one ladder in one file.
func (f *ladderFlags) checkCount(as form, inputs []string) error {
	if f.inFolder() || as.text && f.output == "" || len(inputs) <= 1 && len(f.conns.numbers) <= 1 {
		return nil
	}
	return usage("flowstate ladder -o ladders/ --image svg FILE...", "several ladders do not fit into one file: -o DIR/ draws each on its own")
}

func (f *ladderFlags) recorder() *ladder.Recorder {
	return &ladder.Recorder{Part: f.part.Part, Frames: f.frames.Frames, MaxRows: int(f.rows)}
}

func (f *ladderFlags) ladderOptions(p *program, path string) ladder.Options {
	return ladder.Options{
		File: path, Rows: int(f.rows), Raw: bool(f.numbers), Axis: f.axis.Axis, View: f.view.View, Command: commandLine(p.args),
	}
}

func (f *ladderFlags) letters() ladder.Letters {
	if f.ascii {
		return ladder.ASCII
	}
	return ladder.Unicode
}

// axisFlag is how time runs down the page.
type axisFlag struct{ ladder.Axis }

func (f *axisFlag) Type() string { return "AXIS" }

func (f *axisFlag) Set(s string) (err error) {
	f.Axis, err = ladder.ParseAxis(s)
	return err
}

// numbersFlag is set for raw sequence numbers.
type numbersFlag bool

var numberNames = [...]string{"relative", "raw"}

func (f *numbersFlag) Type() string { return "KIND" }

func (f *numbersFlag) String() string {
	if *f {
		return numberNames[1]
	}
	return numberNames[0]
}

func (f *numbersFlag) Set(s string) error {
	if s != numberNames[0] && s != numberNames[1] {
		return fmt.Errorf("unknown numbers %q: use relative or raw", s)
	}
	*f = s == numberNames[1]
	return nil
}

// partFlag is a part of a connection's life.
type partFlag struct{ ladder.Part }

func (f *partFlag) Type() string { return "PHASE" }

func (f *partFlag) Set(s string) (err error) {
	f.Part, err = ladder.ParsePart(s)
	return err
}

// framesFlag is a stretch of frames.
type framesFlag struct{ ladder.Frames }

func (f *framesFlag) Type() string { return "FROM:TO" }

func (f *framesFlag) Set(s string) (err error) {
	f.Frames, err = ladder.ParseFrames(s)
	return err
}

// rowsFlag is how many rows a ladder has; 0 is what fits.
type rowsFlag int

func (f *rowsFlag) Type() string { return "N" }

func (f *rowsFlag) String() string {
	if *f == 0 {
		return ""
	}
	return strconv.Itoa(int(*f))
}

func (f *rowsFlag) Set(s string) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < 8 || n > 10000 {
		return fmt.Errorf("want a number from 8 to 10000, got %q", s)
	}
	*f = rowsFlag(n)
	return nil
}
