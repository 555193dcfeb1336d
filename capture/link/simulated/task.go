package simulated

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/waiter"
)

// errOutside is the answer to a call that would have to wait, from a goroutine
// that the world does not know.
var errOutside = errors.New("only a task of the simulated world can wait in it (hint: World.Go)")

// task is a goroutine that runs only when the world says so.
type task struct {
	name   string
	number int
	wake   chan struct{}
}

// taskQueue holds the tasks that can run, first come first served. gVisor's
// goroutines add to it, hence the mutex.
type taskQueue struct {
	mu    sync.Mutex
	tasks []*task
	count int // of tasks ever, for their numbers
}

func (q *taskQueue) pop() *task {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.tasks) == 0 {
		return nil
	}
	t := q.tasks[0]
	q.tasks = q.tasks[1:]
	return t
}

// push adds a task, once.
func (q *taskQueue) push(t *task) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !slices.Contains(q.tasks, t) {
		q.tasks = append(q.tasks, t)
	}
}

// Go adds a task, before Run or from another task. An error that f returns is
// returned by Run, with the name.
func (w *World) Go(name string, f func() error) {
	w.ready.count++
	w.tasks++
	t := &task{name: name, number: w.ready.count, wake: make(chan struct{})}
	w.ready.push(t)
	go func() {
		<-t.wake
		err := errors.New("ended its goroutine") // replaced where f returns
		defer func() {
			if err != nil {
				w.errs = append(w.errs, fmt.Errorf("%s: %w", name, err))
			}
			w.tasks--
			w.yielded <- struct{}{}
		}()
		err = f()
	}()
}

// resume lets a task run until it waits or ends.
func (w *World) resume(t *task) {
	w.current = t
	t.wake <- struct{}{}
	<-w.yielded
	w.current = nil
}

// wake makes a task ready that waits; waking one that does not is harmless,
// since whoever waits looks again at what it waits for.
func (w *World) wake(t *task) { w.ready.push(t) }

// park makes the current task wait until somebody wakes it.
func (w *World) park() error {
	t := w.current
	if t == nil {
		return errOutside
	}
	if w.ended {
		return net.ErrClosed
	}
	w.parked[t] = struct{}{}
	w.yielded <- struct{}{}
	<-t.wake
	delete(w.parked, t)
	if w.ended {
		return net.ErrClosed
	}
	return nil
}

// Sleep makes the current task wait for d of virtual time.
func (w *World) Sleep(d time.Duration) error {
	t := w.current
	if t == nil {
		return errOutside
	}
	until := w.clock.since() + d
	timer := w.clock.AfterFunc(d, func() { w.wake(t) })
	defer timer.Stop()
	for w.clock.since() < until {
		if err := w.park(); err != nil {
			return err
		}
	}
	return nil
}

// await parks the current task until the endpoint's queue tells one of events,
// the deadline (zero: none) passes, or the task is woken otherwise.
func (w *World) await(queue *waiter.Queue, events waiter.EventMask, deadline time.Time) error {
	t := w.current
	if t == nil {
		return errOutside
	}
	entry := waiter.NewFunctionEntry(events, func(waiter.EventMask) { w.wake(t) })
	queue.EventRegister(&entry)
	defer queue.EventUnregister(&entry)
	if !deadline.IsZero() {
		timer := w.clock.AfterFunc(deadline.Sub(w.Now()), func() { w.wake(t) })
		defer timer.Stop()
	}
	return w.park()
}

// waiting names the tasks that wait.
func (w *World) waiting() []string {
	var names []string
	for _, t := range inOrder(w.parked) {
		names = append(names, t.name)
	}
	return names
}

// inOrder lists tasks in the order of their making: a map's own order would
// let runs differ.
func inOrder(tasks map[*task]struct{}) []*task {
	return slices.SortedFunc(maps.Keys(tasks), func(a, b *task) int { return a.number - b.number })
}
