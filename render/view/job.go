package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
)

// Capture is an open capture.
type Capture interface {
	analyze.Source
	Progress() (read, size int64) // of the file, in bytes; a size of 0 is unknown
	Damaged() bool
	Close() error
}

// job is a reading of the capture beside the keys. There are two at a time: that
// of the list, and the latest other one, which ends that before it.
type job struct {
	what    string // such as "reading"
	percent int    // -1 where the size is not known
	cancel  context.CancelFunc
	stopped bool // by the user
}

// use reads an open capture. What it returns is called in the App's own
// goroutine, with what stopped the reading: nil for the end of the capture.
type use func(source analyze.Source, post func(func())) (end func(err error), err error)

// read starts a job that opens the capture and reads it.
func (a *App) read(what string, work use) { a.run(&a.job, what, work) }

// run starts a job in place of another, which is not heard any more.
func (a *App) run(place **job, what string, work use) {
	if *place != nil {
		(*place).cancel()
	}
	ctx, cancel := context.WithCancel(context.Background())
	j := &job{what: what, percent: -1, cancel: cancel}
	*place = j
	post := func(f func()) {
		a.o.Post(func() {
			if *place == j {
				f()
			}
		})
	}
	a.o.Start(func() {
		defer cancel()
		file, err := a.o.Open()
		end := func(error) {}
		if err == nil {
			w := &watched{Capture: file, ctx: ctx, report: func(percent int) { post(func() { j.percent = percent }) }}
			end, err = work(w, post)
			damaged := file.Damaged()
			post(func() { a.damaged = a.damaged || damaged })
			err = cmp.Or(err, file.Close())
		}
		post(func() {
			*place = nil
			if j.stopped {
				err = context.Canceled
			}
			if err != nil && !errors.Is(err, context.Canceled) {
				a.note = err.Error()
			}
			end(err)
		})
	})
}

// interrupt ends a job on the user's wish.
func (j *job) interrupt() {
	j.stopped = true
	j.cancel()
}

// watched is a capture that tells how far it was read, and ends when its context
// does.
type watched struct {
	Capture
	ctx    context.Context
	report func(percent int)
	calls  int
	told   time.Time
	last   int
}

const (
	checkEvery = 1024 // packets
	tellEvery  = 100 * time.Millisecond
)

// Next gives the next packet.
func (w *watched) Next(p *capture.Packet) error {
	if w.calls++; w.calls%checkEvery == 0 {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		w.tell()
	}
	return w.Capture.Next(p)
}

func (w *watched) tell() {
	read, size := w.Progress()
	if size <= 0 || time.Since(w.told) < tellEvery {
		return
	}
	if percent := int(100 * float64(read) / float64(size)); percent != w.last {
		w.last, w.told = percent, time.Now()
		w.report(percent)
	}
}

// text is what the title says of the job.
func (j *job) text() string {
	if j.stopped {
		return "stopping"
	}
	if j.percent < 0 {
		return j.what + " (Esc stops)"
	}
	return fmt.Sprintf("%s %d %% (Esc stops)", j.what, j.percent)
}
