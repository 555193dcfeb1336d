package simulated

import (
	"container/heap"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// clock is virtual time: it stands still until the world takes the next event.
// gVisor's goroutines set timers at any moment, hence the mutex.
//
// Invariant: events happen in the order of their times, and those of the same
// time in the order in which they were set.
type clock struct {
	mu     sync.Mutex
	start  time.Time
	now    time.Duration // since start
	order  uint64
	events events
}

// event is a function with a time. It is also the timer that gVisor holds.
type event struct {
	clock *clock
	at    time.Duration
	order uint64
	f     func()
	place int // in the heap, -1: not in it
}

// Now implements tcpip.Clock.
func (c *clock) Now() time.Time { return c.start.Add(c.since()) }

// NowMonotonic implements tcpip.Clock.
func (c *clock) NowMonotonic() tcpip.MonotonicTime {
	// gVisor takes the zero time for "never".
	return tcpip.MonotonicTime{}.Add(c.since() + time.Second)
}

func (c *clock) since() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// AfterFunc implements tcpip.Clock.
func (c *clock) AfterFunc(d time.Duration, f func()) tcpip.Timer {
	e := &event{clock: c, f: f, place: -1}
	e.Reset(d)
	return e
}

// Reset implements tcpip.Timer.
func (e *event) Reset(d time.Duration) {
	c := e.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	c.order++
	e.at, e.order = c.now+max(d, 0), c.order
	if e.place >= 0 {
		heap.Fix(&c.events, e.place)
		return
	}
	heap.Push(&c.events, e)
}

// Stop implements tcpip.Timer.
func (e *event) Stop() bool {
	c := e.clock
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.place < 0 {
		return false
	}
	heap.Remove(&c.events, e.place)
	return true
}

// next moves time to the next event and takes it off, nil where there is none
// within limit from now.
func (c *clock) next(limit time.Duration) func() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.events) == 0 || c.events[0].at-c.now > limit {
		return nil
	}
	e := heap.Pop(&c.events).(*event)
	c.now = e.at
	return e.f
}

// events is a heap.
type events []*event

func (h events) Len() int { return len(h) }

func (h events) Less(i, j int) bool {
	return h[i].at < h[j].at || h[i].at == h[j].at && h[i].order < h[j].order
}

func (h events) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].place, h[j].place = i, j
}

func (h *events) Push(x any) {
	e := x.(*event)
	e.place = len(*h)
	*h = append(*h, e)
}

func (h *events) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	e.place = -1
	return e
}
