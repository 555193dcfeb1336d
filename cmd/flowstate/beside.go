package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/witness"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// besideFlag are the texts of other tools that connections are laid beside.
type besideFlag struct {
	names []string
	texts []*witness.Text

	guard   sync.Mutex // of what follows: captures are read side by side
	matched []map[int]bool
	clocks  []told
	cut     bool
}

// told is a remark about one text and one capture.
type told struct {
	path string
	text int
	what string
}

func (f *besideFlag) add(cmd *cobra.Command) {
	cmd.Flags().Var(f, "beside", "what ss, lsof, netstat, tcpstates, tcprtt or DTrace showed, to be laid beside; may be given again")
	complete(cmd, "beside", nil)
}

func (f *besideFlag) Type() string   { return "[TOOL:]TEXT" }
func (f *besideFlag) String() string { return strings.Join(f.names, " ") }

func (f *besideFlag) Set(s string) error {
	if s == "" {
		return fmt.Errorf("want the name of a text, or - for standard input")
	}
	f.names = append(f.names, s)
	return nil
}

func (f *besideFlag) given() bool { return len(f.names) > 0 }

// read reads the texts, before any capture.
func (f *besideFlag) read(p *program, command string, captures []string) error {
	for _, name := range f.names {
		tool, path := witness.AnyTool, name
		if prefix, rest, found := strings.Cut(name, ":"); found {
			if t, known := witness.ParseTool(prefix); known {
				tool, path = t, rest
			}
		}
		if path == "-" && (slices.Contains(captures, "-") || len(f.names) > 1 && count(f.names, "-") > 1) {
			return usage("flowstate "+command+" trace.pcap --beside -", "standard input can be read once")
		}
		text, err := f.open(p, path, tool)
		if err != nil {
			return err
		}
		f.texts = append(f.texts, text)
		f.matched = append(f.matched, map[int]bool{})
	}
	return nil
}

// count is how many of the names lead to a path.
func count(names []string, path string) (n int) {
	for _, name := range names {
		if name == path || strings.HasSuffix(name, ":"+path) {
			n++
		}
	}
	return n
}

func (f *besideFlag) open(p *program, path string, tool witness.Tool) (*witness.Text, error) {
	var in io.Reader = p.stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, fmt.Errorf("--beside: %w", err)
		}
		defer file.Close()
		in = file
	}
	text, err := witness.Read(in, path, tool)
	if err != nil {
		return nil, fmt.Errorf("--beside: %w (hint: it reads what %s print)", err, strings.Join(witness.Tools(), ", "))
	}
	return text, nil
}

// besides is a pass that writes each connection with what the texts show of it.
// How a text's clock stands is known only once all connections are.
func (b *batch) besides(path string, out *chunker, write func([]byte, *table.Connection) []byte) pass {
	return func(_ string, a *analyze.Analysis) (shown int, err error) {
		conns := witness.Connections(a)
		account := witness.Lay(b.beside.texts, conns)
		b.beside.note(path, account)
		for _, c := range conns {
			row := table.Connection{File: path, View: b.flags.view.View, Connection: c.Connection, Beside: account.Of[c.Number]}
			if row.Beside == nil {
				row.Beside = []witness.Comparison{}
			}
			if err := out.append(func(o []byte) []byte { return write(o, &row) }); err != nil {
				return shown, err
			}
			shown++
		}
		return shown, nil
	}
}

// note keeps what is told once all captures are read.
func (f *besideFlag) note(path string, account *witness.Account) {
	f.guard.Lock()
	defer f.guard.Unlock()
	f.cut = f.cut || account.Cut
	for i, matched := range account.Matched {
		for o := range matched {
			f.matched[i][o] = true
		}
		if what := account.Clocks[i].String(); what != "" && len(matched) > 0 {
			f.clocks = append(f.clocks, told{path, i, what})
		}
	}
}

// tell says what could not be used of the texts, and how their clocks stand.
func (f *besideFlag) tell(p *program, flags *common) {
	if flags.quiet {
		return
	}
	slices.SortFunc(f.clocks, func(a, b told) int { return cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.path, b.path)) })
	for i, text := range f.texts {
		for _, c := range f.clocks {
			if c.text == i {
				p.say("%s beside %s: %s", text.Name, c.path, c.what)
			}
		}
		f.tellUnused(p, text, f.matched[i], flags.verbose)
	}
	if f.cut {
		p.say("more than %d comparisons; the rest is left out", witness.MaxComparisons)
	}
}

// briefly is how many lines are told one by one without -v.
const briefly = 3

func (f *besideFlag) tellUnused(p *program, text *witness.Text, matched map[int]bool, all bool) {
	for i, problem := range text.Problems {
		if i == briefly && !all && text.Skipped > briefly {
			p.say("%s: %d more lines of no use (-v shows them)", text.Name, text.Skipped-briefly)
			break
		}
		p.say("%s: %s", text.Name, problem)
	}
	rest, first := 0, 0
	for i := range text.Observations {
		if !matched[i] {
			if rest++; rest == 1 {
				first = text.Observations[i].Line
			}
		}
	}
	if rest > 0 {
		p.say("%s: %d of %d things that it shows are of no connection that is told, the first in line %d", text.Name, rest, len(text.Observations), first)
	}
}
