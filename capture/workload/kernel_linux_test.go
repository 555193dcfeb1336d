package workload

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// namespace runs functions on a thread in a network namespace of its own,
// whose loopback is up.
func namespace(t *testing.T) func(func() error) error {
	jobs, done := make(chan func() error), make(chan error)
	go func() {
		runtime.LockOSThread() // for ever: the thread ends with the goroutine
		for job := range jobs {
			done <- job()
		}
	}()
	t.Cleanup(func() { close(jobs) })
	do := func(f func() error) error {
		jobs <- f
		return <-done
	}
	err := do(func() error {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return err
		}
		lo, err := netlink.LinkByName("lo")
		if err != nil {
			return err
		}
		return netlink.LinkSetUp(lo)
	})
	if err != nil {
		testneed.Missing(t, "no network namespaces: %v", err)
	}
	return do
}

func TestSocketsBelongToTheHost(t *testing.T) {
	l := newLab(t)
	do := namespace(t)
	for i := range l.Hosts {
		l.Hosts[i].Do = do
		l.Hosts[i].Stack.(*Kernel).Do = do
	}
	r, err := Benchmark{Bare: true, Purge: true, Verbose: true}.Run(within(t, 20*time.Second), l.Env)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Samples) != 1 || r.Configuration.Network.MTU == 0 {
		t.Errorf("report %+v", r)
	}
	listener, err := l.listen(within(t, 20*time.Second), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if c, err := net.Dial("tcp", l.at().String()); err == nil {
		c.Close()
		t.Error("the listener is outside its namespace")
	}
	if !listenersOf(&l.Hosts[Server])[l.at()] {
		t.Error("the listener is not inside its namespace")
	}
}

func TestKernelIPv6(t *testing.T) {
	if c, err := net.Listen("tcp", "[::1]:0"); err != nil {
		testneed.Missing(t, "no IPv6: %v", err)
	} else {
		c.Close()
	}
	l := newLab(t)
	for i := range l.Hosts {
		l.Hosts[i].Addr = netip.IPv6Loopback()
	}
	if _, err := (Benchmark{Bare: true, Total: 1 << 20}).Run(within(t, 20*time.Second), l.Env); err != nil {
		t.Error(err)
	}
	for _, name := range []string{"https", "udp-closed", "time-wait"} {
		w, _ := ByName(name)
		if err := w.Run(within(t, 20*time.Second), l.Env); err != nil {
			t.Error(err)
		}
	}
}

// TestOptionsReachTheSocket reads them back.
func TestOptionsReachTheSocket(t *testing.T) {
	l := newLab(t)
	o := Options{
		NoDelay: true, SendBuffer: 20 << 10, ReceiveBuffer: 30 << 10, Congestion: "reno",
		KeepAlive: KeepAlive{Idle: 1500 * time.Millisecond, Interval: 3 * time.Second, Count: 4},
	}
	p, err := l.connect(within(t, 20*time.Second), o, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	err = p[Client].(*kernelConn).with(func(fd int) error {
		for _, c := range []struct {
			name               string
			level, which, want int
		}{
			{"TCP_NODELAY", unix.IPPROTO_TCP, unix.TCP_NODELAY, 1},
			{"SO_SNDBUF", unix.SOL_SOCKET, unix.SO_SNDBUF, 2 * o.SendBuffer},
			{"SO_RCVBUF", unix.SOL_SOCKET, unix.SO_RCVBUF, 2 * o.ReceiveBuffer},
			{"SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1},
			{"TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE, 2},
			{"TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL, 3},
			{"TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT, 4},
		} {
			if got, err := unix.GetsockoptInt(fd, c.level, c.which); err != nil || got != c.want {
				t.Errorf("%s: %d, want %d (%v)", c.name, got, c.want, err)
			}
		}
		if got, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION); err != nil || got != "reno" {
			t.Errorf("TCP_CONGESTION: %q (%v)", got, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestCallErrorNamesWhatFailed(t *testing.T) {
	l := newLab(t)
	_, err := l.dial(within(t, 20*time.Second), Options{})
	var call *CallError
	if !errors.As(err, &call) || !errors.Is(err, syscall.ECONNREFUSED) {
		t.Fatalf("error %v", err)
	}
	if want := "client: connect " + l.at().String() + ": connection refused"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	_, err = l.dial(within(t, 20*time.Second), Options{Congestion: "no-such"})
	if err == nil || !strings.Contains(err.Error(), `congestion control "no-such"`) {
		t.Errorf("error %v", err)
	}
	checkClosed(t, l.log)
}

// TestNagleHoldsTheSecondWrite: the delayed ACK is 40 ms at the least.
func TestNagleHoldsTheSecondWrite(t *testing.T) {
	took := func(name string) time.Duration {
		l := newLab(t)
		w, err := ByName(name)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := w.Run(within(t, 20*time.Second), l.Env); err != nil {
			t.Fatal(err)
		}
		return time.Since(begin)
	}
	if held, not := took("nagle"), took("no-delay"); held < 200*time.Millisecond || not > held/2 {
		t.Errorf("ten rounds took %v with Nagle and %v without", held, not)
	}
}
