package decode_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// layerCase is a packet around inner4 or inner6.
type layerCase struct {
	name string
	link capture.LinkType
	data []byte
	v6   bool
}

// over says that each of the packets is one of Ethernet.
func over(link capture.LinkType, name string, data ...[]byte) layerCase {
	return layerCase{name: name, link: link, data: join(data...)}
}

func eth(name string, kind int, data ...[]byte) layerCase {
	return over(capture.LinkTypeEthernet, name, ether(kind, join(data...)))
}

// in4 carries data in an IPv4 packet of a protocol, on Ethernet.
func in4(name string, protocol byte, data ...[]byte) layerCase {
	return eth(name, 0x0800, v4(protocol, join(data...)))
}

// inUDP carries data to a UDP port.
func inUDP(name string, port int, data ...[]byte) layerCase {
	return in4(name, 17, udpDatagram(port, join(data...)))
}

// inGRE carries data behind a GRE header.
func inGRE(name, header string, data ...[]byte) layerCase {
	return in4(name, 47, raw(header), join(data...))
}

// six marks a case that carries inner6.
func six(c layerCase) layerCase {
	c.v6 = true
	return c
}

// layerCases has at least one packet for each layer and each row of the tables.
func layerCases() []layerCase {
	jumbo := join(raw("0600 c204 00000021"), tcpSegment("hello"))
	zeroLength := v6(0, jumbo)
	copy(zeroLength[4:], []byte{0, 0})
	nflog := join(raw("0800 0100 0800 0300 0800 0a00 70726500 3100 0900"), inner4)
	return []layerCase{
		eth("ipv4", 0x0800, inner4),
		six(eth("ipv6", 0x86dd, inner6)),
		six(eth("ipv6 under the type of ipv4", 0x0800, inner6)),
		eth("padded to 64 bytes", 0x0800, inner4, make([]byte, 20)),
		eth("vlan", 0x8100, raw("0005 0800"), inner4),
		eth("vlan in vlan", 0x88a8, raw("0005 8100 0006 0800"), inner4),
		eth("old double tag", 0x9100, raw("0005 8100 0006 0800"), inner4),
		eth("provider backbone", 0x88e7, raw("00000001"), innerEther),
		eth("macsec", 0x88e5, raw("0000 00000001 0800"), inner4, make([]byte, 16)),
		eth("macsec with channel", 0x88e5, raw("2000 00000001 0000000000000000 0800"), inner4, make([]byte, 16)),
		eth("cisco metadata", 0x8909, raw("0101 0001 0001 0800"), inner4),
		eth("vn tag", 0x8926, raw("00000000 0800"), inner4),
		eth("802.1BR", 0x893f, raw("000000000000 0800"), inner4),
		eth("802.1CB", 0xf1c1, raw("00000001 0800"), inner4),
		eth("hsr", 0x892f, raw("00400001 0800"), inner4),
		eth("broadcom", 0x8874, raw("20000001 0800"), inner4),
		eth("trill", 0x22f3, raw("0002 0001 000a"), innerEther),
		eth("fabricpath", 0x8903, raw("0040"), innerEther),
		eth("batman", 0x4305, raw("400f4001 000000000000"), innerEther),
		eth("snap", len(inner4)+8, snapHeader, inner4),
		eth("snap of 802.1H", len(inner4)+8, raw("aaaa03 0000f8 0800"), inner4),
		eth("bridged snap", len(innerEther)+8, raw("aaaa03 0080c2 0007"), innerEther),
		eth("ip sap", len(inner4)+3, raw("060603"), inner4),
		eth("osi sap", len(inner4)+4, raw("fefe03cc"), inner4),
		eth("jumbo llc", 0x8870, snapHeader, inner4),
		over(capture.LinkTypeEthernet, "isl", raw("01000c000000 000000000000"), u16(len(innerEther)+20), make([]byte, 12), innerEther, make([]byte, 4)),
		eth("pppoe", 0x8864, raw("11000001"), u16(len(inner4)+2), raw("0021"), inner4),
		eth("ppp multilink", 0x8864, raw("11000001"), u16(len(inner4)+8), raw("003d c0000001 0021"), inner4),
		eth("ppp van jacobson", 0x8864, raw("11000001"), u16(len(inner4)+2), raw("002f"), v4(3, tcpSegment("hello"))),
		eth("ppp bridging", 0x8864, raw("11000001"), u16(len(innerEther)+4), raw("0031 0001"), innerEther),
		eth("mpls", 0x8847, raw("00064040 00065140"), inner4),
		six(eth("mpls ipv6", 0x8847, raw("00002140"), inner6)),
		eth("pseudowire with control word", 0x8847, raw("00065140 00000000"), innerEther),
		eth("pseudowire without", 0x8847, raw("00065140"), innerEther),

		over(capture.LinkTypeNull, "null little endian", raw("02000000"), inner4),
		over(capture.LinkTypeNull, "null big endian", raw("00000002"), inner4),
		six(over(capture.LinkTypeNull, "null darwin", raw("1e000000"), inner6)),
		six(over(capture.LinkTypeNull, "null freebsd", raw("0000001c"), inner6)),
		six(over(capture.LinkTypeLoop, "loop openbsd", raw("00000018"), inner6)),
		over(capture.LinkTypeNull, "null with ethertype", raw("00000800"), inner4),
		over(capture.LinkTypeRawDLT, "raw 12", inner4),
		over(capture.LinkTypeRawOpenBSD, "raw 14", inner4),
		six(over(capture.LinkTypeRaw, "raw 101", inner6)),
		over(capture.LinkTypeIPv4, "raw 228", inner4),
		six(over(capture.LinkTypeIPv6, "raw 229", inner6)),
		over(capture.LinkTypeLinuxSLL, "sll", raw("0000 0001 0006 0000000000000000 0800"), inner4),
		over(capture.LinkTypeLinuxSLL, "sll of ppp", raw("0000 0200 0000 0000000000000000 0007 ff030021"), inner4),
		over(capture.LinkTypeLinuxSLL, "sll of 802.2", raw("0000 0001 0006 0000000000000000 0004"), snapHeader, inner4),
		over(capture.LinkTypeLinuxSLL2, "sll2", raw("0800 0000 00000001 0001 00 06 0000000000000000"), inner4),
		over(capture.LinkTypePPP, "ppp", raw("ff030021"), inner4),
		over(capture.LinkTypePPP, "ppp compressed", raw("21"), inner4),
		six(over(capture.LinkTypePPPHDLC, "ppp ipv6", raw("ff030057"), inner6)),
		over(capture.LinkTypePPPHDLC, "ppp that is cisco hdlc", raw("0f000800"), inner4),
		over(capture.LinkTypePPPEther, "pppoe link", raw("11000001"), u16(len(inner4)+2), raw("0021"), inner4),
		over(capture.LinkTypePPPPppd, "ppp of pppd", raw("00 ff030021"), inner4),
		over(capture.LinkTypePPPWithDir, "ppp with direction", raw("01 ff030021"), inner4),
		over(capture.LinkTypeCHDLC, "cisco hdlc", raw("0f000800"), inner4),
		over(capture.LinkTypeCHDLCWithDir, "cisco hdlc with direction", raw("00 0f000800"), inner4),
		over(capture.LinkTypeFrameRelay, "frame relay", raw("1841 03cc"), inner4),
		over(capture.LinkTypeFrameRelay, "frame relay of cisco", raw("1841 0800"), inner4),
		over(capture.LinkTypeFrameRelay, "frame relay with snap", raw("1841 0300 80 000000 0800"), inner4),
		over(capture.LinkTypeFrameRelayWithDir, "frame relay with direction", raw("00 1841 03cc"), inner4),
		over(capture.LinkTypeMFR, "multilink frame relay", raw("c000 1841 03cc"), inner4),
		over(capture.LinkTypeFDDI, "fddi", raw("50 000000000000 000000000000"), snapHeader, inner4),
		over(capture.LinkTypeTokenRing, "token ring", raw("1040 000000000000 000102030405"), snapHeader, inner4),
		over(capture.LinkTypeTokenRing, "token ring with route", raw("1040 000000000000 800102030405 0630aabbccdd"), snapHeader, inner4),
		over(capture.LinkTypeARCNETBSD, "arcnet rfc 1051", raw("0102 f0"), inner4),
		over(capture.LinkTypeARCNETBSD, "arcnet exception", raw("0102 d4 ff0000 d4 000001"), inner4),
		over(capture.LinkTypeARCNETLinux, "arcnet of linux", raw("0102 0000 d4 000001"), inner4),
		over(capture.LinkTypeATMRFC1483, "atm", snapHeader, inner4),
		over(capture.LinkTypeSunATM, "sun atm", raw("02001020"), snapHeader, inner4),
		over(capture.LinkTypeSunATM, "sun lan emulation", raw("01001020 0000"), innerEther),
		over(capture.LinkTypeATMCLIP, "classical ip", inner4),
		over(capture.LinkTypeIPOverFC, "fibre channel", make([]byte, 16), snapHeader, inner4),
		over(capture.LinkTypeAppleIPOverIEEE1394, "firewire", make([]byte, 16), raw("0800"), inner4),
		over(capture.LinkTypeIPNET, "ipnet", make([]byte, 24), inner4),
		over(capture.LinkTypeIPoIB, "infiniband", make([]byte, 40), raw("08000000"), inner4),
		over(capture.LinkTypeDOCSIS, "docsis", raw("0000 0000 0000"), innerEther),
		over(capture.LinkTypeSymantecFirewall, "symantec", make([]byte, 6), raw("0800"), make([]byte, 36), inner4),
		over(capture.LinkTypeENC, "enc", make([]byte, 12), inner4),
		over(capture.LinkTypePFLog, "pflog", raw("3d 02"), make([]byte, 62), inner4),
		over(capture.LinkTypePKTAP, "pktap", raw("6c000000 01000000 01000000"), make([]byte, 96), innerEther),
		over(capture.LinkTypeERF, "erf", make([]byte, 8), raw("0204 0000 0000 0000 0000"), innerEther),
		over(capture.LinkTypeERF, "erf with extension", make([]byte, 8), raw("8204 0000 0000 0000"), make([]byte, 8), raw("0000"), innerEther),
		over(capture.LinkTypeNetAnalyzer, "netanalyzer", make([]byte, 4), innerEther),
		over(capture.LinkTypeNetAnalyzerTransparent, "netanalyzer with preamble", make([]byte, 12), innerEther),
		over(capture.LinkTypeEthernetMPacket, "mpacket", raw("55555555555555d5"), innerEther, make([]byte, 4)),
		over(capture.LinkTypeDSATagBRCM, "dsa broadcom", innerEther[:12], raw("20000001"), innerEther[12:]),
		over(capture.LinkTypeDSATagBRCMPrepend, "dsa in front", raw("20000001"), innerEther),
		over(capture.LinkTypeDSATagDSA, "dsa marvell", innerEther[:12], raw("c0000001"), innerEther[12:]),
		over(capture.LinkTypeDSATagEDSA, "dsa with type", innerEther[:12], raw("dada0000 c0000001"), innerEther[12:]),
		over(capture.LinkTypeMPLS, "mpls link", raw("00010140"), inner4),
		over(capture.LinkTypeNFLog, "nflog", raw("02000000"), nflog),
		over(capture.LinkTypeNetlink, "netlink", raw("0000 0338"), make([]byte, 10), raw("000c"), raw("59000000 0004 0000 00000000 00000000 02000000"), nflog),
		over(capture.LinkTypeWiresharkUpperPDU, "exported", raw("000c 0004 69700000 0000 0000"), inner4),

		over(capture.LinkTypeJuniperEther, "juniper ethernet", raw("4d474380 0004 010200ff"), innerEther),
		over(capture.LinkTypeJuniperEther, "juniper without link", raw("4d474302 02000000"), inner4),
		over(capture.LinkTypeJuniperPPP, "juniper ppp", raw("4d474300 0000 0021"), inner4),
		over(capture.LinkTypeJuniperFrameRelay, "juniper frame relay", raw("4d474300 1841 03cc"), inner4),
		over(capture.LinkTypeJuniperCHDLC, "juniper cisco hdlc", raw("4d474300 0f000800"), inner4),
		over(capture.LinkTypeJuniperMLPPP, "juniper bundle", raw("4d474300 1234 0021"), inner4),
		over(capture.LinkTypeJuniperGGSN, "juniper ggsn", raw("4d474300 0200 0000"), inner4),
		over(capture.LinkTypeJuniperVP, "juniper voice", raw("4d474300"), make([]byte, 18), inner4),
		over(capture.LinkTypeJuniperServices, "juniper services", raw("4d474301"), make([]byte, 16), inner4),
		over(capture.LinkTypeJuniperATM1, "juniper atm 1", raw("4d474300 00000000"), snapHeader, inner4),
		over(capture.LinkTypeJuniperATM2, "juniper atm 2", raw("4d474300 0000000000000000"), inner4),

		over(capture.LinkTypeIEEE80211, "802.11", innerWLAN),
		over(capture.LinkTypeIEEE80211, "802.11 qos", raw("8801 0000"), make([]byte, 18), raw("0000 0000"), snapHeader, inner4),
		over(capture.LinkTypeIEEE80211, "802.11 high throughput", raw("8881 0000"), make([]byte, 18), raw("0000 0000 00000000"), snapHeader, inner4),
		over(capture.LinkTypeIEEE80211, "802.11 four addresses", raw("0803 0000"), make([]byte, 18), raw("0000 000000000000"), snapHeader, inner4),
		over(capture.LinkTypeIEEE80211, "802.11 aggregate", raw("8801 0000"), make([]byte, 18), raw("0000 8000"), make([]byte, 12), u16(len(inner4)+8), snapHeader, inner4),
		over(capture.LinkTypeIEEE80211, "802.11 around ethernet", innerWLAN[:24], innerWLAN[4:16], raw("0800"), inner4),
		over(capture.LinkTypeIEEE80211Radiotap, "radiotap", raw("0000 0800 00000000"), innerWLAN),
		over(capture.LinkTypeIEEE80211Radiotap, "radiotap with checksum", raw("0000 0900 02000000 10"), innerWLAN, make([]byte, 4)),
		over(capture.LinkTypeIEEE80211Radiotap, "radiotap with padding", raw("0000 0900 02000000 20"), raw("8801 0000"), make([]byte, 18), raw("0000 0000 0000"), snapHeader, inner4),
		over(capture.LinkTypeIEEE80211Prism, "prism", raw("44000000 90000000"), make([]byte, 136), innerWLAN),
		over(capture.LinkTypeIEEE80211Prism, "prism that is avs", raw("80211001 00000040"), make([]byte, 56), innerWLAN),
		over(capture.LinkTypeIEEE80211AVS, "avs", raw("80211001 00000040"), make([]byte, 56), innerWLAN),
		over(capture.LinkTypePPI, "ppi", raw("0000 0800 69000000"), innerWLAN),

		inGRE("gre", "0000 0800", inner4),
		six(inGRE("gre ipv6", "0000 86dd", inner6)),
		inGRE("gre key and sequence", "3000 0800 00000001 00000002", inner4),
		inGRE("gre checksum", "8000 0800 00000000", inner4),
		inGRE("gre routing", "4000 0800 00000000 08000004 0a000009 00000000", inner4),
		inGRE("gre pptp", "3081 880b 00310001 00000001 00000001 ff030021", inner4),
		inGRE("nvgre", "2000 6558 00000100", innerEther),
		inGRE("eoip", "2001 6400 003b 0100", innerEther),
		inGRE("gre mpls", "0000 8847 00010140", inner4),
		inGRE("wccp", "0000 883e", inner4),
		inGRE("wccp redirected", "0000 883e 00000000", inner4),
		inGRE("erspan I", "0000 88be", innerEther),
		inGRE("erspan II", "1000 88be 00000001 1000000000000000", innerEther),
		inGRE("erspan III", "1000 22eb 00000001 200000000000000000000000", innerEther),
		inGRE("erspan III with subheader", "1000 22eb 00000001 200000000000000000000001 0000000000000000", innerEther),
		inGRE("aruba", "0000 8200", innerWLAN),
		inGRE("nsh", "0000 894f 0fc30203 00000100 00000000", innerEther),
		in4("ip in ip", 4, inner4),
		six(in4("6in4", 41, inner6)),
		eth("4in6", 0x86dd, v6(4, inner4)),
		in4("etherip", 97, raw("3000"), innerEther),
		in4("ethernet in ip", 143, innerEther),
		in4("mpls in ip", 137, raw("00010140"), inner4),
		in4("pim register", 103, raw("2100 0000 00000000"), inner4),
		in4("authenticated", 51, raw("0404 0000 00000001 00000001 000000000000000000000000"), inner4),
		in4("l2tp v3", 115, raw("00000011 00000000"), innerEther),
		in4("compressed", 108, raw("0400 0002"), deflated(inner4)),
		inUDP("vxlan", 4789, raw("0800000000000100"), innerEther),
		inUDP("vxlan of linux", 8472, raw("0800000000000100"), innerEther),
		inUDP("vxlan gpe", 4790, raw("0c00000100000100"), inner4),
		inUDP("vxlan gpe nsh", 4790, raw("0c00000400000100 0fc30203 00000100 00000000"), innerEther),
		inUDP("geneve", 6081, raw("0000655800000100"), innerEther),
		inUDP("geneve options", 6081, raw("0200655800000100 0102030102030405"), innerEther),
		six(inUDP("geneve ipv6", 6081, raw("000086dd00000100"), inner6)),
		inUDP("gtp", 2152, raw("30ff 002d 00000001"), inner4),
		inUDP("gtp sequence", 2152, raw("32ff 0031 00000001 00010000"), inner4),
		inUDP("gtp extension", 2152, raw("34ff 0035 00000001 00000085 01000900"), inner4),
		inUDP("gtp ethernet", 2152, raw("30ff 003b 00000001"), innerEther),
		inUDP("gtp v0", 3386, raw("1eff 002d"), make([]byte, 16), inner4),
		six(inUDP("teredo", 3544, inner6)),
		six(inUDP("teredo indicators", 3544, raw("0001 0000 000000000000000000 0000 000000000000"), inner6)),
		six(inUDP("ayiya", 5072, raw("44520129 00000000"), make([]byte, 36), inner6)),
		inUDP("l2tp", 1701, raw("0002 0001 0001 ff030021"), inner4),
		inUDP("l2tp with everything", 1701, raw("4a02 0046 0001 0001 00000000 0002 0000 ff030021"), inner4),
		inUDP("l2tp v3 over udp", 1701, raw("0003 0000 00000011 00000000"), innerEther),
		inUDP("lisp", 4341, raw("8000000100000001"), inner4),
		inUDP("gre in udp", 4754, raw("0000 0800"), inner4),
		inUDP("mpls in udp", 6635, raw("00010140"), inner4),
		inUDP("tzsp", 37008, raw("01000001 00 0a01ff 01"), innerEther),
		inUDP("tzsp 802.11", 37008, raw("01000012 01"), innerWLAN),
		inUDP("capwap", 5247, raw("0010030100000000"), []byte{1, 8}, innerWLAN[2:]),
		inUDP("capwap 802.3", 5247, raw("0010020000000000"), innerEther),
		inUDP("lwapp", 12222, raw("000000300000"), innerWLAN),

		eth("ipv4 options", 0x0800, join(raw("4700 0035 0001 0000 4006 0000 0a000001 0a000002 94040000 01010100"), tcpSegment("hello"))),
		six(eth("hop by hop", 0x86dd, v6(0, join(raw("0600010400000000"), tcpSegment("hello"))))),
		six(eth("destination options", 0x86dd, v6(60, join(raw("0600010400000000"), tcpSegment("hello"))))),
		six(eth("shim6", 0x86dd, v6(140, join(raw("0600800000000000"), tcpSegment("hello"))))),
		six(eth("authentication", 0x86dd, v6(51, join(raw("0604 0000 00000001 00000001 000000000000000000000000"), tcpSegment("hello"))))),
		six(eth("routing done", 0x86dd, v6(43, join(raw("06020000 00000000 20010db80000000000000000000000aa"), tcpSegment("hello"))))),
		six(eth("atomic fragment", 0x86dd, v6(44, join(raw("0600000000000005"), tcpSegment("hello"))))),
		six(eth("jumbogram", 0x86dd, zeroLength)),
	}
}

