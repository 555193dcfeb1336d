package pcapfile_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"pgregory.net/rapid"
)

const start = 1_700_000_000 // seconds

// kinds writes the same packets in each format: a header, then one record for
// each packet, one every millisecond.
var kinds = map[string]struct {
	header []byte
	record func(i int, data []byte) []byte
}{
	"pcap": {pcapHeader(le, 0xa1b2c3d4, 65535, 1), func(i int, data []byte) []byte {
		return pcapRecord(le, start+uint32(i/1000), uint32(i%1000*1000), data)
	}},
	"pcap, big-endian": {pcapHeader(be, 0xa1b23c4d, 65535, 1), func(i int, data []byte) []byte {
		return pcapRecord(be, start+uint32(i/1000), uint32(i%1000*1_000_000), data)
	}},
	"pcapng": {join(ng{le}.section(), ng{le}.iface(1, 0)), func(i int, data []byte) []byte {
		return ng{le}.packet(0, start*1e6+uint64(i)*1000, data)
	}},
	"pcapng, big-endian": {join(ng{be}.section(), ng{be}.iface(1, 0)), func(i int, data []byte) []byte {
		return ng{be}.packet(0, start*1e6+uint64(i)*1000, data, option{1, []byte("comment")})
	}},
	"snoop": {snoopHeader(2, 4), func(i int, data []byte) []byte {
		return snoopRecord(start+uint32(i/1000), uint32(i%1000*1000), 0, data, -len(data)&3)
	}},
}

// randomFile returns a file of n packets of random bytes, the packets, and
// where the record of each starts, with the file's length at the end.
func randomFile(kind string, n int, random *rand.Rand) (file []byte, packets []string, starts []int) {
	file = bytes.Clone(kinds[kind].header)
	for i := range n {
		data := make([]byte, 1+random.IntN(200))
		for j := range data {
			data[j] = byte(random.Uint32())
		}
		starts = append(starts, len(file))
		packets = append(packets, string(data))
		file = append(file, kinds[kind].record(i, data)...)
	}
	return file, packets, append(starts, len(file))
}

func readData(t *rapid.T, file []byte) (*pcapfile.Reader, []string) {
	r, err := pcapfile.NewReader(bytes.NewReader(file), "test")
	if err != nil {
		t.Fatal(err)
	}
	var packets []string
	for p := new(capture.Packet); ; {
		if err := r.Next(p); err == io.EOF {
			return r, packets
		} else if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, string(p.Data))
	}
}

// TestCutAnywhere cuts a file at any byte: all whole packets are kept, and a
// cut elsewhere than between two records is told, with its place.
func TestCutAnywhere(t *testing.T) {
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
				file, packets, starts := randomFile(kind, rapid.IntRange(0, 20).Draw(t, "packets"), random)
				cut := rapid.IntRange(starts[0], len(file)).Draw(t, "cut")
				whole, clean := slices.BinarySearch(starts, cut)
				if !clean {
					whole--
				}
				r, got := readData(t, file[:cut])
				if !slices.Equal(got, packets[:whole]) {
					t.Fatalf("%d packets, want %d", len(got), whole)
				}
				switch found := r.Findings(); {
				case clean && len(found) != 0:
					t.Fatalf("findings %v", found)
				case !clean && (len(found) != 1 || found[0].Offset != int64(starts[whole]) || int(found[0].Frame) != whole):
					t.Fatalf("findings %v, want one at byte %d after packet %d", found, starts[whole], whole)
				}
			})
		})
	}
}

// TestDamageAnywhere overwrites some bytes, or adds or loses some. All packets
// before that are kept, and so are all but the first few after it. Finding the
// way back is a matter of likelihood (it fails about once in 10,000 times
// here), so that the cases are the same at every run.
func TestDamageAnywhere(t *testing.T) {
	const packets, spared = 60, 22
	for kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			for seed := range uint64(200) {
				random := rand.New(rand.NewPCG(seed, 0))
				file, want, starts := randomFile(kind, packets, random)
				hit := 5 + random.IntN(10)
				garbage := make([]byte, 1+random.IntN(300))
				for i := range garbage {
					garbage[i] = byte(random.Uint32()) | 0x80
				}
				rest := file[starts[hit]+random.IntN(300):]
				_, got := read(t, join(file[:starts[hit]], garbage, rest))
				if len(got) < hit+spared || data(got[:hit]) != strings.Join(want[:hit], " ") {
					t.Fatalf("seed %d: %d packets; not all of the %d before the damage", seed, len(got), hit)
				}
				if data(got[len(got)-spared:]) != strings.Join(want[packets-spared:], " ") {
					t.Fatalf("seed %d: the packets after the damage are lost", seed)
				}
			}
		})
	}
}
