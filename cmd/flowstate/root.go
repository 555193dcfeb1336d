package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// newRoot returns flowstate's command line.
func newRoot(p *program) *cobra.Command {
	root := &cobra.Command{
		Use:   "flowstate COMMAND [flags] FILE...",
		Short: "Tell what TCP did, from a capture",
		Long: `flowstate reads captures of TCP (pcap, pcapng and snoop, plain or compressed)
and tells which states of RFC 9293 both endpoints went through, with the
evidence for each, how connections opened and closed, and what was sent again.

FILE is a capture, a folder of captures, or - for standard input.`,
		Example: `  flowstate summary trace.pcap
  flowstate states trace.pcap --conn 0
  flowstate diagram trace.pcap --conn 0 -o states.svg`,
		Args:              cobra.ArbitraryArgs,
		SilenceErrors:     true,
		SilenceUsage:      true,
		DisableAutoGenTag: true,
		Version:           version(),
		PersistentPreRun:  func(*cobra.Command, []string) { p.started = true },
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return notACommand(cmd, args)
			}
			return cmd.Help()
		},
	}
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "\n  {{.CommandPath}} [command]", "{{if .HasParent}}\n  {{.CommandPath}} [command]{{end}}", 1)) // root.Use says it already
	root.SetHelpCommand(newHelp(root))
	root.SetVersionTemplate("flowstate {{.Version}}\n")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if cmd == root && len(p.args) > 0 && !strings.HasPrefix(p.args[0], "-") {
			return notACommand(root, p.args) // the flags may be right, for the command that was meant
		}
		return usage(cmd.CommandPath()+" --help", "%s", flagProblem(err))
	})
	root.AddCommand(
		newSummary(p),
		newStates(p),
		newSegments(p),
		newFollow(p),
		newDiagram(p),
		newJoin(p),
		newPlot(p),
		newLadder(p),
		newExplain(p),
		newReport(p),
		newView(p),
		newServe(p),
		newTcpstates(p),
		newTcprtt(p),
		newCrosscheck(p),
		newCapture(p),
		newLab(p),
		newVersion(p),
		newMan(p),
	)
	return root
}

// newHelp is the command help, which cobra's own forgives any topic.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND]",
		Short:   "Print the help of a command",
		Example: "  flowstate help states",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usage("flowstate --help", "no help on %q", strings.Join(args, " "))
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// notACommand explains a first word that names no command: a capture whose
// command was forgotten, or a slip of the keyboard.
func notACommand(root *cobra.Command, args []string) error {
	if _, err := os.Stat(args[0]); err == nil || args[0] == "-" {
		return usage("flowstate summary "+quote(args[0]), "a command must come before the capture %s", args[0])
	}
	hint := "flowstate --help"
	root.SuggestionsMinimumDistance = 2
	if near := root.SuggestionsFor(args[0]); len(near) > 0 {
		words := []string{"flowstate", near[0]}
		for _, arg := range args[1:] {
			words = append(words, quote(arg))
		}
		hint = strings.Join(words, " ")
	}
	return usage(hint, "unknown command %q", args[0])
}

// quote writes an argument as a shell reads it.
func quote(arg string) string {
	plain := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./,:=+@%", r))
	}
	if arg != "" && strings.IndexFunc(arg, plain) < 0 {
		return arg
	}
	return "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
}

// flagProblem is what the flag library says, shorter for a bad value.
func flagProblem(err error) string {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		return fmt.Sprintf("--%s: %v", bad.GetFlag().Name, bad.Unwrap())
	}
	return err.Error()
}
