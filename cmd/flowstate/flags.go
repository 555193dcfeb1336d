package main

import (
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// common are the flags that every command about captures takes. Each flag
// checks its own value, so that a wrong one is told before a file is opened.
type common struct {
	brief    bool   // the command shows no alternative paths
	payload  bool   // the command looks into the payload
	whole    bool   // the command looks at whole connections
	rows     string // what there is none of where there is no result; empty for connections
	extra    func() analyze.Extra
	format   formatFlag
	output   string
	conns    connsFlag
	filter   filterFlag
	from, to instantFlag
	view     viewFlag
	jobs     jobsFlag
	quiet    bool
	verbose  bool
}

// add defines all of them on a command that prints rows.
func (c *common) add(cmd *cobra.Command) {
	c.addOutput(cmd)
	c.addConn(cmd)
	c.addSelection(cmd)
	c.addView(cmd)
}

// addOutput defines the flags that say what is written and where.
func (c *common) addOutput(cmd *cobra.Command) {
	c.addImage(cmd)
	cmd.Flags().Var(&c.format, "format", "how to print: "+strings.Join(table.Formats(), ", ")+"; json is one object a line")
	complete(cmd, "format", table.Formats())
}

// addImage defines the flags of addOutput that make sense for an image.
func (c *common) addImage(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&c.output, "output", "o", "", "write to `FILE`, or in the folder DIR/")
	f.BoolVarP(&c.quiet, "quiet", "q", false, "no progress and no remarks, only errors")
	f.BoolVarP(&c.verbose, "verbose", "v", false, "tell more, of each capture too")
	cmd.Args = atLeastOneFile
	cmd.ValidArgsFunction = completeCaptures
}

// addConn defines the flag that chooses connections.
func (c *common) addConn(cmd *cobra.Command) {
	cmd.Flags().Var(&c.conns, "conn", "only these connections of each file")
}

// addSelection defines the flags for many captures with many connections.
func (c *common) addSelection(cmd *cobra.Command) {
	c.jobs = jobsFlag(runtime.NumCPU())
	f := cmd.Flags()
	f.Var(&c.filter, "filter", "only what matches, in tcpdump's syntax: \"port 443 and host 192.0.2.1\"")
	f.Var(&c.from, "from", "only from then on: seconds after the first packet, or RFC 3339")
	f.Var(&c.to, "to", "only until then: seconds after the first packet, or RFC 3339")
	f.VarP(&c.jobs, "jobs", "j", "work on so many files, or figures, at a time")
}

// addView defines the flag for commands that tell states.
func (c *common) addView(cmd *cobra.Command) {
	cmd.Flags().Var(&c.view, "view", "whose names of states: rfc, linux, freebsd")
	complete(cmd, "view", views())
}

// inFolder tells whether -o names a folder.
func (c *common) inFolder() bool { return c.output != "" && isFolder(c.output) }

// options are the flags that choose what an analysis gives.
func (c *common) options() analyze.Options {
	o := analyze.Options{From: c.from.at, To: c.to.at, Numbers: c.conns.numbers, Brief: c.brief, Payload: c.payload, Whole: c.whole, Extra: c.extra}
	o.Select = matching(c.filter.expr)
	return o
}

// matching picks the segments that a filter matches; without one it is nil.
func matching(e filter.Expr) func(*decode.Segment) bool {
	if e == nil {
		return nil
	}
	return func(s *decode.Segment) bool {
		return filter.Match(e, &filter.Header{
			Src: s.Src.AddrPort(), Dst: s.Dst.AddrPort(),
			Flags: uint16(s.Flags), FlagsCut: s.Quirks&decode.FlagsCut != 0,
		})
	}
}

// selects tells whether the flags leave connections out.
func (c *common) selects() bool {
	return c.filter.expr != nil || len(c.conns.numbers) > 0 || c.from.at.Set || c.to.at.Set
}

func views() []string {
	return []string{state.ViewRFC.String(), state.ViewLinux.String(), state.ViewFreeBSD.String()}
}

func atLeastOneFile(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage(firstExample(cmd), "%s needs a capture", cmd.Name())
	}
	return nil
}

// firstExample is the first line of a command's examples.
func firstExample(cmd *cobra.Command) string {
	line, _, _ := strings.Cut(strings.TrimSpace(cmd.Example), "\n")
	return line
}

// captureSuffixes are offered by the completion of a shell. A capture of any
// other name can be typed.
var captureSuffixes = [...]string{"pcap", "pcapng", "cap", "ntar", "snoop", "gz", "zst", "lz4", "xz"}

func completeCaptures(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return captureSuffixes[:], cobra.ShellCompDirectiveFilterFileExt
}

// complete offers the values of a flag to the completion of a shell.
func complete(cmd *cobra.Command, flag string, values []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	if err != nil {
		panic(err) // the flag does not exist: our mistake
	}
}
