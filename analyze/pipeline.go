package analyze

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"runtime/debug"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Source gives the packets of a capture in order. Next fills the packet, whose
// Data it may reuse at the following call, and returns io.EOF at the end.
type Source interface {
	Next(*capture.Packet) error
}

const (
	batchSegments = 512 // segments handed over at a time: some 90 KiB, which a processor still has in its cache
	batchesAhead  = 8   // how far reading may run ahead of the analysis
	batchesBack   = 4   // given back at a time: each time wakes the reader, which takes as long as some thirty segments
)

// batch is what a run of packets decoded to. Packets tells how many they were.
type batch struct {
	packets  int64
	started  capture.Timestamp // of the first packet, in the first batch
	segments []decode.Segment
	icmp     []decode.ICMPError
	problems []finding.Finding
	payload  []byte // backing of the segments' payloads, where they are kept
	err      error  // why reading stopped, nil for more to come
}

func (b *batch) reset() {
	b.packets, b.started, b.err = 0, capture.NoTime, nil
	b.segments, b.icmp, b.problems, b.payload = b.segments[:0], b.icmp[:0], b.problems[:0], b.payload[:0]
}

// reader fills batches from a source. Its goroutine writes to it at each packet:
// whatever shared a cache line with it would have to be fetched from that
// processor again and again.
type reader struct {
	src         Source
	keepPayload bool
	decoder     *decode.Decoder
	packet      capture.Packet
	result      decode.Result
}

// batches reads and decodes the source on a goroutine of its own and yields
// what it finds in order. A batch is valid until the next one.
func (r *reader) batches() iter.Seq[*batch] {
	return func(yield func(*batch) bool) {
		full, empty, done := make(chan *batch, batchesAhead), make(chan *batch, batchesAhead), make(chan struct{})
		for range batchesAhead {
			empty <- new(batch)
		}
		go r.run(full, empty, done)
		defer func() {
			close(done)
			for range full { // the reader still owns the source until it closes full
			}
		}()
		used := make([]*batch, 0, batchesBack)
		for b := range full {
			if p, ok := b.err.(*readerPanic); ok {
				panic(p.text)
			}
			if !yield(b) {
				return
			}
			if used = append(used, b); len(used) == batchesBack {
				for _, b := range used {
					empty <- b
				}
				used = used[:0]
			}
		}
	}
}

func (r *reader) run(full chan<- *batch, empty <-chan *batch, done <-chan struct{}) {
	defer close(full)
	for {
		var b *batch
		select {
		case b = <-empty:
		case <-done:
			return
		}
		b.reset()
		r.fillSafely(b)
		select {
		case full <- b:
		case <-done:
			return
		}
		if b.err != nil {
			return
		}
	}
}

// readerPanic is a panic of the reader's goroutine. It goes on in that of who
// ranges over the batches, who may have a terminal to mend or a service to keep.
type readerPanic struct{ text string }

func (p *readerPanic) Error() string { return p.text }

func (r *reader) fillSafely(b *batch) {
	defer func() {
		if why := recover(); why != nil {
			b.err = &readerPanic{fmt.Sprintf("%v\n\n%s", why, debug.Stack())}
		}
	}()
	r.fill(b)
}

// fill reads packets until the batch is full or the source ends.
func (r *reader) fill(b *batch) {
	for len(b.segments)+len(b.icmp) < batchSegments && b.packets < 8*batchSegments {
		if b.err = r.src.Next(&r.packet); b.err != nil {
			return
		}
		b.packets++
		if b.started == capture.NoTime {
			b.started = r.packet.Time
		}
		r.result.Segments = b.segments[len(b.segments):] // the room behind, so that nothing need be copied
		r.decoder.Decode(&r.packet, &r.result)
		b.add(r.result.Segments, r.keepPayload)
		b.icmp = append(b.icmp, r.result.ICMP...)
		b.problems = append(b.problems, r.result.Findings...)
	}
}

// add takes segments into the batch, which were decoded into the room behind
// its own as far as that went; their payload only where it is wanted, since the
// source will reuse the bytes.
func (b *batch) add(found []decode.Segment, keepPayload bool) {
	n := len(b.segments)
	if n+len(found) <= cap(b.segments) {
		b.segments = b.segments[:n+len(found)]
	} else {
		b.segments = append(b.segments, found...)
	}
	for i := range b.segments[n:] {
		kept := &b.segments[n+i]
		if !keepPayload {
			kept.Payload = nil
			continue
		}
		from := len(b.payload)
		b.payload = append(b.payload, kept.Payload...)
		// A later append may move the backing; the old one then lives on behind
		// the segments that point into it.
		kept.Payload = b.payload[from:len(b.payload):len(b.payload)]
	}
}

// readError tells a real failure from the end of the capture.
func readError(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}