// TestLayers decodes one packet for each layer: in every one stands the same
// segment.
func TestLayers(t *testing.T) {
	for _, c := range layerCases() {
		t.Run(c.name, func(t *testing.T) {
			r := decodeOne(c.link, c.data)
			if len(r.Segments) != 1 {
				t.Fatalf("%d segments, want 1; findings %v", len(r.Segments), r.Findings)
			}
			s := r.Segments[0]
			src, dst := "10.0.0.1:1111", "10.0.0.2:2222"
			if c.v6 {
				src, dst = "[2001:db8::1]:1111", "[2001:db8::2]:2222"
			}
			if s.Src.String() != src || s.Dst.String() != dst || s.Seq != 1000 || s.Len != 5 || string(s.Payload) != "hello" {
				t.Errorf("%v > %v seq %d len %d %q", s.Src, s.Dst, s.Seq, s.Len, s.Payload)
			}
			if len(r.Findings) != 0 {
				t.Errorf("findings %v", r.Findings)
			}
			checkSegment(t, &s)
		})
	}
}

// TestEveryCut cuts each of the packets everywhere: as long as the whole TCP
// header is there, so are the endpoints and the length.
func TestEveryCut(t *testing.T) {
	for _, c := range layerCases() {
		whole := decodeOne(c.link, c.data).Segments[0]
		for n := range c.data {
			p := capture.Packet{Frame: 1, LinkType: c.link, OrigLen: len(c.data), Data: c.data[:n]}
			var r decode.Result
			decode.New().Decode(&p, &r)
			for _, s := range r.Segments {
				checkSegment(t, &s)
				if s.Src != whole.Src || s.Dst != whole.Dst {
					t.Errorf("%s cut at %d: %v > %v", c.name, n, s.Src, s.Dst)
				}
				if s.Quirks&decode.HeaderCut == 0 && s.Len != whole.Len {
					t.Errorf("%s cut at %d: length %d, want %d", c.name, n, s.Len, whole.Len)
				}
			}
		}
	}
}

