package main

import (
	"errors"
	"sync"
)

const (
	chunkBytes  = 64 << 10
	chunksAhead = 64 // of one file, finished before the files in front of it
	chunksSpare = 4  // delivered, kept to be filled again
)

// errStopped ends the work on a file whose results nobody will take.
var errStopped = errors.New("stopped")

// ordered works on n files, up to jobs at a time, and delivers what each wrote
// in the order of the files, whatever the order in which they finish. What
// runs ahead is bounded: 2*jobs files, and 4 MiB for each of them. A chunk is
// deliver's only until it returns: chunks that are filled again spare the
// collector half of its work where connections are many and short. The first
// error of deliver or done stops everything and is returned.
func ordered(n, jobs int, work func(i int, out *chunker), deliver func(i int, chunk []byte) error, done func(i int) error) error {
	stop := make(chan struct{})
	queue := make(chan chan []byte, 2*jobs)
	spare := make(chan []byte, chunksSpare)
	var running sync.WaitGroup
	running.Go(func() { start(n, jobs, work, queue, spare, stop, &running) })
	defer running.Wait()
	defer close(stop)
	for i := 0; i < n; i++ {
		for chunk := range <-queue {
			if err := deliver(i, chunk); err != nil {
				return err
			}
			keep(chunk, spare)
		}
		if err := done(i); err != nil {
			return err
		}
	}
	return nil
}

// keep puts a chunk that was delivered among the spare ones, unless one large
// row has made it excessive.
func keep(chunk []byte, spare chan<- []byte) {
	if cap(chunk) > 2*chunkBytes {
		return
	}
	select {
	case spare <- chunk[:0]:
	default:
	}
}

// start begins the work on one file after the other. A file is begun only
// after all those before it, so the one that is waited for is never held up.
func start(n, jobs int, work func(int, *chunker), queue chan<- chan []byte, spare <-chan []byte, stop <-chan struct{}, running *sync.WaitGroup) {
	slots := make(chan struct{}, jobs)
	for i := range n {
		chunks := make(chan []byte, chunksAhead)
		select {
		case queue <- chunks:
		case <-stop:
			return
		}
		select {
		case slots <- struct{}{}:
		case <-stop:
			return
		}
		running.Go(func() {
			out := &chunker{chunks: chunks, spare: spare, stop: stop}
			work(i, out)
			out.flush() // an error here means that nobody waits for it
			close(chunks)
			<-slots
		})
	}
}

// chunker gathers what is appended to it and hands it on in large pieces.
type chunker struct {
	buffer []byte
	chunks chan<- []byte
	spare  <-chan []byte
	stop   <-chan struct{}
}

// append lets f add to the output. It returns errStopped when that is in vain.
func (c *chunker) append(f func(b []byte) []byte) error {
	if c.buffer == nil {
		c.buffer = c.room()
	}
	c.buffer = f(c.buffer)
	if len(c.buffer) < chunkBytes {
		return nil
	}
	return c.flush()
}

// room returns an empty chunk, one that was delivered if there is any.
func (c *chunker) room() []byte {
	select {
	case b := <-c.spare:
		return b
	default:
		return make([]byte, 0, chunkBytes+chunkBytes/8)
	}
}

// flush hands on what is there.
func (c *chunker) flush() error {
	if len(c.buffer) == 0 {
		return nil
	}
	select {
	case c.chunks <- c.buffer:
		c.buffer = nil
		return nil
	case <-c.stop:
		return errStopped
	}
}
