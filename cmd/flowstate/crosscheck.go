package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/peer"
	"github.com/flowstate-tcp/flowstate/render/table"
)

func newCrosscheck(p *program) *cobra.Command {
	var flags common
	strict := ""
	cmd := &cobra.Command{
		Use:   "crosscheck [flags] FILE...",
		Short: "Tell where tshark and tcptrace differ from flowstate, and why",
		Long: `Run tshark and tcptrace over captures, where they are installed, and print a row
for each segment and each number on which they differ from flowstate, with the
reason. Of tshark the flags, bytes in flight and round trips of tcp.analysis are
compared with what "flowstate segments" tells; of tcptrace the numbers of its
long output with "flowstate summary --like tcptrace".

The reasons come from evidence: the rule of the other program that gave its
verdict, and the witness of ours. docs/peer-differences.md explains every kind,
with frames of real captures. Frames with several TCP headers are left out.`,
		Example: `  flowstate crosscheck trace.pcap
  flowstate crosscheck trace.pcap --format json | jq 'select(.kind == "unexplained")'
  flowstate crosscheck trace.pcap --strict=unexplained -q > differences.txt`,
		RunE: func(_ *cobra.Command, args []string) error {
			c := &crosscheck{p: p, flags: &flags, strict: strict, kinds: map[string]int{}}
			return c.run(args)
		},
	}
	flags.addOutput(cmd)
	flags.addConn(cmd)
	flags.jobs = 1 // the other programs take all that one file at a time leaves
	cmd.Flags().StringVar(&strict, "strict", "", "exit status 3 if there is a difference; `WHICH` is any or unexplained")
	cmd.Flags().Lookup("strict").NoOptDefVal = strictAny
	complete(cmd, "strict", []string{strictAny, peer.Unexplained})
	return cmd
}

const strictAny = "any"

// crosscheck is one run of the command.
type crosscheck struct {
	p        *program
	flags    *common
	strict   string
	tshark   string // paths of the programs, empty for one that is missing
	tcptrace string
	kinds    map[string]int // differences by their kinds
}

func (c *crosscheck) run(args []string) error {
	if c.strict != "" && c.strict != strictAny && c.strict != peer.Unexplained {
		return usage("flowstate crosscheck --strict=unexplained trace.pcap", "--strict: want any or unexplained, got %q", c.strict)
	}
	if slices.Contains(args, "-") {
		return usage("flowstate crosscheck trace.pcap", "crosscheck needs a file that other programs can read too, not standard input")
	}
	if err := c.find(); err != nil {
		return err
	}
	c.flags.extra = newTsharkTracker
	b := &batch{p: c.p, flags: c.flags, name: "crosscheck"}
	format := c.flags.format.Format
	b.style = c.p.styleFor(c.flags)
	b.layout = func(w io.Writer) layout { return plain{w} }
	if format == table.Text {
		b.layout = func(w io.Writer) layout { return table.NewDifferenceAligner(w, b.style) }
	} else {
		b.header = table.Differences(format).Header(nil)
	}
	b.pass = func(path string, out *chunker) pass {
		write := table.AppendDifference
		if format != table.Text {
			write = table.Differences(format).Append
		}
		return func(_ string, a *analyze.Analysis) (int, error) {
			return c.compare(path, a, func(d *peer.Difference) error {
				return out.append(func(o []byte) []byte { return write(o, &table.Difference{File: path, Difference: d}) })
			})
		}
	}
	err := b.run(args)
	c.tell()
	return err
}

// find looks for the programs. One of them is enough.
func (c *crosscheck) find() error {
	for name, path := range map[string]*string{"tshark": &c.tshark, "tcptrace": &c.tcptrace} {
		found, err := exec.LookPath(name)
		if err == nil {
			*path = found
		}
	}
	for _, m := range []struct{ name, path string }{{"tshark", c.tshark}, {"tcptrace", c.tcptrace}} {
		if m.path == "" {
			c.p.say("%s is not installed, so nothing is compared with it", m.name)
			c.p.say("hint: apt-get install %s", m.name)
		}
	}
	if c.tshark == "" && c.tcptrace == "" {
		return errors.New("neither tshark nor tcptrace is installed")
	}
	return nil
}

// compare gives each difference of one capture to take, and returns how many
// segments were looked at.
func (c *crosscheck) compare(path string, a *analyze.Analysis, take func(*peer.Difference) error) (segments int, err error) {
	each := func(list []peer.Difference) error {
		for i := range list {
			c.kinds[list[i].Kind]++
			if err := take(&list[i]); err != nil {
				return err
			}
		}
		return nil
	}
	printed := c.runTshark(path)
	for s := range a.Segments() {
		segments++
		if err := each(peer.Segment(s, printed[s.Step.Segment.Frame])); err != nil {
			return segments, err
		}
	}
	return segments, c.compareNumbers(path, each)
}

// tell sums up, and draws the consequence of --strict.
func (c *crosscheck) tell() {
	total := 0
	for _, n := range c.kinds {
		total += n
	}
	c.p.refuted = c.strict == strictAny && total > 0 || c.strict == peer.Unexplained && c.kinds[peer.Unexplained] > 0
	if c.flags.quiet {
		return
	}
	names := slices.SortedFunc(maps.Keys(c.kinds), func(a, b string) int {
		return cmp.Or(cmp.Compare(c.kinds[b], c.kinds[a]), cmp.Compare(a, b))
	})
	var parts []string
	for _, name := range names {
		parts = append(parts, fmt.Sprintf("%d %s", c.kinds[name], name))
	}
	switch total {
	case 0:
		c.p.say("no differences")
	default:
		c.p.say("%d differences, %d unexplained: %s", total, c.kinds[peer.Unexplained], strings.Join(parts, ", "))
	}
}
