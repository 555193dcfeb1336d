package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/analyze/witness"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/explain/task"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

// explainFlags are those of flowstate explain.
type explainFlags struct {
	common
	beside besideFlag
	form   documentFlag
	task   taskFlag

	mutex   sync.Mutex
	tellers map[string]task.Teller // by capture, once it was read
}

// documentFlag is the format of a document.
type documentFlag struct{ explain.Format }

func (f *documentFlag) Type() string { return "FORMAT" }

func (f *documentFlag) Set(s string) (err error) {
	f.Format, err = explain.ParseFormat(s)
	return err
}

// taskFlag is the course's task that is answered, nil for none.
type taskFlag struct {
	*task.Task
	list bool // all tasks are to be listed
}

func (f *taskFlag) Type() string { return "NAME" }

func (f *taskFlag) String() string {
	if f.Task == nil {
		return ""
	}
	return f.Name
}

func (f *taskFlag) Set(s string) (err error) {
	if f.list = s == listTasks; f.list {
		return nil
	}
	f.Task, err = task.Find(s)
	return err
}

const listTasks = "list"

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
difference; the time in each state; what latency changes; round trips; what was
sent again, and why; windows and what was in flight; what kept each side from
sending more; how each TCP behaves; and what the capture cannot show. ICMP errors
that belong to no connection, such as those about a closed UDP port, are explained
too.

A connection is told whole, also where --filter, --from or --to choose it by some
of its segments.

With --task, answer the questions of a course instead, with the definitions that
it uses and where they differ from the RFCs'. --task list names the tasks. Those
with a table print it with --format csv.

