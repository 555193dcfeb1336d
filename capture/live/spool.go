package live

import (
	"io"
	"sync/atomic"
)

// spoolChunks is how many writes may wait for the disk, each of writeBuffer at
// most. A disk that pauses for long makes this much memory be used, and only
// then does the ring fill.
const spoolChunks = 256

// spool is a writer that does not wait for the one behind it. An error comes
// back with a later Write, or with close; broken is called at once, for there
// may be no later one for long.
type spool struct {
	out        io.Writer
	broken     func()
	full, free chan []byte
	failed     atomic.Pointer[error]
	done       chan struct{}
}

func newSpool(out io.Writer, broken func()) *spool {
	s := &spool{out: out, broken: broken, full: make(chan []byte, spoolChunks), free: make(chan []byte, spoolChunks), done: make(chan struct{})}
	go s.drain()
	return s
}

func (s *spool) Write(b []byte) (int, error) {
	if err := s.err(); err != nil {
		return 0, err
	}
	var chunk []byte
	select {
	case chunk = <-s.free:
	default: // the first ones, or all are waiting
	}
	s.full <- append(chunk, b...)
	return len(b), nil
}

func (s *spool) drain() {
	defer close(s.done)
	for chunk := range s.full {
		if s.err() == nil {
			if _, err := s.out.Write(chunk); err != nil {
				s.failed.Store(&err)
				s.broken()
			}
		}
		select {
		case s.free <- chunk[:0]:
		default: // enough are free
		}
	}
}

func (s *spool) err() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// close waits until everything is written. It does not close what is behind.
func (s *spool) close() error {
	close(s.full)
	<-s.done
	return s.err()
}
