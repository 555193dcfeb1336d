package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

func newLabRun(p *program) *cobra.Command {
	var flags labFlags
	var settings settingsFlags
	cmd := &cobra.Command{
		Use:   "run [flags]",
		Short: "Run one workload over a link, and record it",
		Long: `Run one workload over a link with the given settings and record both ends. The
workload is the benchmark, a situation of the labs by its name, or two programs
of your own.

The back ends of the link, in the order in which auto prefers them:

  netem      the kernel's own, between network namespaces
  uml        netem in a user-mode Linux kernel (apt-get install user-mode-linux)
  emulated   the kernel's TCP over a link in user space
  simulated  another TCP in virtual time, on any system; repeats to the byte

As another user than root they are set up in a user namespace.

Programs of your own need a kernel: netem, uml or emulated. In a uml guest they
see the host's files, and can write to {folder}, /run and /mnt alone.

The workloads beside the benchmark:

` + workloads(),
		Example: `  flowstate lab run --delay 20 -B -o one
  flowstate lab run --delay 10 --loss 1% --rate 50mbit --cc cubic -B -o lossy
  flowstate lab run --workload zero-window --delay 5 -o zero
  flowstate lab run --server 'iperf3 -s -1' --client 'iperf3 -c {server}' --delay 10 -o iperf`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := settings.settings(cmd, flags.link)
			if err != nil {
				return err
			}
			return p.lab(&flags, lab.Plan{Base: s, Repeat: 1})
		},
	}
	flags.addFolder(cmd)
	flags.addLink(cmd)
	settings.addWays(cmd)
	settings.addWorkload(cmd)
	cmd.Flags().IntVarP(&settings.Knobs.Iterations, "iterations", "n", 0, "benchmark: `N` connections, one after the other (default 1)")
	cmd.Flags().BoolVarP(&settings.Knobs.Fixed, "fixed-buffers", "s", false, "benchmark: socket buffers as large as a write, not resized")
	cmd.Flags().StringVar(&settings.Congestion, "cc", "", "congestion control by `NAME`: cubic, reno, bbr")
	cmd.Flags().BoolVarP(&flags.json, "json", "j", false, "benchmark: print its own report, as JSON")
	return cmd
}

// workloads lists the situations, and what a capture of each shows.
func workloads() string {
	var text strings.Builder
	for _, w := range workload.Table() {
		fmt.Fprintf(&text, "  %-20s %s\n", w.Name, w.Shows)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// dryRun prints what a plan would do.
func (p *program) dryRun(plan *lab.Plan) error {
	names, err := plan.Names()
	if err != nil {
		return err
	}
	cells, links, err := plan.Links()
	if err != nil {
		return err
	}
	backend, err := link.Choose(plan.Base.Link, links[0].Topology)
	if err != nil {
		return err
	}
	var first []string
	for i, config := range links {
		steps, err := link.DryRun(backend, config)
		if err != nil {
			return err
		}
		if i == 0 {
			first = steps
			fmt.Fprintf(p.stdout, "# the %s link of %s:\n%s\n", backend, cells[i], strings.Join(steps, "\n"))
			continue
		}
		fmt.Fprintf(p.stdout, "\n# that of %s differs by:\n", cells[i])
		for _, step := range without(first, steps) {
			fmt.Fprintf(p.stdout, "# not %s\n", step)
		}
		for _, step := range without(steps, first) {
			fmt.Fprintln(p.stdout, step)
		}
	}
	fmt.Fprintf(p.stdout, "\n# the runs:\n%s\n", strings.Join(names, "\n"))
	return nil
}

// without lists those of some lines that are not among others.
func without(lines, others []string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return slices.Contains(others, line) })
}
