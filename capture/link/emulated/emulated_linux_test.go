package emulated

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/capture/link/impair"
)

func TestQueueIsInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dues := rapid.SliceOf(rapid.IntRange(0, 20)).Draw(t, "dues")
		var q queue
		var model []item
		for i, due := range dues {
			it := item{due: time.Duration(due), order: uint64(i)}
			q.push(it)
			model = append(model, it)
		}
		slices.SortStableFunc(model, func(a, b item) int { return int(a.due - b.due) })
		for i, want := range model {
			if got := q.pop(); got.order != want.order {
				t.Fatalf("number %d: packet %d, want %d", i, got.order, want.order)
			}
		}
	})
}

func TestLatenessIsNearTheTruth(t *testing.T) {
	var l late
	for i := range 1000 {
		l.add(time.Duration(i+1) * time.Microsecond)
	}
	f := l.figures()
	near := func(got, want time.Duration) bool { return (got - want).Abs() <= want/8 }
	if f.Packets != 1000 || !near(f.P50, 500*time.Microsecond) || !near(f.P99, 990*time.Microsecond) {
		t.Errorf("%+v", f)
	}
	for _, d := range []time.Duration{-1, 0, 1, 7, 8, 9, 1<<63 - 1} {
		if b := bucket(d); b < 0 || b >= len(l) {
			t.Errorf("%d: bucket %d", d, b)
		}
	}
}

// sockets stand in for TUN devices: what is written to ours is a packet.
func sockets(t *testing.T) (devices, ours [2]int) {
	t.Helper()
	for i := range devices {
		pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		devices[i], ours[i] = pair[0], pair[1]
		t.Cleanup(func() { unix.Close(pair[1]) })
	}
	return devices, ours
}

// receive waits for a packet.
func receive(t *testing.T, fd int) []byte {
	t.Helper()
	if n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 2000); err != nil || n == 0 {
		t.Fatalf("no packet came: %v", err)
	}
	b := make([]byte, 2000)
	n, err := unix.Read(fd, b)
	if err != nil {
		t.Fatal(err)
	}
	return b[:n]
}

func TestCarriesBothWays(t *testing.T) {
	devices, ours := sockets(t)
	delays := [2]time.Duration{10 * time.Millisecond, 0}
	l, err := Start(devices, Options{MTU: 1500, Way: [2]impair.Params{{Delay: delays[0]}, {}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, from := range ours {
		sent := bytes.Repeat([]byte{byte(i + 1)}, 1500)
		start := time.Now()
		if _, err := unix.Write(from, sent); err != nil {
			t.Fatal(err)
		}
		got := receive(t, ours[1-i])
		if took := time.Since(start); took < delays[i] || !bytes.Equal(got, sent) {
			t.Errorf("way %d: %d bytes after %v", i, len(got), took)
		}
	}
	for i, c := range l.Counts() {
		if c.Entered.Load() != 1 || c.Left.Load() != 1 || l.Lateness()[i].Packets != 1 {
			t.Errorf("way %d: %d entered, %d left", i, c.Entered.Load(), c.Left.Load())
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

func TestCorruptsOneBit(t *testing.T) {
	devices, ours := sockets(t)
	l, err := Start(devices, Options{MTU: 1500, Way: [2]impair.Params{{Corrupt: 1}, {}}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := unix.Write(ours[0], make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	bits := 0
	for _, b := range receive(t, ours[1]) {
		for ; b != 0; b &= b - 1 {
			bits++
		}
	}
	if bits != 1 {
		t.Errorf("%d bits were turned", bits)
	}
}
