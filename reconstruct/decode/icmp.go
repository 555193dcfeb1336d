package decode

import (
	"encoding/binary"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const (
	protocolTCP = 6
	protocolUDP = 17
)

// icmp4 decodes an ICMP error message (RFC 792): the original header stands 8
// bytes after its start.
func (d *Decoder) icmp4(b view) (layer, view) {
	if !b.has(8) {
		return end()
	}
	switch b.data[0] {
	case 3, 4, 5, 11, 12: // unreachable, source quench, redirect, time exceeded, parameter problem
		d.quote(b, false)
	}
	return end()
}

// icmp6 decodes an ICMPv6 error message (RFC 4443 section 3).
func (d *Decoder) icmp6(b view) (layer, view) {
	if !b.has(8) {
		return end()
	}
	switch b.data[0] {
	case 1, 2, 3, 4: // unreachable, too big, time exceeded, parameter problem
		d.quote(b, true)
	}
	return end()
}

// quote adds the error message b if what it quotes is TCP or UDP and reaches
// the ports.
func (d *Decoder) quote(b view, v6 bool) {
	e := ICMPError{
		Frame: d.pkt.Frame, Time: d.pkt.Time, Reporter: d.ip.src,
		V6: v6, Type: b.data[0], Code: b.data[1],
	}
	var transport []byte
	if v6 {
		transport = e.quoted6(b.data[8:])
	} else {
		transport = e.quoted4(b.data[8:])
	}
	if len(transport) < portsEnd || e.Protocol != protocolTCP && e.Protocol != protocolUDP {
		return
	}
	e.Src.Port = binary.BigEndian.Uint16(transport)
	e.Dst.Port = binary.BigEndian.Uint16(transport[2:])
	if e.Protocol == protocolTCP && len(transport) >= 8 {
		e.HasSeq, e.Seq = true, seq.Number(binary.BigEndian.Uint32(transport[4:]))
	}
	d.out.ICMP = append(d.out.ICMP, e)
}

// quoted4 reads a quoted IPv4 header and returns what follows it, nil if that
// is no transport header.
func (e *ICMPError) quoted4(h []byte) []byte {
	if len(h) < 20 || h[0]>>4 != 4 {
		return nil
	}
	hlen := int(h[0]&15) * 4
	if laterFragment := binary.BigEndian.Uint16(h[6:])&0x1fff != 0; laterFragment || hlen < 20 || hlen > len(h) {
		return nil
	}
	e.Protocol = h[9]
	e.Src.IP.map4(h[12:16])
	e.Dst.IP.map4(h[16:20])
	return h[hlen:]
}

// quoted6 does the same for IPv6, past the extension headers.
func (e *ICMPError) quoted6(h []byte) []byte {
	if len(h) < 40 || h[0]>>4 != 6 {
		return nil
	}
	e.Src.IP = Address{Bytes: [16]byte(h[8:24]), V6: true}
	e.Dst.IP = Address{Bytes: [16]byte(h[24:40]), V6: true}
	e.Protocol, h = h[6], h[40:]
	for len(h) >= 8 {
		length := 8
		switch e.Protocol {
		case 0, 43, 60: // hop-by-hop, routing, destination options
			length += int(h[1]) * 8
		case 51: // authentication
			length += int(h[1]) * 4
		case 44: // fragment
			if binary.BigEndian.Uint16(h[2:])&0xfff8 != 0 {
				return nil
			}
		default:
			return h
		}
		if length > len(h) {
			return nil
		}
		e.Protocol, h = h[0], h[length:]
	}
	return h
}
