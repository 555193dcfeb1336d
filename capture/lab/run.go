package lab

import (
	"bytes"
	"context"
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// session is one run at work.
type session struct {
	job
	dir     string // temporary
	log     *workload.Log
	samples *workload.Sampler // nil: none
	env     *workload.Env
	sender  func(string) *exec.Cmd
	record  Run
}

// execute makes the run's files in dir.
func (s *sweep) execute(ctx context.Context, j job, dir, told string) (*Run, error) {
	r := &session{job: j, dir: dir, sender: s.Options.sender}
	r.record = Run{Name: j.name, Cell: j.cell, Settings: j.settings, Backend: told, Calls: path.Join(j.name, callsFile)}
	run := r.onKernel
	if s.manifest.Backend == "simulated" {
		run = r.simulate
	}
	if err := run(ctx); err != nil {
		return nil, err
	}
	return &r.record, r.write()
}

// prepare makes log, samples and environment on a clock.
func (r *session) prepare(clock workload.Clock) {
	r.log = workload.NewLog(clock)
	if every := r.settings.Sample; every > 0 {
		r.samples = workload.NewSampler(clock, every)
	}
	r.env = &workload.Env{Clock: clock, Random: rand.Reader, Samples: r.samples, Congestion: r.settings.Congestion, Count: r.settings.Count}
}

// work runs the workload.
func (r *session) work(ctx context.Context) error {
	switch r.settings.Workload {
	case Benchmark:
		return r.benchmark(ctx)
	case Programs:
		return r.programs(ctx)
	}
	w, err := workload.ByName(r.settings.Workload)
	if err != nil {
		return err
	}
	return w.Run(ctx, r.env)
}

func (r *session) benchmark(ctx context.Context) error {
	b := r.settings.Knobs.benchmark()
	b.Purge = true // the hosts are namespaces of our own
	b.Self = r.sender
	report, err := b.Run(ctx, r.env)
	if err != nil {
		return err
	}
	for _, d := range report.Samples {
		r.record.Data = append(r.record.Data, Datum{Bytes: d.Bytes, Time: d.Time})
	}
	var text bytes.Buffer
	if err := report.WriteJSON(&text); err != nil {
		return err
	}
	r.record.Report = path.Join(r.name, benchmarkFile)
	return os.WriteFile(filepath.Join(r.dir, benchmarkFile), text.Bytes(), 0o666)
}

func (r *session) programs(ctx context.Context) error {
	p := workload.Programs{Server: r.settings.Server, Client: r.settings.Client, Folder: r.dir}
	result, err := p.Run(ctx, r.env)
	r.record.Programs = &result
	return err
}

// write writes what was gathered beside the captures.
func (r *session) write() error {
	err := r.file(callsFile, func(w io.Writer) error { return workload.WriteCalls(w, r.log.Calls()) })
	if err != nil || r.samples == nil {
		return err
	}
	r.record.Samples = path.Join(r.name, samplesFile)
	return r.file(samplesFile, func(w io.Writer) error { return workload.WriteSamples(w, r.samples.Samples()) })
}

func (r *session) file(name string, write func(io.Writer) error) error {
	var content bytes.Buffer
	if err := write(&content); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(r.dir, name), content.Bytes(), 0o666)
}

// tap notes a recording.
func (r *session) tap(host, device, name string, packets int64, dropped uint64) {
	r.record.Taps = append(r.record.Taps, Tap{
		Host: host, Interface: device, File: path.Join(r.name, name), Packets: packets, Dropped: dropped,
	})
}

// afterwards is how long a recorder goes on when the last call has returned:
// the FINs and their acknowledgements are still on their way then. Where packets
// are lost or late, their repetition is too.
func afterwards(way [2]link.Params) time.Duration {
	wait := 60 * time.Millisecond
	for _, w := range way {
		wait += 2 * (w.Delay + w.Jitter)
		if w.Loss > 0 || w.Corrupt > 0 {
			wait += time.Second
		}
	}
	return wait
}
