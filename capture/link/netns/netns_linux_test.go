package netns

import (
	"errors"
	"net"
	"os"
	"runtime"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

func newTest(t *testing.T) *Namespace {
	t.Helper()
	n, err := New()
	if err != nil {
		testneed.Missing(t, "no network namespaces: %v", err)
	}
	t.Cleanup(func() { n.Close() })
	return n
}

func here(t *testing.T) string {
	t.Helper()
	space, err := os.Readlink("/proc/thread-self/ns/net")
	if err != nil {
		t.Error(err)
	}
	return space
}

func TestDoIsInsideAndNothingElseIs(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	n, home := newTest(t), here(t)
	failure := errors.New("as asked")
	err := n.Do(func() error {
		if here(t) == home {
			t.Error("not inside")
		}
		all, err := net.Interfaces()
		if err != nil || len(all) != 1 || all[0].Name != "lo" {
			t.Errorf("interfaces: %v, %v", all, err)
		}
		return failure
	})
	if err != failure {
		t.Errorf("Do: %v", err)
	}
	// Whatever threads the runtime uses next, none is inside.
	for range 50 {
		done := make(chan string)
		go func() { done <- here(t) }()
		if space := <-done; space != home {
			t.Fatalf("a thread stayed in %s", space)
		}
	}
}

func TestDoSurvivesAnEndedGoroutine(t *testing.T) {
	if err := newTest(t).Do(func() error { runtime.Goexit(); return nil }); err == nil {
		t.Error("no error")
	}
}

func TestSysctlIsOfTheNamespace(t *testing.T) {
	n := newTest(t)
	before, err := os.ReadFile("/proc/sys/net/ipv4/ip_forward")
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Sysctl("ipv4/ip_forward", "1"); err != nil {
		t.Fatal(err)
	}
	after, err := os.ReadFile("/proc/sys/net/ipv4/ip_forward")
	if err != nil || string(before) != string(after) {
		t.Errorf("the host's setting was %q, is %q: %v", before, after, err)
	}
}
