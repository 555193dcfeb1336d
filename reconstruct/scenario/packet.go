package scenario

import (
	"net/netip"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const (
	ipv6HeaderLen = 40
	tcpHeaderLen  = 20
)

// frame returns the bytes of a line, link header included. count stands in for
// the IP identification where the line does not tell one.
func (s *Scenario) frame(l *Line, count uint16) ([]byte, error) {
	ends := s.Conns[l.Conn].Ends
	v6 := ends[0].Addr().Is6()
	var packet []byte
	var err error
	if l.ICMP != nil {
		packet, err = icmpPacket(l, ends, count)
	} else {
		packet, err = tcpPacket(l, ends, count)
	}
	return append(findLink(s.Link).header(l.From, v6), packet...), err
}

// ipLayer is an IP header, which checksums of the layer above cover in part.
type ipLayer interface {
	gopacket.SerializableLayer
	gopacket.NetworkLayer
}

func ipHeader(l *Line, src, dst netip.Addr, next layers.IPProtocol, count uint16) ipLayer {
	ttl, id := uint8(defaultTTL), count
	if l.TTL > 0 {
		ttl = l.TTL
	}
	if l.HasIPID {
		id = l.IPID
	}
	if src.Is6() {
		return &layers.IPv6{Version: 6, TrafficClass: l.ECN, NextHeader: next, HopLimit: ttl, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	}
	return &layers.IPv4{Version: 4, TOS: l.ECN, Id: id, Flags: layers.IPv4DontFragment, TTL: ttl, Protocol: next, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
}

func tcpPacket(l *Line, ends [2]netip.AddrPort, count uint16) ([]byte, error) {
	src, dst := ends[l.From], ends[l.From.Peer()]
	ip := ipHeader(l, src.Addr(), dst.Addr(), layers.IPProtocolTCP, count)
	tcp := tcpLayer(l, src.Port(), dst.Port())
	if err := tcp.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.Payload(payload(l)).SerializeTo(buf, gopacket.SerializeOptions{}); err != nil {
		return nil, err
	}
	// FixLengths would mend the option that shall stay malformed.
	if err := tcp.SerializeTo(buf, gopacket.SerializeOptions{ComputeChecksums: true}); err != nil {
		return nil, err
	}
	if l.BadSum {
		buf.Bytes()[16] ^= 0x55
	}
	err := ip.SerializeTo(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true})
	return buf.Bytes(), err
}

func tcpLayer(l *Line, src, dst uint16) *layers.TCP {
	options := l.Options.wire(l)
	t := &layers.TCP{
		SrcPort: layers.TCPPort(src), DstPort: layers.TCPPort(dst),
		Seq:        uint32(l.Seq.Wrap(l.ISN[l.From])),
		DataOffset: uint8((tcpHeaderLen + optionBytes(options)) / 4),
		Window:     l.Window, Urgent: l.Urgent, Options: options,
		FIN: l.Flags.Has(decode.FIN), SYN: l.Flags.Has(decode.SYN), RST: l.Flags.Has(decode.RST),
		PSH: l.Flags.Has(decode.PSH), ACK: l.Flags.Has(decode.ACK), URG: l.Flags.Has(decode.URG),
		ECE: l.Flags.Has(decode.ECE), CWR: l.Flags.Has(decode.CWR), NS: l.Flags.Has(decode.AE),
	}
	if t.ACK {
		t.Ack = uint32(l.Ack.Wrap(l.ISN[l.From.Peer()]))
	}
	return t
}

// payload returns bytes that depend on their place in the stream alone, so
// that a retransmission carries the same ones.
func payload(l *Line) []byte {
	b := make([]byte, l.Len)
	first := l.Seq
	if l.Flags.Has(decode.SYN) {
		first++
	}
	for i := range b {
		b[i] = PayloadByte(l.From, first+seq.Offset(i))
	}
	return b
}

// PayloadByte is the byte that a side sends at an offset of its stream: lower
// case from the client, upper case from the server.
func PayloadByte(from reconstruct.Side, at seq.Offset) byte {
	return [2]byte{'a', 'A'}[from] + byte(uint64(at)%26)
}

func icmpPacket(l *Line, ends [2]netip.AddrPort, count uint16) ([]byte, error) {
	kind, _ := findICMPKind(l.ICMP.Kind)
	by := l.ICMP.By
	if !by.IsValid() {
		by = ends[l.From].Addr()
	}
	quote := *l.ICMP.Quote
	quote.Len = 0 // the headers are enough, and keep the message small
	quoted, err := tcpPacket(&quote, ends, count)
	if err != nil {
		return nil, err
	}
	to := ends[l.From.Peer()].Addr()
	buf := gopacket.NewSerializeBuffer()
	fix := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if !to.Is6() {
		ip := ipHeader(l, by, to, layers.IPProtocolICMPv4, count)
		icmp := &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(kind.type4, kind.code4)}
		err = gopacket.SerializeLayers(buf, fix, ip, icmp, gopacket.Payload(quoted))
		return buf.Bytes(), err
	}
	ip := ipHeader(l, by, to, layers.IPProtocolICMPv6, count)
	icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(kind.type6, kind.code6)}
	if err := icmp.SetNetworkLayerForChecksum(ip); err != nil {
		return nil, err
	}
	// Four unused bytes stand between the header and the quote (RFC 4443
	// section 3.1).
	err = gopacket.SerializeLayers(buf, fix, ip, icmp, gopacket.Payload(append(make([]byte, 4), quoted...)))
	return buf.Bytes(), err
}
