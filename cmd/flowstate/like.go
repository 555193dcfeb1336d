package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tstat"
	"github.com/flowstate-tcp/flowstate/analyze/peer/zeek"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// likeness is another program whose output a command can print.
type likeness struct {
	name    string
	tracker func() analyze.Extra
	rows    func(table.Format) rowWriter // of connections; nil for a program of segments
}

// summaryPeers are the programs that summary can be like.
func summaryPeers() []likeness {
	return []likeness{
		{"tcptrace", func() analyze.Extra { return new(tcptrace.Tracker) }, func(f table.Format) rowWriter {
			if f == table.Text {
				return new(table.TcptraceText)
			}
			return table.LikeTcptrace(f)
		}},
		{"tstat", func() analyze.Extra { return new(tstat.Tracker) }, func(f table.Format) rowWriter {
			if f == table.Text {
				return table.TstatLog{}
			}
			return table.LikeTstat(f)
		}},
		{"zeek", func() analyze.Extra { return new(zeek.Tracker) }, func(f table.Format) rowWriter {
			if f == table.Text {
				return table.ZeekLog{}
			}
			return table.LikeZeek(f)
		}},
	}
}

// segmentPeers are the programs that segments can be like.
func segmentPeers() []likeness { return []likeness{{name: "tshark", tracker: newTsharkTracker}} }

func newTsharkTracker() analyze.Extra { return new(tshark.Tracker) }

// likeFlag chooses one of several programs.
type likeFlag struct {
	among  []likeness
	chosen *likeness // nil for none
}

// add defines the flag on a command.
func (f *likeFlag) add(cmd *cobra.Command, among []likeness) {
	f.among = among
	cmd.Flags().Var(f, "like", "print what this program would: "+strings.Join(f.names(), ", "))
	complete(cmd, "like", f.names())
}

func (f *likeFlag) names() (list []string) {
	for _, l := range f.among {
		list = append(list, l.name)
	}
	return list
}

// Type names the value in the help.
func (f *likeFlag) Type() string { return "PROGRAM" }

// String returns the program's name.
func (f *likeFlag) String() string {
	if f.chosen == nil {
		return ""
	}
	return f.chosen.name
}

// Set chooses a program by its name.
func (f *likeFlag) Set(name string) error {
	for i := range f.among {
		if f.among[i].name == name {
			f.chosen = &f.among[i]
			return nil
		}
	}
	return fmt.Errorf("want %s, got %q", strings.Join(f.names(), " or "), name)
}

// segmentsLikeTshark prints segments with tshark's fields.
func (b *batch) segmentsLikeTshark(args []string) error {
	format := b.flags.format.Format
	if format != table.Text {
		b.header = table.LikeTshark(format).Header(nil)
	}
	b.pass = func(path string, out *chunker) pass {
		if format == table.Text {
			text := table.TsharkText{Style: b.style}
			return segmentPass(path, out, text.Append)
		}
		return segmentPass(path, out, table.LikeTshark(format).Append)
	}
	return b.run(args)
}
