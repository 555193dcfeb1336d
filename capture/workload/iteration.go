package workload

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/flowstate-tcp/flowstate/capture"
)

// iteration is one connection's worth of benchmark.
type iteration struct {
	Benchmark
	env     *Env
	buffers [2][]byte // by Side
	cancel  context.CancelCauseFunc
}

// once runs one iteration. The two closes at its end stand back to back: what
// comes between them decides how the connection ends.
func (i iteration) once(ctx context.Context) (Datum, error) {
	ctx, i.cancel = context.WithCancelCause(ctx)
	defer i.cancel(nil)
	p, err := i.open(ctx)
	if err != nil {
		return Datum{}, err
	}
	datum, err := i.measure(ctx, p)
	if err != nil {
		return Datum{}, errors.Join(err, p.Close())
	}
	i.env.Samples.takeLast()
	read, write := p[Client], p[Server]
	readErr := read.Close()
	writeErr := write.Close()
	return datum, errors.Join(readErr, writeErr)
}

// open connects the reader to the writer.
func (i *iteration) open(ctx context.Context) (pair, error) {
	if err := i.purge(); err != nil {
		return pair{}, err
	}
	p, err := i.env.connect(ctx, Options{}, Options{})
	if err != nil || !i.FixedBuffers {
		return p, err
	}
	err = errors.Join(p[Server].SetBuffers(int(i.Buffer), 0), p[Client].SetBuffers(0, int(i.Buffer)))
	if err != nil {
		return p, errors.Join(err, p.Close())
	}
	return p, nil
}

func (i *iteration) purge() error {
	if !i.Purge {
		return nil
	}
	for _, h := range i.env.Hosts {
		stack, remembers := h.Stack.(metricsPurger)
		if !remembers {
			continue // a stack without memory has forgotten
		}
		if err := stack.PurgeMetrics(); err != nil {
			return fmt.Errorf("%s: forgetting earlier connections: %w", h.Name, err)
		}
	}
	return nil
}

// measure moves the data over an open connection.
func (i *iteration) measure(ctx context.Context, p pair) (Datum, error) {
	if !i.Bare {
		quiesce()
	}
	if err := i.settle(ctx); err != nil {
		return Datum{}, err
	}
	before, err := i.usage()
	if err != nil {
		return Datum{}, err
	}
	moved, err := i.move(ctx, p)
	if err != nil {
		return Datum{}, err
	}
	after, err := i.usage()
	if err != nil {
		return Datum{}, err
	}
	return Datum{Bytes: i.Total, Time: moved.end.Sub(moved.begin), Usage: after.minus(before).plus(moved.child)}, nil
}

// settle is the second that the original waits wherever it is not bare.
func (i *iteration) settle(ctx context.Context) error {
	if i.Bare {
		return nil
	}
	return i.env.Clock.Sleep(ctx, settleDuration)
}

func (i *iteration) usage() (Usage, error) {
	if !i.Getrusage {
		return Usage{}, nil
	}
	return usageNow()
}

// transfer is when the data went: from the sender's clock just before the
// first write to the receiver's just after the last byte.
type transfer struct {
	begin, end capture.Timestamp
	child      Usage // of a sender in another process
}

// move runs the transfer in the mode asked for.
func (i *iteration) move(ctx context.Context, p pair) (transfer, error) {
	switch i.Mode {
	case OneThread:
		return i.interleave(ctx, p)
	case TwoProcesses:
		return i.exchange(p, func() (transfer, error) { return i.sendByChild(ctx, p[Server]) })
	}
	return i.exchange(p, func() (transfer, error) { return i.sendByThread(ctx, p[Server]) })
}

// exchange receives while a sender is at work. A sender that fails ends the
// receiver's wait.
func (i *iteration) exchange(p pair, sender func() (transfer, error)) (transfer, error) {
	var sent transfer
	var end capture.Timestamp
	err := i.env.both(
		func() (err error) {
			if sent, err = sender(); err != nil {
				i.cancel(err)
			}
			return err
		},
		func() (err error) {
			end, err = i.receive(p[Client])
			return err
		},
	)
	sent.end = end
	return sent, err
}

// sendByThread is the sender of 2thread.
func (i *iteration) sendByThread(ctx context.Context, c Conn) (transfer, error) {
	if err := i.settle(ctx); err != nil {
		return transfer{}, err
	}
	var t transfer
	err := i.placed(func() error {
		t.begin = i.env.Clock.Now()
		return writeAll(c, i.buffers[Server], i.Total)
	})
	return t, err
}

// writeAll writes total bytes, a buffer at a time.
func writeAll(w io.Writer, buffer []byte, total int64) error {
	for total > 0 {
		n, err := w.Write(buffer)
		if err != nil {
			return err
		}
		total -= int64(n)
	}
	return nil
}

// receive reads all bytes, filling the buffer from its start each time that it
// is full, and returns the time of the last.
func (i *iteration) receive(c Conn) (capture.Timestamp, error) {
	for got := int64(0); got < i.Total; {
		n, err := c.Read(i.buffers[Client][got%i.Buffer:])
		got += int64(n)
		if err != nil {
			return 0, fmt.Errorf("after %d of %d bytes: %w", got, i.Total, err)
		}
	}
	return i.env.Clock.Now(), nil
}
