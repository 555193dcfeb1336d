package lab

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// Benchmark and Programs are the workloads beside those of workload.Table: the
// IPC benchmark, and two programs of the user's own.
const (
	Benchmark = "benchmark"
	Programs  = "programs"
)

// DefaultSnapLen keeps headers with all their options, and little data.
const DefaultSnapLen = 128

// Settings are everything that decides a run. They are what its files tell.
type Settings struct {
	Link       string         `json:"link"` // as asked for: auto, or a back end
	Loopback   bool           `json:"loopback,omitempty"`
	IPv6       bool           `json:"ipv6,omitempty"`
	Offloads   bool           `json:"offloads,omitempty"`
	Way        [2]link.Params `json:"way"` // [0] to the server, [1] to the client
	Workload   string         `json:"workload"`
	Server     string         `json:"server,omitempty"` // of Programs
	Client     string         `json:"client,omitempty"`
	Knobs      Knobs          `json:"benchmark"`
	Count      int            `json:"count,omitempty"` // of short connections, 0: 50
	Congestion string         `json:"congestion,omitempty"`
	Sample     time.Duration  `json:"sample_ns,omitempty"` // 0: no samples
	SnapLen    int            `json:"snaplen"`             // 0: whole packets
	Ends       []string       `json:"record"`              // client, server
	Seed       uint64         `json:"seed,omitempty"`      // of emulated and simulated links
}

// Knobs are those of the benchmark; see workload.Benchmark.
type Knobs struct {
	Total      int64         `json:"total,omitempty"`
	Buffer     int64         `json:"buffer,omitempty"`
	Iterations int           `json:"iterations,omitempty"`
	Mode       workload.Mode `json:"mode,omitempty"`
	Fixed      bool          `json:"fixed_buffers,omitempty"`
	Bare       bool          `json:"bare,omitempty"`
	Getrusage  bool          `json:"getrusage,omitempty"`
	Verbose    bool          `json:"verbose,omitempty"`
	Pinned     bool          `json:"pinned,omitempty"`
}

// benchmark are the knobs as the workload takes them.
func (k Knobs) benchmark() workload.Benchmark {
	return workload.Benchmark{
		Total: k.Total, Buffer: k.Buffer, Iterations: k.Iterations, Mode: k.Mode,
		FixedBuffers: k.Fixed, Bare: k.Bare, Getrusage: k.Getrusage, Verbose: k.Verbose, Pinned: k.Pinned,
	}
}

// config is the link that the settings ask for.
func (s *Settings) config() link.Config {
	c := link.Config{IPv6: s.IPv6, Offloads: s.Offloads, Way: s.Way, Seed: s.Seed}
	if s.Loopback {
		c.Topology = link.Loopback
	}
	return c
}

// Check refuses what cannot be meant, mostly with a *workload.UsageError.
func (s *Settings) Check() error {
	for i, way := range s.Way {
		if err := way.Check(); err != nil {
			return &workload.UsageError{Problem: [2]string{"to the server: ", "to the client: "}[i] + err.Error()}
		}
	}
	if s.Loopback && s.Way[0] != s.Way[1] {
		return &workload.UsageError{Problem: "on the loopback topology both directions share one queue, so they cannot differ"}
	}
	if s.Link == "simulated" {
		if err := s.checkSimulated(); err != nil {
			return err
		}
	}
	switch s.Workload {
	case Benchmark:
		k := s.Knobs.benchmark()
		k.Self = notStarted
		return k.Check()
	case Programs:
		return workload.Programs{Server: s.Server, Client: s.Client}.Check()
	}
	_, err := workload.ByName(s.Workload)
	return err
}

// checkSimulated refuses what two hosts without a kernel, a processor and a
// clock of their own cannot do.
func (s *Settings) checkSimulated() error {
	const others = "--link netem, uml or emulated"
	switch {
	case s.Loopback:
		return &workload.UsageError{Problem: "the simulated link joins two hosts and has no loopback", Hint: "--link netem or uml"}
	case s.Workload == Programs:
		return &workload.UsageError{Problem: "programs need a kernel's TCP, which the simulated link has not", Hint: others}
	case s.Workload == Benchmark && s.Knobs.Mode == workload.TwoProcesses:
		return &workload.UsageError{Problem: "2proc needs a kernel's processes, which the simulated link has not", Hint: others + ", or --mode 2thread"}
	case s.Workload == Benchmark && s.Knobs.Getrusage:
		return &workload.UsageError{Problem: "the use of the processor under the simulated link would be the simulation's own", Hint: others}
	case s.Workload == Benchmark && s.Knobs.Pinned:
		return &workload.UsageError{Problem: "the hosts of the simulated link have no processors", Hint: others}
	case s.Offloads:
		return &workload.UsageError{Problem: "the simulated link has no offloads", Hint: others}
	}
	return nil
}

// Record sets what is recorded: client, server, both, or none. None takes no
// TCP_INFO samples either, so that such runs tell what all of this changes.
func (s *Settings) Record(what string) error {
	switch what {
	case "client", "server":
		s.Ends = []string{what}
	case "both":
		s.Ends = []string{"client", "server"}
	case "none":
		s.Ends, s.Sample = nil, 0
	default:
		return &workload.UsageError{Problem: fmt.Sprintf("no end %q to record", what), Hint: "client, server, both or none"}
	}
	return nil
}

// records tells whether an end is to be recorded.
func (s *Settings) records(end string) bool {
	for _, e := range s.Ends {
		if e == end {
			return true
		}
	}
	return false
}

// comment is what a capture says of its run. late is nil where delays are exact.
func (s *Settings) comment(backend string, late *link.Figures) string {
	text, err := json.Marshal(s)
	if err != nil {
		return err.Error() // not for values of this type
	}
	said := fmt.Sprintf("flowstate lab: back end %s; settings %s", backend, text)
	if late == nil {
		return said
	}
	for i, way := range []string{"to the server", "to the client"} {
		said += fmt.Sprintf("; packets %s later than set: p50 %v, p99 %v", way, late.Way[i].P50, late.Way[i].P99)
	}
	return said
}

// Millis writes a set delay: "20 ms", "0.5 ms".
func Millis(d time.Duration) string { return fmt.Sprintf("%g ms", float64(d)/1e6) }
