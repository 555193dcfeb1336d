package simulated

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

const port = 10141

// recorded is a world with what it told, to compare runs by.
type recorded struct {
	*World
	packets []Packet
	states  []StateChange
}

func newRecorded(t testing.TB, c Config) *recorded {
	t.Helper()
	r := &recorded{}
	c.Packet = func(p Packet) { p.Data = slices.Clone(p.Data); r.packets = append(r.packets, p) }
	c.State = func(s StateChange) { r.states = append(r.states, s) }
	w, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	r.World = w
	return r
}

func (r *recorded) sum() [32]byte {
	h := sha256.New()
	for _, p := range r.packets {
		binary.Write(h, binary.LittleEndian, p.Time.UnixNano())
		binary.Write(h, binary.LittleEndian, int64(p.Host))
		h.Write(p.Data)
	}
	fmt.Fprint(h, r.states)
	return [32]byte(h.Sum(nil))
}

// path is the states of one host's connection, in order.
func (r *recorded) path(host int) string {
	var states []string
	for _, s := range r.states {
		if s.Host == host && s.State != "LISTEN" && s.Remote.Port() != 0 {
			states = append(states, s.State)
		}
	}
	return strings.Join(states, " ")
}

func both(p impair.Params) [2]impair.Params { return [2]impair.Params{p, p} }

func target(h *Host) netip.AddrPort { return netip.AddrPortFrom(h.Addr(), port) }

// transfer sends size bytes from the server to the client and closes.
func (r *recorded) transfer(t testing.TB, size int) {
	t.Helper()
	client, server := r.Host(0), r.Host(1)
	l, err := server.Listen(port, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Go("server", func() error {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		defer c.Close()
		for buffer := make([]byte, 128<<10); size > 0; size -= len(buffer) {
			if _, err := c.Write(buffer[:min(size, len(buffer))]); err != nil {
				return err
			}
		}
		return l.Close()
	})
	want := size
	r.Go("client", func() error {
		c, err := client.Dial(target(server), Options{})
		if err != nil {
			return err
		}
		defer c.Close()
		if n, err := io.Copy(io.Discard, c); err != nil || n != int64(want) {
			return fmt.Errorf("read %d bytes: %w", n, err)
		}
		return nil
	})
	if err := r.Run(); err != nil {
		t.Fatal(err)
	}
}

func TestRepeatsToTheByte(t *testing.T) {
	hostile := both(impair.Params{
		Delay: 5 * time.Millisecond, Jitter: time.Millisecond, Loss: 0.02, Reorder: 0.01, Duplicate: 0.01, Corrupt: 0.005, Rate: 100e6, Limit: 50,
	})
	for _, c := range []struct {
		name string
		Config
		size int
	}{
		{"plain", Config{Seed: 1}, 2 << 20},
		{"delay", Config{Seed: 2, Way: both(impair.Params{Delay: 20 * time.Millisecond})}, 4 << 20},
		{"hostile", Config{Seed: 3, Way: hostile}, 1 << 20},
		{"hostile ipv6", Config{Seed: 3, Way: hostile, IPv6: true}, 1 << 20},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			run := func() *recorded {
				r := newRecorded(t, c.Config)
				r.transfer(t, c.size)
				return r
			}
			first := run()
			runs := 10
			if testing.Short() {
				runs = 3
			}
			for i := range runs {
				if again := run(); again.sum() != first.sum() {
					t.Fatalf("run %d differs: %d and %d packets, %v and %v", i, len(first.packets), len(again.packets), first.Now(), again.Now())
				}
			}
			c.Seed++
			if other := run(); other.sum() == first.sum() {
				t.Error("another seed gives the same packets")
			}
			t.Logf("%d packets, %v virtual, %s | %s", len(first.packets), first.packets[len(first.packets)-1].Time.Sub(first.packets[0].Time), first.path(0), first.path(1))
		})
	}
}

// TestNoTransferStalls is what gVisor's RACK failed at (Host.tune).
func TestNoTransferStalls(t *testing.T) {
	way := impair.Params{Delay: 5 * time.Millisecond, Jitter: time.Millisecond, Loss: 0.02, Reorder: 0.01, Duplicate: 0.01, Corrupt: 0.005, Rate: 100e6, Limit: 50}
	seeds := 60
	if testing.Short() {
		seeds = 6
	}
	for seed := range seeds {
		r := newRecorded(t, Config{Seed: uint64(seed), Way: both(way)})
		r.transfer(t, 512<<10)
	}
}

