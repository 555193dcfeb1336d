package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

// labFlags are those of all commands that run or report a lab.
type labFlags struct {
	dir        string
	link       string
	dryRun     bool
	quiet      bool
	json       bool // -j: the benchmark's own report
	noDiagrams bool
	format     formatFlag
	dropFirst  uint
	dropGiven  bool   // else what the plan says
	figures    bool   // also figures and a report,
	figuresDir string // into this folder
	images     imagesFlag
	latex      bool // charts for pgfplots too
}

// addFolder defines the flags that say where and what to write.
func (l *labFlags) addFolder(cmd *cobra.Command) {
	f := cmd.Flags()
	if l.dir == "" {
		l.dir = "flowstate-lab"
	}
	f.StringVarP(&l.dir, "output", "o", l.dir, "the folder `DIR` for captures, logs, manifest and diagrams")
	f.BoolVarP(&l.quiet, "quiet", "q", false, "no progress and no report, only errors")
	f.BoolVar(&l.noDiagrams, "no-diagrams", false, "draw no state diagrams")
	f.BoolVar(&l.dryRun, "dry-run", false, "print what would be done, and do nothing")
}

// addStatistics defines the flag that says what counts.
func (l *labFlags) addStatistics(cmd *cobra.Command) {
	cmd.Flags().UintVar(&l.dropFirst, "drop-first", 0, "leave the first `N` connections of each setting out of the figures (the L41 lab: 1)")
}

// addImages defines the flag that says what images figures are.
func (l *labFlags) addImages(cmd *cobra.Command) {
	l.images = imagesFlag{scene.SVG}
	cmd.Flags().Var(&l.images, "image", "formats of the figures: svg, png, pdf, or several of them")
	cmd.Flags().BoolVar(&l.latex, "latex", false, "also write each chart for LaTeX (pgfplots) beside it, with its caption")
	complete(cmd, "image", scene.Formats())
}

// addLink defines the flag that chooses the back end.
func (l *labFlags) addLink(cmd *cobra.Command) {
	l.link = link.Auto
	cmd.Flags().Var((*backendFlag)(&l.link), "link", "the link: "+strings.Join(backends(), ", "))
	complete(cmd, "link", backends())
}

// settingsFlags are what a run can be asked for.
type settingsFlags struct {
	lab.Settings
	topology string
	record   string
	total    sizeFlag
	buffer   sizeFlag
	mode     string
}

// linkFlag is a flag of one direction of the link.
type linkFlag struct {
	name, text string
	value      func(*link.Params) labValue
}

func linkFlags() []linkFlag {
	return []linkFlag{
		{"delay", "one-way delay, in milliseconds", func(p *link.Params) labValue { return (*millisFlag)(&p.Delay) }},
		{"jitter", "delay differs by up to so many milliseconds", func(p *link.Params) labValue { return (*millisFlag)(&p.Jitter) }},
		{"loss", "share of packets lost", func(p *link.Params) labValue { return (*percentFlag)(&p.Loss) }},
		{"reorder", "share of packets that skip the delay", func(p *link.Params) labValue { return (*percentFlag)(&p.Reorder) }},
		{"duplicate", "share of packets that arrive twice", func(p *link.Params) labValue { return (*percentFlag)(&p.Duplicate) }},
		{"corrupt", "share of packets with one bit turned", func(p *link.Params) labValue { return (*percentFlag)(&p.Corrupt) }},
		{"rate", "bits a second, such as 50mbit", func(p *link.Params) labValue { return (*rateFlag)(&p.Rate) }},
		{"limit", "packets in the queue", func(p *link.Params) labValue { return (*countFlag)(&p.Limit) }},
	}
}

// addWays defines the flags of the link, those of the way back too. Names in
// without are left to the caller.
func (s *settingsFlags) addWays(cmd *cobra.Command, without ...string) {
	for _, l := range linkFlags() {
		if slices.Contains(without, l.name) {
			continue
		}
		cmd.Flags().Var(l.value(&s.Way[0]), l.name, l.text)
		cmd.Flags().Var(l.value(&s.Way[1]), "back-"+l.name, backText(l.name))
	}
	cmd.Flags().StringVar(&s.topology, "topology", "netns", "`TOPOLOGY`: netns (two hosts) or loopback (one, MTU 1500, as in the L41 lab)")
	cmd.Flags().BoolVar(&s.IPv6, "ipv6", false, "IPv6 in place of IPv4")
	cmd.Flags().BoolVar(&s.Offloads, "offloads", false, "leave segmentation and checksum offload on")
	complete(cmd, "topology", []string{"netns", "loopback"})
}

// backText describes the flag of the way back.
func backText(name string) string {
	return "--" + name + " from the server to the client, where that differs"
}

