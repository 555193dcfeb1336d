package workload

import (
	"context"
	"errors"
	"io"
)

// The messages of lab 5.
const (
	helloServer = "Hello juliet"
	helloClient = "Hello romeo"
)

// establishment takes the steps to a connection one by one: a connection is
// there before it is accepted.
func establishment(ctx context.Context, e *Env) error {
	return e.established(ctx, func(p pair) error { return p.end(Client) })
}

// sendReceive exchanges two messages, step by step: the first is acknowledged
// before it is read.
func sendReceive(ctx context.Context, e *Env) error {
	return e.established(ctx, func(p pair) error {
		if err := e.messages(ctx, p); err != nil {
			return err
		}
		return p.end(Client)
	})
}

// termination is the whole of lab 5: the client shuts down, a while later the
// server does.
func termination(ctx context.Context, e *Env) error {
	return e.established(ctx, func(p pair) error {
		if err := e.messages(ctx, p); err != nil {
			return err
		}
		return e.steps(ctx,
			p[Client].CloseWrite,
			func() error { return expectEnd(p[Server]) },
			p[Server].CloseWrite,
			func() error { return expectEnd(p[Client]) },
		)
	})
}

// established does something with a connection that was opened step by step, and
// closes it.
func (e *Env) established(ctx context.Context, do func(pair) error) error {
	p, err := e.establish(ctx)
	//lint:ignore SA5001 a pair of which one end was opened before the error is closed too
	defer p.Close()
	if err != nil {
		return err
	}
	return do(p)
}

// steps runs functions with a pause after each.
func (e *Env) steps(ctx context.Context, steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
		if err := e.pause(ctx); err != nil {
			return err
		}
	}
	return nil
}

// establish listens, connects and accepts with pauses between. What it has
// opened is returned with an error too.
func (e *Env) establish(ctx context.Context) (pair, error) {
	var p pair
	var l Listener
	err := e.steps(ctx,
		func() (err error) { l, err = e.listen(ctx, Options{}); return err },
		func() (err error) { p[Client], err = e.dial(ctx, Options{}); return err },
		func() (err error) { p[Server], err = l.Accept(); return err },
	)
	if l != nil {
		err = errors.Join(err, l.Close())
	}
	return p, err
}

// messages says hello both ways.
func (e *Env) messages(ctx context.Context, p pair) error {
	return e.steps(ctx,
		func() error { return send(p[Client], helloServer) },
		func() error { return expect(p[Server], helloServer) },
		func() error { return send(p[Server], helloClient) },
		func() error { return expect(p[Client], helloClient) },
	)
}

// halfClose has the server answer in parts after the client's FIN.
func halfClose(ctx context.Context, e *Env) error {
	p, err := e.connect(ctx, Options{}, Options{})
	if err != nil {
		return err
	}
	defer p.Close()
	const parts, part = 3, "one more part of the answer\n"
	err = errors.Join(send(p[Client], "all of the question\n"), p[Client].CloseWrite())
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, p[Server]); err != nil {
		return err
	}
	for range parts {
		err := e.steps(ctx, func() error { return send(p[Server], part) })
		if err != nil {
			return err
		}
		if err := expect(p[Client], part); err != nil {
			return err
		}
	}
	if err := p[Server].Close(); err != nil {
		return err
	}
	return expectEnd(p[Client])
}
