package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/link/netns"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// network is a namespace with nothing but a loopback interface, where only the
// test talks.
type network struct {
	*netns.Namespace
	program string
}

func newNetwork(t *testing.T) *network {
	t.Helper()
	if os.Geteuid() != 0 {
		testneed.Missing(t, "no recording: not root")
	}
	ns, err := netns.New()
	if err != nil {
		testneed.Missing(t, "no network namespaces: %v", err)
	}
	n := &network{ns, programFile(t)}
	t.Cleanup(func() {
		if err := ns.Close(); err != nil {
			t.Error(err)
		}
	})
	links, err := ns.Netlink()
	if err != nil {
		t.Fatal(err)
	}
	defer links.Close()
	lo, err := links.LinkByName("lo")
	if err == nil {
		err = links.LinkSetUp(lo)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// recording is flowstate capture at work.
type recording struct {
	*exec.Cmd
	words *bytes.Buffer
	heard chan struct{} // closed when words are whole
	out   io.ReadCloser
}

// record starts flowstate capture -i lo in the namespace, and returns when it
// records.
func (n *network) record(t *testing.T, args ...string) *recording {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	r := &recording{Cmd: exec.CommandContext(ctx, n.program, append([]string{"capture", "-i", "lo"}, args...)...), words: new(bytes.Buffer), heard: make(chan struct{})}
	words, err := r.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if r.out, err = r.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := n.Do(r.Start); err != nil {
		t.Fatal(err)
	}
	const ready = "flowstate: recording from lo\n"
	said := make([]byte, len(ready))
	if _, err := io.ReadFull(words, said); err != nil || string(said) != ready {
		rest, _ := io.ReadAll(words) // to be shown, whatever it is
		t.Fatalf("%v: %s%s", err, said, rest)
	}
	go func() {
		_, _ = io.Copy(r.words, words) // ends with the program
		close(r.heard)
	}()
	return r
}

// end waits for the recording's own end and returns its account.
func (r *recording) end(t *testing.T) (account string) {
	t.Helper()
	<-r.heard // Wait would close the pipe under the reader
	if err := r.Wait(); err != nil {
		t.Fatalf("%v: %s", err, r.words)
	}
	return r.words.String()
}

// stop ends the recording as ^C does.
func (r *recording) stop(t *testing.T) (account string) {
	t.Helper()
	time.Sleep(50 * time.Millisecond) // for what was just sent to be seen
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	return r.end(t)
}

// talk makes connections to a port, and sends bytes over each.
func (n *network) talk(t *testing.T, port, connections, size int) {
	t.Helper()
	err := n.Do(func() error {
		l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return err
		}
		defer l.Close()
		for range connections {
			// The socket is made here, inside; what is done with it later need not be.
			c, err := net.Dial("tcp4", l.Addr().String())
			if err != nil {
				return err
			}
			peer, err := l.Accept()
			if err != nil {
				return errors.Join(err, c.Close())
			}
			go func() {
				_, _ = c.Write(make([]byte, size)) // the reader misses what is not sent
				c.Close()
			}()
			got, err := io.Copy(io.Discard, peer)
			if err = errors.Join(err, peer.Close()); err != nil || got != int64(size) {
				return fmt.Errorf("%d bytes of %d, %w", got, size, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// packetsOf reads a capture that has to be whole.
func packetsOf(t *testing.T, path string) (all []capture.Packet) {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		var p capture.Packet
		err := r.Next(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		p.Data = bytes.Clone(p.Data)
		all = append(all, p)
	}
	if r.Damaged() {
		t.Errorf("%s is damaged", path)
	}
	return all
}

func TestCaptureLimits(t *testing.T) {
	n := newNetwork(t)
	path := filepath.Join(t.TempDir(), "lo.pcapng")

	r := n.record(t, "-w", path, "-c", "25")
	n.talk(t, 7001, 10, 100)
	if said, got := r.end(t), packetsOf(t, path); len(got) != 25 || !strings.Contains(said, "25 packets in") || !strings.Contains(said, ", 0 lost") {
		t.Errorf("-c 25: %d packets, said %s", len(got), said)
	}

	r = n.record(t, "-w", path, "--duration", "700ms", "-s", "60")
	n.talk(t, 7001, 1, 5000)
	if said := r.end(t); !regexp.MustCompile(`packets in (0\.[789]|[1-9])`).MatchString(said) {
		t.Errorf("--duration 700ms: said %s", said)
	}
	cut := 0
	for _, p := range packetsOf(t, path) {
		if len(p.Data) > 60 {
			t.Errorf("-s 60: a packet of %d bytes", len(p.Data))
		}
		if p.OrigLen > len(p.Data) {
			cut++
		}
	}
	if cut == 0 {
		t.Error("-s 60: nothing was cut")
	}
}

func TestCaptureFilter(t *testing.T) {
	n := newNetwork(t)
	for _, c := range []struct {
		filter string
		want   int // connections that summary shows
	}{
		{"tcp port 7002", 2},
		{"ip host 127.0.0.1 and (src port 7003 or dst port 7003)", 3},
		{"ip6", 0},
		{"not port 7002", 3},
		{"portrange 7002-7003", 5},
	} {
		path := filepath.Join(t.TempDir(), "lo.pcapng")
		r := n.record(t, "-w", path, c.filter)
		n.talk(t, 7002, 2, 100)
		n.talk(t, 7003, 3, 100)
		r.stop(t)
		rows := bytes.Count(printedBy(t, exitDone, "summary", "--format", "tsv", path), []byte("127.0.0.1\t700"))
		if rows != c.want {
			t.Errorf("%s: %d connections, want %d", c.filter, rows, c.want)
		}
	}
}

// TestCapturePipe is the help's own example: the recording goes through a pipe
// into flowstate summary.
func TestCapturePipe(t *testing.T) {
	n := newNetwork(t)
	r := n.record(t, "-w", "-", "tcp")
	n.talk(t, 7004, 3, 1000)
	var out, words bytes.Buffer
	read := make(chan int)
	go func() { read <- run([]string{"summary", "--format", "tsv", "-"}, r.out, &out, &words) }()
	time.Sleep(50 * time.Millisecond) // for what was just sent to be seen
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if status := <-read; status != exitDone || strings.Count(out.String(), "127.0.0.1\t7004") != 3 {
		t.Errorf("exit status %d: %s%s", status, &words, &out)
	}
	if said := r.end(t); !strings.Contains(said, ", 0 lost") {
		t.Errorf("said %s", said)
	}
}

func TestCaptureRing(t *testing.T) {
	n := newNetwork(t)
	dir := t.TempDir()
	r := n.record(t, "-w", filepath.Join(dir, "ring.pcapng"), "--file-size", "20K", "--files", "3", "-s", "200")
	n.talk(t, 7005, 100, 100)
	r.stop(t)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	var last capture.Timestamp
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil || info.Size() > 20<<10 {
			t.Errorf("%s: %d bytes, %v", path, info.Size(), err)
		}
		for _, p := range packetsOf(t, path) {
			if p.Time < last {
				t.Errorf("%s goes back in time", path)
			}
			last = p.Time
		}
	}
	if strings.HasSuffix(files[0], "00001.pcapng") {
		t.Errorf("the oldest file is kept: %v", files)
	}
}

// TestCaptureTellsLosses has nobody read what is recorded, until the ring is
// full and the kernel drops packets.
func TestCaptureTellsLosses(t *testing.T) {
	n := newNetwork(t)
	r := n.record(t, "-w", "-", "--buffer", "1")
	n.talk(t, 7006, 1, 600<<20)
	if err := r.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "losses.pcapng")
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, r.out); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	lost := regexp.MustCompile(`(\d+) packets in .*, ([1-9]\d*) lost`).FindStringSubmatch(r.end(t))
	if lost == nil || fmt.Sprint(len(packetsOf(t, file))) != lost[1] {
		t.Errorf("%d packets, said %s", len(packetsOf(t, file)), r.words)
	}
}