// mirror gives the way back what was not said of it.
func (s *settingsFlags) mirror(cmd *cobra.Command) error {
	for _, l := range linkFlags() {
		back := cmd.Flags().Lookup("back-" + l.name)
		if back == nil || back.Changed {
			continue
		}
		if err := l.value(&s.Way[1]).Set(l.value(&s.Way[0]).String()); err != nil {
			return err
		}
	}
	return nil
}

// addWorkload defines the flags of the workload and of what is recorded.
func (s *settingsFlags) addWorkload(cmd *cobra.Command) {
	f := cmd.Flags()
	names := []string{lab.Benchmark}
	for _, w := range workload.Table() {
		names = append(names, w.Name)
	}
	f.StringVar(&s.Workload, "workload", lab.Benchmark, "what to run, by `NAME`: benchmark, or a situation")
	f.StringVar(&s.Server, "server", "", "a `PROGRAM` of your own at the server, instead of a workload")
	f.StringVar(&s.Client, "client", "", "a `PROGRAM` of your own at the client, with --server; in both {server}, {client}, {port} (4000) and {folder}, where they can write, are put in")
	f.VarP(&s.total, "total", "t", "benchmark: bytes in all, 16M")
	f.VarP(&s.buffer, "buffer", "b", "benchmark: bytes of a write, 128K")
	f.StringVar(&s.mode, "mode", string(workload.TwoThreads), "benchmark: `MODE` 1thread, 2thread or 2proc")
	f.BoolVarP(&s.Knobs.Bare, "bare", "B", false, "benchmark: no pauses before the transfer")
	f.BoolVarP(&s.Knobs.Getrusage, "rusage", "g", false, "benchmark: measure the use of the processor")
	f.BoolVar(&s.Knobs.Pinned, "pin", false, "benchmark: reader and writer on one processor, as the original")
	f.BoolVarP(&s.Knobs.Verbose, "verbose", "v", false, "benchmark: its report describes machine and settings")
	f.IntVar(&s.Count, "count", 0, "`N` connections in the workload short-connections (default 50)")
	f.DurationVar(&s.Sample, "sample", 10*time.Millisecond, "a sample of TCP_INFO each `TIME`, such as 10ms; 0 for none")
	f.IntVar(&s.SnapLen, "snaplen", lab.DefaultSnapLen, "keep so many `BYTES` of a packet, 0 for all")
	f.StringVar(&s.record, "record", "both", "the `END` to record: client, server, both, or none, which takes no samples either")
	f.Uint64Var(&s.Seed, "seed", 0, "begin the random draws of an emulated or simulated link at `N`")
	complete(cmd, "workload", names)
	complete(cmd, "mode", []string{"1thread", "2thread", "2proc"})
	complete(cmd, "record", []string{"client", "server", "both", "none"})
}

// settings are the settings that the flags say.
func (s *settingsFlags) settings(cmd *cobra.Command, back string) (lab.Settings, error) {
	if err := s.mirror(cmd); err != nil {
		return lab.Settings{}, err
	}
	switch s.topology {
	case "netns", "loopback":
		s.Loopback = s.topology == "loopback"
	default:
		return lab.Settings{}, usage("", "no topology %q: netns or loopback", s.topology)
	}
	if err := s.Record(s.record); err != nil {
		return lab.Settings{}, checked(err)
	}
	if s.Server != "" || s.Client != "" {
		s.Workload = lab.Programs
	}
	if s.Count < 0 || s.SnapLen < 0 || s.Sample < 0 {
		return lab.Settings{}, usage("", "--count, --snaplen and --sample cannot be negative")
	}
	s.Link, s.Knobs.Total, s.Knobs.Buffer, s.Knobs.Mode = back, int64(s.total), int64(s.buffer), workload.Mode(s.mode)
	return s.Settings, nil
}

// checked turns what is wrong with settings into a wrong command line.
func checked(err error) error {
	var wrong *workload.UsageError
	var other *lab.OtherPlanError
	switch {
	case errors.As(err, &wrong):
		return usage(wrong.Hint, "%s", wrong.Problem)
	case errors.As(err, &other):
		return usage("-o "+quote(other.Dir+"-2"), "%s holds runs with other settings", other.Dir)
	}
	return err
}

// errorsOf tells of a lab that was interrupted.
func errorsOf(flags *labFlags, m *lab.Manifest) error {
	if m == nil || len(m.Runs) == 0 {
		return errors.New("interrupted; nothing is left behind")
	}
	return fmt.Errorf("interrupted; %d of %d runs are complete in %s, and the same command goes on from there", len(m.Runs), len(m.Planned), flags.dir)
}
