package workload

import (
	"bufio"
	"encoding/json"
	"io"
	"net/netip"
	"slices"
	"sync"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Call is one socket call. Begin and End are read just before and after it, on
// the clock of the capture. A connect ends when its outcome is known, although
// the call itself does not block.
type Call struct {
	Begin  capture.Timestamp `json:"begin_ns"`
	End    capture.Timestamp `json:"end_ns"`
	Host   string            `json:"host"`
	Call   string            `json:"call"`   // socket, bind, listen, connect, accept, write, read, shutdown or close
	Result string            `json:"result"` // ok, eof, or the name of the error: ECONNREFUSED
	FD     int               `json:"fd"`     // the descriptor, 0 where the stack has none
	Local  netip.AddrPort    `json:"local,omitzero"`
	Remote netip.AddrPort    `json:"remote,omitzero"`
	Bytes  int               `json:"bytes,omitempty"`  // of read and write
	Detail string            `json:"detail,omitempty"` // what is special about it: SO_LINGER 0
}

// Log gathers calls. A nil Log gathers none. It may be used from several
// goroutines at once, except for Every.
type Log struct {
	// Every keeps all reads and writes. Without it the first of each socket
	// is kept, and those that fail or meet the end of the stream.
	Every bool

	clock Clock
	mu    sync.Mutex
	calls []Call
}

// NewLog returns an empty log.
func NewLog(clock Clock) *Log {
	// Room for an ordinary run: no growing between the two closes.
	return &Log{clock: clock, calls: make([]Call, 0, 256)}
}

// now is the log's time, or 0 without a log.
func (l *Log) now() capture.Timestamp {
	if l == nil {
		return 0
	}
	return l.clock.Now()
}

// end stamps the end of a call that has just returned.
func (l *Log) end(c *Call, err error) {
	if l == nil {
		return
	}
	c.End = l.clock.Now()
	c.Result = resultName(err)
}

// add keeps a finished call.
func (l *Log) add(c Call) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, c)
}

// Calls returns the calls so far in the order in which they began.
func (l *Log) Calls() []Call {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	calls := slices.Clone(l.calls)
	slices.SortStableFunc(calls, func(a, b Call) int {
		return int(max(-1, min(1, a.Begin-b.Begin)))
	})
	return calls
}

// WriteCalls writes one JSON object a line.
func WriteCalls(w io.Writer, calls []Call) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	for i := range calls {
		if err := lines.Encode(&calls[i]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// resultName is how a call's outcome is written in the log.
func resultName(err error) string {
	switch err {
	case nil:
		return "ok"
	case io.EOF:
		return "eof"
	}
	return errorName(err)
}
