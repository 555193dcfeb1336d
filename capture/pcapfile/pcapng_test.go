package pcapfile_test

import (
	"bytes"
	"math"
	"math/big"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"pgregory.net/rapid"
)

func TestPCAPNGBlocks(t *testing.T) {
	for _, o := range []ng{{le}, {be}} {
		t.Run(o.String(), func(t *testing.T) {
			file := join(
				o.section(option{1, []byte("made by a test")}),
				o.iface(1, 65535, option{2, []byte("eth0")}, option{9, []byte{9}}),
				o.iface(101, 6, option{3, []byte("a tunnel")}),
				o.block(4, []byte("names of hosts")),
				o.packet(0, 1_000_000_001, []byte("one"), option{1, []byte("first")}),
				o.packetLengths(1, 2_000_001, 3, 1500, []byte("two")),
				o.simplePacket(5, []byte("three")),
				o.block(0x0bad, []byte("\x01\x02\x03\x04custom")),
				o.oldPacket(1, 4, 3_000_000, []byte("four")),
				o.block(77, []byte("unknown")),
				o.statistics(0, option{4, o.number(10)}, option{5, o.number(2)}, option{7, o.number(1)}),
				o.packet(0, 5_000_000_000, []byte("five"), option{4, o.number(9)}),
			)
			r, got := read(t, file)
			compare(t, got, []row{
				{1_000_000_001, 1, 0, 3, "one"},
				{2_000_001_000, 101, 1, 1500, "two"},
				{capture.NoTime, 1, 0, 5, "three"},
				{3_000_000_000, 101, 1, 4, "four"},
				{5_000_000_000, 1, 0, 4, "five"},
			})
			if r.Damaged() {
				t.Errorf("findings %v", r.Findings())
			}
			checkInterfaces(t, r)
			want := []pcapfile.Comment{{Frame: 0, Text: "made by a test"}, {Frame: 1, Text: "first"}}
			if got := r.Comments(); !slices.Equal(got, want) {
				t.Errorf("comments %v, want %v", got, want)
			}
		})
	}
}

func checkInterfaces(t *testing.T, r *pcapfile.Reader) {
	t.Helper()
	all := r.Interfaces()
	if len(all) != 2 {
		t.Fatalf("%d interfaces, want 2", len(all))
	}
	first, second := all[0], all[1]
	if first.Name != "eth0" || first.LinkType != 1 || first.SnapLen != 65535 {
		t.Errorf("first interface %+v", first)
	}
	if first.Received == nil || *first.Received != 10 || first.Dropped == nil || *first.Dropped != 2+1+9 {
		t.Errorf("counters of the first interface: %v %v", first.Received, first.Dropped)
	}
	if second.Name != "a tunnel" || second.Received != nil || second.Dropped == nil || *second.Dropped != 4 {
		t.Errorf("second interface %+v", second)
	}
}

// TestPCAPNGSections has three sections in two byte orders, each with its own
// interface 0.
func TestPCAPNGSections(t *testing.T) {
	var file []byte
	for i, o := range []ng{{le}, {be}, {le}} {
		file = append(file, join(o.section(), o.iface(uint16(i+1), 0), o.packet(0, uint64(i), []byte("data")))...)
	}
	r, got := read(t, file)
	compare(t, got, []row{{0, 1, 0, 4, "data"}, {1000, 2, 1, 4, "data"}, {2000, 3, 2, 4, "data"}})
	if r.Format() != "pcapng/LE/us/3if" {
		t.Errorf("format %s", r.Format())
	}
}

// TestPCAPNGFrameNumbers has the blocks that Wireshark 4.0 counts as frames
// though they hold no packet (checked with tshark 4.0.17), and those it does
// not count.
func TestPCAPNGFrameNumbers(t *testing.T) {
	o := ng{le}
	for kind, counts := range map[uint32]bool{
		4: false, 5: false, 7: false, 8: false, 9: true, 10: false, 0x101: false, 0x201: false, 0x204: true,
		0x208: false, 0x216: true, 0x217: false, 0x221: true, 0xbad: true, 0x40000bad: true, 0x80000001: false,
	} {
		file := join(o.section(), o.iface(1, 0), o.packet(0, 0, []byte("one")), o.block(kind, make([]byte, 40)), o.packet(0, 0, []byte("two")))
		r, err := pcapfile.NewReader(bytes.NewReader(file), "test")
		if err != nil {
			t.Fatal(err)
		}
		var p capture.Packet
		for range 2 {
			if err := r.Next(&p); err != nil {
				t.Fatal(err)
			}
		}
		if want := map[bool]capture.FrameNumber{false: 2, true: 3}[counts]; p.Frame != want {
			t.Errorf("after a block of type %#x: frame %d, want %d", kind, p.Frame, want)
		}
	}
}

