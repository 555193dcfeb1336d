package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// benchmarkFile reads a file of about 1.1 GB and 1.4 million packets, of the
// two sizes of a bulk transfer, from the page cache.
func benchmarkFile(b *testing.B, write func(io.Writer, []byte) error, name string) {
	path := filepath.Join(b.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	if err := write(file, bytes.Repeat([]byte("payload "), 1514/8+1)[:1514]); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	b.ReportAllocs()
	packets := 0
	for b.Loop() {
		packets = 0
		r, err := pcapfile.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		for p := new(capture.Packet); r.Next(p) == nil; {
			packets++
		}
		if len(r.Findings()) > 0 {
			b.Fatal(r.Findings())
		}
		r.Close()
	}
	b.ReportMetric(float64(packets)*float64(b.N)/b.Elapsed().Seconds(), "packets/s")
}

const benchmarkPackets = 1_400_000

func BenchmarkPCAP(b *testing.B) {
	benchmarkFile(b, func(w io.Writer, payload []byte) error {
		out := bytes.NewBuffer(nil)
		out.Write(pcapHeader(binary.LittleEndian, 0xa1b2c3d4, 262144, 1))
		for i := range benchmarkPackets {
			out.Write(pcapRecord(binary.LittleEndian, uint32(i/1000), uint32(i%1000), payload[:66+i%2*1448]))
			if out.Len() > 1<<20 {
				if _, err := out.WriteTo(w); err != nil {
					return err
				}
			}
		}
		_, err := out.WriteTo(w)
		return err
	}, "bulk.pcap")
}

func BenchmarkPCAPNG(b *testing.B) {
	benchmarkFile(b, func(w io.Writer, payload []byte) error {
		out := bytes.NewBuffer(nil)
		le := ng{binary.LittleEndian}
		out.Write(le.section())
		out.Write(le.iface(1, 262144, option{9, []byte{9}}))
		for i := range benchmarkPackets {
			out.Write(le.packet(0, uint64(i)*1e6, payload[:66+i%2*1448]))
			if out.Len() > 1<<20 {
				if _, err := out.WriteTo(w); err != nil {
					return err
				}
			}
		}
		_, err := out.WriteTo(w)
		return err
	}, "bulk.pcapng")
}
