package workload

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"syscall"
)

// shortConnections opens and closes one connection after the other, each with
// a short exchange. The client closes first.
func shortConnections(ctx context.Context, e *Env) error {
	l, err := e.listen(ctx, Options{})
	if err != nil {
		return err
	}
	defer l.Close()
	for range cmp.Or(e.Count, defaultCount) {
		p, err := e.join(ctx, l, Options{})
		if err != nil {
			return err
		}
		if err := e.exchangeAndClose(p, Client); err != nil {
			return err
		}
	}
	return nil
}

// exchangeAndClose greets both ways and ends the connection.
func (e *Env) exchangeAndClose(p pair, first Side) error {
	defer p.Close()
	if err := e.greet(p); err != nil {
		return err
	}
	return p.end(first)
}

// portReuse connects twice from the same port to the same port. The server
// closes first, so that TIME-WAIT is on its side: there a new SYN is welcome
// when its numbers are past the old ones (RFC 6191), while a client's own
// TIME-WAIT would refuse the call.
func portReuse(ctx context.Context, e *Env) error {
	l, err := e.listen(ctx, Options{})
	if err != nil {
		return err
	}
	defer l.Close()
	for range 2 {
		p, err := e.join(ctx, l, Options{Local: e.from(), ReuseAddr: true})
		if err != nil {
			return err
		}
		if err := e.exchangeAndClose(p, Server); err != nil {
			return err
		}
		if err := e.pause(ctx); err != nil { // the last ACK has to be there
			return err
		}
	}
	return nil
}

// timeWait has the server close first, and then wants its port back.
func timeWait(ctx context.Context, e *Env) error {
	p, err := e.connect(ctx, Options{}, Options{})
	if err != nil {
		return err
	}
	if err := e.exchangeAndClose(p, Server); err != nil {
		return err
	}
	if err := e.pause(ctx); err != nil {
		return err
	}
	stack := e.Hosts[Server].Stack
	l, err := stack.Listen(ctx, e.at(), Options{})
	if err == nil {
		return errors.Join(fmt.Errorf("%v is free although it is in TIME-WAIT", e.at()), l.Close())
	}
	if err := expectError(err, syscall.EADDRINUSE); err != nil {
		return err
	}
	l, err = stack.Listen(ctx, e.at(), Options{ReuseAddr: true})
	if err != nil {
		return err
	}
	return l.Close()
}
