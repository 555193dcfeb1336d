package workload

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// keepAlive leaves a connection idle for long enough to see two probes.
func keepAlive(ctx context.Context, e *Env) error {
	const every = time.Second // the kernel's shortest
	o := Options{KeepAlive: KeepAlive{Idle: every, Interval: every}}
	p, err := e.connect(ctx, o, Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	if err := e.greet(p); err != nil {
		return err
	}
	if err := e.Clock.Sleep(ctx, 2*every+every/2); err != nil {
		return err
	}
	return p.end(Client)
}

// zeroWindow has a client stop reading until the server's probes have been
// out twice or more, then read all.
func zeroWindow(ctx context.Context, e *Env) error {
	const buffer, total = 8 << 10, 256 << 10
	const stop = 1500 * time.Millisecond // the time-out starts at 0.2 s and doubles
	p, err := e.connect(ctx, Options{ReceiveBuffer: buffer}, Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	return e.both(
		func() error {
			return errors.Join(writeAll(p[Server], make([]byte, buffer), total), p[Server].Close())
		},
		func() error {
			if err := e.Clock.Sleep(ctx, stop); err != nil {
				return err
			}
			n, err := io.Copy(io.Discard, p[Client])
			if err == nil && n != total {
				err = fmt.Errorf("read %d bytes, want %d", n, total)
			}
			return err
		},
	)
}

// twoWrites makes a workload of exchanges in which the client writes a
// question in two parts. Nagle's algorithm (RFC 9293 3.7.4) holds the second
// until the first is acknowledged, which the server delays in the hope for an
// answer to send along.
func twoWrites(noDelay bool) func(context.Context, *Env) error {
	return func(ctx context.Context, e *Env) error {
		p, err := e.connect(ctx, Options{NoDelay: noDelay}, Options{NoDelay: true})
		if err != nil {
			return err
		}
		defer p.Close()
		const rounds, head, body, answer = 10, "head", "body", "answer"
		for range rounds {
			err := e.both(
				func() error {
					err := errors.Join(send(p[Client], head), send(p[Client], body))
					return errors.Join(err, expect(p[Client], answer))
				},
				func() error { return errors.Join(expect(p[Server], head+body), send(p[Server], answer)) },
			)
			if err != nil {
				return err
			}
		}
		return p.end(Client)
	}
}
