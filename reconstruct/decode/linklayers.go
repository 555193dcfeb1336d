package decode

import (
	"bytes"
	"encoding/binary"
)

// rawIP tells IPv4 from IPv6 by the version nibble.
func (d *Decoder) rawIP(b view) (layer, view) {
	if !b.has(1) {
		return d.short(b, "no IP header")
	}
	switch b.data[0] >> 4 {
	case 4:
		return ipv4, b
	case 6:
		return ipv6, b
	}
	return d.bad("IP version is neither 4 nor 6")
}

// null decodes the address family which BSD systems put before loopback
// packets, in the byte order of the recording machine; in network order for
// link type LOOP. Families are small, so the larger reading is the wrong one.
func (d *Decoder) null(b view) (layer, view) {
	if !b.has(4) {
		return d.short(b, "loopback header is cut")
	}
	family := min(binary.LittleEndian.Uint32(b.data), binary.BigEndian.Uint32(b.data))
	switch {
	case family <= 0xff:
		return d.addressFamily(uint8(family), b.from(4))
	case family <= 0xffff: // some systems put an EtherType there
		return d.etherType(uint16(family), b.from(4))
	}
	return d.bad("loopback header holds no address family")
}

// addressFamily tells IP by an AF_ number. That of IPv4 is 2 everywhere, that
// of IPv6 differs among Linux (10), Windows (23), OpenBSD and NetBSD (24),
// FreeBSD (28) and Darwin (30).
func (d *Decoder) addressFamily(family uint8, b view) (layer, view) {
	switch family {
	case 2:
		return ipv4, b
	case 10, 23, 24, 28, 30:
		return ipv6, b
	}
	return end()
}

// sll decodes a Linux cooked header, version 1.
func (d *Decoder) sll(b view) (layer, view) {
	if !b.has(16) {
		return d.short(b, "Linux cooked header is cut")
	}
	device, protocol := binary.BigEndian.Uint16(b.data[2:]), binary.BigEndian.Uint16(b.data[14:])
	return d.cooked(device, protocol, b.from(16))
}

// sll2 decodes a Linux cooked header, version 2.
func (d *Decoder) sll2(b view) (layer, view) {
	if !b.has(20) {
		return d.short(b, "Linux cooked header is cut")
	}
	device, protocol := binary.BigEndian.Uint16(b.data[8:]), binary.BigEndian.Uint16(b.data)
	return d.cooked(device, protocol, b.from(20))
}

// cooked tells what follows a Linux cooked header. The device's ARPHRD_ type
// matters where there is more than the network layer.
func (d *Decoder) cooked(device, protocol uint16, b view) (layer, view) {
	switch device {
	case 770:
		return frameRelay, b
	case 803:
		return radiotap, b
	case 824:
		return d.netlinkFamily(protocol, b)
	}
	switch protocol {
	case 0x0003: // a whole frame
		return ethernet, b
	case 0x0004:
		return llc, b
	case 0x0007:
		return ppp, b
	}
	return d.etherType(protocol, b)
}

// fddi decodes the frame control and addresses of FDDI.
func (d *Decoder) fddi(b view) (layer, view) {
	const formatMask, llcFrame = 0xf0, 0x50
	if !b.has(13) || b.data[0]&formatMask != llcFrame {
		return end()
	}
	return llc, b.from(13)
}

// tokenRing decodes the addresses of IEEE 802.5 and the route that the source
// may have put after them.
func (d *Decoder) tokenRing(b view) (layer, view) {
	const typeMask, llcFrame, routed = 0xc0, 0x40, 0x80
	if !b.has(15) || b.data[1]&typeMask != llcFrame {
		return end()
	}
	if b.data[8]&routed != 0 {
		return llc, b.from(14 + int(b.data[14]&0x1f))
	}
	return llc, b.from(14)
}

// arcnetBSD decodes an ARCNET header as BSD systems record it, where an
// exception frame repeats the type after three bytes.
func (d *Decoder) arcnetBSD(b view) (layer, view) {
	const exception = 0xff
	if b.has(7) && b.data[3] == exception && !arcnetSimple(b.data[2]) {
		return d.arcnet(b.from(4))
	}
	return d.arcnet(b)
}

