package workload

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Sampler asks the ends of connections for their Info. Stacks that have one
// put their connections into its care; it forgets them when they are closed.
// A nil Sampler watches nothing.
type Sampler struct {
	clock    Clock
	interval time.Duration

	mu      sync.Mutex
	watched []watched
	samples []Sample
}

type watched struct {
	host string
	conn Conn
}

// NewSampler returns a sampler that is not running yet.
func NewSampler(clock Clock, interval time.Duration) *Sampler {
	return &Sampler{clock: clock, interval: interval}
}

// Start takes samples at the interval, in real time, until stop is called or
// the context ends. stop returns when the last one is taken.
func (s *Sampler) Start(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticks := time.NewTicker(s.interval)
		defer ticks.Stop()
		for {
			select {
			case <-ticks.C:
				s.Take()
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// Take takes a sample of every connection now.
func (s *Sampler) Take() {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched = slices.DeleteFunc(s.watched, func(w watched) bool {
		info, err := w.conn.(Informer).Info()
		if err != nil {
			return true // closed
		}
		s.samples = append(s.samples, Sample{
			Time: s.clock.Now(), Host: w.host, Local: w.conn.Local(), Remote: w.conn.Remote(), Info: info,
		})
		return false
	})
}

// takeLast takes a sample of every connection and watches none of them any
// more: nothing is to come between the closes that follow.
func (s *Sampler) takeLast() {
	if s == nil {
		return
	}
	s.Take()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched = nil
}

// Samples returns what was taken so far, in the order of time.
func (s *Sampler) Samples() []Sample {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.samples)
}

// watch begins with a connection, where its stack tells anything.
func (s *Sampler) watch(host string, c Conn) {
	if _, tells := c.(Informer); s == nil || !tells {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched = append(s.watched, watched{host, c})
}
