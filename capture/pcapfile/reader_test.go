package pcapfile_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// join makes one file of its parts.
func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// row is what a test expects of a packet, and what it got, for one comparison.
type row struct {
	time     capture.Timestamp
	link     capture.LinkType
	on       int
	original int
	data     string
}

func (r row) String() string {
	return fmt.Sprintf("{time %d, link %v, interface %d, %d bytes on the wire, %q}", r.time, r.link, r.on, r.original, r.data)
}

// read reads a whole file and requires that frames are numbered from 1 on
// unless gaps is set.
func read(t *testing.T, file []byte) (*pcapfile.Reader, []row) {
	t.Helper()
	r, err := pcapfile.NewReader(bytes.NewReader(file), "test")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for p := new(capture.Packet); ; {
		if err := r.Next(p); err == io.EOF {
			return r, rows
		} else if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row{p.Time, p.LinkType, p.Interface, p.OrigLen, string(p.Data)})
	}
}

func compare(t *testing.T, got, want []row) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("packets:\n got %v\nwant %v", got, want)
	}
}

// data returns the bytes of all packets, space separated.
func data(rows []row) string {
	var all []string
	for _, p := range rows {
		all = append(all, p.data)
	}
	return strings.Join(all, " ")
}

// codes returns the codes of r's findings, space separated.
func codes(r *pcapfile.Reader) string {
	var names []string
	for _, f := range r.Findings() {
		names = append(names, f.Code.String())
	}
	return strings.Join(names, " ")
}

func TestPCAPVariants(t *testing.T) {
	// Records of the kinds that share the usual or the modified magic number.
	kuznetzov := func(o byteOrder) []byte { // interface 2, IPv4, to us, padding
		return append(o.AppendUint16(o.AppendUint32(nil, 2), 0x800), 0, 0)
	}
	suse := func(o byteOrder) []byte { return append(kuznetzov(o), 0, 0, 0, 0) }
	nokia := func(o byteOrder) []byte { return o.AppendUint32(nil, 0x9fbfb601) }
	plain := func(byteOrder) []byte { return nil }

	for _, test := range []struct {
		name   string
		magic  uint32
		minor  uint16
		extra  int
		tail   func(byteOrder) []byte
		link   uint32
		unit   int64
		format string
		want   capture.LinkType
	}{
		{"microseconds", 0xa1b2c3d4, 4, 0, plain, 1, 1000, "pcap/%s/us", 1},
		{"nanoseconds", 0xa1b23c4d, 4, 0, plain, 1, 1, "pcap/%s/ns", 1},
		{"version 2.3", 0xa1b2c3d4, 3, 0, plain, 1, 1000, "pcap/%s/us", 1},
		{"version 2.0", 0xa1b2c3d4, 0, 0, plain, 101, 1000, "pcap/%s/us", 101},
		{"modified", 0xa1b2cd34, 4, 0, kuznetzov, 1, 1000, "pcap-kuznetzov/%s/us", 1},
		{"modified, SuSE", 0xa1b2cd34, 4, 0, suse, 1, 1000, "pcap-suse/%s/us", 1},
		{"modified, usual magic", 0xa1b2c3d4, 4, 0, kuznetzov, 1, 1000, "pcap-kuznetzov/%s/us", 1},
		{"Nokia", 0xa1b2c3d4, 4, 0, nokia, 1, 1000, "pcap-nokia/%s/us", 1},
		{"Ixia hardware", 0x1c0001ac, 4, 4, plain, 1, 1, "pcap-ixia/%s/ns", 1},
		{"Ixia software", 0x1c0001ab, 4, 4, plain, 1, 1000, "pcap-ixia/%s/us", 1},
		{"AIX", 0xa1b2c3d4, 2, 0, plain, 6, 1, "pcap-aix/%s/ns", 1},
		{"FCS length in the link type", 0xa1b2c3d4, 4, 0, plain, 0x24000001, 1000, "pcap/%s/us", 1},
	} {
		for _, o := range []byteOrder{le, be} {
			t.Run(test.name+"/"+o.String(), func(t *testing.T) {
				file := join(pcapHeaderVersion(o, test.magic, 2, test.minor, 65535, test.link), make([]byte, test.extra),
					pcapRecord(o, 1, 2, []byte("one!"), test.tail(o)...),
					pcapRecord(o, 4_000_000_000, 999_999, []byte("two, of another length"), test.tail(o)...),
					pcapRecord(o, 3, 0, []byte(""), test.tail(o)...),
					pcapRecord(o, 3, 7, bytes.Repeat([]byte("long"), 50), test.tail(o)...))
				r, got := read(t, file)
				at := func(sec, frac int64) capture.Timestamp { return capture.Timestamp(sec*1e9 + frac*test.unit) }
				compare(t, got, []row{
					{at(1, 2), test.want, 0, 4, "one!"},
					{at(4_000_000_000, 999_999), test.want, 0, 22, "two, of another length"},
					{at(3, 0), test.want, 0, 0, ""},
					{at(3, 7), test.want, 0, 200, strings.Repeat("long", 50)},
				})
				name := map[byteOrder]string{le: "LE", be: "BE"}[o]
				if want := fmt.Sprintf(test.format, name); r.Format() != want {
					t.Errorf("format %s, want %s", r.Format(), want)
				}
				if r.Damaged() {
					t.Errorf("findings %v", r.Findings())
				}
			})
		}
	}
}

