package workload

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestWorkloads(t *testing.T) {
	const byTheEnd = "see TestSimultaneousOpenHasNoListener: it may need attempts"
	want := map[string][2]string{ // the calls of client and server
		"refused":             {"socket, connect ECONNREFUSED, close", ""},
		"udp-closed":          {"socket, connect, write, read ECONNREFUSED, close", ""},
		"establishment":       {"socket, connect, close", "socket, bind, listen, accept, close, read eof, close"},
		"send-receive":        {"socket, connect, write, read, close", "socket, bind, listen, accept, close, read, write, read eof, close"},
		"termination":         {"socket, connect, write, read, shutdown, read eof, close", "socket, bind, listen, accept, close, read, write, read eof, shutdown, close"},
		"half-close":          {"socket, connect, write, shutdown, read, read eof, close", "socket, bind, listen, accept, close, read, read eof, write, close"},
		"simultaneous-close":  {"socket, connect, write, read, close", "socket, bind, listen, accept, close, write, read, close"},
		"reset-by-client":     {"socket, connect, write, read, setsockopt, close", "socket, bind, listen, accept, close, write, read, read ECONNRESET, close"},
		"reset-by-server":     {"socket, connect, write, read, read ECONNRESET, close", "socket, bind, listen, accept, close, write, read, setsockopt, close"},
		"reset-unread-client": {"socket, connect, close", "socket, bind, listen, accept, close, write, read ECONNRESET, close"},
		"reset-unread-server": {"socket, connect, write, read ECONNRESET, close", "socket, bind, listen, accept, close, close"},
		"http":                {"socket, connect, write, read, close", "socket, bind, listen, accept, close, read, write, read eof, close"},
		"https":               {"socket, connect, write, read, close", "socket, bind, listen, accept, close, read, write, read eof, close"},
		"slow-download":       {"socket, connect, write, read, close", "socket, bind, listen, accept, close, read, write, read eof, close"},
		"keep-alive":          {"socket, connect, write, read, close", "socket, bind, listen, accept, close, write, read, read eof, close"},
		"zero-window":         {"socket, connect, read, read eof, close", "socket, bind, listen, accept, close, write, close"},
		"nagle":               {"socket, connect, write, read, close", "socket, bind, listen, accept, close, read, write, read eof, close"},
		"no-delay":            {"socket, connect, write, read, close", "socket, bind, listen, accept, close, read, write, read eof, close"},
		"unanswered":          {"socket, connect, socket, connect, socket, connect ETIMEDOUT, close, close, close", "socket, bind, listen, close"},
		"port-reuse": {
			"socket, bind, connect, write, read, read eof, close, socket, bind, connect, write, read, read eof, close",
			"socket, bind, listen, accept, write, read, close, accept, write, read, close, close",
		},
		"time-wait": {
			"socket, connect, write, read, read eof, close",
			"socket, bind, listen, accept, close, write, read, close, socket, bind EADDRINUSE, close, socket, bind, listen, close",
		},
		"short-connections": {
			"socket, connect, write, read, close, socket, connect, write, read, close",
			"socket, bind, listen, accept, write, read, read eof, close, accept, write, read, read eof, close, close",
		},
		"simultaneous-open": {byTheEnd, byTheEnd},
	}
	for _, w := range Table() {
		t.Run(w.Name, func(t *testing.T) {
			if want[w.Name][0] != byTheEnd {
				t.Parallel() // all but the one that needs two processors for itself
			}
			l := newLab(t)
			l.Size, l.Count = 16<<10, 2
			if err := w.Run(within(t, 20*time.Second), l.Env); err != nil {
				t.Fatal(err)
			}
			checkClosed(t, l.log)
			if _, known := want[w.Name]; !known {
				t.Error("no calls to compare with")
			}
			for s, calls := range want[w.Name] {
				if calls == byTheEnd {
					continue
				}
				host := l.Hosts[s].Name
				if got := strings.Join(said(l.log, host), ", "); got != calls {
					t.Errorf("%s: %s\nwant %s", host, got, calls)
				}
			}
		})
	}
}

// TestSimultaneousOpenHasNoListener tells it from an ordinary connection.
func TestSimultaneousOpenHasNoListener(t *testing.T) {
	l := newLab(t)
	w, err := ByName("simultaneous-open")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Run(within(t, 20*time.Second), l.Env); err != nil {
		t.Fatal(err)
	}
	wantEnd := map[string]string{
		"client": "socket, bind, connect, write, read, close",
		"server": "socket, bind, connect, write, read, read eof, close",
	}
	for host := range wantEnd {
		calls := strings.Join(said(l.log, host), ", ")
		if strings.Contains(calls, "listen") || !strings.HasSuffix(calls, wantEnd[host]) {
			t.Errorf("%s: %s", host, calls)
		}
	}
}

func TestTableIsWellFormed(t *testing.T) {
	var names []string
	for _, w := range Table() {
		if w.Name != strings.ToLower(w.Name) || strings.ContainsAny(w.Name, " _") || slices.Contains(names, w.Name) {
			t.Errorf("name %q", w.Name)
		}
		if !strings.HasSuffix(w.Shows, ".") || w.Lab == "" || w.run == nil {
			t.Errorf("%s: row is not complete", w.Name)
		}
		names = append(names, w.Name)
		if got, err := ByName(w.Name); err != nil || got.Name != w.Name {
			t.Errorf("by name: %q, %v", got.Name, err)
		}
	}
	var usage *UsageError
	if _, err := ByName("no-such"); !errors.As(err, &usage) || !strings.Contains(usage.Hint, "zero-window") {
		t.Errorf("unknown name: %v", err)
	}
}

// TestWorkloadsEndWithTheirContext cancels each at two moments.
func TestWorkloadsEndWithTheirContext(t *testing.T) {
	stopped := errors.New("stopped by the test")
	for _, w := range Table() {
		for _, after := range []time.Duration{0, 30 * time.Millisecond} {
			t.Run(w.Name+" "+after.String(), func(t *testing.T) {
				t.Parallel()
				l := newLab(t)
				l.Pause, l.Count = 10*time.Second, 1_000_000
				ctx, cancel := context.WithCancelCause(context.Background())
				timer := time.AfterFunc(after, func() { cancel(stopped) })
				defer timer.Stop()
				if after == 0 {
					cancel(stopped)
				}
				begin := time.Now()
				err := w.Run(ctx, l.Env)
				if took := time.Since(begin); took > 5*time.Second {
					t.Errorf("it took %v to stop", took)
				}
				if err != nil && !errors.Is(err, stopped) {
					t.Errorf("error: %v", err)
				}
				checkClosed(t, l.log)
			})
		}
	}
}

func TestWorkloadHasALimit(t *testing.T) {
	l := newLab(t)
	l.Pause, l.Limit = time.Minute, 50*time.Millisecond
	w, err := ByName("termination")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Run(context.Background(), l.Env); err == nil || !strings.Contains(err.Error(), "workload termination: not done after 50ms") {
		t.Errorf("error: %v", err)
	}
	checkClosed(t, l.log)
}