// decodeOne decodes a whole packet with a new decoder.
func decodeOne(link capture.LinkType, data []byte) (r decode.Result) {
	p := capture.Packet{Frame: 1, LinkType: link, OrigLen: len(data), Data: data}
	decode.New().Decode(&p, &r)
	return r
}

// checkSegment tests what holds for every segment.
func checkSegment(t testing.TB, s *decode.Segment) {
	t.Helper()
	if s.Len < len(s.Payload) {
		t.Errorf("payload of %d bytes in a segment of %d", len(s.Payload), s.Len)
	}
	if cut := s.Quirks&decode.PayloadCut != 0; cut != (s.Len > len(s.Payload)) {
		t.Errorf("PayloadCut is %v with %d of %d bytes", cut, len(s.Payload), s.Len)
	}
	if s.Quirks&decode.FlagsCut != 0 && s.Quirks&decode.HeaderCut == 0 {
		t.Error("FlagsCut without HeaderCut")
	}
	if s.Src.IP.V6 != s.Dst.IP.V6 {
		t.Error("addresses of two versions")
	}
	if !s.Src.IP.V6 && [12]byte(s.Src.IP.Bytes[:12]) != [12]byte{10: 0xff, 11: 0xff} {
		t.Errorf("IPv4 address is not mapped: % x", s.Src.IP.Bytes)
	}
	if int(s.Options.SACKCount) > len(s.Options.SACK) {
		t.Errorf("%d SACK blocks", s.Options.SACKCount)
	}
}
