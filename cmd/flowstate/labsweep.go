package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/lab"
)

// sweepFlags are those of lab sweep.
type sweepFlags struct {
	labFlags
	settingsFlags
	delays     delaysFlag
	backDelays delaysFlag
	buffers    []string
	congestion []string
	preset     string
	runs       int
}

func newLabSweep(p *program) *cobra.Command {
	var flags sweepFlags
	cmd := &cobra.Command{
		Use:   "sweep [flags]",
		Short: "Run a grid of settings, and go on where it was interrupted",
		Long: `Run every combination of the lists that are given, -n times, and record each run.
The same command again goes on where an earlier one stopped: complete runs are
kept, one that was cut short is made anew. The workloads are those of
"flowstate lab run --help".

--preset l41 is the experiment of the Cambridge labs as they are handed in: 0 to
40 ms in steps of 5, automatic and fixed socket buffers, recorded and, for the
probe effect, not; 11 runs of each, of which the first does not count. Figures and
a report are made at its end. Flags that are given count before a preset's:
--preset l41 -n 3 -t 4M --delay 0:40:10 is a small one.`,
		Example: `  flowstate lab sweep --preset l41 -o l41
  flowstate lab sweep --delay 0:40:5 --buffers auto,fixed -n 11 --drop-first 1 -B -o sweep
  flowstate lab sweep --delay 0,20,80 --cc cubic,reno --loss 1% -n 5 -B -o loss
  flowstate lab report sweep`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan, err := flags.plan(cmd)
			if err != nil {
				return err
			}
			return p.lab(&flags.labFlags, plan)
		},
	}
	flags.add(cmd)
	return cmd
}

func (s *sweepFlags) add(cmd *cobra.Command) {
	s.addFolder(cmd)
	s.addLink(cmd)
	s.addWays(cmd, "delay")
	s.addWorkload(cmd)
	s.addStatistics(cmd)
	s.addImages(cmd)
	f := cmd.Flags()
	f.Var(&s.delays, "delay", "one-way delays in milliseconds: 0,20 or 0:40:5")
	f.Var(&s.backDelays, "back-delay", "delays from the server to the client, where they differ: a list too")
	f.StringSliceVar(&s.buffers, "buffers", nil, "socket buffers: a `LIST` of auto and fixed")
	f.StringSliceVar(&s.congestion, "cc", nil, "congestion controls by `NAME`: cubic, reno, bbr")
	f.IntVarP(&s.runs, "runs", "n", 1, "run each combination `N` times")
	f.IntVar(&s.Knobs.Iterations, "iterations", 0, "benchmark: `N` connections in each run (default 1)")
	f.StringVar(&s.preset, "preset", "", "the settings of an experiment, by `NAME`: l41")
	f.BoolVar(&s.figures, "figures", false, "make the figures and the report of \"flowstate lab report\" at the end")
	f.Lookup("record").Usage += "; several make runs of each, such as both,none for the probe effect"
	complete(cmd, "preset", []string{"l41"})
}

// plan is the grid that the flags ask for.
func (s *sweepFlags) plan(cmd *cobra.Command) (plan lab.Plan, err error) {
	if err := takePreset(cmd, s.preset); err != nil {
		return plan, err
	}
	recorded := strings.Split(s.record, ",")
	s.record = recorded[0]
	if plan.Base, err = s.settings(cmd, s.link); err != nil {
		return plan, err
	}
	if s.runs < 1 {
		return plan, usage("", "-n %d: at least one run", s.runs)
	}
	plan.Axes, plan.Repeat, plan.LeaveOut = axesOf(s.delays, s.backDelays, s.buffers, s.congestion, recorded), s.runs, int(s.dropFirst)
	return plan, nil
}

// axesOf are the lists that were given.
func axesOf(delays, backDelays delaysFlag, buffers, congestion, recorded []string) []lab.Axis {
	var all []lab.Axis
	if len(delays) > 0 {
		all = append(all, lab.Delays(delays...))
	}
	if len(backDelays) > 0 {
		all = append(all, lab.BackDelays(backDelays...))
	}
	for _, a := range []lab.Axis{{Name: "buffers", Values: buffers}, {Name: "cc", Values: congestion}} {
		if len(a.Values) > 0 {
			all = append(all, a)
		}
	}
	if len(recorded) > 1 {
		all = append(all, lab.Axis{Name: "record", Values: recorded})
	}
	return all
}

// presets are values of flags, by the name of the experiment.
func presets() map[string]map[string]string {
	return map[string]map[string]string{
		"l41": {
			"delay": "0:40:5", "buffers": "auto,fixed", "record": "both,none", "runs": "11", "drop-first": "1",
			"bare": "true", "figures": "true", "image": "svg,pdf,png",
		},
	}
}

// takePreset gives the flags that the user did not give the values of a preset.
func takePreset(cmd *cobra.Command, name string) error {
	values, known := presets()[name]
	if name != "" && !known {
		return usage("flowstate lab sweep --preset l41", "no preset %q", name)
	}
	for flag, value := range values {
		if cmd.Flags().Changed(flag) {
			continue
		}
		if err := cmd.Flags().Set(flag, value); err != nil {
			return err
		}
	}
	return nil
}