--beside adds what other tools showed of the same connections, such as ss, and
where that agrees and differs; "flowstate states --help" tells what it reads.`,
		Example: `  flowstate explain trace.pcap --conn 0
  flowstate explain trace.pcap --conn 0 --format markdown -o answers.md
  flowstate explain trace.pcap --task kurose-tcp
  flowstate explain trace.pcap --conn 0 --beside ss.txt
  flowstate explain trace.pcap --format json | jq -r '.sections[] | select(.id == "options").text[]'`,
		RunE: func(_ *cobra.Command, args []string) error { return flags.run(p, args) },
	}
	flags.addImage(cmd)
	needsFile := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if flags.task.list {
			return nil
		}
		return needsFile(cmd, args)
	}
	flags.addConn(cmd)
	flags.addSelection(cmd)
	cmd.Flags().Var(&flags.form, "format", "how to print: "+strings.Join(explain.Formats(), ", ")+"; json is one object a line")
	complete(cmd, "format", explain.Formats())
	cmd.Flags().Var(&flags.task, "task", "answer a course's questions: "+strings.Join(task.Names(), ", ")+"; or list them")
	complete(cmd, "task", append(task.Names(), listTasks))
	flags.beside.add(cmd)
	flags.rows = "TCP connection and no ICMP error"
	return cmd
}

// explanationEndings are those of outputs in a folder.
var explanationEndings = [...]string{explain.Text: ".txt", explain.Markdown: ".md", explain.JSON: ".jsonl", explain.CSV: ".csv"}

func (f *explainFlags) run(p *program, args []string) error {
	if f.task.list {
		return printTasks(p)
	}
	b := &batch{p: p, flags: &f.common, name: "explain", ending: explanationEndings[f.form.Format]}
	b.layout = func(w io.Writer) layout { return plain{w} }
	documents := f.explanations
	f.whole = true // what a sum or an answer rests on may lie outside of what was asked for
	if f.task.Task != nil {
		documents, b.name = f.answers, "explain."+f.task.Name
		f.payload, f.whole, f.extra = f.task.Payload, f.task.Whole, f.task.Extra
		b.closing = func() ([]byte, error) { return f.compared(b.inputs) }
	}
	if f.form.Format == explain.CSV {
		if f.task.Task == nil || f.task.Columns == nil {
			return usage("flowstate explain --task list", "only tasks with a table can be printed as csv")
		}
		b.header = f.task.Header()
	}
	b.pass = func(path string, out *chunker) pass {
		return func(_ string, a *analyze.Analysis) (int, error) { return f.write(documents(path, a), out) }
	}
	return f.runBeside(b, args)
}

// runBeside runs the batch with the texts that are laid beside it.
func (f *explainFlags) runBeside(b *batch, args []string) error {
	if f.task.Task != nil && f.beside.given() {
		return usage("flowstate explain "+quote(args[0])+" --beside "+quote(f.beside.names[0]), "--beside adds to the explanation, not to the answers of --task")
	}
	if err := f.beside.read(b.p, b.name, args); err != nil {
		return err
	}
	if f.beside.given() {
		f.extra = ebpf.NewCloses
	}
	err := b.run(args)
	f.beside.tell(b.p, &f.common)
	return err
}

// write appends documents to an output. It returns how many.
func (f *explainFlags) write(list []*explain.Document, out *chunker) (int, error) {
	for i, d := range list {
		var text bytes.Buffer
		if err := d.Write(&text, f.form.Format); err != nil {
			return i, err
		}
		if err := out.append(func(o []byte) []byte { return append(o, text.Bytes()...) }); err != nil {
			return i, err
		}
	}
	return len(list), nil
}

// printTasks lists the tasks, a line each.
func printTasks(p *program) error {
	for _, t := range task.All() {
		if _, err := fmt.Fprintf(p.stdout, "%-18s %s\n", t.Name, t.Meaning); err != nil {
			return err
		}
	}
	return nil
}

// answers are those to a task.
func (f *explainFlags) answers(path string, a *analyze.Analysis) []*explain.Document {
	teller := f.task.Begin(task.Request{File: path, Chosen: f.selects(), Began: a.Began, Findings: a.Findings})
	for s, conn := range a.Walk() {
		switch {
		case conn != nil:
			teller.End(conn)
		case f.wants(s):
			teller.Observe(s)
		}
	}
	f.keep(path, teller)
	return teller.Documents()
}

// wants tells whether a segment can be of a connection that is chosen.
func (f *explainFlags) wants(s *analyze.Segment) bool {
	return len(f.conns.numbers) == 0 || f.conns.numbers[s.Conn.Number]
}

// keep remembers what answered for a capture. Captures are read side by side.
func (f *explainFlags) keep(path string, teller task.Teller) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.tellers == nil {
		f.tellers = map[string]task.Teller{}
	}
	f.tellers[path] = teller
}

// compared tells what the captures show together.
func (f *explainFlags) compared(inputs []string) ([]byte, error) {
	var list []task.Teller
	for _, path := range inputs {
		if teller := f.tellers[path]; teller != nil {
			list = append(list, teller)
		}
	}
	var text bytes.Buffer
	if d := task.Compare(list); d != nil {
		if err := d.Write(&text, f.form.Format); err != nil {
			return nil, err
		}
	}
	return text.Bytes(), nil
}

// keptRows are those of one connection, in the slot that it has while it is tracked:
// one that is not chosen ends without a word, and leaves the slot to another.
type keptRows struct {
	conn int
	ladder.Recorder
}

// explanations are those of the connections of a capture by their numbers, and
// of its ICMP errors that belong to none.
func (f *explainFlags) explanations(path string, a *analyze.Analysis) (list []*explain.Document) {
	open := map[int]*keptRows{}
	var beside witness.Collector
	for s, conn := range a.Walk() {
		if conn != nil {
			if f.beside.given() {
				beside.End(conn)
			}
			list = append(list, explain.Connection(path, conn, open[conn.Slot].Ladder(conn, explain.Rows())))
			delete(open, conn.Slot)
			continue
		}
		if !f.wants(s) {
			continue
		}
		r := open[s.Conn.Slot]
		if r == nil || r.conn != s.Conn.Number {
			r = &keptRows{conn: s.Conn.Number}
			open[s.Conn.Slot] = r
		}
		r.Add(s)
		if f.beside.given() {
			beside.Observe(s)
		}
	}
	f.layBeside(path, list, beside.Connections())
	slices.SortFunc(list, func(a, b *explain.Document) int { return cmp.Compare(*a.Conn, *b.Conn) })
	if d := explain.ICMP(path, a.Findings()); d != nil && !f.selects() {
		list = append(list, d)
	}
	return list
}

// layBeside adds to each explanation what other tools showed of its connection.
func (f *explainFlags) layBeside(path string, list []*explain.Document, conns []*witness.Connection) {
	if !f.beside.given() {
		return
	}
	account := witness.Lay(f.beside.texts, conns)
	f.beside.note(path, account)
	for _, d := range list {
		d.AddBeside(account.Of[*d.Conn])
	}
}
