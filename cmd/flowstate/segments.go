package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/render/table"
)

func newSegments(p *program) *cobra.Command {
	var flags common
	var like likeFlag
	window := windowFlag(time.Second)
	cmd := &cobra.Command{
		Use:   "segments [flags] FILE...",
		Short: "Print a row for each TCP segment, with what is noticeable about it",
		Long: `Print a row for each TCP segment in the order of the capture. > goes from the
client to the server, < the other way. Sequence numbers are relative to the
initial ones: the SYN is at 0, the first byte at 1; first:end(length) counts
payload alone. The frame number and the marks stand behind #.

The formats for programs have throughput and goodput of each segment's sender:
what it sent in the --window that ends with the segment, by the window's length.

--like tshark prints the flags and fields of tshark's tcp.analysis, by the rules
of its version 4.0, in lines like its own. "flowstate crosscheck" tells where we
think otherwise, and why.`,
		Example: `  flowstate segments trace.pcap --conn 0
  flowstate segments trace.pcap --filter "tcp[tcpflags] & (tcp-syn|tcp-fin|tcp-rst) != 0"
  flowstate segments trace.pcap --format json | jq 'select(.marks | index("retransmission"))'`,
		RunE: func(_ *cobra.Command, args []string) error {
			flags.extra = func() analyze.Extra { return throughput.NewMeter(time.Duration(window)) }
			return printSegments(p, &flags, like.chosen != nil, args)
		},
	}
	flags.add(cmd)
	like.add(cmd, segmentPeers())
	cmd.Flags().Var(&window, "window", "time over which throughput and goodput are taken: 0.1, 100ms")
	return cmd
}

func printSegments(p *program, flags *common, likeTshark bool, args []string) error {
	b := &batch{p: p, flags: flags, name: "segments", style: p.styleFor(flags)}
	b.layout = func(w io.Writer) layout { return plain{w} }
	format := flags.format.Format
	if likeTshark {
		flags.extra = newTsharkTracker
		return b.segmentsLikeTshark(args)
	}
	if format == table.Text {
		flags.extra = nil // the notation has no place for rates
		b.pass = func(path string, out *chunker) pass {
			text := table.SegmentsText{Style: b.style}
			return segmentPass(path, out, text.Append)
		}
		return b.run(args)
	}
	b.header = table.Segments(format).Header(nil)
	b.pass = func(path string, out *chunker) pass {
		return segmentPass(path, out, table.Segments(format).Append)
	}
	return b.run(args)
}

func segmentPass(path string, out *chunker, write func([]byte, *table.Segment) []byte) pass {
	return func(_ string, a *analyze.Analysis) (shown int, err error) {
		row := table.Segment{File: path}
		for step := range a.Segments() {
			row.Segment = step
			if err := out.append(func(o []byte) []byte { return write(o, &row) }); err != nil {
				return shown, err
			}
			shown++
		}
		return shown, nil
	}
}
