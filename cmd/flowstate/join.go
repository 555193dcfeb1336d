package main

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// joinFlags are those of flowstate join.
type joinFlags struct {
	common
	packets bool
}

func newJoin(p *program) *cobra.Command {
	var flags joinFlags
	cmd := &cobra.Command{
		Use:   "join [flags] A B",
		Short: "Join two captures of the same connections, taken at two places",
		Long: `Find the connections that two captures have in common, and their packets one
by one: how much the clocks differ, how long packets took from one place to the
other, and which were lost, reordered or duplicated between them. It does not
matter which capture comes first; --conn counts in A.

The clocks are compared by packets that both captures hold, as if the shortest
delays both ways were equal; how wrong that can be is told with it.

Where -o ends in .pcapng, both captures are written into that file, one
interface for those of each, on the clock of A.`,
		Example: `  flowstate join client.pcapng server.pcapng
  flowstate join client.pcapng server.pcapng --packets --format csv -o packets.csv
  flowstate join client.pcapng server.pcapng -o both.pcapng`,
		RunE: func(_ *cobra.Command, args []string) error { return joinCaptures(p, &flags, args) },
	}
	flags.addOutput(cmd)
	flags.addConn(cmd)
	cmd.Flags().BoolVar(&flags.packets, "packets", false, "a row for each packet instead of each connection")
	cmd.Args = twoCaptures
	return cmd
}

// twoCaptures refuses what cannot be read twice.
func twoCaptures(cmd *cobra.Command, args []string) error {
	if len(args) != 2 {
		return usage(firstExample(cmd), "join needs two captures, not %d", len(args))
	}
	for _, arg := range args {
		if arg == "-" {
			return usage(firstExample(cmd), "join reads each capture twice, which standard input does not allow")
		}
		if isFolder(arg) {
			return usage(firstExample(cmd), "%s is a folder; join needs two captures", arg)
		}
	}
	return nil
}

// joiner joins the captures of one command line.
type joiner struct {
	p          *program
	flags      *joinFlags
	files      [2]string
	interfaces [2][]capture.Interface
	*join.Matching
}

func joinCaptures(p *program, flags *joinFlags, args []string) error {
	j := &joiner{p: p, flags: flags, files: [2]string(args)}
	sketches, err := j.surveys()
	if err != nil {
		return err
	}
	j.Matching = join.Align(sketches[0], sketches[1], join.Options{Numbers: flags.conns.numbers})
	if !j.check(sketches) {
		return nil
	}
	write := j.connections
	switch {
	case strings.EqualFold(filepath.Ext(flags.output), ".pcapng"):
		write = j.merge
	case flags.packets:
		write = j.packets
	}
	return p.save(flags.output, args, write)
}

// surveys reads both captures for the first time.
func (j *joiner) surveys() (sketches [2]*join.Sketch, err error) {
	for tap := range j.files {
		if sketches[tap], err = j.survey(tap); err != nil {
			return sketches, err
		}
	}
	return sketches, nil
}

// survey reads one capture for the first time, and tells what is wrong with it.
func (j *joiner) survey(tap int) (*join.Sketch, error) {
	told := account{path: j.files[tap]}
	r, err := pcapfile.Open(j.files[tap])
	if err != nil {
		return nil, err
	}
	k, err := join.Survey(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.files[tap], err)
	}
	told.findings, told.damaged, told.format = captureFindings(r), r.Damaged(), r.Format()
	told.totals.Packets, told.totals.Segments = k.Packets, k.Segments
	j.p.tell(&told, &j.flags.common)
	j.interfaces[tap] = r.Interfaces()
	return k, r.Close()
}

// check says how much the captures have in common, and tells whether that is
// anything.
func (j *joiner) check(sketches [2]*join.Sketch) bool {
	switch {
	case j.Common == 0:
		j.p.failed = true
		j.p.say("no connection of %s is in %s", j.files[0], j.files[1])
		j.p.say("hint: flowstate summary %s %s", quote(j.files[0]), quote(j.files[1]))
		return false
	case len(j.Pairs) == 0:
		j.p.failed = true
		j.p.say("no connection %s of %s is in %s", j.flags.conns.String(), j.files[0], j.files[1])
		j.p.say("hint: flowstate join %s %s", quote(j.files[0]), quote(j.files[1]))
		return false
	}
	for tap, k := range sketches {
		if left := k.Connections - j.Common; left > 0 && !j.flags.quiet {
			j.p.say("%s: %d of %d connections are in %s alone", j.files[tap], left, k.Connections, join.Tap(tap))
		}
	}
	return true
}

// again opens both captures for another pass, and calls pass with them.
func (j *joiner) again(pass func(a, b *pcapfile.Reader) error) error {
	a, err := pcapfile.Open(j.files[0])
	if err != nil {
		return err
	}
	defer a.Close() // read to the end and told already
	b, err := pcapfile.Open(j.files[1])
	if err != nil {
		return err
	}
	defer b.Close()
	if err := pass(a, b); err != nil {
		return err
	}
	return j.Err()
}

// connections writes a row or a block for each connection.
func (j *joiner) connections(out io.Writer) error {
	format := j.flags.format.Format
	row := table.Joined{Files: j.files, Clock: &j.Clock}
	text := table.JoinText{Style: j.p.styleFor(&j.flags.common)}
	head, add := text.AppendClock(nil, j.files, &j.Clock), text.AppendBlock
	if format != table.Text {
		rows := table.Joins(format)
		head, add = rows.Header(nil), rows.Append
	}
	return j.again(func(a, b *pcapfile.Reader) error {
		buffer := head
		for c := range j.Connections(a, b) {
			row.Connection = c
			if _, err := out.Write(add(buffer, &row)); err != nil {
				return err
			}
			buffer = buffer[:0]
		}
		return nil
	})
}

// packets writes a row for each packet.
func (j *joiner) packets(out io.Writer) error {
	format := j.flags.format.Format
	if format == table.Text {
		return j.packetText(out)
	}
	rows := table.JoinedPackets(format)
	row := table.JoinedPacket{Files: j.files}
	return j.again(func(a, b *pcapfile.Reader) error {
		return writePackets(out, rows.Header(nil), j.Matching, a, b, func(buffer []byte, p *join.Packet) []byte {
			row.Packet = p
			return rows.Append(buffer, &row)
		})
	})
}

func (j *joiner) packetText(out io.Writer) error {
	style := j.p.styleFor(&j.flags.common)
	text, lines := table.JoinText{Style: style}, table.NewJoinAligner(out, style)
	began := j.Pairs[0].In[join.A].Start
	err := j.again(func(a, b *pcapfile.Reader) error {
		return writePackets(lines, nil, j.Matching, a, b, func(buffer []byte, p *join.Packet) []byte {
			return text.AppendPacket(buffer, p, began)
		})
	})
	if err != nil {
		return err
	}
	return lines.Flush()
}

func writePackets(out io.Writer, head []byte, m *join.Matching, a, b analyze.Source, add func([]byte, *join.Packet) []byte) error {
	buffer := head
	for p := range m.Packets(a, b) {
		if _, err := out.Write(add(buffer, p)); err != nil {
			return err
		}
		buffer = buffer[:0]
	}
	return nil
}
