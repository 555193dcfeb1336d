package main

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/flowstate-tcp/flowstate/render/phrase"
)

// crew draws figures of a capture, several at a time. No more are begun than
// there are slots, which captures share, so that what waits is bounded.
type crew struct {
	slots   chan struct{}
	watch   *stopwatch
	running sync.WaitGroup
	begun   int

	lock  sync.Mutex
	err   error // of the first figure that failed
	after int   // that figure
}

// newSlots is room for so many figures at a time.
func newSlots(jobs int) chan struct{} { return make(chan struct{}, max(1, jobs)) }

// do draws a figure on a goroutine of its own, and waits while all slots are
// taken. After a failure nothing is begun.
func (c *crew) do(draw func() error) {
	c.slots <- struct{}{}
	number := c.begun
	c.begun++
	c.lock.Lock()
	failed := c.err != nil
	c.lock.Unlock()
	if failed {
		<-c.slots
		return
	}
	c.running.Go(func() {
		defer func() { <-c.slots }()
		if err := c.watch.time(draw); err != nil {
			c.lock.Lock()
			if c.err == nil || number < c.after {
				c.err, c.after = err, number
			}
			c.lock.Unlock()
		}
	})
}

// wait ends when all is drawn, with the error of the first figure that failed.
func (c *crew) wait() error {
	c.running.Wait()
	return c.err
}

// stopwatch adds up how long figures took to draw, apart from the analysis of
// what they show.
type stopwatch struct {
	drawn atomic.Int64
	spent atomic.Int64 // nanoseconds
}

func (w *stopwatch) time(draw func() error) error {
	begin := time.Now()
	err := draw()
	w.spent.Add(int64(time.Since(begin)))
	w.drawn.Add(1)
	return err
}

// tellTime tells how long drawing took, where that was asked for.
func (p *program) tellTime(w *stopwatch, flags *common) {
	if n := w.drawn.Load(); flags.verbose && n > 0 {
		p.say("drawing took %.3f s in all for %s, apart from the analysis", time.Duration(w.spent.Load()).Seconds(), phrase.Counted(int(n), "figure"))
	}
}
