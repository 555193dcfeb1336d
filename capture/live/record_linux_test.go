package live

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// recording runs Record beside a test.
type recording struct {
	t     testing.TB
	stop  context.CancelFunc
	done  chan struct{}
	stats Stats
	err   error
}

// begin returns when recording has begun.
func begin(t testing.TB, o Options) *recording {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &recording{t: t, stop: cancel, done: make(chan struct{})}
	ready := make(chan struct{})
	o.Ready = func([]capture.Interface) { close(ready) }
	go func() {
		defer close(r.done)
		r.stats, r.err = Record(ctx, o)
	}()
	t.Cleanup(func() { cancel(); <-r.done })
	select {
	case <-ready:
	case <-r.done:
		t.Fatal(r.err)
	}
	return r
}

// end stops a recording that must have been without error.
func (r *recording) end() Stats {
	r.t.Helper()
	r.stop()
	return r.wait()
}

func (r *recording) wait() Stats {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(10 * time.Second):
		r.t.Fatal("the recording does not end")
	}
	must(r.t, r.err)
	return r.stats
}

func (h *host) options(t testing.TB, interfaces ...string) Options {
	o := Options{Output: filepath.Join(t.TempDir(), "a.pcapng")}
	for _, name := range interfaces {
		o.Interfaces = append(o.Interfaces, Interface{Name: name, Inside: h.do})
	}
	return o
}

func parse(t testing.TB, text string) filter.Expr {
	t.Helper()
	e, err := filter.Parse(text)
	must(t, err)
	return e
}

func TestLoopbackIsSeenOnce(t *testing.T) {
	h := newHost(t)
	o := h.options(t, "lo")
	o.Comment = "delay_ms: 5"
	r := begin(t, o)
	if _, err := os.Stat(o.Output); err == nil {
		t.Error("the file has its name before it is complete")
	}
	transfer(t, h, h, "127.0.0.1", 1<<20)
	stats := r.end()

	c := read(t, o.Output)
	c.checkAgainstTShark(t, o.Output)
	if got := c.dataBytes(14); got != 1<<20 {
		t.Errorf("%d bytes of data, sent %d", got, 1<<20)
	}
	if n := c.copies(14); n != 0 {
		t.Errorf("%d packets are there twice", n)
	}
	if int64(len(c.packets)) != stats.Packets || stats.Packets != int64(stats.Interfaces[0].Received) {
		t.Errorf("%d packets in the file, %+v", len(c.packets), stats)
	}
	about := c.interfaces[0]
	if about.Name != "lo" || about.LinkType != capture.LinkTypeEthernet || *about.Dropped != 0 || *about.Received != uint64(stats.Packets) {
		t.Errorf("the file says %+v", about)
	}
	if text := c.comments[0].Text; !strings.Contains(text, "interface lo; filter none") || !strings.HasSuffix(text, "\ndelay_ms: 5") {
		t.Errorf("the file's comment: %s", text)
	}
	if leftover, err := filepath.Glob(o.Output + ".*"); err != nil || leftover != nil {
		t.Errorf("left behind: %v, %v", leftover, err)
	}
}

func TestBothEndsInOneFile(t *testing.T) {
	a, b := newPair(t)
	o := a.options(t)
	o.Interfaces = []Interface{{Name: "veth0", Label: "client", Inside: a.do}, {Name: "veth1", Label: "server", Inside: b.do}}
	r := begin(t, o)
	transfer(t, a, b, "10.9.0.2", 4<<20)
	r.end()
	c := read(t, o.Output)
	c.checkAgainstTShark(t, o.Output)
	c.checkOrder(t)
	if got := c.dataBytes(14); got != 8<<20 {
		t.Errorf("%d bytes of data, want each of %d twice", got, 4<<20)
	}
	if c.interfaces[0].Name != "client" || c.interfaces[1].Name != "server" {
		t.Errorf("interfaces %+v", c.interfaces)
	}
}

