package workload

import (
	"context"
	"fmt"
)

// stepwise is a Conn that one thread can have both ends of: it moves what it
// can without waiting.
type stepwise interface {
	Conn
	tryRead(p []byte) (int, error)  // 0 bytes: nothing is there
	tryWrite(p []byte) (int, error) // 0 bytes: there is no room

	// awaitOr waits until something can be read here or written to the other,
	// or a moment: the context has to be looked at too. nil is no other.
	awaitOr(writer Conn) error
}

// interleave is 1thread: one thread writes what fits and reads what is there,
// and waits only when neither moved anything.
func (i *iteration) interleave(ctx context.Context, p pair) (transfer, error) {
	reader, ok := p[Client].(stepwise)
	writer, too := p[Server].(stepwise)
	if !ok || !too {
		return transfer{}, errNoSteps()
	}
	t := transfer{begin: i.env.Clock.Now()}
	for wrote, got := int64(0), int64(0); got < i.Total; {
		room := min(i.Total-wrote, i.Buffer-wrote%i.Buffer)
		w, err := writer.tryWrite(i.buffers[Server][:room])
		if err != nil {
			return t, err
		}
		r, err := reader.tryRead(i.buffers[Client][got%i.Buffer:])
		if err != nil {
			return t, fmt.Errorf("after %d of %d bytes: %w", got, i.Total, err)
		}
		wrote, got = wrote+int64(w), got+int64(r)
		if w+r == 0 {
			err = awaitStep(reader, writer, wrote < i.Total)
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return t, err
		}
	}
	t.end = i.env.Clock.Now()
	return t, nil
}

// awaitStep waits for the writer only while there is more to write.
func awaitStep(reader, writer stepwise, more bool) error {
	if !more {
		return reader.awaitOr(nil)
	}
	return reader.awaitOr(writer)
}

// errNoSteps refuses 1thread over a stack whose calls always wait.
func errNoSteps() error {
	return &UsageError{Problem: "1thread needs a TCP that can be asked without waiting", Hint: "2thread"}
}
