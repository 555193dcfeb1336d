package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/link"
	labtext "github.com/flowstate-tcp/flowstate/render/lab"
)

func newLabSelftest(p *program) *cobra.Command {
	var flags labFlags
	delays := delaysFlag{0, 5 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond}
	cmd := &cobra.Command{
		Use:   "selftest [flags]",
		Short: "Measure how well the link keeps its delay, and its highest rate",
		Long: `Tell which links work on this machine, and measure one of them: by how much
packets arrive later than set, and how fast one TCP connection can be.`,
		Example: `  flowstate lab selftest
  flowstate lab selftest --link emulated --delay 0,20`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return p.selftest(&flags, delays) },
	}
	flags.addLink(cmd)
	cmd.Flags().Var(&delays, "delay", "one-way delays in milliseconds: 0,20 or 0:40:5")
	return cmd
}

// newLabMeasure is the part of the self-test that runs in a guest, and no
// command for people.
func newLabMeasure(p *program) *cobra.Command {
	var delays delaysFlag
	return &cobra.Command{
		Use: "measure", Short: "Measure netem, in a guest", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := delays.Set(args[0]); err != nil {
				return err
			}
			ctx, stop := interruptible()
			defer stop()
			return measureLink(ctx, p.stdout, "netem", "uml", delays)
		},
	}
}

// selftest prints the back ends, and measures one.
func (p *program) selftest(flags *labFlags, delays delaysFlag) error {
	ctx, stop := interruptible()
	defer stop()
	if entered, err := p.enterNamespace(ctx, flags.link); entered || err != nil {
		return err
	}
	all := link.Probe()
	for _, s := range all {
		word := "works: " + s.About
		if !s.Works {
			word = "does not: " + s.Why
		}
		fmt.Fprintf(p.stdout, "%-10s %s\n", s.Backend, word)
	}
	fmt.Fprintln(p.stdout)
	name := flags.link
	if first := slices.IndexFunc(all, func(s link.Status) bool { return s.Works }); name == link.Auto && first >= 0 {
		name = all[first].Backend
	}
	switch name {
	case "simulated":
		fmt.Fprintln(p.stdout, "simulated: delays are exact, since its time is virtual")
		return nil
	case "uml":
		return measureInGuest(ctx, p.stdout, p.stderr, delays.String())
	}
	return measureLink(ctx, p.stdout, name, name, delays)
}

// measureLink prints a row for each delay, under the name of the link.
func measureLink(ctx context.Context, out io.Writer, name, told string, delays delaysFlag) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%s\tlate p50\tp99\tmost\tlost\tone TCP connection\n", told)
	for _, d := range delays {
		f, err := measured(ctx, name, d)
		if err != nil {
			return err
		}
		to, back := f.Way[0], f.Way[1]
		fmt.Fprintf(t, "%g ms\t%s\t%s\t%s\t%d\t%.0f Mbit/s\n", float64(d)/1e6,
			labtext.Duration(max(to.P50, back.P50)), labtext.Duration(max(to.P99, back.P99)), labtext.Duration(max(to.Max, back.Max)),
			to.Sent+back.Sent-to.Received-back.Received, f.Rate/1e6)
	}
	return t.Flush()
}

func measured(ctx context.Context, name string, d time.Duration) (link.Figures, error) {
	c := link.Config{Way: link.Both(link.Params{Delay: d})}
	l, err := link.Open(ctx, name, c)
	if err != nil {
		return link.Figures{}, err
	}
	f, err := link.Measure(ctx, l, c, link.MeasureOptions{})
	return f, errors.Join(err, l.Close())
}