func TestPCAPLengths(t *testing.T) {
	big := bytes.Repeat([]byte("x"), 1<<20)
	for _, test := range []struct {
		name               string
		minor              uint16
		snapLen            uint32
		captured, original uint32 // as they stand in the file
		data               []byte
		want               int // on the wire
	}{
		{"cut by the snapshot length", 4, 4, 4, 1500, []byte("head"), 1500},
		{"longer than on the wire", 4, 65535, 6, 4, []byte("padded"), 6},
		{"snapshot length 0", 4, 0, 4, 4, []byte("data"), 4},
		{"huge snapshot length", 4, 1<<32 - 1, 4, 4, []byte("data"), 4},
		{"longer than the snapshot length", 4, 2, 4, 4, []byte("data"), 4},
		{"2.2, lengths exchanged", 2, 65535, 1500, 4, []byte("head"), 1500},
		{"2.3, lengths exchanged", 3, 65535, 1500, 4, []byte("head"), 1500},
		{"2.3, lengths in order", 3, 65535, 4, 1500, []byte("head"), 1500},
		{"a megabyte", 4, 65535, 1 << 20, 1 << 20, big, 1 << 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := join(pcapHeaderVersion(le, 0xa1b2c3d4, 2, test.minor, test.snapLen, 1),
				pcapRecordLengths(le, 1, 0, test.captured, test.original, test.data),
				pcapRecord(le, 2, 0, []byte("next")))
			r, got := read(t, file)
			compare(t, got, []row{
				{1e9, 1, 0, test.want, string(test.data)},
				{2e9, 1, 0, 4, "next"},
			})
			if r.Damaged() {
				t.Errorf("findings %v", r.Findings())
			}
			if got := uint32(r.Interfaces()[0].SnapLen); got != test.snapLen {
				t.Errorf("snapshot length %d, want %d", got, test.snapLen)
			}
		})
	}
}

func TestPCAPDamage(t *testing.T) {
	header := pcapHeader(le, 0xa1b2c3d4, 65535, 1)
	record := func(sec uint32, data string) []byte { return pcapRecord(le, sec, 0, []byte(data)) }
	good := join(record(1000, "one"), record(1001, "two"))
	rest := join(record(1002, "three"), record(1003, "four"), record(1004, "five"))
	for _, test := range []struct {
		name string
		file []byte
		want string // the packets' data
		code string
		text string
	}{
		{"none", join(header, good, rest), "one two three four five", "", ""},
		{"no packets", header, "", "", ""},
		{"cut in a header", join(header, good, rest[:7]), "one two", "capture-truncated",
			"the file ends inside the record at byte 62, after 7 bytes of it (after packet 2)"},
		{"cut in a packet", join(header, good, rest[:18]), "one two", "capture-truncated",
			"the file ends inside the record at byte 62, after 18 bytes of it (after packet 2)"},
		{"garbage", join(header, good, bytes.Repeat([]byte{0xfe}, 1000), rest), "one two three four five", "bad-block",
			"record of 4278124302 bytes with time 4278124286 at byte 62; 1000 bytes were skipped and reading went on at byte 1062 (after packet 2)"},
		{"zeros", join(header, good, make([]byte, 4096), rest), "one two three four five", "bad-block", ""},
		{"zeros to the end", join(header, good, make([]byte, 4096)), "one two", "bad-block", ""},
		{"garbage to the end", join(header, good, bytes.Repeat([]byte{0xfe}, 5<<20)), "one two", "bad-block",
			"record of 4278124302 bytes with time 4278124286 at byte 62; nothing usable in the 5242880 bytes after it (after packet 2)"},
		{"much garbage", join(header, good, bytes.Repeat([]byte{0xfe}, 5<<20), rest), "one two three four five", "bad-block", ""},
		{"last record after garbage", join(header, good, bytes.Repeat([]byte{0xff}, 16), record(1002, "three")), "one two three", "bad-block", ""},
		{"a length too large", join(header, good, pcapRecordLengths(le, 1002, 0, 1<<24+1, 1<<24+1, []byte("bad")), rest),
			"one two three four five", "bad-block", ""},
		{"a length that is too large for what follows", join(header, good, pcapRecordLengths(le, 1002, 0, 1<<19, 1<<19, []byte("bad")), rest),
			"one two three four five", "bad-block", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, rows := read(t, test.file)
			if got := data(rows); got != test.want {
				t.Errorf("packets %q, want %q", got, test.want)
			}
			if got := codes(r); got != test.code {
				t.Errorf("findings %q, want %q", got, test.code)
			}
			if test.text != "" && r.Findings()[0].Text != test.text {
				t.Errorf("finding\n got %s\nwant %s", r.Findings()[0].Text, test.text)
			}
			if r.Damaged() != (test.code != "") {
				t.Errorf("Damaged() = %v", r.Damaged())
			}
		})
	}
}

