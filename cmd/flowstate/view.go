package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/view"
)

// viewFlags are those of flowstate view.
type viewFlags struct {
	filter filterFlag
	names  viewFlag
	ascii  bool
	mouse  bool
}

func newView(p *program) *cobra.Command {
	var flags viewFlags
	cmd := &cobra.Command{
		Use:   "view [flags] FILE",
		Short: "Browse a capture in the terminal",
		Long: `Browse a capture on the whole screen of a terminal, also by ssh: the list of
connections, to be sorted, searched and filtered; and of each connection the
summary with all findings, the states of both ends beside each other, the
segments, the ladder, small charts, and the explanation in words.

Arrows or h j k l move, Enter opens, Tab changes the view, Esc goes back,
? shows all keys, q quits. The capture is read again for each connection that is
opened, so it must be a file; Esc interrupts that. NO_COLOR is honoured: whatever
is coloured is also told in words or signs.`,
		Example: `  flowstate view trace.pcap
  flowstate view trace.pcap --filter "port 443"`,
		RunE:              func(_ *cobra.Command, args []string) error { return browse(p, &flags, args) },
		ValidArgsFunction: completeCaptures,
	}
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage(firstExample(cmd), "view shows one capture")
		}
		return nil
	}
	f := cmd.Flags()
	f.Var(&flags.filter, "filter", "only connections with a segment that matches, in tcpdump's syntax: \"port 443 and host 192.0.2.1\"")
	f.Var(&flags.names, "view", "whose names of states: rfc, linux, freebsd")
	f.BoolVar(&flags.ascii, "ascii", false, "no letters beyond ASCII, as where the locale has no UTF-8")
	f.BoolVar(&flags.mouse, "mouse", false, "take the wheel and clicks, which the terminal then does not use to select text")
	complete(cmd, "view", views())
	return cmd
}

// browse checks what can be known before the screen is taken over.
func browse(p *program, flags *viewFlags, args []string) error {
	path := args[0]
	summary := "flowstate summary " + quote(path)
	switch term := os.Getenv("TERM"); {
	case path == "-":
		return usage("flowstate capture -o trace.pcapng; flowstate view trace.pcapng", "view reads a capture more than once, which standard input does not allow")
	case !isTerminal(p.stdout):
		return usage(summary, "view needs a terminal, and standard output is none")
	case term == "" || term == "dumb":
		return usage(summary, "view needs a terminal that can move its cursor, and TERM says %q", term)
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return usage("flowstate summary "+quote(path), "view shows one capture, and %s is a folder", path)
	}
	file, err := p.open(path) // what is no capture is told before the screen is taken over
	if err != nil {
		p.fail(path, err)
		return nil
	}
	if err := file.Close(); err != nil {
		return err
	}
	return show(view.Options{
		File: path, Open: func() (view.Capture, error) { return p.open(path) },
		Select: matching(flags.filter.expr), View: flags.names.View, ASCII: flags.ascii || !utf8Locale(os.Getenv),
		Filter: func(text string) (func(*decode.Segment) bool, error) {
			expr, err := filter.Parse(text)
			return matching(expr), err
		},
	}, flags.mouse)
}
