package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/table"
)

func newSummary(p *program) *cobra.Command {
	var flags common
	var like likeFlag
	cmd := &cobra.Command{
		Use:   "summary [flags] FILE...",
		Short: "Print a row for each connection",
		Long: `Print a row for each connection: who talked, how it opened and closed, in which
states its endpoints ended, how much was sent, what is worth knowing.

The bytes count each byte of the stream once; > is what the client sent, < what
the server sent. A single connection, and every one with -v, is told in full.

--like prints what another program would, by its definitions: tcptrace's long
output, tstat's log_tcp_complete, Zeek's conn.log. Where a definition is an
error the right value stands in its place, and "corrected" names it.`,
		Example: `  flowstate summary trace.pcap
  flowstate summary captures/ --filter "port 443" --format csv -o table.csv
  flowstate summary trace.pcap --format json | jq 'select(.close | startswith("reset"))'`,
		RunE: func(_ *cobra.Command, args []string) error { return summarize(p, &flags, like.chosen, args) },
	}
	flags.add(cmd)
	like.add(cmd, summaryPeers())
	return cmd
}

func summarize(p *program, flags *common, like *likeness, args []string) error {
	flags.brief = true
	b := &batch{p: p, flags: flags, name: "summary", counts: true}
	if like != nil {
		flags.extra = like.tracker
		b.rows(func() rowWriter { return like.rows(flags.format.Format) })
		return b.run(args)
	}
	if flags.format.Format != table.Text {
		b.rows(func() rowWriter { return table.Summary(flags.format.Format) })
		return b.run(args)
	}
	b.style = p.styleFor(flags)
	b.layout = func(w io.Writer) layout {
		return &noted{table.NewSummaryAligner(w, b.summaryText()), p, flags.quiet}
	}
	b.pass = func(path string, out *chunker) pass {
		text := b.summaryText()
		if flags.verbose {
			return b.connections(path, out, text.AppendBlock)
		}
		return b.rowsOrBlock(path, out, text)
	}
	return b.run(args)
}

func (b *batch) summaryText() *table.SummaryText {
	return &table.SummaryText{Style: b.style, Files: b.severalFiles()}
}

// rowsOrBlock writes the rows of one capture, or a block where it is the only
// capture and has one connection.
func (b *batch) rowsOrBlock(path string, out *chunker, text *table.SummaryText) pass {
	return func(_ string, a *analyze.Analysis) (int, error) {
		var only *table.Connection // waits to see whether it stays alone
		shown := 0
		for c := range ahead(a.Connections(), connectionsAhead) {
			row := &table.Connection{File: path, View: b.flags.view.View, Connection: c}
			if shown++; shown == 1 && !text.Files {
				only = row
				continue
			}
			if err := out.append(func(o []byte) []byte {
				if only != nil {
					o = text.AppendRow(o, only)
				}
				return text.AppendRow(o, row)
			}); err != nil {
				return shown, err
			}
			only = nil
		}
		if only == nil {
			return shown, nil
		}
		return shown, out.append(func(o []byte) []byte { return text.AppendBlock(o, only) })
	}
}

// noted is an Aligner that says at the end for which columns the terminal was
// too narrow.
type noted struct {
	*table.Aligner
	p     *program
	quiet bool
}

func (n *noted) Flush() error {
	err := n.Aligner.Flush()
	if hidden := n.Hidden(); len(hidden) > 0 && !n.quiet {
		n.p.say("the terminal is too narrow for %d columns; -v or --format csv shows all", len(hidden))
	}
	return err
}
