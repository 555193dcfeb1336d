package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// tcpstatesFlags are those of flowstate tcpstates: the common ones, and the
// tool's own.
type tcpstatesFlags struct {
	socketFlags
	only4, only6 bool
	text         table.TcpstatesText
}

func newTcpstates(p *program) *cobra.Command {
	var flags tcpstatesFlags
	cmd := &cobra.Command{
		Use:   "tcpstates [flags] FILE...",
		Short: "Print what the eBPF tool tcpstates would have shown",
		Long: `Print the changes of state that the eBPF tool tcpstates would have shown on a
host, from the capture alone, with its columns and options. By default that is
the host where the capture was taken; both sides where it was taken elsewhere.

States are those of Linux' sock:inet_sock_set_state: no TIME_WAIT, and a server's
socket begins with the handshake's last acknowledgement. At CLOSE -> SYN_SENT the
local port is 0, as the kernel has it then. Rows of listening sockets are left
out: listen() leaves nothing on the wire.

MS is the time in OLDSTATE, 0.000 for the first row of a socket:

  5.250          as captured at that host
  <=5.250        no longer than this; >=5.250 no shorter
  1.000..5.250   between the two
  -              unknown

<= stands at the end of ESTABLISHED or CLOSE_WAIT where the FIN carried data or met
a closed window, and so may have waited after close(); and at FIN_WAIT2 -> CLOSE:
after close() the kernel shows it at once, after shutdown() when the peer's FIN
comes, and no packet tells which it was.

NEWSTATE is - where the capture ends before the state does. C-PID and C-COMM are
not in a capture; SKADDR is the number of the connection and the side, and no
address.

-T prints the time of day in UTC.`,
		Example: `  flowstate tcpstates trace.pcap
  flowstate tcpstates trace.pcap --host server -t
  flowstate tcpstates trace.pcap -D 80,443 -w
  flowstate tcpstates trace.pcap --format json | jq 'select(.newstate == "ESTABLISHED")'`,
		RunE: func(_ *cobra.Command, args []string) error { return flags.print(p, args) },
	}
	flags.add(cmd)
	return cmd
}

func (f *tcpstatesFlags) add(cmd *cobra.Command) {
	f.addSockets(cmd, "change of state that tcpstates would show", [2]string{"localport", "L"}, [2]string{"remoteport", "D"})
	s := cmd.Flags()
	s.BoolVarP(&f.text.Time, "time", "T", false, "a column with the time of day")
	s.BoolVarP(&f.text.Timestamp, "timestamp", "t", false, "a column with the seconds since the first row")
	s.BoolVarP(&f.text.Wide, "wide", "w", false, "wider columns, for IPv6")
	s.BoolVarP(&f.text.CSV, "csv", "s", false, "the tool's columns, separated by commas; --format csv has more")
	s.BoolVarP(&f.only4, "ipv4", "4", false, "only IPv4")
	s.BoolVarP(&f.only6, "ipv6", "6", false, "only IPv6")
	cmd.MarkFlagsMutuallyExclusive("ipv4", "ipv6")
	cmd.MarkFlagsMutuallyExclusive("wide", "csv")
	f.extra = ebpf.NewCloses
}

func (f *tcpstatesFlags) choice() ebpf.Choice {
	c := f.socketFlags.choice()
	c.WithoutIPv4, c.WithoutIPv6 = f.only6, f.only4
	return c
}

func (f *tcpstatesFlags) print(p *program, args []string) error {
	b := &batch{p: p, flags: &f.common, name: "tcpstates"}
	b.layout = func(w io.Writer) layout { return plain{w} }
	format := f.format.Format
	if format != table.Text {
		if f.text != (table.TcpstatesText{}) {
			return usage("flowstate tcpstates --format "+format.String()+" "+quote(args[0]), "-T, -t, -w and -s belong to the tool's own layout; --format %s has all times", format)
		}
		b.header = table.Tcpstates(format).Header(nil)
		b.pass = func(path string, out *chunker) pass { return f.pass(path, out, table.Tcpstates(format).Append) }
		return b.run(args)
	}
	b.pass = func(path string, out *chunker) pass {
		text := f.text
		text.Files = b.severalFiles()
		run := f.pass(path, out, text.Append)
		return func(path string, a *analyze.Analysis) (int, error) {
			if err := out.append(func(o []byte) []byte { return text.Header(o, path) }); err != nil {
				return 0, err
			}
			return run(path, a)
		}
	}
	return b.run(args)
}

// pass writes the events of a capture in the order of time.
func (f *tcpstatesFlags) pass(path string, out *chunker, write func([]byte, *table.SocketEvent) []byte) pass {
	return func(_ string, a *analyze.Analysis) (shown int, err error) {
		choice := f.choice()
		var all []ebpf.Event
		for c := range a.Connections() {
			all = append(all, choice.Events(c)...)
		}
		ebpf.Sort(all)
		for _, e := range all {
			row := table.SocketEvent{File: path, Event: e}
			if err := out.append(func(o []byte) []byte { return write(o, &row) }); err != nil {
				return shown, err
			}
			shown++
		}
		return shown, nil
	}
}
