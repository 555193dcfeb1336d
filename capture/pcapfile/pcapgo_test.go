package pcapfile_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/pcapgo"
)

// peer is what both readers of pcapgo are.
type peer interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

func openPeer(path string) (peer, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(content, []byte{0x0a, 0x0d, 0x0d, 0x0a}) {
		return pcapgo.NewNgReader(bytes.NewReader(content), pcapgo.NgReaderOptions{WantMixedLinkType: true})
	}
	return pcapgo.NewReader(bytes.NewReader(content))
}

// TestAgainstPcapgo compares bytes, lengths and times with gopacket's reader
// over all captures that it can read, as far as it can read them: it refuses
// some formats, gives up at a record with a length above the original one, and
// takes no time out of range.
func TestAgainstPcapgo(t *testing.T) {
	var files []string
	for _, folder := range []string{"captures/public", "captures/odd"} {
		found, err := filepath.Glob(filepath.Join(testneed.Shared(t, folder), "*.pcap*"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	compared, refused := 0, 0
	for _, path := range files {
		theirs, err := openPeer(path)
		if err != nil {
			refused++
			continue
		}
		ours, err := pcapfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		compared += comparePeer(t, path, ours, theirs)
		ours.Close()
	}
	t.Logf("%d files, %d of which pcapgo refuses; %d packets compared", len(files), refused, compared)
}

func comparePeer(t *testing.T, path string, ours *pcapfile.Reader, theirs peer) (packets int) {
	t.Helper()
	for p := new(capture.Packet); ; packets++ {
		data, info, err := theirs.ReadPacketData()
		if err != nil {
			return packets
		}
		if err := ours.Next(p); err == io.EOF {
			if !ours.Damaged() {
				t.Errorf("%s: ends after %d packets; pcapgo goes on", path, packets)
			}
			return packets
		} else if err != nil {
			t.Fatal(err)
		}
		inRange := info.Timestamp.Year() < 2262 && !info.Timestamp.IsZero()
		if !bytes.Equal(data, p.Data) || info.Length != p.OrigLen || inRange && !info.Timestamp.Equal(p.Time.Time()) {
			t.Errorf("%s, packet %d: %d bytes of %d at %v; pcapgo has %d of %d at %v", path, p.Frame,
				len(p.Data), p.OrigLen, p.Time.Time(), len(data), info.Length, info.Timestamp.UTC())
			return packets
		}
	}
}
