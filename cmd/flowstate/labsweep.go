package main

import (
	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/lab"
)

func newLabSweep(p *program) *cobra.Command {
	var flags labFlags
	var settings settingsFlags
	var delays delaysFlag
	var buffers, congestion []string
	runs := 1
	cmd := &cobra.Command{
		Use:   "sweep [flags]",
		Short: "Run a grid of settings, and go on where it was interrupted",
		Long: `Run every combination of the lists that are given, -n times, and record each run.
The same command again goes on where an earlier one stopped: complete runs are
kept, one that was cut short is made anew. The workloads are those of
"flowstate lab run --help".`,
		Example: `  flowstate lab sweep --delay 0:40:5 --buffers auto,fixed -n 11 --drop-first 1 -B -o sweep
  flowstate lab sweep --delay 0,20,80 --cc cubic,reno --loss 1% -n 5 -B -o loss
  flowstate lab report sweep`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := settings.settings(cmd, flags.link)
			if err != nil {
				return err
			}
			if runs < 1 {
				return usage("", "-n %d: at least one run", runs)
			}
			return p.lab(&flags, lab.Plan{Base: s, Axes: axesOf(delays, buffers, congestion), Repeat: runs})
		},
	}
	flags.addFolder(cmd)
	flags.addLink(cmd)
	settings.addWays(cmd, "delay")
	settings.addWorkload(cmd)
	flags.addStatistics(cmd)
	f := cmd.Flags()
	f.Var(&delays, "delay", "one-way delays in milliseconds: 0,20 or 0:40:5")
	f.StringSliceVar(&buffers, "buffers", nil, "socket buffers: auto, fixed or both")
	f.StringSliceVar(&congestion, "cc", nil, "congestion controls by `NAME`: cubic, reno, bbr")
	f.IntVarP(&runs, "runs", "n", 1, "how often each combination is run")
	f.IntVar(&settings.Knobs.Iterations, "iterations", 0, "benchmark: connections in each run (default 1)")
	return cmd
}

// axesOf are the lists that were given.
func axesOf(delays delaysFlag, buffers, congestion []string) []lab.Axis {
	var all []lab.Axis
	if len(delays) > 0 {
		all = append(all, lab.Delays(delays...))
	}
	for _, a := range []lab.Axis{{Name: "buffers", Values: buffers}, {Name: "cc", Values: congestion}} {
		if len(a.Values) > 0 {
			all = append(all, a)
		}
	}
	return all
}
