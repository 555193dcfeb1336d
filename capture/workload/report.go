package workload

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// Usage is what processes used, of getrusage(2). Linux counts no messages.
type Usage struct {
	System, User           time.Duration
	Sent, Received         int64 // messages
	Voluntary, Involuntary int64 // context switches
}

func (u Usage) minus(v Usage) Usage {
	return Usage{
		u.System - v.System, u.User - v.User, u.Sent - v.Sent, u.Received - v.Received,
		u.Voluntary - v.Voluntary, u.Involuntary - v.Involuntary,
	}
}

func (u Usage) plus(v Usage) Usage { return u.minus(Usage{}.minus(v)) }

// Datum is what one iteration measured.
type Datum struct {
	Bytes int64
	Time  time.Duration // sender's first write to receiver's last byte
	Usage Usage         // zero without Benchmark.Getrusage
}

// KBytes is the bandwidth in units of 1024 bytes a second.
func (d Datum) KBytes() float64 { return float64(d.Bytes) / d.Time.Seconds() / 1024 }

// Report is the outcome of a benchmark. Its two forms, for people and for
// programs, have the keys and units of the original.
type Report struct {
	Configuration *Configuration // nil without Benchmark.Verbose
	Samples       []Datum        // nil for Describe

	quiet, usage bool
}

// Configuration describes machine and benchmark. The keys are FreeBSD's; the
// values are those of Linux that come nearest.
type Configuration struct {
	Hardware  HardwareConfiguration  `json:"hardware_configuration"`
	OS        OSConfiguration        `json:"os_configuration"`
	Network   NetworkConfiguration   `json:"network_ipc_configuration"`
	Benchmark BenchmarkConfiguration `json:"benchmark_configuration"`
}

// HardwareConfiguration is the machine. Frequency is 0 where it does not tell.
type HardwareConfiguration struct {
	Machine   string     `json:"hw.machine"`
	Model     string     `json:"hw.model"`
	NCPU      int        `json:"hw.ncpu"`
	PhysMem   uint64     `json:"hw.physmem"` // bytes
	PageSizes []PageSize `json:"hw.pagesizes"`
	Frequency int        `json:"hw.cpufreq.arm_freq"` // MHz
}

// PageSize is an object of its own in the original's list.
type PageSize struct {
	Bytes int `json:"pagesize"`
}

// OSConfiguration is what uname(2) says.
type OSConfiguration struct {
	Type     string `json:"kern.ostype"`
	Release  string `json:"kern.osrelease"`
	Ident    string `json:"kern.ident"`
	Hostname string `json:"kern.hostname"`
}

// NetworkConfiguration is of the server's host.
type NetworkConfiguration struct {
	PipeMinDirect int    `json:"kern.ipc.pipe_mindirect"` // Linux: PIPE_BUF
	MaxSockBuf    int    `json:"kern.ipc.maxsockbuf"`     // Linux: net.core.wmem_max
	InterfaceName string `json:"ifnet.name"`
	MTU           int    `json:"ifnet.mtu"`
	Congestion    string `json:"net.inet.tcp.cc.algorithm"` // as asked for, or the system's choice
	BindThreads   int    `json:"net.isr.bindthreads"`       // Linux has none: 0
	QueueLimit    int    `json:"net.isr.defaultqlimit"`     // Linux: net.core.netdev_max_backlog
}

// BenchmarkConfiguration is the settings.
type BenchmarkConfiguration struct {
	Buffer     int64  `json:"buffersize"`
	Total      int64  `json:"totalsize"`
	Messages   int64  `json:"msgcount"`
	Mode       Mode   `json:"mode"`
	IPC        string `json:"ipctype"`
	PMC        string `json:"pmctype"` // performance counters are not read: none
	Iterations int    `json:"iterations"`
}

// describe gathers the configuration. Where the host cannot be entered, what
// would be read there is missing.
func (b Benchmark) describe(e *Env) *Configuration {
	c := &Configuration{Hardware: describeHardware(), OS: describeOS()}
	host := &e.Hosts[Server]
	_ = host.inside(func() error {
		c.Network = describeNetwork(host.Interface)
		return nil
	})
	if e.Congestion != "" {
		c.Network.Congestion = e.Congestion
	}
	c.Benchmark = BenchmarkConfiguration{
		Buffer: b.Buffer, Total: b.Total, Messages: b.Total / b.Buffer,
		Mode: b.Mode, IPC: "tcp", PMC: "none", Iterations: b.Iterations,
	}
	return c
}

// datum is a Datum as the original prints it: fixed numbers of places.
type datum struct {
	Bandwidth json.Number `json:"bandwidth"`
	Time      json.Number `json:"time"`
	*usage
}

type usage struct {
	System      json.Number `json:"stime"`
	User        json.Number `json:"utime"`
	Sent        int64       `json:"msgsnd"`
	Received    int64       `json:"msgrcv"`
	Voluntary   int64       `json:"nvcsw"`
	Involuntary int64       `json:"nivcsw"`
}

func (r *Report) data() []datum {
	all := make([]datum, len(r.Samples))
	for i, d := range r.Samples {
		all[i].Bandwidth = json.Number(fmt.Sprintf("%.2f", d.KBytes()))
		all[i].Time = json.Number(fmt.Sprintf("%d.%09d", d.Time/time.Second, d.Time%time.Second))
		if r.usage {
			all[i].usage = &usage{
				micros(d.Usage.System), micros(d.Usage.User), d.Usage.Sent, d.Usage.Received,
				d.Usage.Voluntary, d.Usage.Involuntary,
			}
		}
	}
	return all
}

func micros(d time.Duration) json.Number {
	return json.Number(fmt.Sprintf("%d.%06d", d/time.Second, d%time.Second/time.Microsecond))
}

// WriteJSON writes one indented object (-j), or nothing where quiet (-q).
func (r *Report) WriteJSON(w io.Writer) error {
	if r.quiet {
		return nil
	}
	object := struct {
		*Configuration
		Samples []datum `json:"benchmark_samples,omitempty"`
	}{r.Configuration, r.data()}
	text, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s\n", text)
	return err
}

// WriteText writes the same for people, or nothing where quiet (-q).
func (r *Report) WriteText(w io.Writer) error {
	if r.quiet {
		return nil
	}
	out := &textWriter{w: w}
	if c := r.Configuration; c != nil {
		out.section("Hardware configuration", c.Hardware)
		out.section("OS configuration", c.OS)
		out.section("Network and IPC configuration", c.Network)
		out.section("Benchmark configuration", c.Benchmark)
	}
	for _, d := range r.data() {
		out.datum(d)
	}
	return out.err
}
