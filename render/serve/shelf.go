package serve

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// key names a report: of which file, as it was then, and of which connections.
type key struct {
	name, filter string
	identity
}

// shelf keeps finished reports, up to a number of bytes, and makes others: one at
// a time, each once for all who wait for it.
type shelf struct {
	most  int64 // bytes
	queue int   // makings that may wait or run

	mu      sync.Mutex
	pages   map[key][]byte
	order   []key // the one that was asked for longest ago first
	held    int64
	flights map[key]*flight
	turn    chan struct{} // holds one while a report is made
}

// writer makes a report, which is kept if it says so.
type writer func(context.Context) (page []byte, keep bool, err error)

// flight is a report that is being made, or waits for its turn.
type flight struct {
	waiting int // who wants it; when the last has gone, it ends
	cancel  context.CancelFunc
	done    chan struct{}
	page    []byte
	err     error
}

func newShelf(most int64, queue int) *shelf {
	return &shelf{most: most, queue: queue, pages: map[key][]byte{}, flights: map[key]*flight{}, turn: make(chan struct{}, 1)}
}

// errBusy is told where too many reports are being waited for.
var errBusy = errors.New("too many reports are being made; try again in a moment")

// get returns the report of a key, which write makes if there is none. The making
// ends with life, or when nobody waits any more.
func (s *shelf) get(ctx, life context.Context, k key, write writer) ([]byte, error) {
	s.mu.Lock()
	if page, ok := s.pages[k]; ok {
		s.touch(k)
		s.mu.Unlock()
		return page, nil
	}
	f := s.flights[k]
	if f == nil {
		if len(s.flights) >= s.queue {
			s.mu.Unlock()
			return nil, errBusy
		}
		f = s.launch(life, k, write)
	}
	f.waiting++
	s.mu.Unlock()
	select {
	case <-f.done:
		return f.page, f.err
	case <-ctx.Done():
		s.leave(k, f)
		return nil, ctx.Err()
	}
}

// launch begins a flight. The caller holds the lock.
func (s *shelf) launch(life context.Context, k key, write writer) *flight {
	ctx, cancel := context.WithCancel(life)
	f := &flight{cancel: cancel, done: make(chan struct{})}
	s.flights[k] = f
	go func() {
		defer cancel()
		keep := false
		select {
		case s.turn <- struct{}{}:
			f.page, keep, f.err = safely(ctx, write)
			<-s.turn
		case <-ctx.Done():
			f.err = ctx.Err()
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.flights[k] == f {
			delete(s.flights, k)
		}
		if f.err == nil && keep {
			s.put(k, f.page)
		}
		close(f.done)
	}()
	return f
}

// safely makes a mistake of ours that of one report.
func safely(ctx context.Context, write writer) (page []byte, keep bool, err error) {
	defer func() {
		if why := recover(); why != nil {
			page, keep, err = nil, false, &mistake{fmt.Sprintf("%v\n\n%s", why, debug.Stack())}
		}
	}()
	return write(ctx)
}

// mistake is a panic, to be told where the server was started.
type mistake struct{ text string }

func (m *mistake) Error() string { return "flowstate failed on this capture, which is a mistake in it" }

// leave is called by who does not wait any more.
func (s *shelf) leave(k key, f *flight) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.waiting--; f.waiting == 0 {
		f.cancel()
		if s.flights[k] == f {
			delete(s.flights, k) // who comes now begins anew
		}
	}
}

// put keeps a report, and drops those that were asked for longest ago until all
// fit. The caller holds the lock.
func (s *shelf) put(k key, page []byte) {
	if _, ok := s.pages[k]; ok || int64(len(page)) > s.most {
		return
	}
	s.pages[k] = page
	s.order = append(s.order, k)
	for s.held += int64(len(page)); s.held > s.most; s.order = s.order[1:] {
		s.held -= int64(len(s.pages[s.order[0]]))
		delete(s.pages, s.order[0])
	}
}

// touch makes a report the one that was asked for last. The caller holds the lock.
func (s *shelf) touch(k key) {
	for i := range s.order {
		if s.order[i] == k {
			s.order = append(append(s.order[:i:i], s.order[i+1:]...), k)
			return
		}
	}
}
