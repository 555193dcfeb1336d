package workload

import (
	"context"
	"syscall"
)

// resetBy makes a workload in which one side aborts a connection.
func resetBy(s Side) func(context.Context, *Env) error {
	return func(ctx context.Context, e *Env) error {
		p, err := e.connect(ctx, Options{}, Options{})
		if err != nil {
			return err
		}
		defer p.Close()
		if err := e.greet(p); err != nil {
			return err
		}
		if err := p[s].Abort(); err != nil {
			return err
		}
		return expectReset(p[s.other()])
	}
}

// resetUnreadBy makes a workload in which one side closes although the other's
// data waits to be read (RFC 9293 3.6.1 has it reset then).
func resetUnreadBy(s Side) func(context.Context, *Env) error {
	return func(ctx context.Context, e *Env) error {
		p, err := e.connect(ctx, Options{}, Options{})
		if err != nil {
			return err
		}
		defer p.Close()
		if err := send(p[s.other()], "nobody will read this"); err != nil {
			return err
		}
		if err := e.pause(ctx); err != nil { // it has to be there
			return err
		}
		if err := p[s].Close(); err != nil {
			return err
		}
		return expectReset(p[s.other()])
	}
}

func expectReset(c Conn) error {
	_, err := c.Read(make([]byte, 1))
	return expectError(err, syscall.ECONNRESET)
}
