package pcapfile_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/ulikunitz/xz"
)

// packers are the compressors, by the ending that goes with each.
var packers = map[string]func([]byte) []byte{
	"gz":  compressGzip,
	"zst": compressZstd,
	"lz4": compressLZ4,
	"xz":  compressXZ,
}

// pack compresses b with a writer; a failure is a bug of the test.
func pack(b []byte, writer func(io.Writer) (io.WriteCloser, error)) []byte {
	var out bytes.Buffer
	w, err := writer(&out)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

func compressGzip(b []byte) []byte {
	return pack(b, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func compressZstd(b []byte) []byte {
	return pack(b, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
}

func compressLZ4(b []byte) []byte {
	return pack(b, func(w io.Writer) (io.WriteCloser, error) {
		z := lz4.NewWriter(w)
		return z, z.Apply(lz4.BlockSizeOption(lz4.Block64Kb)) // the usual 4 MiB would hold all our tests
	})
}

func compressXZ(b []byte) []byte {
	return pack(b, func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
}

// manyPackets is a pcap file of n packets that do not compress too well.
func manyPackets(n int) []byte {
	file := pcapHeader(le, 0xa1b2c3d4, 65535, 1)
	state := uint32(1)
	for i := range n {
		data := make([]byte, 40+i%60)
		for j := range data {
			state = state*1664525 + 1013904223
			data[j] = byte(state >> 24)
		}
		file = append(file, pcapRecord(le, uint32(1000+i), 0, data)...)
	}
	return file
}

func TestCompressed(t *testing.T) {
	const packets = 20_000
	file := manyPackets(packets)
	for ending, compress := range packers {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			r, err := pcapfile.NewReader(bytes.NewReader(compress(file)), "test")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if n := drain(t, r); n != packets || r.Damaged() {
				t.Errorf("%d packets, findings %v", n, r.Findings())
			}
			if want := "pcap/LE/us/" + ending; r.Format() != want {
				t.Errorf("format %s, want %s", r.Format(), want)
			}
		})
	}
}

// TestCompressedMembers has a file in two compressed streams, one after the
// other, as cat or a rotating recorder leave it.
func TestCompressedMembers(t *testing.T) {
	const packets = 1000
	file := manyPackets(packets)
	for ending, compress := range packers {
		t.Run(ending, func(t *testing.T) {
			half := len(file) / 2
			r, err := pcapfile.NewReader(bytes.NewReader(join(compress(file[:half]), compress(file[half:]))), "test")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if n := drain(t, r); n != packets || r.Damaged() {
				t.Errorf("%d packets, findings %v", n, r.Findings())
			}
		})
	}
}

func TestCompressedCut(t *testing.T) {
	const packets = 20_000
	file := manyPackets(packets)
	for ending, compress := range packers {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			packed := compress(file)
			r, err := pcapfile.NewReader(bytes.NewReader(packed[:len(packed)*3/4]), "test")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if n := drain(t, r); n < packets/2 || n > packets*4/5 {
				t.Errorf("%d packets of %d", n, packets)
			}
			if got := codes(r); got != "capture-truncated" {
				t.Errorf("findings %v", r.Findings())
			}
			if err := r.Next(new(capture.Packet)); err != io.EOF {
				t.Errorf("after the end: %v", err)
			}
			if n := len(r.Findings()); n != 1 {
				t.Errorf("%d findings after a further Next", n)
			}
		})
	}
}

func TestCompressedDamage(t *testing.T) {
	file := manyPackets(20_000)
	for ending, compress := range packers {
		t.Run(ending, func(t *testing.T) {
			t.Parallel()
			packed := compress(file)
			for i := len(packed) / 2; i < len(packed)/2+2000; i++ {
				packed[i] ^= 0x55
			}
			r, err := pcapfile.NewReader(bytes.NewReader(packed), "test")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			drain(t, r)
			if !r.Damaged() {
				t.Error("no finding")
			}
			t.Log(r.Findings())
		})
	}
}

// TestXZDictionary has a dictionary of 4 GiB, which would be allocated.
func TestXZDictionary(t *testing.T) {
	packed := compressXZ(manyPackets(1))
	at := bytes.Index(packed, []byte{0x21, 0x01})
	packed[at+2] = 40
	_, err := pcapfile.NewReader(bytes.NewReader(packed), "test")
	if err == nil || !strings.Contains(err.Error(), "its dictionary of 4096 MiB is over the limit of 128") {
		t.Errorf("error %v", err)
	}
}