func TestExactRTT(t *testing.T) {
	for _, delay := range []time.Duration{time.Microsecond, 5 * time.Millisecond, 20 * time.Millisecond, 40 * time.Millisecond} {
		r := newRecorded(t, Config{Way: both(impair.Params{Delay: delay})})
		r.transfer(t, 1000)
		first, answer := r.packets[0], r.packets[3]
		if first.Host != 0 || !first.Out || answer.Host != 0 || answer.Out {
			t.Fatalf("not SYN and SYN-ACK at the client: %+v, %+v", first, answer)
		}
		if rtt := answer.Time.Sub(first.Time); rtt != 2*delay {
			t.Errorf("delay %v: handshake RTT %v", delay, rtt)
		}
	}
}

func TestTruthOfBothClosePatterns(t *testing.T) {
	for _, c := range []struct {
		name           string
		gap            time.Duration
		client, server string
	}{
		{"gap shorter than the delay", 0, "SYN-SENT ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED", "SYN-RECEIVED ESTABLISHED FIN-WAIT-1 CLOSING TIME-WAIT CLOSED"},
		{"gap longer than the delay", 50 * time.Millisecond, "SYN-SENT ESTABLISHED FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT CLOSED", "SYN-RECEIVED ESTABLISHED CLOSE-WAIT LAST-ACK CLOSED"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRecorded(t, Config{Way: both(impair.Params{Delay: 20 * time.Millisecond})})
			l, err := r.Host(1).Listen(port, Options{})
			if err != nil {
				t.Fatal(err)
			}
			closing := r.Now().Add(time.Second)
			r.Go("server", func() error {
				conn, err := l.Accept()
				if err != nil {
					return err
				}
				return errors.Join(r.Sleep(closing.Add(c.gap).Sub(r.Now())), conn.Close())
			})
			r.Go("client", func() error {
				conn, err := r.Host(0).Dial(target(r.Host(1)), Options{})
				if err != nil {
					return err
				}
				return errors.Join(r.Sleep(closing.Sub(r.Now())), conn.Close())
			})
			if err := r.Run(); err != nil {
				t.Fatal(err)
			}
			if r.path(0) != c.client || r.path(1) != c.server {
				t.Errorf("client %s\nserver %s", r.path(0), r.path(1))
			}
		})
	}
}

func TestErrorsAreThoseOfPackageNet(t *testing.T) {
	r := newRecorded(t, Config{Way: both(impair.Params{Delay: time.Millisecond})})
	l, err := r.Host(1).Listen(port, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.Go("server", func() error {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		if err := r.Sleep(time.Second); err != nil {
			return err
		}
		return c.(*Conn).Abort()
	})
	r.Go("client", func() error {
		if _, err := r.Host(0).Dial(netip.AddrPortFrom(r.Host(1).Addr(), 1), Options{}); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("closed port: %v", err)
		}
		c, err := r.Host(0).Dial(target(r.Host(1)), Options{})
		if err != nil {
			return err
		}
		c.SetReadDeadline(r.Now().Add(100 * time.Millisecond))
		before := r.Now()
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || r.Now().Sub(before) != 100*time.Millisecond {
			t.Errorf("deadline: %v after %v", err, r.Now().Sub(before))
		}
		c.SetReadDeadline(time.Time{})
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("reset: %v", err)
		}
		c.Close()
		if _, err := c.Write([]byte{1}); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write after close: %v", err)
		}
		return nil
	})
	if err := r.Run(); err != nil {
		t.Error(err)
	}
}

func TestTasksThatWaitForEverAreNamed(t *testing.T) {
	r := newRecorded(t, Config{})
	l, err := r.Host(1).Listen(port, Options{})
	if err != nil {
		t.Fatal(err)
	}
	left := false
	r.Go("acceptor", func() error {
		_, err := l.Accept()
		left = errors.Is(err, net.ErrClosed)
		return nil
	})
	if err := r.Run(); err == nil || !strings.Contains(err.Error(), "acceptor") {
		t.Errorf("Run: %v", err)
	}
	r.Close()
	if !left {
		t.Error("Close did not release the task")
	}
}

func TestWaitingOutsideATaskIsRefused(t *testing.T) {
	r := newRecorded(t, Config{})
	if _, err := r.Host(0).Dial(target(r.Host(1)), Options{}); !errors.Is(err, errOutside) {
		t.Errorf("Dial: %v", err)
	}
	l, err := r.Host(1).Listen(port, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Accept(); !errors.Is(err, errOutside) {
		t.Errorf("Accept: %v", err)
	}
	if err := r.Sleep(1); !errors.Is(err, errOutside) {
		t.Errorf("Sleep: %v", err)
	}
}

func BenchmarkTransfer16MiB(b *testing.B) {
	for _, delay := range []time.Duration{0, 20 * time.Millisecond} {
		b.Run(delay.String(), func(b *testing.B) {
			b.SetBytes(16 << 20)
			for b.Loop() {
				w, err := New(Config{Way: both(impair.Params{Delay: delay})})
				if err != nil {
					b.Fatal(err)
				}
				(&recorded{World: w}).transfer(b, 16<<20)
				w.Close()
			}
		})
	}
}
