package decode

import "encoding/binary"

// maxLLCLength is the largest value of the field after the addresses that is
// a length (IEEE 802.3 section 3.2.6).
const maxLLCLength = 1500

// ethernet decodes the addresses and the type or length of an Ethernet frame.
func (d *Decoder) ethernet(b view) (layer, view) {
	if !b.has(14) {
		return d.short(b, "Ethernet header is cut")
	}
	kind, body := binary.BigEndian.Uint16(b.data[12:]), b.from(14)
	if kind <= maxLLCLength && isISL(b.data) {
		return ethernet, b.from(26)
	}
	return d.etherType(kind, body)
}

// isISL tells a frame of Cisco's inter-switch link by its destination.
func isISL(h []byte) bool {
	return (h[0] == 0x01 || h[0] == 0x0c) && h[1] == 0x00 && h[2] == 0x0c && h[3] == 0x00 && h[4] == 0x00
}

// etherType tells what a type or length field leads to.
func (d *Decoder) etherType(t uint16, b view) (layer, view) {
	switch {
	case t == 0x0800:
		return ipv4, b
	case t == 0x86dd:
		return ipv6, b
	case t <= maxLLCLength:
		return llc, b.upTo(int(t))
	}
	return etherTypes[t], b
}

// vlanTag decodes what follows the tag protocol identifier of IEEE 802.1Q.
func (d *Decoder) vlanTag(b view) (layer, view) {
	if !b.has(4) {
		return d.short(b, "VLAN tag is cut")
	}
	d.vlan = binary.BigEndian.Uint16(b.data) & 0x0fff
	return d.etherType(binary.BigEndian.Uint16(b.data[2:]), b.from(4))
}

// typed returns a dissector for a header of n bytes whose last two are the
// EtherType of what follows.
func typed(n int) dissect {
	return func(d *Decoder, b view) (layer, view) {
		if !b.has(n) {
			return d.short(b, "link header is cut")
		}
		return d.etherType(binary.BigEndian.Uint16(b.data[n-2:]), b.from(n))
	}
}

// skip returns a dissector for a header of n bytes that always leads to next.
func skip(n int, next layer) dissect {
	return func(d *Decoder, b view) (layer, view) {
		if !b.has(n) {
			return d.short(b, "header is cut")
		}
		return next, b.from(n)
	}
}

// macsec decodes a MACsec tag (IEEE 802.1AE section 9.3) whose frame is
// authenticated but not encrypted; the check value at its end is dropped.
func (d *Decoder) macsec(b view) (layer, view) {
	const encrypted, changed, hasChannel, checkValue = 0x08, 0x04, 0x20, 16
	if !b.has(8) || b.data[0]&(encrypted|changed) != 0 {
		return end()
	}
	n := 6
	if b.data[0]&hasChannel != 0 {
		n += 8
	}
	b = b.from(n).withoutLast(checkValue)
	if !b.has(2) {
		return end()
	}
	return d.etherType(binary.BigEndian.Uint16(b.data), b.from(2))
}

// trill decodes a TRILL header (RFC 6325 section 3.1).
func (d *Decoder) trill(b view) (layer, view) {
	if !b.has(6) {
		return d.short(b, "TRILL header is cut")
	}
	options := int(binary.BigEndian.Uint16(b.data)>>6&0x1f) * 4
	return ethernet, b.from(6 + options)
}

// batman decodes a B.A.T.M.A.N. mesh header of either format that carries a
// frame: unicast (10 bytes), broadcast (14) or unicast with source (18).
func (d *Decoder) batman(b view) (layer, view) {
	for n := 10; n <= 18; n += 4 {
		if plainEthernet(b.from(n)) {
			return ethernet, b.from(n)
		}
	}
	return end()
}

// llc decodes an IEEE 802.2 header, with SNAP (RFC 1042) where it follows.
func (d *Decoder) llc(b view) (layer, view) {
	const unnumbered, snapSAP, ipSAP, osiSAP = 0x03, 0xaa, 0x06, 0xfe
	if !b.has(3) || b.data[2] != unnumbered {
		return end()
	}
	switch b.data[0] {
	case snapSAP:
		if b.data[1] != snapSAP {
			return end()
		}
		return d.snap(b.from(3))
	case ipSAP:
		return rawIP, b.from(3)
	case osiSAP:
		return d.nlpid(b.from(3))
	}
	return end()
}

// snap decodes the organisation and protocol of a SNAP header.
func (d *Decoder) snap(b view) (layer, view) {
	const etherTypes, bridgeTunnel, bridged = 0x000000, 0x0000f8, 0x0080c2 // RFC 1042, 802.1H, RFC 2684
	if !b.has(5) {
		return end()
	}
	organisation := binary.BigEndian.Uint32(b.data) >> 8
	protocol := binary.BigEndian.Uint16(b.data[3:])
	b = b.from(5)
	switch {
	case organisation == bridged && (protocol == 1 || protocol == 7):
		if plainEthernet(b.from(2)) { // ATM pads the header to 10 bytes
			b = b.from(2)
		}
		return ethernet, b
	case (organisation == etherTypes || organisation == bridgeTunnel) && protocol > maxLLCLength:
		return d.etherType(protocol, b)
	}
	return end()
}
