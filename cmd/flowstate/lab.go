package main

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// newLab is the command lab: alone the newcomer's small sweep, with a further
// word everything else that a lab can do.
func newLab(p *program) *cobra.Command {
	flags := labFlags{dir: "flowstate-lab"}
	cmd := &cobra.Command{
		Use:   "lab [flags]",
		Short: "Run a TCP benchmark over a delayed link, record it, and explain it",
		Long: `Run the benchmark of the Cambridge labs over a link of 0, 5, 20 and 40 ms one way,
record both ends, and print for each delay how long the handshake took, how the
connections closed and why, and the bandwidth. Captures, socket calls, samples,
a manifest and the state diagrams are left in a folder.

It needs no root: see --link in "flowstate lab run --help".`,
		Example: `  flowstate lab
  flowstate lab --link simulated -o first-lab
  flowstate lab run --delay 20ms --loss 1% -B -o lossy`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			return p.lab(&flags, newcomer(flags.link))
		},
	}
	flags.addFolder(cmd)
	flags.addLink(cmd)
	cmd.AddCommand(newLabRun(p), newLabSweep(p), newLabReport(p), newLabSelftest(p), newLabSender(p), newLabInside(p), newLabMeasure(p))
	return cmd
}

// newcomer is the plan of flowstate lab alone.
func newcomer(link string) lab.Plan {
	const ms = time.Millisecond
	return lab.Plan{
		Base: lab.Settings{
			Link: link, Workload: lab.Benchmark, Knobs: lab.Knobs{Bare: true, Iterations: 3},
			Sample: 10 * ms, SnapLen: lab.DefaultSnapLen, Ends: []string{"client", "server"},
		},
		Axes:   []lab.Axis{lab.Delays(0, 5*ms, 20*ms, 40*ms)},
		Repeat: 1,
	}
}

// lab makes the runs of a plan, and reports on them.
func (p *program) lab(flags *labFlags, plan lab.Plan) error {
	if err := checked(plan.Check()); err != nil {
		return err
	}
	if flags.dryRun {
		return p.dryRun(&plan)
	}
	ctx, stop := interruptible()
	defer stop()
	if entered, err := p.enterNamespace(ctx, plan.Base.Link); entered || err != nil {
		return err
	}
	p.sayWhySimulated(flags)
	manifest, err := lab.Sweep(ctx, flags.dir, plan, lab.Options{Progress: p.labProgress(flags), Self: self})
	if ctx.Err() != nil {
		return errorsOf(flags, manifest)
	}
	stop() // the report needs nothing to be taken down: ^C ends it at once
	if err != nil {
		return checked(err)
	}
	flags.figuresDir = filepath.Join(flags.dir, "figures")
	if err := p.labReport(flags, flags.dir); err != nil || flags.quiet || flags.json {
		return err
	}
	p.say("captures and logs of each run, and a manifest, are in %s", flags.dir)
	return nil
}

// sayWhySimulated tells what is missing for a kernel's TCP where auto comes down
// to the simulated link: a newcomer should know, and what to do.
func (p *program) sayWhySimulated(flags *labFlags) {
	if flags.link != link.Auto || flags.quiet {
		return
	}
	all := link.Probe()
	if first := slices.IndexFunc(all, func(s link.Status) bool { return s.Works }); first < 0 || all[first].Backend != "simulated" {
		return
	}
	p.say("no kernel's TCP here, so the simulated link is taken:")
	for _, s := range all {
		if !s.Works {
			p.say("  %s: %s", s.Backend, s.Why)
		}
	}
}

// interruptible is a context that ends at ^C. Another one ends the program at
// once, and leaves what the next run cleans up; but not right after the first,
// which may come twice: timeout(1) signals the program and its process group.
func interruptible() (context.Context, context.CancelFunc) {
	const echo = time.Second
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(echo, stop) })
	return ctx, stop
}

// self is this program again.
func self(args ...string) lab.Helper {
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	return lab.Helper{Path: path, Args: append([]string{"lab"}, args...)}
}

// newLabSender is the second process of the benchmark's 2proc, and no command
// for people.
func newLabSender(p *program) *cobra.Command {
	return &cobra.Command{
		Use: "sender", Short: "The sending process of a benchmark", Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return workload.Child(args[0], p.stdout) },
	}
}