// TestFilter holds what the kernel selects to what tcpdump selects from a
// recording of everything.
func TestFilter(t *testing.T) {
	for _, text := range []string{
		"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0", "src host 10.9.0.1 and tcp", "not host 10.9.0.1", "net 10.9.0.2/32",
		"udp", "host 10.9.0.2 and not tcp", "not port 80 and tcp",
	} {
		e := parse(t, text)
		for _, name := range []string{"veth0", AnyInterface} {
			a, b := newPair(t)
			all, some := a.options(t, name), a.options(t, name)
			some.Filter = e
			everything, selected := begin(t, all), begin(t, some)
			transfer(t, a, b, "10.9.0.2", 100_000)
			everything.end()
			stats := selected.end()
			if want := tcpdumpCount(t, all.Output, text); int(stats.Packets) != want {
				t.Errorf("%s: %s: %d packets, tcpdump selects %d", name, text, stats.Packets, want)
			}
		}
	}
}

func TestAny(t *testing.T) {
	a, b := newPair(t)
	o := a.options(t, AnyInterface)
	r := begin(t, o)
	transfer(t, a, a, "127.0.0.1", 1000)
	transfer(t, a, b, "10.9.0.2", 2000)
	r.end()
	c := read(t, o.Output)
	c.checkAgainstTShark(t, o.Output)
	if c.interfaces[0].LinkType != capture.LinkTypeLinuxSLL2 {
		t.Errorf("link type %v", c.interfaces[0].LinkType)
	}
	if got := c.dataBytes(20); got != 3000 {
		t.Errorf("%d bytes of data, want 3000", got)
	}
	if n := tcpdumpCount(t, o.Output, "tcp"); n == 0 {
		t.Error("tcpdump sees no TCP in it")
	}
}

func TestSnapLen(t *testing.T) {
	for name, link := range map[string]int{"lo": 14, AnyInterface: 20} {
		h := newHost(t)
		o := h.options(t, name)
		o.SnapLen = 60
		r := begin(t, o)
		transfer(t, h, h, "127.0.0.1", 5000)
		r.end()
		c := read(t, o.Output)
		c.checkAgainstTShark(t, o.Output)
		if got := c.dataBytes(link); got != 5000 {
			t.Errorf("%s: %d bytes of data by the headers, want 5000", name, got)
		}
		for _, p := range c.packets {
			if len(p.Data) > 60 {
				t.Fatalf("%s: a packet of %d bytes", name, len(p.Data))
			}
		}
	}
}

func TestLimits(t *testing.T) {
	h := newHost(t)
	o := h.options(t, "lo")
	o.Count = 3
	r := begin(t, o)
	transfer(t, h, h, "127.0.0.1", 5000)
	if stats := r.wait(); stats.Packets != 3 || len(read(t, o.Output).packets) != 3 {
		t.Errorf("%+v, want 3 packets", stats)
	}
	o = h.options(t, "lo")
	o.Duration = 100 * time.Millisecond
	start := time.Now()
	stats := begin(t, o).wait()
	if took := time.Since(start); took < o.Duration || took > time.Second || stats.Packets != 0 {
		t.Errorf("%v, %+v", took, stats)
	}
}

// TestStopKeepsWhatCameBefore stops at once after a transfer.
func TestStopKeepsWhatCameBefore(t *testing.T) {
	h := newHost(t)
	for range 20 {
		o := h.options(t, "lo")
		r := begin(t, o)
		transfer(t, h, h, "127.0.0.1", 10_000)
		r.end()
		if got := read(t, o.Output).dataBytes(14); got != 10_000 {
			t.Fatalf("%d bytes of data, want 10000", got)
		}
	}
}

func TestPipeGetsPacketsInTime(t *testing.T) {
	h := newHost(t)
	o := h.options(t, "lo")
	in, out := pipe(t)
	o.Output, o.Stdout = "-", out
	r := begin(t, o)
	reader, err := pcapfile.NewReader(in, "pipe")
	must(t, err)
	conn := udp(t, h, h, "127.0.0.1")
	for n := range 5 {
		sent := time.Now()
		_, err := conn.Write([]byte{byte(n)})
		must(t, err)
		var p capture.Packet
		must(t, reader.Next(&p))
		if took := time.Since(sent); took > 500*time.Millisecond {
			t.Errorf("a packet took %v", took)
		}
	}
	if stats := r.end(); stats.Packets != 5 || stats.Files != nil {
		t.Errorf("%+v", stats)
	}
}

