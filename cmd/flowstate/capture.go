package main

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/filter/bpf"
	"github.com/flowstate-tcp/flowstate/capture/live"
)

// captureFlags are those of flowstate capture.
type captureFlags struct {
	live.Options
	interfaces []string
	size       sizeFlag
	quiet      bool
}

func newCapture(p *program) *cobra.Command {
	var flags captureFlags
	cmd := &cobra.Command{
		Use:   "capture -i INTERFACE [flags] [FILTER]",
		Short: "Record packets into a pcapng file",
		Long: `Record packets from one or more interfaces (any: all of them) with the kernel's
nanosecond stamps until ^C or a limit. FILTER is in tcpdump's syntax: addresses,
ports, protocols and TCP flags; what is not understood is refused. The file says
how many packets were lost, if any.`,
		Example: `  flowstate capture -i eth0 -w trace.pcapng port 443
  flowstate capture -i any --duration 10s -s 128 -w ten-seconds.pcapng
  flowstate capture -i lo --file-size 100M --files 5 -w ring.pcapng
  flowstate capture -i lo -w - tcp | flowstate summary -`,
		RunE: func(cmd *cobra.Command, args []string) error { return p.record(cmd, &flags, args) },
	}
	f := cmd.Flags()
	f.StringSliceVarP(&flags.interfaces, "interface", "i", nil, "record this `INTERFACE`; may be repeated")
	f.StringVarP(&flags.Output, "write", "w", "", "write to `FILE`, or to standard output: -")
	f.IntVarP(&flags.SnapLen, "snaplen", "s", 0, "keep so many `BYTES` of a packet (default all)")
	f.Int64VarP(&flags.Count, "count", "c", 0, "stop after `N` packets")
	f.DurationVar(&flags.Duration, "duration", 0, "stop after this `TIME`, such as 10s")
	f.Var(&flags.size, "file-size", "begin a new file when one has this size, such as 100M")
	f.DurationVar(&flags.Rotation.Every, "file-duration", 0, "begin a new file after this `TIME`, such as 1h")
	f.IntVar(&flags.Rotation.Keep, "files", 0, "keep the newest `N` files")
	f.IntVar(&flags.BufferMiB, "buffer", 0, "ring of each interface in `MIB` (default 64)")
	f.BoolVarP(&flags.Promiscuous, "promiscuous", "p", false, "see packets for others too")
	f.BoolVarP(&flags.quiet, "quiet", "q", false, "only errors")
	return cmd
}

// record records as the flags say, and tells how much.
func (p *program) record(cmd *cobra.Command, flags *captureFlags, args []string) error {
	if err := flags.complete(cmd, args); err != nil {
		return err
	}
	if flags.Output == "-" && isTerminal(p.stdout) {
		return usage("flowstate capture -i lo -w trace.pcapng", "a capture is nothing to print on a terminal")
	}
	flags.Stdout = p.stdout
	flags.Ready = func(all []capture.Interface) {
		if !flags.quiet {
			p.say("recording from %s", strings.Join(flags.interfaces, ", "))
		}
	}
	ctx, stop := interruptible()
	defer stop()
	began := time.Now()
	stats, err := live.Record(ctx, flags.Options)
	if err != nil {
		return err
	}
	if !flags.quiet || stats.Dropped() > 0 {
		p.say("%d packets in %.1f s, %d lost", stats.Packets, time.Since(began).Seconds(), stats.Dropped())
	}
	return nil
}

// complete turns flags and arguments into the recorder's options, and refuses
// what cannot be meant.
func (f *captureFlags) complete(cmd *cobra.Command, args []string) (err error) {
	switch {
	case len(f.interfaces) == 0:
		return usage(firstExample(cmd), "capture needs an interface: -i")
	case f.Output == "":
		return usage(firstExample(cmd), "capture needs a file to write: -w")
	case f.SnapLen < 0 || f.Count < 0 || f.Duration < 0 || f.Rotation.Every < 0 || f.Rotation.Keep < 0 || f.BufferMiB < 0:
		return usage(cmd.CommandPath()+" --help", "limits cannot be negative")
	case f.SnapLen > bpf.WholePacket:
		return usage("", "--snaplen %d: at most %d bytes", f.SnapLen, bpf.WholePacket)
	case f.Rotation.Keep > 0 && f.size == 0 && f.Rotation.Every == 0:
		return usage("--file-size 100M", "--files needs the size or the duration of a file")
	case f.Output == "-" && (f.size > 0 || f.Rotation.Every > 0):
		return usage("-w ring.pcapng", "standard output cannot be divided into files")
	}
	for _, name := range f.interfaces {
		f.Interfaces = append(f.Interfaces, live.Interface{Name: name})
	}
	f.Rotation.Size = int64(f.size)
	if len(args) > 0 {
		if f.Filter, err = filter.Parse(strings.Join(args, " ")); err != nil {
			return usage("", "%v", err) // which says where, and what to write instead
		}
	}
	return nil
}
