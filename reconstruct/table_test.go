package reconstruct_test

import (
	"encoding/binary"
	"runtime"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// socket returns the endpoint 10.x.x.x:port of a number.
func socket(n int, port uint16) decode.Endpoint {
	e := decode.Endpoint{Port: port}
	copy(e.IP.Bytes[10:], []byte{0xff, 0xff, 10, byte(n >> 16), byte(n >> 8), byte(n)})
	return e
}

// talk makes the segments of connections that all look the same.
type talk struct {
	frame capture.FrameNumber
	s     decode.Segment
}

func (t *talk) segment(n int, fromClient bool, flags decode.Flags, at, ack seq.Number, length int) *decode.Segment {
	t.frame++
	client, server := socket(n, uint16(32768+n%16384)), socket(1, 80)
	if !fromClient {
		client, server = server, client
	}
	t.s = decode.Segment{
		Frame: t.frame, Time: capture.Timestamp(t.frame) * 1000, Src: client, Dst: server, Seq: at, Ack: ack,
		Flags: flags, Window: 65535, Quirks: decode.HasIPID, IPID: uint32(t.frame & 0xffff), Len: length,
	}
	return &t.s
}

// short is what a short connection sends: handshake, request, answer, close.
var short = []struct {
	client   bool
	flags    decode.Flags
	seq, ack seq.Number
	len      int
}{
	{true, decode.SYN, 0, 0, 0}, {false, decode.SYN | decode.ACK, 0, 1, 0}, {true, decode.ACK, 1, 1, 0},
	{true, decode.ACK | decode.PSH, 1, 1, 100}, {false, decode.ACK, 1, 101, 0},
	{false, decode.ACK, 1, 101, 1448}, {false, decode.ACK | decode.PSH, 1449, 101, 552}, {true, decode.ACK, 101, 2001, 0},
	{true, decode.ACK | decode.FIN, 101, 2001, 0}, {false, decode.ACK | decode.FIN, 2001, 102, 0}, {true, decode.ACK, 102, 2002, 0},
}

func TestEndedAndSlots(t *testing.T) {
	table := reconstruct.NewTable(reconstruct.Options{MaxClosed: 2})
	var k talk
	open := map[int]bool{}
	ended := 0
	for n := range 100 {
		for i, s := range short {
			step := table.Add(k.segment(n, s.client, s.flags, s.seq, s.ack, s.len))
			if step.Opened != (i == 0) {
				t.Fatalf("connection %d, segment %d: opened %v", n, i, step.Opened)
			}
			if step.Opened {
				if open[step.Conn.Slot] {
					t.Fatalf("slot %d is in use", step.Conn.Slot)
				}
				open[step.Conn.Slot] = true
			}
			for _, c := range table.Ended() {
				if c.Number != ended || c.Half[reconstruct.Server].Unique != 2000 {
					t.Fatalf("ended %+v, want number %d", c, ended)
				}
				ended++
				delete(open, c.Slot)
			}
			if err := table.Check(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ended != 98 {
		t.Errorf("%d ended before the end", ended)
	}
	rest := table.Flush()
	if len(rest) != 2 || rest[0].Number != 98 || rest[1].Number != 99 {
		t.Errorf("flushed %d", len(rest))
	}
	if len(open) > 6 {
		t.Errorf("%d slots in use", len(open))
	}
}

// A flood of SYNs leaves no more than MaxOpening connections, and an
// established one stays.
func TestFlood(t *testing.T) {
	table := reconstruct.NewTable(reconstruct.Options{MaxOpening: 50})
	var k talk
	for _, s := range short[:4] {
		table.Add(k.segment(1<<23, s.client, s.flags, s.seq, s.ack, s.len))
	}
	slots, ended := 0, 0
	for n := range 10_000 {
		step := table.Add(k.segment(n, true, decode.SYN, 7, 0, 0))
		slots = max(slots, step.Conn.Slot)
		for _, c := range table.Ended() {
			ended++
			if c.Number == 0 || len(c.Findings) != 1 {
				t.Fatalf("connection %d left with %v", c.Number, c.Findings)
			}
		}
	}
	if err := table.Check(); err != nil {
		t.Error(err)
	}
	if slots > 60 || ended != 9950 {
		t.Errorf("%d slots, %d ended", slots, ended)
	}
	if step := table.Add(k.segment(1<<23, false, decode.ACK, 1, 101, 0)); step.Opened {
		t.Error("the established connection is forgotten")
	}
}

func TestMaxTracked(t *testing.T) {
	table := reconstruct.NewTable(reconstruct.Options{MaxTracked: 10})
	var k talk
	for n := range 100 {
		for _, s := range short[:4] {
			table.Add(k.segment(n, s.client, s.flags, s.seq, s.ack, s.len))
		}
	}
	ended := table.Ended()
	if len(ended) != 90 || ended[0].Number != 0 {
		t.Errorf("%d ended", len(ended))
	}
	if f := ended[0].Findings; len(f) != 1 || f[0].Code.String() != "table-full" {
		t.Errorf("findings %v", f)
	}
}

func TestICMP(t *testing.T) {
	table := reconstruct.NewTable(reconstruct.Options{})
	var k talk
	s := *k.segment(5, true, decode.SYN, 1000, 0, 0)
	step := table.Add(&s)
	e := decode.ICMPError{Protocol: 6, Src: s.Src, Dst: s.Dst, Seq: 1000, HasSeq: true, Frame: 9}
	if c := table.AddICMP(&e); c != step.Conn {
		t.Errorf("found %v", c)
	}
	e.Seq = 1 << 30
	if c := table.AddICMP(&e); c != nil {
		t.Errorf("another sequence number found %v", c)
	}
	e.HasSeq = false
	e.Dst.Port++
	if c := table.AddICMP(&e); c != nil {
		t.Errorf("another port found %v", c)
	}
	if f := table.Flush()[0].Findings; len(f) != 1 || f[0].Frame != 9 {
		t.Errorf("findings %v", f)
	}
}

// Roles that were assumed are corrected by a late handshake.
func TestSwapped(t *testing.T) {
	table := reconstruct.NewTable(reconstruct.Options{})
	var k talk
	client, server := socket(5, 80), socket(6, 40000) // the ports mislead
	add := func(src, dst decode.Endpoint, flags decode.Flags, at, ack seq.Number) *reconstruct.Step {
		s := *k.segment(0, true, flags, at, ack, 0)
		s.Src, s.Dst = src, dst
		return table.Add(&s)
	}
	if step := add(client, server, decode.ACK, 101, 201); step.From != reconstruct.Server || step.Conn.RolesObserved {
		t.Errorf("assumed %v, observed %v", step.From, step.Conn.RolesObserved)
	}
	step := add(client, server, decode.SYN, 100, 0)
	if !step.Swapped || step.From != reconstruct.Client || !step.Conn.RolesObserved || step.Conn.Ends[0] != client {
		t.Errorf("swapped %v, from %v", step.Swapped, step.From)
	}
	if step := add(server, client, decode.SYN|decode.ACK, 200, 101); step.Swapped || step.Conn.Number != 0 {
		t.Errorf("again: swapped %v, number %d", step.Swapped, step.Conn.Number)
	}
}

// Copies at another interface come later than at the same one, and a
// connection without IP IDs shows them by its data first.
func TestDuplicates(t *testing.T) {
	const ms = 1_000_000
	base := decode.Segment{
		Src: socket(1, 1000), Dst: socket(2, 80), Seq: 1, Ack: 1, Flags: decode.ACK, Len: 100,
		Quirks: decode.HasIPID, IPID: 7, TTL: 64, Time: 1e18,
	}
	cases := []struct {
		name   string
		change func(s *decode.Segment)
		copied bool
	}{
		{"at once", func(s *decode.Segment) {}, true},
		{"behind a router", func(s *decode.Segment) { s.TTL--; s.Time += 2 * ms }, true},
		{"too late", func(s *decode.Segment) { s.Time += 6 * ms }, false},
		{"at another interface", func(s *decode.Segment) { s.Time += 40 * ms; s.Interface = 1 }, true},
		{"before it, by the clock", func(s *decode.Segment) { s.Time -= 40 * ms; s.Interface = 1 }, true},
		{"another IP ID", func(s *decode.Segment) { s.IPID++ }, false},
		{"another window", func(s *decode.Segment) { s.Window++ }, false},
		{"another checksum", func(s *decode.Segment) { s.Checksum++ }, false},
	}
	for _, c := range cases {
		table := reconstruct.NewTable(reconstruct.Options{})
		s := base
		table.Add(&s)
		c.change(&s)
		if got := table.Add(&s).Marks.Has(reconstruct.Duplicate); got != c.copied {
			t.Errorf("%s: duplicate %v", c.name, got)
		}
	}
}

func TestDuplicatesWithoutIPID(t *testing.T) {
	table := reconstruct.NewTable(reconstruct.Options{})
	s := decode.Segment{Src: socket(1, 1000), Dst: socket(2, 80), Seq: 1, Ack: 1, Flags: decode.ACK}
	copied := func(change func()) bool {
		change()
		return table.Add(&s).Marks.Has(reconstruct.Duplicate)
	}
	if copied(func() {}) || copied(func() { s.Time += 1000 }) {
		t.Error("a repeated acknowledgement is taken for a copy")
	}
	if copied(func() { s.Len, s.Time = 10, s.Time+1000 }) || !copied(func() { s.Time += 1000 }) {
		t.Error("a copy of data is not seen")
	}
	if copied(func() { s.Len, s.Seq, s.Time = 0, 11, s.Time+1000 }) || !copied(func() { s.Time += 1000 }) {
		t.Error("a copy of an acknowledgement is not seen, where data was copied")
	}
}

// A segment that is sent into a hole right after the acknowledgement that came
// to it is a retransmission, however soon after an earlier one it is.
func TestDuplicatesIntoAHole(t *testing.T) {
	for _, c := range []struct {
		name         string
		sack         uint8
		id           uint32
		first, again bool
	}{
		{"a hole is told", 1, 0, false, true},
		{"none is told", 0, 0, true, true},
		{"the IP ID is the same", 1, 7, true, true},
	} {
		table := reconstruct.NewTable(reconstruct.Options{})
		data := decode.Segment{Src: socket(1, 1000), Dst: socket(2, 80), Seq: 1, Ack: 1, Flags: decode.ACK, Len: 10, Quirks: decode.HasIPID, IPID: c.id}
		for _, at := range []seq.Number{1, 21, 11} { // 11 is late
			data.Seq = at
			table.Add(&data)
		}
		ack := decode.Segment{Src: data.Dst, Dst: data.Src, Seq: 1, Ack: 11, Flags: decode.ACK}
		ack.Options.SACKCount = c.sack
		ack.Options.SACK[0] = decode.SACKBlock{Left: 21, Right: 31}
		table.Add(&ack)
		if got := table.Add(&data).Marks.Has(reconstruct.Duplicate); got != c.first {
			t.Errorf("%s: duplicate %v", c.name, got)
		}
		if got := table.Add(&data).Marks.Has(reconstruct.Duplicate); got != c.again {
			t.Errorf("%s: once more: duplicate %v", c.name, got)
		}
	}
}

// FuzzTable feeds segments of few connections with small and wild numbers.
func FuzzTable(f *testing.F) {
	f.Add([]byte("\x00\x02\x00\x00\x00\x00\x00\x00\x01\x12\x00\x00\x00\x01\x00\x00"))
	f.Add([]byte("\x02\x10\x00\x01\x00\x01\x00\x09\x03\x10\x00\x01\x00\x0a\x80\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		table := reconstruct.NewTable(reconstruct.Options{MaxTracked: 4, MaxClosed: 2, MaxOpening: 2})
		packets, held := int64(0), int64(0)
		count := func(list []*reconstruct.Connection) {
			for _, c := range list {
				held += c.Packets()
			}
		}
		for frame := capture.FrameNumber(1); len(data) >= 8; frame++ {
			s := fuzzed(data[:8], frame)
			data = data[8:]
			step := table.Add(&s)
			packets++
			if step.Conn.Slot > 16 {
				t.Fatalf("slot %d", step.Conn.Slot)
			}
			if err := table.Check(); err != nil {
				t.Fatalf("frame %d: %v", frame, err)
			}
			table.AddICMP(&decode.ICMPError{Protocol: 6, Src: s.Src, Dst: s.Dst, Seq: s.Ack, HasSeq: true})
			count(table.Ended())
		}
		count(table.Flush())
		if packets != held {
			t.Errorf("%d packets in, %d in connections", packets, held)
		}
	})
}

// fuzzed makes a segment of eight bytes: ends, flags, window and time, numbers
// near zero or far, length.
func fuzzed(b []byte, frame capture.FrameNumber) decode.Segment {
	ends := [2]decode.Endpoint{socket(int(b[0]>>1&3), 1000), socket(1, 80+uint16(b[0]>>3&1))}
	if b[0]>>4&7 == 7 {
		ends[1] = ends[0]
	}
	s := decode.Segment{
		Frame: frame, Time: capture.Timestamp(frame) * 1000 * capture.Timestamp(int8(b[7])),
		Src: ends[b[0]&1], Dst: ends[1-b[0]&1], Flags: decode.Flags(b[1]), Window: uint16(b[2]&15) << 4,
		Seq: seq.Number(b[3]), Ack: seq.Number(b[4]), Len: int(b[5] & 31), Quirks: decode.Quirk(b[6] & 3), IPID: uint32(b[6]),
	}
	if b[2]&0x80 != 0 {
		s.Seq = seq.Number(binary.BigEndian.Uint32(b[3:]))
	}
	if b[2]&0x40 != 0 {
		s.Ack = seq.Number(binary.BigEndian.Uint32(b[2:]))
	}
	if b[6]&0x10 != 0 {
		s.Options = decode.Options{Set: decode.OptTimestamps | decode.OptWindowScale, TSval: uint32(b[7]), WindowScale: b[7]}
	}
	return s
}

// BenchmarkAdd is the steady state: data and acknowledgements of 1,000
// connections in turn.
func BenchmarkAdd(b *testing.B) {
	const conns = 1000
	table := reconstruct.NewTable(reconstruct.Options{})
	var k talk
	segments := make([]decode.Segment, 2*conns)
	for n := range conns {
		for _, s := range short[:3] {
			table.Add(k.segment(n, s.client, s.flags, s.seq, s.ack, s.len))
		}
		segments[2*n] = *k.segment(n, false, decode.ACK, 1, 1, 1448)
		segments[2*n+1] = *k.segment(n, true, decode.ACK, 1, 1449, 0)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s := &segments[i]
		table.Add(s)
		s.Seq += seq.Number(s.Len)
		if s.Len == 0 {
			s.Ack += 1448
		}
		s.IPID = (s.IPID + 1) & 0xffff
		if i++; i == len(segments) {
			i = 0
		}
	}
}

// BenchmarkShort is the life of short connections, from slot to slot.
func BenchmarkShort(b *testing.B) {
	table := reconstruct.NewTable(reconstruct.Options{})
	var k talk
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for _, s := range short {
			table.Add(k.segment(n, s.client, s.flags, s.seq, s.ack, s.len))
		}
		table.Ended()
		n++
	}
}

// A hundred thousand short connections, a thousand at a time, need no more
// than those open and the closed ones that wait for late segments.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	const conns, atOnce = 100_000, 1000
	table := reconstruct.NewTable(reconstruct.Options{})
	var k talk
	before := heap()
	most, slots := before, 0
	for first := 0; first < conns; first += atOnce {
		for _, s := range short {
			for n := first; n < first+atOnce; n++ {
				slots = max(slots, table.Add(k.segment(n, s.client, s.flags, s.seq, s.ack, s.len)).Conn.Slot)
				table.Ended()
			}
		}
		if first%(conns/10) == 0 {
			most = max(most, heap())
		}
	}
	each := (most - before) / uint64(slots)
	t.Logf("%d slots, %d KiB, %d bytes each", slots, (most-before)>>10, each)
	if slots > 9500 || each > 1100 {
		t.Errorf("%d slots of %d bytes", slots, each)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
