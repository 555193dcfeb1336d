package workload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"
)

// refused connects to a port where nobody listens.
func refused(ctx context.Context, e *Env) error {
	c, err := e.dial(ctx, Options{})
	if err == nil {
		return errors.Join(fmt.Errorf("somebody listens at %v", e.at()), c.Close())
	}
	return expectError(err, syscall.ECONNREFUSED)
}

// udpClosed sends a datagram to a port where nobody receives, and waits to be
// told.
func udpClosed(ctx context.Context, e *Env) error {
	c, err := e.Hosts[Client].Stack.DialUDP(ctx, e.at(), Options{})
	if err != nil {
		return err
	}
	defer c.Close()
	if err := send(c, "Is anybody there?"); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 1))
	return expectError(err, syscall.ECONNREFUSED)
}

// unanswered waits for an answer to its SYN, and gives up.
func unanswered(ctx context.Context, e *Env) error {
	to := e.Silent
	if !to.IsValid() {
		silent, err := silentListener(ctx, e)
		if err != nil {
			return err
		}
		defer silent.Close()
		to = silent.Addr()
	}
	c, err := e.Hosts[Client].Stack.Dial(ctx, to, Options{Timeout: cmp.Or(e.Timeout, defaultTimeout)})
	if err == nil {
		return errors.Join(fmt.Errorf("%v answered", to), c.Close())
	}
	return expectError(err, syscall.ETIMEDOUT)
}

// fullListener is a listener whose queue is full: Linux drops further SYNs.
type fullListener struct {
	Listener
	queued []Conn
}

// silentListener fills the queue of a listener that nobody accepts from.
func silentListener(ctx context.Context, e *Env) (*fullListener, error) {
	const backlog = 1 // Linux lets one more in than is asked for
	l, err := e.listen(ctx, Options{Backlog: backlog})
	if err != nil {
		return nil, err
	}
	full := &fullListener{Listener: l}
	for range backlog + 1 {
		c, err := e.dial(ctx, Options{})
		if err != nil {
			return nil, errors.Join(err, full.Close())
		}
		full.queued = append(full.queued, c)
	}
	// The last handshake's ACK has to arrive before it counts as queued.
	if err := e.pause(ctx); err != nil {
		return nil, errors.Join(err, full.Close())
	}
	return full, nil
}

// Close closes the queued connections too.
func (f *fullListener) Close() error {
	err := f.Listener.Close()
	for _, c := range f.queued {
		err = errors.Join(err, c.Close())
	}
	return err
}
