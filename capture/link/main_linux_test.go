package link

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture/link/uml"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// jobVariable makes the test binary do a job instead of testing: in a guest, in
// a user namespace, or to be killed.
const jobVariable = "LINK_TEST_JOB"

func TestMain(m *testing.M) {
	uml.Init()
	job, asked := jobs()[os.Getenv(jobVariable)]
	if !asked {
		os.Exit(m.Run())
	}
	if err := job(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func jobs() map[string]func() error {
	return map[string]func() error{"rtt": rttJob, "hold": holdJob, "unprivileged": unprivilegedJob}
}

// namespaces ends a test where the machine has none.
func namespaces(t testing.TB) {
	t.Helper()
	if err := probeEmulated(); err != nil {
		testneed.Missing(t, "no network namespaces with TUN devices: %v", err)
	}
}

func open(t testing.TB, name string, c Config) Link {
	t.Helper()
	namespaces(t)
	l, err := Open(t.Context(), name, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

// delayed is a link of the same delay each way.
func delayed(ms int) Config {
	return Config{Way: Both(Params{Delay: time.Duration(ms) * time.Millisecond})}
}

// handshakes connects n times and returns the RTTs that the client's kernel
// took from SYN and SYN-ACK, sorted.
func handshakes(l Link, n int) ([]time.Duration, error) {
	hosts := l.Hosts()
	var ln net.Listener
	err := hosts[1].Do(func() (err error) {
		ln, err = net.Listen("tcp", netip.AddrPortFrom(hosts[1].Addr, 0).String())
		return err
	})
	if err != nil {
		return nil, err
	}
	defer ln.Close()
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return // closed, as deferred
			}
			c.Close()
		}
	}()
	var rtts []time.Duration
	for range n {
		rtt, err := handshake(hosts[0], ln.Addr().String())
		if err != nil {
			return nil, err
		}
		rtts = append(rtts, rtt)
	}
	slices.Sort(rtts)
	return rtts, nil
}

func handshake(client *Host, addr string) (rtt time.Duration, err error) {
	var c net.Conn
	err = client.Do(func() error {
		c, err = net.Dial("tcp", addr)
		return err
	})
	if err != nil {
		return 0, err
	}
	defer c.Close()
	raw, err := c.(*net.TCPConn).SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if failed = err; err == nil {
			rtt = time.Duration(info.Rtt) * time.Microsecond
		}
	})
	return rtt, errors.Join(err, failed)
}

// within is the measure of the lab: 1 % or 0.3 ms, whichever is more.
func within(rtt, want time.Duration) bool {
	return (rtt - want).Abs() <= max(want/100, 300*time.Microsecond)
}

// rttReport is what rttJob prints.
type rttReport struct {
	Backend string          `json:"backend"`
	RTTs    []time.Duration `json:"rtts"`
	Figures Figures         `json:"figures"`
}

// configVariable holds the Config of rttJob, as JSON.
const configVariable = "LINK_TEST_CONFIG"

// rttJob opens a link and tells how well it works.
func rttJob() error {
	var c Config
	if err := json.Unmarshal([]byte(os.Getenv(configVariable)), &c); err != nil {
		return err
	}
	ctx := testContext()
	l, err := Open(ctx, Auto, c)
	if err != nil {
		return err
	}
	defer l.Close()
	r := rttReport{Backend: l.Backend()}
	if r.RTTs, err = handshakes(l, 20); err != nil {
		return err
	}
	if r.Figures, err = Measure(ctx, l, c, MeasureOptions{Packets: 200}); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(r)
}
