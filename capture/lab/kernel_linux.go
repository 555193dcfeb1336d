package lab

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/live"
	"github.com/flowstate-tcp/flowstate/capture/workload"
)

// linkOf is the link by which a back end is had in this process: inside a guest
// it is netem.
func linkOf(backend string) string {
	if backend == "uml" {
		return "netem"
	}
	return backend
}

// onKernel is a run of the kernel's TCP.
func (r *session) onKernel(ctx context.Context) (err error) {
	config := r.settings.config()
	l, err := link.Open(ctx, linkOf(r.record.Backend), config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if err := r.measure(ctx, l, config); err != nil {
		return err
	}
	r.prepare(workload.WallClock{})
	for i, h := range l.Hosts() {
		r.env.Hosts[i] = workload.Host{
			Name: h.Name, Addr: h.Addr, Interface: h.Interface, Do: h.Do,
			Stack: &workload.Kernel{Host: h.Name, Do: h.Do, Log: r.log, Samples: r.samples},
		}
	}
	r.record.Kernel, r.record.Began = kernelRelease(), time.Now().UTC()
	err = r.recorded(ctx, l)
	r.record.Took = time.Since(r.record.Began)
	return err
}

// measure asks how well the link keeps its delay, before anything is recorded.
func (r *session) measure(ctx context.Context, l link.Link, c link.Config) error {
	f, err := link.Measure(ctx, l, c, link.MeasureOptions{Packets: 100, Bytes: -1})
	if err != nil {
		return err
	}
	f.Backend = r.record.Backend
	r.record.Link = &f
	return nil
}

// recorded runs the workload between the start and the end of the recording.
func (r *session) recorded(ctx context.Context, l link.Link) error {
	recording, stop := context.WithCancel(ctx)
	defer stop()
	var taps []*recorder
	var failed error
	for _, t := range r.places(l) {
		started, err := r.start(recording, t)
		if err != nil {
			failed = err
			break
		}
		taps = append(taps, started)
	}
	if failed == nil {
		failed = r.sampled(ctx)
	}
	if failed == nil {
		failed = workload.WallClock{}.Sleep(ctx, afterwards(r.settings.Way))
	}
	stop()
	for _, t := range taps {
		failed = errors.Join(failed, r.finish(t))
	}
	return failed
}

// sampled runs the workload while samples are taken.
func (r *session) sampled(ctx context.Context) error {
	if r.samples != nil {
		stop := r.samples.Start(ctx)
		defer stop()
	}
	return r.work(ctx)
}

// place is where to record.
type place struct {
	host string
	link.Host
}

// places lists the taps. On loopback there is one interface for both ends.
func (r *session) places(l link.Link) []place {
	if r.settings.Loopback && len(r.settings.Ends) > 0 {
		return []place{{"both", *l.Hosts()[0]}}
	}
	var all []place
	for _, h := range l.Hosts() {
		if r.settings.records(h.Name) {
			all = append(all, place{h.Name, *h})
		}
	}
	return all
}

// recorder is one recording at work.
type recorder struct {
	place
	name  string
	stats live.Stats
	ended chan error
}

// start returns when the recording has begun.
func (r *session) start(ctx context.Context, at place) (*recorder, error) {
	t := &recorder{place: at, name: at.host + ".pcapng", ended: make(chan error, 1)}
	begun := make(chan struct{})
	options := live.Options{
		Config: live.Config{
			Interfaces: []live.Interface{{Name: at.Interface, Inside: at.Do}},
			SnapLen:    r.settings.SnapLen,
		},
		Output:  filepath.Join(r.dir, t.name),
		Comment: r.settings.comment(r.record.Backend, r.record.Link),
		Ready:   func([]capture.Interface) { close(begun) },
	}
	go func() {
		var err error
		t.stats, err = live.Record(ctx, options)
		t.ended <- err
	}()
	select {
	case <-begun:
		return t, nil
	case err := <-t.ended:
		return nil, fmt.Errorf("recording at the %s: %w", at.host, err)
	}
}

func (r *session) finish(t *recorder) error {
	err := <-t.ended
	if err != nil {
		return fmt.Errorf("recording at the %s: %w", t.host, err)
	}
	r.tap(t.host, t.Interface, t.name, t.stats.Packets, t.stats.Dropped())
	return nil
}

// kernelRelease names the kernel whose TCP it is.
func kernelRelease() string {
	var name unix.Utsname
	if unix.Uname(&name) != nil {
		return "Linux"
	}
	return "Linux " + unix.ByteSliceToString(name.Release[:])
}
