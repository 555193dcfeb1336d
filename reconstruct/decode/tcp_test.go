package decode_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// cut decodes the first n bytes of an Ethernet frame as a snapshot would keep
// them.
func cut(data []byte, n int) (r decode.Result) {
	p := capture.Packet{Frame: 1, LinkType: capture.LinkTypeEthernet, OrigLen: len(data), Data: data[:n]}
	decode.New().Decode(&p, &r)
	return r
}

func TestHeaderFields(t *testing.T) {
	h := raw("1234 5678 01020304 05060708 71ff 0a0b 0c0d 0e0f 02040506 03030e00")
	ip := raw("4503 0035 abcd 0000 3706 0000 0a000001 0a000002")
	r := decodeOne(capture.LinkTypeRaw, join(ip, h, raw("99")))
	s := r.Segments[0]
	if s.Src.Port != 0x1234 || s.Dst.Port != 0x5678 || s.Seq != 0x01020304 || s.Ack != 0x05060708 {
		t.Errorf("ports and numbers: %+v", s)
	}
	all := decode.FIN | decode.SYN | decode.RST | decode.PSH | decode.ACK | decode.URG | decode.ECE | decode.CWR | decode.AE
	if s.Flags != all || s.Window != 0x0a0b || s.Checksum != 0x0c0d || s.Urgent != 0x0e0f {
		t.Errorf("flags %v window %#x checksum %#x urgent %#x", s.Flags, s.Window, s.Checksum, s.Urgent)
	}
	if s.IPID != 0xabcd || s.TTL != 0x37 || s.ECN != 3 || s.Quirks&^unsummed != decode.HasIPID {
		t.Errorf("id %#x ttl %#x ecn %d quirks %b", s.IPID, s.TTL, s.ECN, s.Quirks)
	}
}

// TestSnapshotCuts cuts the same frame at every place that matters: 34 bytes
// come before its TCP header, which has 32.
func TestSnapshotCuts(t *testing.T) {
	frame := ether(0x0800, v4(6, tcpSegment("hello", timestamps...)))
	const start = 34
	for _, c := range []struct {
		n        int
		segments int
		quirks   decode.Quirk
		length   int
		code     finding.Code
	}{
		{start - 1, 0, 0, 0, finding.HeaderCut}, // inside the IP header
		{start, 0, 0, 0, finding.HeaderCut},
		{start + 3, 0, 0, 0, finding.HeaderCut},
		{start + 4, 1, decode.HeaderCut | decode.FlagsCut, 0, finding.HeaderCut},
		{start + 12, 1, decode.HeaderCut | decode.FlagsCut, 0, finding.HeaderCut},
		{start + 13, 1, decode.HeaderCut | decode.FlagsCut | decode.OptionsCut | decode.PayloadCut, 5, finding.HeaderCut},
		{start + 16, 1, decode.HeaderCut | decode.OptionsCut | decode.PayloadCut, 5, finding.HeaderCut},
		{start + 20, 1, decode.OptionsCut | decode.PayloadCut, 5, finding.None},
		{start + 32, 1, decode.PayloadCut, 5, finding.None},
		{start + 35, 1, decode.PayloadCut, 5, finding.None},
		{start + 37, 1, 0, 5, finding.None},
	} {
		r := cut(frame, c.n)
		code := finding.None
		if len(r.Findings) > 0 {
			code = r.Findings[0].Code
		}
		if len(r.Segments) != c.segments || code != c.code {
			t.Errorf("cut at %d: %d segments, findings %v", c.n, len(r.Segments), r.Findings)
			continue
		}
		if c.segments == 0 {
			continue
		}
		s := r.Segments[0]
		if s.Quirks&^(decode.HasIPID|unsummed) != c.quirks || s.Len != c.length {
			t.Errorf("cut at %d: quirks %b len %d, want %b %d", c.n, s.Quirks, s.Len, c.quirks, c.length)
		}
		checkSegment(t, &s)
	}
}

