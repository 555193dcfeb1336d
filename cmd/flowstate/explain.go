package main

import (
	"bytes"
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// explainFlags are those of flowstate explain.
type explainFlags struct {
	common
	form documentFlag
}

// documentFlag is the format of a document.
type documentFlag struct{ explain.Format }

func (f *documentFlag) Type() string { return "FORMAT" }

func (f *documentFlag) Set(s string) (err error) {
	f.Format, err = explain.ParseFormat(s)
	return err
}

func newExplain(p *program) *cobra.Command {
	var flags explainFlags
	cmd := &cobra.Command{
		Use:   "explain [flags] FILE...",
		Short: "Tell a connection in words, and answer the labs' questions",
		Long: `Tell each connection in words: how it opened and closed; the states of both
endpoints with the packet sent or received at each change, raw numbers, evidence
and the section of the RFC; the arithmetic of sequence and acknowledgement
numbers; the options of both sides and in common; which socket calls sent what;
the observed transitions against the RFC's figure, with a reason for each
difference; the time in each state; what latency changes; and what the capture
cannot show. ICMP errors that belong to no connection, such as those about a
closed UDP port, are explained too.`,
		Example: `  flowstate explain trace.pcap --conn 0
  flowstate explain trace.pcap --conn 0 --format markdown -o answers.md
  flowstate explain trace.pcap --format json | jq -r '.sections[] | select(.id == "options").text[]'`,
		RunE: func(_ *cobra.Command, args []string) error { return printExplanations(p, &flags, args) },
	}
	flags.addImage(cmd)
	flags.addConn(cmd)
	flags.addSelection(cmd)
	cmd.Flags().Var(&flags.form, "format", "how to print: "+strings.Join(explain.Formats(), ", ")+"; json is one object a line")
	complete(cmd, "format", explain.Formats())
	flags.rows = "TCP connection and no ICMP error"
	return cmd
}

// explanationEndings are those of outputs in a folder.
var explanationEndings = [...]string{explain.Text: ".txt", explain.Markdown: ".md", explain.JSON: ".jsonl"}

func printExplanations(p *program, flags *explainFlags, args []string) error {
	b := &batch{p: p, flags: &flags.common, name: "explain", ending: explanationEndings[flags.form.Format]}
	b.layout = func(w io.Writer) layout { return plain{w} }
	b.pass = func(path string, out *chunker) pass {
		return func(_ string, a *analyze.Analysis) (int, error) {
			list := flags.explanations(path, a)
			for i, d := range list {
				var text bytes.Buffer
				if err := d.Write(&text, flags.form.Format); err != nil {
					return i, err
				}
				if err := out.append(func(o []byte) []byte { return append(o, text.Bytes()...) }); err != nil {
					return i, err
				}
			}
			return len(list), nil
		}
	}
	return b.run(args)
}

// explanations are those of the connections of a capture by their numbers, and
// of its ICMP errors that belong to none.
func (f *explainFlags) explanations(path string, a *analyze.Analysis) (list []*explain.Document) {
	open := map[int]*ladder.Recorder{}
	for s, conn := range a.Walk() {
		if conn != nil {
			list = append(list, explain.Connection(path, conn, open[conn.Number].Ladder(conn, explain.Rows())))
			delete(open, conn.Number)
			continue
		}
		r := open[s.Conn.Number]
		if r == nil {
			r = new(ladder.Recorder)
			open[s.Conn.Number] = r
		}
		r.Add(s)
	}
	slices.SortFunc(list, func(a, b *explain.Document) int { return cmp.Compare(*a.Conn, *b.Conn) })
	if d := explain.ICMP(path, a.Findings()); d != nil && !f.selects() {
		list = append(list, d)
	}
	return list
}
