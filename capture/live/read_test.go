package live

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// contents is what a file holds.
type contents struct {
	packets    []capture.Packet
	interfaces []capture.Interface
	comments   []pcapfile.Comment
}

// read reads a file that must be without damage.
func read(t testing.TB, path string) contents {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var c contents
	for {
		var p capture.Packet
		if err := r.Next(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		p.Data = bytes.Clone(p.Data)
		c.packets = append(c.packets, p)
	}
	if r.Damaged() {
		t.Fatalf("%s is damaged: %v", path, r.Findings())
	}
	c.interfaces, c.comments = r.Interfaces(), r.Comments()
	return c
}

// checkOrder holds the packets of a file to the order of their times.
func (c contents) checkOrder(t testing.TB) {
	t.Helper()
	if !slices.IsSortedFunc(c.packets, func(a, b capture.Packet) int { return int(a.Time - b.Time) }) {
		t.Error("times step backwards")
	}
}

// checkAgainstTShark holds what we read to what tshark does.
func (c contents) checkAgainstTShark(t testing.TB, path string) {
	t.Helper()
	out, err := exec.Command(testneed.Program(t, "tshark"), "-n", "-r", path, "-T", "fields",
		"-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len", "-e", "frame.interface_name").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(c.packets) {
		t.Fatalf("%d packets, tshark reads %d", len(c.packets), len(lines))
	}
	for i, p := range c.packets {
		seconds := strconv.FormatInt(int64(p.Time)/1e9, 10) + "." + strconv.FormatInt(1e9+int64(p.Time)%1e9, 10)[1:]
		want := strings.Join([]string{seconds, strconv.Itoa(p.OrigLen), strconv.Itoa(len(p.Data)), c.interfaces[p.Interface].Name}, "\t")
		if lines[i] != want {
			t.Fatalf("packet %d: %s, tshark %s", i+1, want, lines[i])
		}
	}
}

// tcpdumpCount returns how many packets of a file tcpdump selects.
func tcpdumpCount(t testing.TB, path, expr string) int {
	t.Helper()
	out, err := exec.Command(testneed.Program(t, "tcpdump"), "-n", "-r", path, "-t", "-q", "--", expr).Output()
	if os.Geteuid() == 0 && err != nil {
		testneed.Missing(t, "tcpdump cannot give up root in a user namespace: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(out, []byte("\n"))
}
