package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// statesFlags are those of flowstate states.
type statesFlags struct {
	common
	beside besideFlag
}

func newStates(p *program) *cobra.Command {
	var flags statesFlags
	cmd := &cobra.Command{
		Use:   "states [flags] FILE...",
		Short: "Print the state paths of both endpoints, with the evidence",
		Long: `Print, for each connection, the states that both endpoints went through: when,
moved by which segment or call, shown by which frame, by which rule of RFC 9293,
and how sure that is:

  proven      sequence numbers prove it, wherever the capture was taken
  strong      proven, but its time is bounded on one side only
  assumed     true if nothing was lost between the capture and the endpoint
  unobserved  a timer or a local call; no packet shows it

Where the capture allows other paths, they follow with their reason.

--beside lays what other tools showed of the same connections beside the paths,
and tells where they agree, where they differ, and what cannot be compared. TEXT
is a file with what was pasted from a terminal or a notebook, or - for standard
input: the output of ss (-t with -i, -n, -o, -e, -m, -O, state all), lsof -i,
netstat -t, tcpstates, tcprtt, bpftrace's hist(), or the DTrace data of the L41
notebooks, also mixed. Each line's tool is found out; TOOL: before the name says
which it is. Lines of date(1) between the outputs, and the stamps of ts(1), give
ss, lsof and netstat a time. Zones and clocks that are off are found out where
the text has enough that the capture bounds. With --format csv or tsv a row is
one comparison.`,
		Example: `  flowstate states trace.pcap
  flowstate states trace.pcap --conn 0 --view linux
  flowstate states trace.pcap --format json | jq -r '[.conn, .final.client, .final.server] | @tsv'
  ss -tin | flowstate states trace.pcap --beside -
  flowstate states trace.pcap --beside ss.txt --beside tcpstates.txt`,
		RunE: func(_ *cobra.Command, args []string) error { return printStates(p, &flags, args) },
	}
	flags.add(cmd)
	flags.beside.add(cmd)
	return cmd
}

func printStates(p *program, flags *statesFlags, args []string) error {
	if err := flags.beside.read(p, "states", args); err != nil {
		return err
	}
	b := &batch{p: p, flags: &flags.common, name: "states", counts: true}
	switch format := flags.format.Format; {
	case format == table.JSON:
		b.rows(func() rowWriter { return table.States() })
	case format != table.Text && flags.beside.given():
		b.rows(func() rowWriter { return table.NewComparisons(format) })
	case format != table.Text:
		b.rows(func() rowWriter { return table.NewTransitions(format) })
	default:
		b.style = p.styleFor(&flags.common)
		b.layout = func(w io.Writer) layout { return plain{w} }
		b.pass = func(path string, out *chunker) pass {
			text := table.StatesText{Style: b.style, Files: b.severalFiles(), All: b.flags.verbose}
			return b.connections(path, out, text.Append)
		}
	}
	if flags.beside.given() {
		flags.extra = ebpf.NewCloses
		b.beside = &flags.beside
	}
	err := b.run(args)
	flags.beside.tell(p, &flags.common)
	return err
}
