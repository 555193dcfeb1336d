package pcapfile_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// fuzz reads whatever it is given to the end and checks what a reader
// promises of any input.
func fuzz(t *testing.T, file []byte) {
	r, err := pcapfile.NewReader(bytes.NewReader(file), "fuzz")
	if err != nil {
		return
	}
	defer r.Close()
	var last capture.Packet
	for p := new(capture.Packet); ; {
		err := r.Next(p)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err) // bytes in memory cannot fail to be read
		}
		if p.Frame <= last.Frame || p.Offset <= last.Offset && last.Frame > 0 {
			t.Fatalf("packet %d at byte %d after packet %d at byte %d", p.Frame, p.Offset, last.Frame, last.Offset)
		}
		if p.OrigLen < len(p.Data) {
			t.Fatalf("%d bytes of %d", len(p.Data), p.OrigLen)
		}
		if on := r.Interfaces()[p.Interface]; on.LinkType != p.LinkType {
			t.Fatalf("link type %v on an interface of %v", p.LinkType, on.LinkType)
		}
		last = *p
	}
	if err := r.Next(new(capture.Packet)); err != io.EOF {
		t.Fatalf("after the end: %v", err)
	}
	_ = r.Format()
	_ = r.Findings()
}

// seeds adds files of the kinds that start with prefix, whole and damaged.
func seeds(f *testing.F, pack func([]byte) []byte, names ...string) {
	for _, name := range names {
		file, _, starts := randomFile(name, 8, rand.New(rand.NewPCG(1, 2)))
		f.Add(pack(file))
		f.Add(pack(file[:len(file)-3]))
		f.Add(pack(join(file[:starts[3]], []byte("garbage"), file[starts[3]:])))
		f.Add(pack(join(file[:starts[3]], make([]byte, 100), file[starts[3]:])))
	}
}

func unpacked(b []byte) []byte { return b }

func FuzzPCAP(f *testing.F) {
	seeds(f, unpacked, "pcap", "pcap, big-endian")
	f.Add(join(pcapHeader(be, 0xa1b2cd34, 9, 1), pcapRecord(be, 1, 2, []byte("data"), make([]byte, 12)...), pcapRecord(be, 3, 4, []byte("data"), make([]byte, 12)...)))
	f.Fuzz(fuzz)
}

func FuzzPCAPNG(f *testing.F) {
	seeds(f, unpacked, "pcapng", "pcapng, big-endian")
	o := ng{le}
	f.Add(join(o.section(option{1, []byte("a")}), o.iface(1, 4, option{9, []byte{0x94}}, option{14, o.number(5)}),
		o.simplePacket(4, []byte("data")), o.oldPacket(0, 1, 5, []byte("data")), o.statistics(0, option{4, o.number(1)}), o.block(9, nil)))
	f.Fuzz(fuzz)
}

func FuzzSnoop(f *testing.F) {
	seeds(f, unpacked, "snoop")
	f.Add(join(snoopHeader(2, 18), snoopRecord(1, 0, 0, []byte("\x00\x00\x00\x02abcd"), 16)))
	f.Fuzz(fuzz)
}

func FuzzCompressed(f *testing.F) {
	for _, pack := range packers {
		seeds(f, pack, "pcap", "pcapng")
	}
	f.Fuzz(fuzz)
}
