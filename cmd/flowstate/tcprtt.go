package main

import (
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// tcprttFlags are those of flowstate tcprtt: the common ones, and the tool's own.
type tcprttFlags struct {
	socketFlags
	localAddress, remoteAddress addressFlag
	interval, duration          spanFlag
	milliseconds                bool
	byLocal, byRemote           bool
	text                        table.TcprttText
}

func newTcprtt(p *program) *cobra.Command {
	var flags tcprttFlags
	cmd := &cobra.Command{
		Use:   "tcprtt [flags] FILE...",
		Short: "Print the histogram of round trips that the eBPF tool tcprtt would have shown",
		Long: `Print the distribution of round-trip times that the eBPF tool tcprtt would have
shown on a host, from the capture alone, with its layout and options. By default
that is the host where the capture was taken; both sides where it was taken
elsewhere.

The tool looks into the socket for each segment that arrives in ESTABLISHED. What
it finds is the smoothed round trip (RFC 6298) before that segment, which is here
computed from the capture: over the same acknowledgements, with a weight of 1/8
for each new one, the handshake first.

Where the capture was taken elsewhere, what passes there is only a part of the
round trip: every value is then a lower bound, and the unit reads ">= usecs".
Segments received before there is any estimate, where a connection began before
the capture, are not counted; --format json tells how many they are.
A FIN that had to wait behind data shows the end of ESTABLISHED too late; what was
received meanwhile is counted though the tool would not have seen it.

With -i there is a histogram for each interval since the capture's first packet in
which anything was received; -T prints the time of day at its end, in UTC.`,
		Example: `  flowstate tcprtt trace.pcap
  flowstate tcprtt trace.pcap --host server -m -e
  flowstate tcprtt trace.pcap -i 1 -d 10 -T
  flowstate tcprtt trace.pcap -B --format json | jq '[.raddr, .n, .mean] | @tsv'`,
		RunE: func(_ *cobra.Command, args []string) error { return flags.print(p, args) },
	}
	flags.add(cmd)
	return cmd
}

func (f *tcprttFlags) add(cmd *cobra.Command) {
	f.addSockets(cmd, "segment received in ESTABLISHED", [2]string{"lport", "p"}, [2]string{"rport", "P"})
	s := cmd.Flags()
	s.VarP(&f.interval, "interval", "i", "a histogram for each interval of this length")
	s.VarP(&f.duration, "duration", "d", "only so long from the capture's first packet")
	s.BoolVarP(&f.text.Time, "timestamp", "T", false, "the time of day above each interval")
	s.BoolVarP(&f.milliseconds, "millisecond", "m", false, "in milliseconds")
	s.VarP(&f.localAddress, "laddr", "a", "only this local address")
	s.VarP(&f.remoteAddress, "raddr", "A", "only this remote address")
	s.BoolVarP(&f.byLocal, "byladdr", "b", false, "a histogram for each local address")
	s.BoolVarP(&f.byRemote, "byraddr", "B", false, "a histogram for each remote address")
	s.BoolVarP(&f.text.Extended, "extension", "e", false, "with the average")
	cmd.MarkFlagsMutuallyExclusive("byladdr", "byraddr")
}

func (f *tcprttFlags) options() ebpf.TripOptions {
	o := ebpf.TripOptions{Choice: f.choice(), Unit: time.Microsecond, Interval: time.Duration(f.interval), Span: time.Duration(f.duration)}
	o.LocalAddress, o.RemoteAddress = f.localAddress.Addr, f.remoteAddress.Addr
	if f.milliseconds {
		o.Unit = time.Millisecond
	}
	switch {
	case f.byLocal:
		o.By = ebpf.ByLocal
	case f.byRemote:
		o.By = ebpf.ByRemote
	}
	return o
}

func (f *tcprttFlags) print(p *program, args []string) error {
	b := &batch{p: p, flags: &f.common, name: "tcprtt"}
	b.layout = func(w io.Writer) layout { return plain{w} }
	switch format := f.format.Format; format {
	case table.Text:
		b.pass = func(_ string, out *chunker) pass {
			text := f.text
			text.Files = b.severalFiles()
			return f.pass(out, text.Append)
		}
	case table.JSON:
		b.pass = func(_ string, out *chunker) pass { return f.pass(out, table.Tcprtt().Append) }
	default:
		b.header = table.NewTcprttSlots(format).Header(nil)
		b.pass = func(_ string, out *chunker) pass { return f.pass(out, table.NewTcprttSlots(format).Append) }
	}
	return b.run(args)
}

// pass writes the histograms of a capture.
func (f *tcprttFlags) pass(out *chunker, write func([]byte, *table.Trips) []byte) pass {
	return func(path string, a *analyze.Analysis) (shown int, err error) {
		options := f.options()
		trips := ebpf.NewTrips(options)
		for s, c := range a.Walk() {
			if s != nil {
				trips.Observe(s, a.Began())
			} else {
				trips.End(c)
			}
		}
		for _, h := range trips.Histograms() {
			row := table.Trips{File: path, Options: &options, Began: a.Began(), Histogram: h}
			if err := out.append(func(o []byte) []byte { return write(o, &row) }); err != nil {
				return shown, err
			}
			shown++
		}
		return shown, nil
	}
}