// unsummed are the quirks of packets without a checksum, as most are here.
const unsummed = decode.PartialChecksum | decode.WrongChecksum

// TestBadHeaders decodes headers that contradict themselves as Wireshark
// counts them.
func TestBadHeaders(t *testing.T) {
	patch := func(at int, with ...byte) []byte {
		frame := ether(0x0800, join(inner4))
		copy(frame[at:], with)
		return frame
	}
	for _, c := range []struct {
		name     string
		frame    []byte
		segments int
		length   int
		quirks   decode.Quirk
		findings int
	}{
		{"data offset 4", patch(46, 0x40), 1, 9, decode.BadOffset, 1},
		{"data offset beyond the packet", patch(46, 0xf0), 1, 0, decode.BadOffset, 1},
		{"total length 0", patch(16, 0, 0), 1, 5, decode.IPLengthZero, 0},
		{"total length beyond the frame", patch(16, 1, 0), 1, 5, 0, 0},
		{"total length inside the payload", patch(16, 0, 42), 1, 2, 0, 0},
		{"total length inside the TCP header", patch(16, 0, 30), 1, 0, decode.HeaderCut | decode.FlagsCut, 1},
		{"total length inside the IP header", patch(16, 0, 10), 0, 0, 0, 1},
		{"first fragment beyond the frame", patch(16, 1, 0, 0, 1, 0x20, 0), 1, 0, decode.Incomplete, 1},
		{"later fragment beyond the frame", patch(16, 1, 0, 0, 1, 0, 1), 0, 0, 0, 1},
		{"header length 4", patch(14, 0x44), 0, 0, 0, 1},
		{"header length beyond the packet", patch(14, 0x4f), 0, 0, 0, 1},
		{"version 5", patch(14, 0x55), 0, 0, 0, 1},
		{"ipv4 under the type of ipv6", patch(12, 0x86, 0xdd), 0, 0, 0, 1},
	} {
		r := decodeOne(capture.LinkTypeEthernet, c.frame)
		if len(r.Segments) != c.segments || len(r.Findings) != c.findings {
			t.Errorf("%s: %d segments, findings %v", c.name, len(r.Segments), r.Findings)
			continue
		}
		if c.segments == 1 {
			s := r.Segments[0]
			if s.Len != c.length || s.Quirks&^(decode.HasIPID|unsummed) != c.quirks {
				t.Errorf("%s: len %d quirks %b, want %d %b", c.name, s.Len, s.Quirks, c.length, c.quirks)
			}
			checkSegment(t, &s)
		}
	}
}

// TestSourceRoutes finds the endpoint of packets that are on their way to
// another hop.
func TestSourceRoutes(t *testing.T) {
	routed := func(kind, left byte) []byte {
		h := raw("0604 0000 00000000 20010db80000000000000000000000a0 20010db80000000000000000000000a1")
		h[2], h[3] = kind, left
		return v6(43, join(h, tcpSegment("")))
	}
	for _, c := range []struct {
		name, want string
		data       []byte
	}{
		{"type 0", "2001:db8::a1", routed(0, 1)},
		{"type 0 at its end", "2001:db8::2", routed(0, 0)},
		{"type 2", "2001:db8::a0", routed(2, 1)},
		{"type 3", "2001:db8::a1", routed(3, 1)},
		{"segment routing", "2001:db8::a0", routed(4, 1)},
		{"segment routing at its end", "2001:db8::2", routed(4, 0)},
		{"unknown type", "2001:db8::2", routed(9, 1)},
		{"type 3 of short addresses", "2001:db8::2", v6(43, join(raw("0604 0301 80000000"), make([]byte, 32), tcpSegment("")))},
		{"loose", "1.2.3.4", join(raw("4700 0030 0001 0000 4006 0000 0a000001 0a000002 01 830704 01020304"), tcpSegment(""))},
		{"loose at its end", "10.0.0.2", join(raw("4700 0030 0001 0000 4006 0000 0a000001 0a000002 01 830708 01020304"), tcpSegment(""))},
	} {
		r := decodeOne(capture.LinkTypeRaw, c.data)
		if len(r.Segments) != 1 || r.Segments[0].Dst.IP.String() != c.want {
			t.Errorf("%s: %v, want to %s", c.name, r.Segments, c.want)
		}
	}
}

