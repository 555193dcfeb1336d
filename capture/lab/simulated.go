package lab

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/link/simulated"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// simulate is a run in virtual time.
func (r *session) simulate(ctx context.Context) (err error) {
	if err := r.settings.checkSimulated(); err != nil {
		return err
	}
	record := &simulatedTaps{snapLen: r.settings.SnapLen}
	world, err := simulated.New(simulated.Config{
		IPv6: r.settings.IPv6, Way: r.settings.Way, Seed: r.settings.Seed, Packet: record.take, Windows: r.settings.Sample > 0,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, world.Close()) }()
	if err := record.open(r); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, record.close()) }() // also after an error, for their folder to go
	w := &virtual{World: world}
	r.prepare(w)
	r.env.Both = w.both
	r.env.Random = rand.NewChaCha8(seedOf(r.settings.Seed))
	for i, name := range []string{"client", "server"} {
		r.env.Hosts[i] = workload.Host{Name: name, Addr: world.Host(i).Addr(), Stack: w.stack(name, world.Host(i), r)}
	}
	r.record.Kernel, r.record.Began = "gVisor", world.Now().UTC()
	r.record.Link = &link.Figures{Backend: "simulated"} // exact: virtual time
	if err := r.inWorld(ctx, w); err != nil {
		return err
	}
	r.record.Took = w.Now().Sub(capture.Timestamp(r.record.Began.UnixNano()))
	return record.finish(r, world.Now())
}

// seedOf spreads a seed over the bytes of a key. The last byte keeps it apart
// from those of the hosts.
func seedOf(seed uint64) (key [32]byte) {
	binary.LittleEndian.PutUint64(key[:], seed)
	key[31] = 0xff
	return key
}

// inWorld runs the workload as a task, and samples as another. The end of the
// context stops the world, so that no goroutine but its own touches a socket.
func (r *session) inWorld(ctx context.Context, w *virtual) error {
	var failed error
	done := false
	defer context.AfterFunc(ctx, w.Stop)()
	w.Go("workload", func() error {
		defer func() { done = true }()
		failed = r.work(ctx)
		return nil // as it is: the world would add the task's name
	})
	if r.samples != nil {
		w.Go("samples", func() error {
			for !done {
				r.samples.Take()
				if err := w.World.Sleep(r.settings.Sample); err != nil {
					return err
				}
			}
			return nil
		})
	}
	err := w.Run()
	if errors.Is(err, simulated.ErrStopped) && failed != nil {
		return failed // it says why
	}
	return errors.Join(err, failed)
}

// virtual is a simulated world as workloads want it.
type virtual struct{ *simulated.World }

// Now is the virtual time.
func (w *virtual) Now() capture.Timestamp { return capture.Timestamp(w.World.Now().UnixNano()) }

// Sleep waits in virtual time.
func (w *virtual) Sleep(ctx context.Context, d time.Duration) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return w.World.Sleep(d)
}

// both runs f as a task of its own. A task may wait only in calls of the world,
// so the end of f is looked for at an interval; mostly it has come by then.
func (w *virtual) both(f, g func() error) error {
	const interval = 10 * time.Microsecond
	var first error
	done := false
	w.Go("other end", func() error {
		defer func() { done = true }()
		first = f()
		return nil
	})
	second := g()
	for !done {
		if err := w.World.Sleep(interval); err != nil {
			return err
		}
	}
	if first != nil {
		return first
	}
	return second
}