func TestPCAPNGDamage(t *testing.T) {
	o := ng{le}
	head := join(o.section(), o.iface(1, 0))
	one, two, three := o.packet(0, 1, []byte("one")), o.packet(0, 2, []byte("two")), o.packet(0, 3, []byte("three"))
	changed := func(block []byte, at int, to byte) []byte {
		block = bytes.Clone(block)
		block[at] = to
		return block
	}
	for _, test := range []struct {
		name, want, code string
		file             []byte
	}{
		{"none", "one two three", "", join(head, one, two, three)},
		{"no packets", "", "", head},
		{"cut in a header", "one", "capture-truncated", join(head, one, two[:7])},
		{"cut in a packet", "one", "capture-truncated", join(head, one, two[:33])},
		{"cut in a trailer", "one", "capture-truncated", join(head, one, two[:len(two)-1])},
		{"garbage", "one two three", "bad-block", join(head, one, bytes.Repeat([]byte{0xfe}, 1001), two, three)},
		{"zeros", "one two three", "bad-block", join(head, one, make([]byte, 5<<20), two, three)},
		{"zeros to the end", "one", "bad-block", join(head, one, make([]byte, 5000))},
		{"a length below 12", "one three", "bad-block", join(head, one, changed(two, 4, 8), three)},
		{"a length too small", "one three", "bad-block", join(head, one, changed(two, 4, 32), three)},
		{"a length too large", "one three", "bad-block", join(head, one, changed(two, 7, 1), three)},
		{"a length over the limit", "one three", "bad-block", join(head, one, changed(two, 7, 2), three)},
		{"a wrong trailer", "one two three", "bad-block", join(head, one, changed(two, len(two)-4, 99), three)},
		{"a wrong trailer at the end", "one two", "bad-block", join(head, one, changed(two, len(two)-4, 99))},
		{"an unknown interface", "one three", "bad-block", join(head, one, changed(two, 8, 9), three)},
		{"a packet longer than its block", "one three", "bad-block", join(head, one, changed(two, 20, 99), three)},
		{"a packet block without a packet header", "one three", "bad-block", join(head, one, o.block(6, make([]byte, 8)), three)},
		{"an old packet block without a packet header", "one three", "bad-block", join(head, one, o.block(2, make([]byte, 8)), three)},
		{"an empty simple packet block", "one three", "bad-block", join(head, one, o.block(3, nil), three)},
		{"a simple packet before any interface", "", "bad-block", join(o.section(), o.simplePacket(4, []byte("data")))},
		{"an interface that is cut", "one three", "bad-block", join(head, one, o.block(1, make([]byte, 4)), three)},
		{"statistics that are cut", "one three", "bad-block", join(head, one, o.block(5, make([]byte, 4)), three)},
		{"statistics of an unknown interface", "one three", "bad-block", join(head, one, o.statistics(9), three)},
		{"a section without magic", "one two three", "bad-block", join(head, one, changed(o.section(), 8, 0), two, three)},
		{"a time out of range", "far", "time-out-of-range", join(head, o.packet(0, math.MaxInt64, []byte("far")))},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, rows := read(t, test.file)
			if got := data(rows); got != test.want {
				t.Errorf("packets %q, want %q", got, test.want)
			}
			if got := codes(r); got != test.code {
				t.Errorf("findings %q, want %q: %v", got, test.code, r.Findings())
			}
		})
	}
}

// TestPCAPNGUnpaddedLength has a block whose length leaves out the padding
// which is there, as some writers have it.
func TestPCAPNGUnpaddedLength(t *testing.T) {
	o := ng{le}
	odd := o.packet(0, 1, []byte("one"))
	odd[4], odd[len(odd)-4] = odd[4]-1, odd[len(odd)-4]-1
	r, got := read(t, join(o.section(), o.iface(1, 0), odd, o.packet(0, 2, []byte("two"))))
	compare(t, got, []row{{1000, 1, 0, 3, "one"}, {2000, 1, 0, 3, "two"}})
	if r.Damaged() {
		t.Errorf("findings %v", r.Findings())
	}
}