// TestHomeAddress finds the endpoint of a mobile node.
func TestHomeAddress(t *testing.T) {
	options := raw("0602 0100 c910 20010db80000000000000000000000aa 0000")
	r := decodeOne(capture.LinkTypeRaw, v6(60, join(options, tcpSegment(""))))
	if len(r.Segments) != 1 || r.Segments[0].Src.String() != "[2001:db8::aa]:1111" {
		t.Errorf("%v, want from 2001:db8::aa", r.Segments)
	}
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		name, list string
		want       decode.Options
	}{
		{"none", "01010101", decode.Options{}},
		{"handshake", "020405b4 0402 080a0000000100000002 01 030307", decode.Options{
			Set: decode.OptMSS | decode.OptSACKPermitted | decode.OptTimestamps | decode.OptWindowScale,
			MSS: 1460, WindowScale: 7, TSval: 1, TSecr: 2}},
		{"sack", "0101 0512 00000001 00000002 00000003 00000004", decode.Options{
			Set: decode.OptSACK, SACKCount: 2,
			SACK: [4]decode.SACKBlock{{Left: 1, Right: 2}, {Left: 3, Right: 4}}}},
		{"fast open request", "2202 0101", decode.Options{Set: decode.OptFastOpen}},
		{"fast open cookie", "220a 0102030405060708 0101", decode.Options{Set: decode.OptFastOpen, CookieLen: 8}},
		{"experimental fast open", "fe08 f989 01020304", decode.Options{Set: decode.OptFastOpen, CookieLen: 4, OtherKind: 254}},
		{"other experiment", "fd04 1234", decode.Options{Set: decode.OptOther, OtherKind: 253}},
		{"signatures", "1304 0000 1d04 0000", decode.Options{Set: decode.OptMD5 | decode.OptAO}},
		{"multipath and user timeout", "1e04 0000 1c04 0001", decode.Options{Set: decode.OptMPTCP | decode.OptUserTimeout}},
		{"accurate ecn", "ac05 000001 ae05 000001 0101", decode.Options{Set: decode.OptAccECN | decode.OptAccECN1}},
		{"after the end", "00 ffffff", decode.Options{}},
		{"length 0", "0200 0000", decode.Options{Set: decode.OptMalformed}},
		{"length beyond the list", "0101 0809", decode.Options{Set: decode.OptMalformed}},
		{"kind without length", "010101 02", decode.Options{Set: decode.OptMalformed}},
		{"mss of 3 bytes", "0203 0501", decode.Options{Set: decode.OptMalformed}},
	} {
		list := raw(c.list)
		for len(list)%4 != 0 {
			list = append(list, 0)
		}
		r := decodeOne(capture.LinkTypeRaw, v4(6, tcpSegment("x", list...)))
		c.want.Octets = uint8(len(list))
		if got := r.Segments[0].Options; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// TestCutSACK keeps the blocks that the snapshot left whole.
func TestCutSACK(t *testing.T) {
	list := raw("0101 0512 00000001 00000002 00000003 00000004")
	frame := ether(0x0800, v4(6, tcpSegment("", list...)))
	for blocks, n := range []int{len(frame) - 9, len(frame) - 1, len(frame)} {
		o := &cut(frame, n).Segments[0].Options
		if int(o.SACKCount) != blocks || blocks > 0 && o.SACK[0] != (decode.SACKBlock{Left: 1, Right: 2}) {
			t.Errorf("%d of %d bytes: %+v", n, len(frame), o)
		}
	}
}

func TestICMP(t *testing.T) {
	quoted := v4(6, tcpSegment("")[:8])
	quotedUDP := v4(17, raw("0035 1234 0020 0000"))
	quoted6 := v6(60, join(raw("0600010400000000"), tcpSegment("")))
	later := join(quoted)
	later[7] = 1 // a fragment other than the first
	for _, c := range []struct {
		name     string
		data     []byte
		errors   int
		protocol uint8
		src, dst string
		sequence seq.Number
	}{
		{"fragmentation needed", v4(1, join(raw("0304 0000 00000500"), quoted)), 1, 6, "10.0.0.1:1111", "10.0.0.2:2222", 1000},
		{"port unreachable", v4(1, join(raw("0303 0000 00000000"), quotedUDP)), 1, 17, "10.0.0.1:53", "10.0.0.2:4660", 0},
		{"time exceeded", v4(1, join(raw("0b00 0000 00000000"), quoted)), 1, 6, "10.0.0.1:1111", "10.0.0.2:2222", 1000},
		{"packet too big", v6(58, join(raw("0200 0000 00000500"), quoted6)), 1, 6, "[2001:db8::1]:1111", "[2001:db8::2]:2222", 1000},
		{"echo", v4(1, join(raw("0800 0000 00000000"), quoted)), 0, 0, "", "", 0},
		{"a later fragment", v4(1, join(raw("0301 0000 00000000"), later)), 0, 0, "", "", 0},
		{"quote of ICMP", v4(1, join(raw("0301 0000 00000000"), v4(1, make([]byte, 8)))), 0, 0, "", "", 0},
		{"quote too short", v4(1, join(raw("0301 0000 00000000"), quoted[:22])), 0, 0, "", "", 0},
	} {
		r := decodeOne(capture.LinkTypeRaw, c.data)
		if len(r.Segments) != 0 || len(r.ICMP) != c.errors {
			t.Errorf("%s: %d segments, %d errors", c.name, len(r.Segments), len(r.ICMP))
			continue
		}
		if c.errors == 0 {
			continue
		}
		e := r.ICMP[0]
		if e.Protocol != c.protocol || e.Src.String() != c.src || e.Dst.String() != c.dst || e.Seq != c.sequence || e.HasSeq != (c.protocol == 6) {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

// TestDeepNesting bounds the walk.
func TestDeepNesting(t *testing.T) {
	data := inner4
	for range 200 {
		data = v4(4, data)
	}
	r := decodeOne(capture.LinkTypeRaw, data)
	if len(r.Segments) != 0 || len(r.Findings) != 1 || r.Findings[0].Code != finding.BadPacket {
		t.Errorf("%d segments, findings %v", len(r.Segments), r.Findings)
	}
}

// TestSeveralInOneFrame gives a segment for each part of an aggregate.
func TestSeveralInOneFrame(t *testing.T) {
	part := join(make([]byte, 12), u16(len(inner4)+8), snapHeader, inner4, []byte{0, 0, 0}) // 70 bytes padded to 72
	part = part[:(14+8+len(inner4)+3)&^3]
	r := decodeOne(capture.LinkTypeIEEE80211, join(raw("8801 0000"), make([]byte, 18), raw("0000 8000"), part, part))
	if len(r.Segments) != 2 {
		t.Fatalf("%d segments, want 2; findings %v", len(r.Segments), r.Findings)
	}
}

// TestUnknownLinkType reports a packet that cannot be decoded.
func TestUnknownLinkType(t *testing.T) {
	for _, link := range []capture.LinkType{capture.LinkTypeUSBLinux, 4000} {
		r := decodeOne(link, inner4)
		if len(r.Findings) != 1 || r.Findings[0].Code != finding.UnknownLinkType {
			t.Errorf("link type %d: findings %v", link, r.Findings)
		}
	}
}
