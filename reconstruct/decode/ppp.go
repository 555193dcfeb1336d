package decode

import "encoding/binary"

// ppp decodes a PPP frame, with or without the address and control bytes of
// HDLC (RFC 1662 section 3.1), or Cisco HDLC on a link said to be PPP.
func (d *Decoder) ppp(b view) (layer, view) {
	if !b.has(2) {
		return end()
	}
	switch {
	case b.data[0] == 0xff:
		b = b.from(2)
	case b.data[0] == 0x0f || b.data[0] == 0x8f:
		return cHDLC, b
	}
	return d.pppProtocol(b)
}

// pppProtocol decodes the protocol field, of one byte where the sender
// compressed it: its last byte alone is odd (RFC 1661 section 2).
func (d *Decoder) pppProtocol(b view) (layer, view) {
	if !b.has(2) {
		return end()
	}
	if b.data[0]&1 != 0 {
		return pppProtocols[uint16(b.data[0])], b.from(1)
	}
	return pppProtocols[binary.BigEndian.Uint16(b.data)], b.from(2)
}

// multilink goes on with a packet that came in one multilink fragment (RFC
// 1990 section 3): both the beginning and the end bit are set.
func (d *Decoder) multilink(b view) (layer, view) {
	if !b.has(4) || b.data[0]&0xc0 != 0xc0 {
		return end()
	}
	return d.pppProtocol(b.from(4))
}

// vjUncompressed decodes a packet by which TCP header compression learns a
// connection (RFC 1144 section 3.2.2): its slot stands where the IP protocol
// was. The compressed ones after it are not decoded: which slots they mean
// depends on a direction that captures do not record.
func (d *Decoder) vjUncompressed(b view) (layer, view) {
	if b.has(1) && b.data[0]>>4 != 4 {
		return d.bad("IP version of a packet for header compression is not 4")
	}
	next, body := d.ipv4(b)
	if next == done {
		return end()
	}
	d.ip.next = protocolTCP
	return tcp, body
}

// bridged decodes an Ethernet frame inside PPP (RFC 3518 section 4.2).
func (d *Decoder) bridged(b view) (layer, view) {
	const lanID, ieee8023 = 0x40, 1
	if !b.has(2) || b.data[1] != ieee8023 {
		return end()
	}
	if b.data[0]&lanID != 0 {
		return ethernet, b.from(6)
	}
	return ethernet, b.from(2)
}

// pppoe decodes the header of a PPPoE session (RFC 2516 section 4).
func (d *Decoder) pppoe(b view) (layer, view) {
	if !b.has(6) {
		return d.short(b, "PPPoE header is cut")
	}
	return d.pppProtocol(b.upTo(6 + int(binary.BigEndian.Uint16(b.data[4:]))).from(6))
}

// cHDLC decodes a Cisco HDLC header: address, control, EtherType.
func (d *Decoder) cHDLC(b view) (layer, view) {
	if !b.has(4) {
		return d.short(b, "Cisco HDLC header is cut")
	}
	return d.etherType(binary.BigEndian.Uint16(b.data[2:]), b.from(4))
}

// frameRelay decodes a Q.922 address of two to four bytes, and then either RFC
// 2427 or Cisco encapsulation.
func (d *Decoder) frameRelay(b view) (layer, view) {
	n := 0
	for n < 4 && b.has(n+1) && b.data[n]&1 == 0 { // the last address byte is odd
		n++
	}
	b = b.from(n + 1)
	if !b.has(2) {
		return end()
	}
	if b.data[0] != 0x03 { // not the control field of RFC 2427
		return d.etherType(binary.BigEndian.Uint16(b.data), b.from(2))
	}
	b = b.from(1)
	if b.data[0] == 0 { // padding
		b = b.from(1)
	}
	return d.nlpid(b)
}

// nlpid decodes a network layer protocol identifier (ISO/IEC TR 9577).
func (d *Decoder) nlpid(b view) (layer, view) {
	if !b.has(1) {
		return end()
	}
	switch b.data[0] {
	case 0xcc:
		return ipv4, b.from(1)
	case 0x8e:
		return ipv6, b.from(1)
	case 0x80:
		return d.snap(b.from(1))
	case 0xcf:
		return d.pppProtocol(b.from(1))
	}
	return end()
}
