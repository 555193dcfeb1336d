package workload

import (
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"time"
)

// Mode is who sends and who receives.
type Mode string

// The modes of the original. Its later version starts with OneThread, the labs
// on TCP all use one of the others.
const (
	TwoThreads   Mode = "2thread" // the default
	TwoProcesses Mode = "2proc"
	OneThread    Mode = "1thread"
	Describe     Mode = "describe" // the configuration alone, no traffic
)

// The original's defaults.
const (
	BenchmarkPort  = 10141
	DefaultTotal   = 16 << 20
	DefaultBuffer  = 128 << 10
	settleDuration = time.Second
)

// Benchmark is the ipc-benchmark of the L41 labs over TCP. A reader connects
// to a writer at port 10141, whose listening socket is closed then; the writer
// sends Total bytes; the reader closes first, the writer right behind it. The
// letters are the original's flags. Zero values are its defaults.
type Benchmark struct {
	Total        int64 // -t: bytes; 0: 16 MiB
	Buffer       int64 // -b: bytes a write, and at most a read; 0: 128 KiB
	Iterations   int   // -n: connections, one after the other; 0: 1
	Mode         Mode  // empty: 2thread
	FixedBuffers bool  // -s: SO_SNDBUF of the writer and SO_RCVBUF of the reader are Buffer
	Bare         bool  // -B: no sync of the file systems, no pauses before the transfer
	Getrusage    bool  // -g
	Verbose      bool  // -v: the report describes machine and settings
	Quiet        bool  // -q: the report writes nothing

	// Pinned keeps reader and writer on one processor, the first, as the original
	// does. The link's own threads are not pinned.
	Pinned bool

	// Purge makes the kernel forget earlier connections before each one, as
	// the original does. For hosts in namespaces of their own: it is the whole
	// namespace that forgets.
	Purge bool

	// Self makes a command that calls Child with the argument given. 2proc
	// needs it.
	Self func(argument string) *exec.Cmd
}

// UsageError is a setting that cannot be meant.
type UsageError struct {
	Problem string
	Hint    string // what would do, or empty
}

// Error gives problem and hint in one line.
func (e *UsageError) Error() string {
	if e.Hint == "" {
		return e.Problem
	}
	return e.Problem + " (hint: " + e.Hint + ")"
}

// ExitStatus is EX_USAGE, as the original exits.
func (*UsageError) ExitStatus() int { return 64 }

// withDefaults fills in what is zero.
func (b Benchmark) withDefaults() Benchmark {
	b.Total = cmp.Or(b.Total, DefaultTotal)
	b.Buffer = cmp.Or(b.Buffer, DefaultBuffer)
	b.Iterations = cmp.Or(b.Iterations, 1)
	b.Mode = cmp.Or(b.Mode, TwoThreads)
	return b
}

// Check returns a *UsageError for what the original refuses too.
func (b Benchmark) Check() error {
	b = b.withDefaults()
	switch {
	case b.Total < 0 || b.Buffer < 0 || b.Iterations < 0:
		return &UsageError{Problem: "total, buffer size and iterations must be positive"}
	case b.Total%b.Buffer != 0:
		return &UsageError{
			Problem: fmt.Sprintf("the total of %d bytes is no multiple of the buffer size of %d", b.Total, b.Buffer),
			Hint:    fmt.Sprintf("a total of %d", (b.Total/b.Buffer+1)*b.Buffer),
		}
	case b.Mode == TwoProcesses && b.Self == nil:
		return &UsageError{Problem: "2proc needs a program to start again"}
	}
	switch b.Mode {
	case OneThread, TwoThreads, TwoProcesses, Describe:
		return nil
	}
	return &UsageError{Problem: fmt.Sprintf("no mode %q", b.Mode), Hint: "1thread, 2thread, 2proc or describe"}
}

// placed runs one end's part where it is to run.
func (b Benchmark) placed(f func() error) error {
	if b.Pinned {
		return pinned(f)
	}
	return f()
}

// Run runs the benchmark. With an error comes the report of the iterations
// that were finished.
func (b Benchmark) Run(ctx context.Context, env *Env) (*Report, error) {
	if err := b.Check(); err != nil {
		return nil, err
	}
	b = b.withDefaults()
	e := *env
	e.Port = cmp.Or(e.Port, BenchmarkPort)
	r := &Report{quiet: b.Quiet, usage: b.Getrusage}
	if b.Verbose || b.Mode == Describe {
		r.Configuration = b.describe(&e)
	}
	if b.Mode == Describe {
		return r, nil
	}
	r.Samples = make([]Datum, 0, b.Iterations)
	run := iteration{Benchmark: b, env: &e, buffers: [2][]byte{make([]byte, b.Buffer), make([]byte, b.Buffer)}}
	for n := range b.Iterations {
		var datum Datum
		err := b.placed(func() (err error) {
			datum, err = run.once(ctx)
			return err
		})
		if err != nil {
			return r, fmt.Errorf("iteration %d of the benchmark: %w", n+1, err)
		}
		r.Samples = append(r.Samples, datum)
	}
	return r, nil
}