// TestPCAPNGClock compares every resolution with arithmetic on big integers.
func TestPCAPNGClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		resolution := rapid.Byte().Draw(t, "resolution")
		offset := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(-5e9, 5e9), rapid.Int64()).Draw(t, "offset")
		units := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 1<<62)).Draw(t, "units")
		o := ng{le}
		file := join(o.section(), o.iface(1, 0, option{9, []byte{resolution}}, option{14, o.number(uint64(offset))}), o.packet(0, units, nil))
		r, err := pcapfile.NewReader(bytes.NewReader(file), "test")
		if err != nil {
			t.Fatal(err)
		}
		var p capture.Packet
		if err := r.Next(&p); err != nil {
			t.Fatal(err)
		}
		want, inRange, edge := exactTime(resolution, offset, units)
		if edge {
			t.Skip("within the very second at which the range ends, either answer will do")
		}
		if inRange && p.Time != want {
			t.Fatalf("time %d, want %d", p.Time, want)
		}
		if told := len(r.Findings()) > 0; inRange == told {
			t.Fatalf("in range %v, findings %v", inRange, r.Findings())
		}
	})
}

// exactTime is the definition of a pcapng time; edge tells whether it is in the
// last second of the range.
func exactTime(resolution byte, offset int64, units uint64) (t capture.Timestamp, inRange, edge bool) {
	base, n := int64(10), int64(resolution&0x7f)
	if resolution&0x80 != 0 {
		base = 2
	}
	ns := new(big.Int).SetUint64(units)
	ns.Mul(ns, big.NewInt(1e9))
	ns.Div(ns, new(big.Int).Exp(big.NewInt(base), big.NewInt(n), nil))
	ns.Add(ns, new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9)))
	seconds := new(big.Int).Div(ns, big.NewInt(1e9))
	limit := big.NewInt(math.MaxInt64 / 1_000_000_000)
	return capture.Timestamp(ns.Int64()), seconds.CmpAbs(limit) < 0, seconds.CmpAbs(limit) == 0
}

// TestPCAPNGNegativeTimes has counts that make sense as signed numbers alone,
// as in PcapPlusPlus's pcapng-example: their distances are kept.
func TestPCAPNGNegativeTimes(t *testing.T) {
	o := ng{le}
	var minus = func(n uint64) uint64 { return -n }
	r, got := read(t, join(o.section(), o.iface(1, 0), o.packet(0, minus(505_423_671), nil), o.packet(0, minus(505_423_662), nil)))
	compare(t, got, []row{{-505_423_671_000, 1, 0, 0, ""}, {-505_423_662_000, 1, 0, 0, ""}})
	if got := codes(r); got != "time-out-of-range" || r.Damaged() {
		t.Errorf("findings %v, damaged %v", r.Findings(), r.Damaged())
	}
}

// TestPCAPNGBounds has more interfaces and comments than are kept.
func TestPCAPNGBounds(t *testing.T) {
	o := ng{le}
	file := o.section()
	file = append(file, bytes.Repeat(o.iface(1, 0), 1<<20+10)...)
	file = append(file, bytes.Repeat(o.packet(0, 0, nil, option{1, make([]byte, 60000)}), 100)...)
	r, rows := read(t, file)
	if len(rows) != 100 || len(r.Interfaces()) != 1<<20 {
		t.Errorf("%d packets, %d interfaces", len(rows), len(r.Interfaces()))
	}
	if got := codes(r); got != "bad-block comments-left-out" {
		t.Errorf("findings %q", got)
	}
	if n := len(r.Comments()); n == 0 || n > 70 {
		t.Errorf("%d comments kept", n)
	}
}

// TestPCAPNGLosses reads where packets were dropped: between two statistics, or
// right before a packet that tells.
func TestPCAPNGLosses(t *testing.T) {
	o := ng{le}
	count := func(n uint64) []byte { return o.statistics(0, option{5, o.number(n)}) }
	packet := o.packet(0, 1, []byte("data"))
	for _, c := range []struct {
		name string
		file []byte
		want capture.Between
	}{
		{"none", join(packet, count(0)), capture.Between{}},
		{"at some time", join(packet, packet, count(4)), capture.Between{After: 0, Before: 3}},
		{"since the statistics before", join(packet, count(0), packet, packet, count(4), packet, count(4)), capture.Between{After: 1, Before: 4}},
		{"before a packet", join(packet, o.oldPacket(0, 2, 1, []byte("data"))), capture.Between{After: 1, Before: 2}},
	} {
		r, _ := read(t, join(o.section(), o.iface(1, 0), c.file))
		if got := r.Interfaces()[0].Lost; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
