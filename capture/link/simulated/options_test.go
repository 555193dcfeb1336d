package simulated

import (
	"encoding/binary"
	"errors"
	"io"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

// playing runs one task for each host over a link of 20 ms.
func playing(t *testing.T, server, client func(r *recorded) error) *recorded {
	t.Helper()
	r := newRecorded(t, Config{Way: both(impair.Params{Delay: 20 * time.Millisecond}), Windows: true})
	r.Go("server", func() error { return server(r) })
	r.Go("client", func() error { return client(r) })
	if err := r.Run(); err != nil {
		t.Fatal(err)
	}
	return r
}

func nothing(*recorded) error { return nil }

// ofHost are a host's own packets.
func (r *recorded) ofHost(i int) (sent []Packet) {
	for _, p := range r.packets {
		if p.Host == i && p.Out {
			sent = append(sent, p)
		}
	}
	return sent
}

func TestDatagramToAClosedPort(t *testing.T) {
	r := playing(t, nothing, func(r *recorded) error {
		c, err := r.Host(0).DialUDP(target(r.Host(1)), Options{})
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.Write([]byte("anybody?")); err != nil {
			return err
		}
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("read: %v", err)
		}
		return nil
	})
	answer := r.ofHost(1)
	const icmp, destinationUnreachable, portUnreachable = 1, 3, 3
	if len(answer) != 1 || answer[0].Data[9] != icmp || answer[0].Data[20] != destinationUnreachable || answer[0].Data[21] != portUnreachable {
		t.Errorf("the server sent %v", answer)
	}
}

// accepting accepts one connection, and reads it to its end.
func accepting(o Options) func(*recorded) error {
	return func(r *recorded) error {
		l, err := r.Host(1).Listen(port, o)
		if err != nil {
			return err
		}
		c, err := l.Accept()
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, c)
		return errors.Join(err, c.Close(), l.Close())
	}
}

func TestKeepAlive(t *testing.T) {
	r := playing(t, accepting(Options{}), func(r *recorded) error {
		c, err := r.Host(0).Dial(target(r.Host(1)), Options{KeepAlive: KeepAlive{Idle: 2 * time.Second, Interval: time.Second}})
		if err != nil {
			return err
		}
		return errors.Join(r.Sleep(3500*time.Millisecond), c.Close())
	})
	// SYN, ACK, a probe, FIN, ACK; and none out of TIME-WAIT.
	if sent := r.ofHost(0); len(sent) != 5 || sent[2].Time.Sub(sent[1].Time) != 2*time.Second {
		t.Errorf("the client sent %d packets", len(sent))
	}
}

func TestBuffersBeforeTheHandshake(t *testing.T) {
	r := playing(t, accepting(Options{}), func(r *recorded) error {
		c, err := r.Host(0).Dial(target(r.Host(1)), Options{Receive: 8 << 10})
		if err != nil {
			return err
		}
		return c.Close()
	})
	syn := r.ofHost(0)[0].Data
	if window := binary.BigEndian.Uint16(syn[20+14:]); window > 8<<10 {
		t.Errorf("the SYN has a window of %d", window)
	}
}

func TestReuseAddr(t *testing.T) {
	twice := func(reuse bool) error {
		var again error
		playing(t, func(r *recorded) error {
			l, err := r.Host(1).Listen(port, Options{ReuseAddr: reuse})
			if err != nil {
				return err
			}
			c, err := l.Accept()
			if err != nil {
				return err
			}
			if err := errors.Join(c.Close(), l.Close(), r.Sleep(time.Second)); err != nil {
				return err
			}
			l, again = r.Host(1).Listen(port, Options{ReuseAddr: reuse})
			if again != nil {
				return nil
			}
			return l.Close()
		}, func(r *recorded) error {
			c, err := r.Host(0).Dial(target(r.Host(1)), Options{})
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, c)
			return errors.Join(err, c.Close())
		})
		return again
	}
	if err := twice(true); err != nil {
		t.Errorf("with SO_REUSEADDR: %v", err)
	}
	if err := twice(false); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("without: %v", err)
	}
}

func TestFullQueueIsSilent(t *testing.T) {
	playing(t, func(r *recorded) error {
		l, err := r.Host(1).Listen(port, Options{Backlog: 1})
		if err != nil {
			return err
		}
		return errors.Join(r.Sleep(5*time.Second), l.Close())
	}, func(r *recorded) error {
		for _, want := range []error{nil, nil, os.ErrDeadlineExceeded} {
			if _, err := r.Host(0).Dial(target(r.Host(1)), Options{Deadline: r.Now().Add(time.Second)}); !errors.Is(err, want) {
				t.Errorf("%v, want %v", err, want)
			}
		}
		return nil
	})
}

func TestUnknownCongestionControlIsRefused(t *testing.T) {
	playing(t, nothing, func(r *recorded) error {
		if _, err := r.Host(0).Dial(target(r.Host(1)), Options{Congestion: "vegas"}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("vegas: %v", err)
		}
		return nil
	})
}

func TestInfo(t *testing.T) {
	playing(t, accepting(Options{Receive: 16 << 10}), func(r *recorded) error {
		c, err := r.Host(0).Dial(target(r.Host(1)), Options{})
		if err != nil {
			return err
		}
		if _, err := c.Write(make([]byte, 1000)); err != nil {
			return err
		}
		if err := r.Sleep(time.Second); err != nil {
			return err
		}
		info, err := c.Info()
		const headers = 20 + 20 + 40 // gVisor leaves room for all options there can be
		if err != nil || info.State != "ESTABLISHED" || info.MSS != 1500-headers || info.SRTT != 40*time.Millisecond || info.Cwnd == 0 || info.SendWindow <= 0 || info.SendWindow > 16<<10 {
			t.Errorf("%+v, %v", info, err)
		}
		return c.Close()
	})
}

// A world can be stopped from outside, whatever its tasks do.
func TestStop(t *testing.T) {
	r := newRecorded(t, Config{})
	begun := make(chan struct{})
	go func() {
		<-begun
		r.Stop()
	}()
	ended := false
	r.Go("for ever", func() error {
		defer func() { ended = true }()
		close(begun)
		for {
			if err := r.Sleep(time.Second); err != nil {
				return err
			}
		}
	})
	if err := r.Run(); !errors.Is(err, ErrStopped) || !ended {
		t.Errorf("Run: %v, the task has ended: %v", err, ended)
	}
}

// One task has both ends, and waits for neither alone.
func TestStepwise(t *testing.T) {
	r := newRecorded(t, Config{Way: both(impair.Params{Delay: time.Millisecond})})
	const total = 1 << 20
	got := 0
	r.Go("both ends", func() error {
		l, err := r.Host(1).Listen(port, Options{})
		if err != nil {
			return err
		}
		read, err := r.Host(0).Dial(netip.AddrPortFrom(r.Host(1).Addr(), port), Options{})
		if err != nil {
			return err
		}
		accepted, err := l.Accept()
		if err != nil {
			return err
		}
		write := accepted.(*Conn)
		for wrote, buffer := 0, make([]byte, 64<<10); got < total; {
			w, writing := write.TryWrite(buffer[:min(len(buffer), total-wrote)])
			n, reading := read.TryRead(buffer)
			wrote, got = wrote+w, got+n
			if err := errors.Join(writing, reading); err != nil {
				return err
			}
			if w+n == 0 {
				if err := AwaitEither(read, write); err != nil {
					return err
				}
			}
		}
		return errors.Join(read.Close(), write.Close(), l.Close())
	})
	if err := r.Run(); err != nil || got != total {
		t.Errorf("%d bytes, %v", got, err)
	}
}