// udp returns a socket that sends to one that nobody reads.
func udp(t testing.TB, from, to *host, addr string) net.Conn {
	t.Helper()
	var server net.PacketConn
	must(t, to.do(func() (err error) {
		server, err = net.ListenPacket("udp", addr+":0")
		return err
	}))
	t.Cleanup(func() { server.Close() })
	var client net.Conn
	must(t, from.do(func() (err error) {
		client, err = net.Dial("udp", server.LocalAddr().String())
		return err
	}))
	t.Cleanup(func() { client.Close() })
	return client
}

func TestClosedPipeEndsTheRecording(t *testing.T) {
	h := newHost(t)
	o := h.options(t, "lo")
	in, out := pipe(t)
	o.Output, o.Stdout = "-", out
	r := begin(t, o)
	must(t, in.Close())
	_, err := udp(t, h, h, "127.0.0.1").Write([]byte("x"))
	must(t, err)
	<-r.done
	if !errors.Is(r.err, unix.EPIPE) {
		t.Errorf("%v, want %v", r.err, unix.EPIPE)
	}
}

func pipe(t testing.TB) (in, out *os.File) {
	t.Helper()
	in, out, err := os.Pipe()
	must(t, err)
	t.Cleanup(func() { in.Close(); out.Close() })
	return in, out
}

func TestRingFiles(t *testing.T) {
	h := newHost(t)
	must(t, h.do(func() error { return noOffloads("lo") }))
	o := h.options(t, "lo")
	o.Rotation = Rotation{Size: 100_000, Keep: 3}
	r := begin(t, o)
	transfer(t, h, h, "127.0.0.1", 2<<20)
	stats := r.end()
	there, err := filepath.Glob(filepath.Join(filepath.Dir(o.Output), "*"))
	must(t, err)
	if len(there) != 3 || len(stats.Files) != 3 || there[2] != stats.Files[2] {
		t.Fatalf("files %v, told %v", there, stats.Files)
	}
	for i, path := range there {
		info, err := os.Stat(path)
		must(t, err)
		c := read(t, path)
		if info.Size() > 100_000 || i < 2 && info.Size() < 98_000 || *c.interfaces[0].Dropped != 0 || len(c.comments) != 1 {
			t.Errorf("%s: %d bytes, %+v", path, info.Size(), c.interfaces[0])
		}
	}
}

func TestRingFilesByTime(t *testing.T) {
	h := newHost(t)
	o := h.options(t, "lo")
	o.Rotation = Rotation{Every: 50 * time.Millisecond}
	r := begin(t, o)
	conn := udp(t, h, h, "127.0.0.1")
	for range 3 {
		_, err := conn.Write([]byte("x"))
		must(t, err)
		time.Sleep(60 * time.Millisecond)
	}
	stats := r.end()
	if len(stats.Files) != 3 {
		t.Errorf("%v, want 3 files", stats.Files)
	}
	for _, path := range stats.Files {
		if n := len(read(t, path).packets); n != 1 {
			t.Errorf("%s: %d packets", path, n)
		}
	}
}

// slow is a sink that is never in time.
type slow struct{ *Writer }

func (s slow) WritePacket(p *capture.Packet) error {
	time.Sleep(50 * time.Microsecond)
	return s.Writer.WritePacket(p)
}

func TestDropsAreTold(t *testing.T) {
	h := newHost(t)
	must(t, h.do(func() error { return noOffloads("lo") }))
	r, err := Open(Config{Interfaces: []Interface{{Name: "lo", Inside: h.do}}, BufferMiB: 1})
	must(t, err)
	defer r.Close()
	var out bytes.Buffer
	w, err := NewWriter(&out, Section{Interfaces: r.Interfaces()})
	must(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		defer cancel()
		transfer(t, h, h, "127.0.0.1", 8<<20)
	}()
	stats, err := r.Run(ctx, slow{w})
	must(t, err)
	must(t, w.Finish(time.Now(), stats.Interfaces))
	if stats.Dropped() == 0 || uint64(stats.Packets)+stats.Dropped() != stats.Interfaces[0].Received {
		t.Errorf("%+v", stats)
	}
	path := filepath.Join(t.TempDir(), "a.pcapng")
	must(t, os.WriteFile(path, out.Bytes(), 0o600))
	c := read(t, path)
	if *c.interfaces[0].Dropped != stats.Dropped() || int64(len(c.packets)) != stats.Packets {
		t.Errorf("the file tells of %d lost and holds %d, %+v", *c.interfaces[0].Dropped, len(c.packets), stats)
	}
}