func TestSnoop(t *testing.T) {
	file := join(snoopHeader(2, 4),
		snoopRecord(1, 2, 0, []byte("one!"), 0),
		snoopRecord(3, 4, 7, []byte("two"), 1))
	r, got := read(t, file)
	compare(t, got, []row{
		{1e9 + 2000, capture.LinkTypeEthernet, 0, 4, "one!"},
		{3e9 + 4000, capture.LinkTypeEthernet, 0, 3, "two"},
	})
	if d := r.Interfaces()[0].Dropped; d == nil || *d != 7 || r.Interfaces()[0].Lost != (capture.Between{After: 1, Before: 2}) {
		t.Errorf("dropped %v, want 7 before frame 2: %+v", d, r.Interfaces()[0])
	}
	if r.Format() != "snoop/us" {
		t.Errorf("format %s", r.Format())
	}
}

func TestSnoopLinkTypes(t *testing.T) {
	for _, test := range []struct {
		network uint32
		trailer int
		want    capture.LinkType
		data    string
	}{
		{0, 0, capture.LinkTypeEthernet, "\x00\x00\x00\x02abcd"},
		{8, 0, capture.LinkTypeFDDI, "\x00\x00\x00\x02abcd"},
		{14, 0, capture.LinkTypeNull, "\x00\x00\x00\x02abcd"},
		{18, 0, capture.LinkTypeSunATM, "\x00\x00\x00\x02abcd"},
		{0x80000005, 0, capture.LinkTypeIPNET, "\x00\x00\x00\x02abcd"},
		{12, 16, capture.LinkTypeEthernet, "\x00\x00\x00\x02abcd"},
		{18, 16, capture.LinkTypeIEEE80211, "cd"}, // after a header of 4+2 bytes
	} {
		file := join(snoopHeader(2, test.network), snoopRecord(1, 0, 0, []byte("\x00\x00\x00\x02abcd"), test.trailer))
		_, got := read(t, file)
		compare(t, got, []row{{1e9, test.want, 0, len(test.data), test.data}})
	}
}

func TestSnoopDamage(t *testing.T) {
	file := join(snoopHeader(2, 4),
		snoopRecord(1000, 0, 0, []byte("one!"), 0),
		bytes.Repeat([]byte{0xfe}, 777),
		snoopRecord(1001, 0, 0, []byte("two!"), 0),
		snoopRecord(1002, 0, 0, []byte("three"), 3)[:30])
	r, got := read(t, file)
	compare(t, got, []row{
		{1000e9, capture.LinkTypeEthernet, 0, 4, "one!"},
		{1001e9, capture.LinkTypeEthernet, 0, 4, "two!"},
	})
	if got := codes(r); got != "bad-block capture-truncated" {
		t.Errorf("findings %v", r.Findings())
	}
	if f := r.Findings()[0]; f.Offset != 44 || f.Frame != 1 {
		t.Errorf("damage at byte %d after packet %d, want 44 and 1", f.Offset, f.Frame)
	}
}

func TestNotCapture(t *testing.T) {
	const hint = "; flowstate reads pcap, pcapng and snoop, plain or compressed with gzip, zstd, lz4 or xz"
	for _, test := range []struct {
		name, file, want string
	}{
		{"text", "Hello world", `test: not a capture file (starts with "Hello wo")` + hint},
		{"binary", "\x7fELF\x02\x01\x01\x00", `test: not a capture file (starts with bytes 7f 45 4c 46 02 01 01 00)` + hint},
		{"short", "H", `test: not a capture file (starts with "H")` + hint},
		{"empty", "", `test: empty, without even a capture's file header` + hint},
		{"text in gzip", string(compressGzip([]byte("Hello world"))), `test: not a capture file (uncompressed, it starts with "Hello wo")` + hint},
		{"cut header", "\xd4\xc3\xb2\xa1\x02\x00", `test: not a capture file: the pcap file header is cut after 6 of 24 bytes`},
		{"version 1", string(pcapHeaderVersion(le, 0xa1b2c3d4, 1, 0, 0, 1)), `test: not a capture file: pcap version 1.0 is not known`},
		{"snoop version 9", string(snoopHeader(9, 4)), `test: not a capture file: snoop version 9 is not known`},
		{"snoop link type 99", string(snoopHeader(2, 99)), `test: not a capture file: snoop link type 99 is not known`},
		{"gzip without end of header", "\x1f\x8b\x08", `test: not a capture file: a gz stream that cannot be unpacked: unexpected EOF`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := pcapfile.NewReader(strings.NewReader(test.file), "test")
			if !errors.Is(err, pcapfile.ErrNotCapture) {
				t.Fatalf("error %v is not ErrNotCapture", err)
			}
			if err.Error() != test.want {
				t.Errorf("\n got %s\nwant %s", err, test.want)
			}
		})
	}
}

