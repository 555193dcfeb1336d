package workload

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"testing"
	"time"
)

// These start this test binary as the sending process of 2proc, or as one that
// runs programs and puts their output into a folder.
const (
	childArgument  = "FLOWSTATE_TEST_CHILD"
	runnerArgument = "FLOWSTATE_TEST_RUNNER"
)

func TestMain(m *testing.M) {
	if argument, ok := os.LookupEnv(childArgument); ok {
		if err := Child(argument, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if folder, ok := os.LookupEnv(runnerArgument); ok {
		runForEver(folder)
	}
	os.Exit(m.Run())
}

// runForEver runs a server until somebody kills this process.
func runForEver(folder string) {
	e := &Env{Clock: WallClock{}, Hosts: [2]Host{{Name: "client"}, {Name: "server"}}}
	p := Programs{Server: "setsid " + sleeper(folder+"/pid") + " & sleep 60", Client: "sleep 60", Folder: folder, Ready: time.Millisecond}
	_, err := p.Run(context.Background(), e)
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func self(argument string) *exec.Cmd {
	command := exec.Command(os.Args[0])
	// The race detector would have it sleep for a second at its end.
	command.Env = append(os.Environ(), childArgument+"="+argument, "GORACE=atexit_sleep_ms=0")
	return command
}

// lab is two hosts on loopback over the kernel's TCP.
type lab struct {
	*Env
	log *Log
}

func newLab(t testing.TB) lab {
	clock := WallClock{}
	log := NewLog(clock)
	samples := NewSampler(clock, 2*time.Millisecond)
	e := &Env{Clock: clock, Random: rand.Reader, Samples: samples, Pause: 20 * time.Millisecond, Timeout: 300 * time.Millisecond, Port: freePort(t)}
	for i, name := range []string{"client", "server"} {
		e.Hosts[i] = Host{
			Name: name, Addr: netip.MustParseAddr("127.0.0.1"), Interface: "lo",
			Stack: &Kernel{Host: name, Log: log, Samples: samples},
		}
	}
	return lab{e, log}
}

// freePort is one that nobody has, nor the next. It lies below those that the
// kernel gives to clients.
func freePort(t testing.TB) uint16 {
	t.Helper()
	for range 100 {
		port := 12000 + uint16(mathrand.IntN(18000))
		if isFree(port) && isFree(port+1) {
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}

func isFree(port uint16) bool {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return l.Close() == nil
}

// within is a context for tests that should take no longer.
func within(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// said is a log as the calls and results of one host, in order.
func said(log *Log, host string) (all []string) {
	for _, c := range log.Calls() {
		if c.Host != host {
			continue
		}
		text := c.Call
		if c.Result != "ok" {
			text += " " + c.Result
		}
		all = append(all, text)
	}
	return all
}

// checkClosed fails where a socket of the log was left open.
func checkClosed(t *testing.T, log *Log) {
	t.Helper()
	open := map[int]bool{}
	for _, c := range log.Calls() {
		switch {
		case c.Result == "ok" && (c.Call == "socket" || c.Call == "accept"):
			open[c.FD] = true
		case c.Call == "close":
			delete(open, c.FD)
		}
	}
	if len(open) > 0 {
		t.Errorf("left open: %v", open)
	}
}
