package pcapfile_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// differs names the captures where we count other than tshark, and why.
var differs = map[string]struct {
	packets int
	why     string
}{
	"ajbanjara_Wireshark__ejemplo.pcap": {1, "the file is mangled after its first packet; tshark shows one of length 1342177281 before it gives up"},
}

// TestPublicCaptures compares 561 real captures with what tshark said of them.
func TestPublicCaptures(t *testing.T) {
	path := testneed.Shared(t, "captures/public/oracle.jsonl")
	oracle, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer oracle.Close()
	lines := bufio.NewScanner(oracle)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var want struct {
			File, Format string
			Packets      int
		}
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		t.Run(want.File, func(t *testing.T) {
			r, err := pcapfile.Open(filepath.Join(filepath.Dir(path), want.File))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if known, ok := differs[want.File]; ok {
				want.Packets = known.packets
				t.Log(known.why)
			}
			if got := drain(t, r); got != want.Packets {
				t.Errorf("%d packets, want %d", got, want.Packets)
			}
			if got := r.Format(); got != want.Format {
				t.Errorf("format %s, want %s", got, want.Format)
			}
			for _, f := range r.Findings() {
				t.Logf("%v: %s", f.Code, f.Text)
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// drain reads r to its end and returns the number of packets.
func drain(t *testing.T, r *pcapfile.Reader) int {
	t.Helper()
	n := 0
	for p := new(capture.Packet); ; n++ {
		err := r.Next(p)
		if err == io.EOF {
			return n
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.OrigLen < len(p.Data) {
			t.Fatalf("packet %d: %d bytes of %d", p.Frame, len(p.Data), p.OrigLen)
		}
	}
}
