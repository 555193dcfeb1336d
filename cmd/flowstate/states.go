package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/render/table"
)

func newStates(p *program) *cobra.Command {
	var flags common
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

Where the capture allows other paths, they follow with their reason.`,
		Example: `  flowstate states trace.pcap
  flowstate states trace.pcap --conn 0 --view linux
  flowstate states trace.pcap --format json | jq -r '[.conn, .final.client, .final.server] | @tsv'`,
		RunE: func(_ *cobra.Command, args []string) error { return printStates(p, &flags, args) },
	}
	flags.add(cmd)
	return cmd
}

func printStates(p *program, flags *common, args []string) error {
	b := &batch{p: p, flags: flags, name: "states", counts: true}
	switch format := flags.format.Format; format {
	case table.JSON:
		b.rows(func() rowWriter { return table.States() })
	case table.CSV, table.TSV:
		b.rows(func() rowWriter { return table.NewTransitions(format) })
	default:
		b.style = p.styleFor(flags)
		b.layout = func(w io.Writer) layout { return plain{w} }
		b.pass = func(path string, out *chunker) pass {
			text := table.StatesText{Style: b.style, Files: b.severalFiles(), All: b.flags.verbose}
			return b.connections(path, out, text.Append)
		}
	}
	return b.run(args)
}
