package workload

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
)

// sender is what a child is told, as JSON in its argument.
type sender struct {
	Total  int64 `json:"total"`
	Buffer int64 `json:"buffer"`
	Bare   bool  `json:"bare"`
	Pinned bool  `json:"pinned"`
}

// sent is what a child tells, as JSON on its standard output.
type sent struct {
	Begin capture.Timestamp `json:"begin_ns"`
	First capture.Timestamp `json:"first_ns"` // when the first write returned
	Usage Usage             `json:"usage"`
}

// childSocket is the descriptor of the child's end of the connection.
const childSocket = 3

// Child is the sending process of 2proc: a command that Benchmark.Self made
// calls it with its argument, and exits then. The connection is descriptor 3.
func Child(argument string, stdout io.Writer) error {
	var s sender
	if err := json.Unmarshal([]byte(argument), &s); err != nil {
		return fmt.Errorf("argument of the sending process: %w", err)
	}
	if s.Buffer <= 0 || s.Total <= 0 {
		return &UsageError{Problem: "the sending process is started by the benchmark alone"}
	}
	var told sent
	err := Benchmark{Pinned: s.Pinned}.placed(func() (err error) {
		told, err = s.run(os.NewFile(childSocket, "the connection"))
		return err
	})
	if err != nil {
		return fmt.Errorf("sending process: %w", err)
	}
	return json.NewEncoder(stdout).Encode(told)
}

// run sends. The sleeps are the original's: both processes settle before, and
// the sender lingers after.
func (s sender) run(w io.Writer) (sent, error) {
	buffer := make([]byte, s.Buffer)
	if !s.Bare {
		time.Sleep(settleDuration)
	}
	before, err := usageNow()
	if err != nil {
		return sent{}, err
	}
	t := sent{Begin: WallClock{}.Now()}
	n, err := w.Write(buffer)
	if err != nil {
		return sent{}, err
	}
	t.First = WallClock{}.Now()
	if err := writeAll(w, buffer, s.Total-int64(n)); err != nil {
		return sent{}, err
	}
	after, err := usageNow()
	if err != nil {
		return sent{}, err
	}
	t.Usage = after.minus(before)
	if !s.Bare {
		time.Sleep(settleDuration)
	}
	return t, nil
}

// handOver is a Conn whose descriptor another process can have.
type handOver interface {
	File() (*os.File, error) // a duplicate, for the caller to close
}

// sendByChild is the sender of 2proc. Like the original it waits for the
// child's end: only then has nobody else the socket open, and close sends FIN.
func (i *iteration) sendByChild(ctx context.Context, c Conn) (transfer, error) {
	shared, ok := c.(handOver)
	if !ok {
		return transfer{}, &UsageError{Problem: "2proc needs the kernel's TCP", Hint: "2thread"}
	}
	file, err := shared.File()
	if err != nil {
		return transfer{}, err
	}
	defer file.Close() // a duplicate of a socket that is closed elsewhere
	argument, err := json.Marshal(sender{i.Total, i.Buffer, i.Bare, i.Pinned})
	if err != nil {
		return transfer{}, err
	}
	output, err := outputOf(ctx, i.Self(string(argument)), file)
	if err != nil {
		return transfer{}, err
	}
	var told sent
	if err := json.Unmarshal(output, &told); err != nil {
		return transfer{}, fmt.Errorf("answer of the sending process: %w", err)
	}
	if noting, ok := c.(interface {
		noteWrite(begin, end capture.Timestamp, n int)
	}); ok {
		noting.noteWrite(told.Begin, told.First, int(i.Buffer))
	}
	return transfer{begin: told.Begin, child: told.Usage}, nil
}

// outputOf runs a command that has one more descriptor, and returns what it
// printed. It is killed when the context ends, or this process: a connection
// whose link is gone would keep it writing for a quarter of an hour. The kernel
// takes the end of the thread that started it for that of the process, so the
// thread is kept.
func outputOf(ctx context.Context, command *exec.Cmd, file *os.File) ([]byte, error) {
	var output, words bytes.Buffer
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	dieWithUs(command)
	command.ExtraFiles = []*os.File{file}
	command.Stdout, command.Stderr = &output, &words
	command.WaitDelay = time.Second // for the pipes, should it leave somebody behind who has them open
	if err := command.Start(); err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() {
		_ = command.Process.Kill() // fails where it has ended by itself
	})
	defer stop()
	err := command.Wait()
	switch {
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, fmt.Errorf("sending process: %w: %s", err, bytes.TrimSpace(words.Bytes()))
	}
	return output.Bytes(), nil
}