// arcnetLinux decodes one with the two offset bytes that Linux leaves in.
func (d *Decoder) arcnetLinux(b view) (layer, view) { return d.arcnet(b.from(2)) }

// arcnet decodes the protocol, at the third byte, and skips the split flag and
// sequence number that all but the simple protocols have.
func (d *Decoder) arcnet(b view) (layer, view) {
	if !b.has(3) {
		return end()
	}
	protocol := b.data[2]
	if arcnetSimple(protocol) {
		return arcnetTypes[protocol], b.from(3)
	}
	return arcnetTypes[protocol], b.from(6)
}

// arcnetSimple tells the protocols of RFC 1051, which have no fragments.
func arcnetSimple(protocol uint8) bool { return protocol == 240 || protocol == 241 }

// pflog decodes a packet filter log of BSD systems.
func (d *Decoder) pflog(b view) (layer, view) {
	h := &d.gopacket.pflog
	body, ok := header(h, b)
	if !ok {
		return d.short(b, "packet filter log header is malformed")
	}
	return d.addressFamily(uint8(h.Family), body)
}

// pktap decodes Apple's packet tap header, which gives its length and the link
// type of the rest.
func (d *Decoder) pktap(b view) (layer, view) {
	if !b.has(12) {
		return d.short(b, "packet tap header is cut")
	}
	length := binary.LittleEndian.Uint32(b.data)
	if length < 12 || length > uint32(len(b.data)) {
		return d.short(b, "packet tap header length is wrong")
	}
	return linkLayer(binary.LittleEndian.Uint32(b.data[8:])), b.from(int(length))
}

// erf decodes the header of Endace's extensible record format.
func (d *Decoder) erf(b view) (layer, view) {
	const more = 0x80
	if !b.has(16) {
		return d.short(b, "ERF header is cut")
	}
	kind, n := b.data[8]&0x7f, 16
	for more := b.data[8]&more != 0; more && b.has(n+8); n += 8 { // extension headers
		more = b.data[n]&0x80 != 0
	}
	switch next := erfTypes[kind]; next {
	case ethernet:
		return ethernet, b.from(n + 2) // two bytes of alignment
	default:
		return next, b.from(n)
	}
}

// docsis decodes a cable modem header (MULPIv3.1 section 6.2) of a data frame.
func (d *Decoder) docsis(b view) (layer, view) {
	const typeMask, data, extended = 0xc0, 0, 1
	if !b.has(6) || b.data[0]&typeMask != data {
		return end()
	}
	if b.data[0]&extended != 0 {
		return ethernet, b.from(6 + int(b.data[1]))
	}
	return ethernet, b.from(6)
}

// sunATM decodes the header of Solaris ATM: flags, VPI, VCI. In LAN emulation
// the number of a client comes before the frame.
func (d *Decoder) sunATM(b view) (layer, view) {
	const typeMask, emulation, llcFrame = 0x0f, 1, 2
	if !b.has(4) {
		return d.short(b, "SunATM header is cut")
	}
	switch b.data[0] & typeMask {
	case emulation:
		return ethernet, b.from(6)
	case llcFrame:
		return llc, b.from(4)
	}
	return end()
}

// symantec decodes the header of Symantec's firewall, version 2: an EtherType
// in a header of 44 bytes.
func (d *Decoder) symantec(b view) (layer, view) {
	if !b.has(44) {
		return d.short(b, "firewall header is cut")
	}
	return d.etherType(binary.BigEndian.Uint16(b.data[6:]), b.from(44))
}

// exported decodes what Wireshark exported from a dissector: tags, one of them
// with the name of the next dissector, and the bytes.
func (d *Decoder) exported(b view) (layer, view) {
	const last, name = 0, 12
	next := unknown
	for b.has(4) {
		tag, length := binary.BigEndian.Uint16(b.data), int(binary.BigEndian.Uint16(b.data[2:]))
		value := b.from(4).upTo(length).data
		b = b.from(4 + length)
		switch tag {
		case name:
			next = exportedNames[string(bytes.TrimRight(value, "\x00"))]
		case last:
			return next, b
		}
	}
	return end()
}