func TestReadErrors(t *testing.T) {
	broken := errors.New("disk on fire")
	file := join(pcapHeader(le, 0xa1b2c3d4, 65535, 1), pcapRecord(le, 1, 0, []byte("one")))
	for _, packed := range [][]byte{file, compressGzip(file)} {
		for at := range len(packed) {
			r, err := pcapfile.NewReader(io.MultiReader(bytes.NewReader(packed[:at]), iotest.ErrReader(broken)), "test")
			for p := new(capture.Packet); err == nil; {
				err = r.Next(p)
			}
			if !errors.Is(err, broken) {
				t.Fatalf("failing after %d of %d bytes: error %v", at, len(packed), err)
			}
		}
	}
}

// TestOneByteReads feeds a reader as a slow pipe does.
func TestOneByteReads(t *testing.T) {
	file := join(pcapHeader(le, 0xa1b2c3d4, 65535, 1), pcapRecord(le, 1, 0, []byte("one")), pcapRecord(le, 2, 0, []byte("two")))
	for _, packed := range [][]byte{file, compressGzip(file)} {
		r, err := pcapfile.NewReader(iotest.OneByteReader(bytes.NewReader(packed)), "test")
		if err != nil {
			t.Fatal(err)
		}
		if n := drain(t, r); n != 2 || r.Damaged() {
			t.Errorf("%d packets, findings %v", n, r.Findings())
		}
	}
}

// TestFindingsBounded reads a file that is damaged in more places than are
// told one by one.
func TestFindingsBounded(t *testing.T) {
	file := pcapHeader(le, 0xa1b2c3d4, 65535, 1)
	for i := range 150 {
		file = append(file, pcapRecord(le, 1000+uint32(i), 0, []byte("good"))...)
		file = append(file, pcapRecord(le, 1000+uint32(i), 0, []byte("good"))...)
		file = append(file, pcapRecord(le, 1000+uint32(i), 0, []byte("good"))...)
		file = append(file, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"...)
	}
	r, rows := read(t, file)
	if len(rows) != 450 {
		t.Errorf("%d packets, want 450", len(rows))
	}
	all := r.Findings()
	if last := all[len(all)-1]; len(all) != 101 || last.Code != finding.BadBlock || !strings.Contains(last.Text, "50 further") {
		t.Errorf("%d findings, the last %v", len(all), last)
	}
}

func TestOffsets(t *testing.T) {
	file := join(pcapHeader(le, 0xa1b2c3d4, 65535, 1), pcapRecord(le, 1, 0, []byte("one")), pcapRecord(le, 2, 0, []byte("two")))
	r, err := pcapfile.NewReader(bytes.NewReader(compressGzip(file)), "test")
	if err != nil {
		t.Fatal(err)
	}
	var p capture.Packet
	for _, want := range []int64{24, 24 + 16 + 3} {
		if err := r.Next(&p); err != nil || p.Offset != want {
			t.Errorf("packet %d at byte %d, want %d (error %v)", p.Frame, p.Offset, want, err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	file := pcapHeader(le, 0xa1b2c3d4, 65535, 1)
	ngFile := join(ng{le}.section(), ng{le}.iface(1, 0))
	for range 10_000 {
		file = append(file, pcapRecord(le, 1, 0, []byte("data"))...)
		ngFile = append(ngFile, ng{le}.packet(0, 1, []byte("data"), option{2, []byte{0, 0, 0, 1}})...)
	}
	for _, file := range [][]byte{file, ngFile} {
		r, err := pcapfile.NewReader(bytes.NewReader(file), "test")
		if err != nil {
			t.Fatal(err)
		}
		p := new(capture.Packet)
		if err := r.Next(p); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(5000, func() { err = errors.Join(err, r.Next(p)) }); n != 0 || err != nil {
			t.Errorf("%s: %v allocations a packet, error %v", r.Format(), n, err)
		}
	}
}
