package pcapfile

import "io"

const (
	windowSize = 128 << 10 // at first; more would leave the processor's cache before it is decoded
	idleReads  = 100       // empty reads in a row before a source is given up
)

// window is a sliding view of a stream of bytes. A record is looked at where
// it lies in the buffer and is never copied out of it.
//
// Reading was preferred to mapping the file: a mapped file that shrinks kills
// the process with SIGBUS, and mapping was a mere 4 % faster where measured.
//
// Invariant: 0 <= pos <= end <= len(buf), and buf[pos:end] are the bytes of
// the stream from offset base+pos on. The zero value with a src is ready.
type window struct {
	src  io.Reader
	buf  []byte
	pos  int   // next byte to look at
	end  int   // end of the bytes read
	base int64 // offset in the stream of buf[0]
	err  error // why src gives no more, io.EOF at its end
}

// offset returns the offset in the stream of the next byte.
func (w *window) offset() int64 { return w.base + int64(w.pos) }

// skip moves past n bytes, which must have been peeked at.
func (w *window) skip(n int) { w.pos += n }

// peek returns the next n bytes without moving past them; fewer where the
// stream ends first, and then err says why. They are valid until the next peek.
func (w *window) peek(n int) []byte {
	if w.end-w.pos < n {
		w.fill(n)
	}
	return w.buf[w.pos:min(w.pos+n, w.end)]
}

// fill reads until n bytes are there or src has ended. The buffer grows only
// once it is full, so a record that lies about its length costs no memory.
func (w *window) fill(n int) {
	if w.err != nil {
		return
	}
	w.slide()
	for idle := 0; w.end < n && w.err == nil; {
		if w.end == len(w.buf) {
			w.grow()
		}
		m, err := w.src.Read(w.buf[w.end:])
		w.end, w.err = w.end+m, err
		if m > 0 {
			idle = 0
		} else if idle++; idle >= idleReads && err == nil {
			w.err = io.ErrNoProgress
		}
	}
}

// slide moves what was not yet looked at to the front of the buffer.
func (w *window) slide() {
	w.base += int64(w.pos)
	w.end = copy(w.buf, w.buf[w.pos:w.end])
	w.pos = 0
}

func (w *window) grow() {
	bigger := make([]byte, max(windowSize, 2*len(w.buf)))
	copy(bigger, w.buf[:w.end])
	w.buf = bigger
}
