package workload

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// foreignLab is a lab over package net, in the place of a user-space TCP.
func foreignLab(t *testing.T) lab {
	l := newLab(t)
	for i := range l.Hosts {
		l.Hosts[i].Stack = &Foreign{
			Host: l.Hosts[i].Name, Log: l.log, Samples: l.Samples,
			ListenTCP: func(ctx context.Context, at netip.AddrPort, _ Options) (net.Listener, error) {
				return (&net.ListenConfig{}).Listen(ctx, "tcp", at.String())
			},
			DialTCP: func(ctx context.Context, to netip.AddrPort, _ Options) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, "tcp", to.String())
			},
			Reset: func(c net.Conn) error {
				return errors.Join(c.(*net.TCPConn).SetLinger(0), c.Close())
			},
			Inform: func(net.Conn) (Info, error) { return Info{State: "ESTABLISHED", SendWindow: -1, Busy: -1}, nil },
		}
	}
	return l
}

func TestForeignStack(t *testing.T) {
	want := map[string]string{ // the client's calls
		"refused":           "connect ECONNREFUSED",
		"termination":       "connect, write, read, shutdown, read eof, close",
		"half-close":        "connect, write, shutdown, read, read eof, close",
		"reset-by-client":   "connect, write, read, close",
		"reset-by-server":   "connect, write, read, read ECONNRESET, close",
		"https":             "connect, write, read, close",
		"short-connections": "connect, write, read, close, connect, write, read, close",
	}
	for name, calls := range want {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := foreignLab(t)
			l.Count = 2
			w, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Run(within(t, 20*time.Second), l.Env); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(said(l.log, "client"), ", "); got != calls {
				t.Errorf("client: %s\nwant %s", got, calls)
			}
		})
	}
}

func TestForeignBenchmark(t *testing.T) {
	l := foreignLab(t)
	r, err := Benchmark{Bare: true}.Run(within(t, 20*time.Second), l.Env)
	if err != nil || len(r.Samples) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	samples := l.Samples.Samples()
	hosts := map[string]bool{}
	for _, s := range samples {
		hosts[s.Host] = s.State == "ESTABLISHED"
	}
	if !hosts["client"] || !hosts["server"] {
		t.Errorf("samples %+v", samples)
	}
	for _, mode := range []Mode{OneThread, TwoProcesses} {
		var usage *UsageError
		if _, err := (Benchmark{Mode: mode, Bare: true, Self: self}).Run(within(t, 20*time.Second), l.Env); !errors.As(err, &usage) {
			t.Errorf("%s: %v, want a refusal", mode, err)
		}
	}
	if _, err := (Benchmark{Bare: true, FixedBuffers: true}).Run(within(t, 20*time.Second), l.Env); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("-s: %v, want a refusal", err)
	}
}

func TestForeignStackEndsWithItsContext(t *testing.T) {
	l := foreignLab(t)
	stopped := errors.New("stopped by the test")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(stopped) })
	if _, err := (Benchmark{Bare: true, Total: 1 << 40}).Run(ctx, l.Env); !errors.Is(err, stopped) {
		t.Errorf("benchmark: %v", err)
	}
	ctx, cancel = context.WithCancelCause(context.Background())
	listener, err := l.listen(ctx, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	time.AfterFunc(50*time.Millisecond, func() { cancel(stopped) })
	if _, err := listener.Accept(); !errors.Is(err, stopped) {
		t.Errorf("accept: %v", err)
	}
}

func TestForeignStackRefusesWhatItLacks(t *testing.T) {
	f := &Foreign{Host: "client"}
	ctx, at := context.Background(), netip.AddrPort{}
	_, listen := f.Listen(ctx, at, Options{})
	_, dial := f.Dial(ctx, at, Options{})
	_, udp := f.DialUDP(ctx, at, Options{})
	c := &foreignConn{stack: f}
	for name, err := range map[string]error{
		"listen": listen, "dial": dial, "udp": udp, "abort": c.Abort(), "buffers": c.SetBuffers(1, 1), "shutdown": c.CloseWrite(),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
