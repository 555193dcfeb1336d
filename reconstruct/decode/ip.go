package decode

import (
	"encoding/binary"
	"math"
)

// ipHeader is what the layers above need of the IP header around them.
type ipHeader struct {
	src, dst Address
	id       uint32
	ttl      uint8
	ecn      uint8
	next     uint8 // protocol of the payload
	quirks   Quirk
	beyond   bool // its length is more than the record says that the packet had
}

// v4Prefix is the start of an IPv4 address in IPv6-mapped form (RFC 4291
// section 2.5.5.2).
var v4Prefix = [12]byte{10: 0xff, 11: 0xff}

// map4 sets a to the address of an IPv4 header.
func (a *Address) map4(b []byte) {
	copy(a.Bytes[:12], v4Prefix[:])
	copy(a.Bytes[12:], b[:4])
	a.V6 = false
}

// enclosed returns the quirks that a packet takes from the one around it.
func (d *Decoder) enclosed() Quirk {
	if !d.inIP {
		d.inIP = true
		return 0
	}
	return d.ip.quirks&Reassembled | Tunnelled
}

// ipv4 decodes an IPv4 header (RFC 791).
func (d *Decoder) ipv4(b view) (layer, view) {
	if !b.has(20) {
		return d.short(b, "IPv4 header is cut")
	}
	h := b.data
	hlen := int(h[0]&15) * 4
	if h[0]>>4 != 4 || hlen < 20 {
		return d.badIPv4(b)
	}
	total := int(binary.BigEndian.Uint16(h[2:]))
	d.ip.quirks = d.enclosed() | HasIPID
	switch {
	case total == 0:
		// Segmentation offload leaves 0 for the card to fill in.
		d.ip.quirks |= IPLengthZero
		total = b.wire
	case total < hlen:
		return d.bad("IPv4 total length is below the header length")
	}
	d.ip.src.map4(h[12:16])
	d.ip.dst.map4(h[16:20])
	d.ip.id = uint32(binary.BigEndian.Uint16(h[4:]))
	d.ip.ttl, d.ip.ecn, d.ip.next = h[8], h[1]&3, h[9]
	if hlen > 20 {
		d.sourceRoute(b.upTo(hlen).from(20).data)
	}
	d.ip.beyond = total > b.wire
	body := b.upTo(total).from(hlen)
	place := binary.BigEndian.Uint16(h[6:])
	switch offset, more := int(place&0x1fff)*8, place&0x2000 != 0; {
	case offset == 0 && !more:
		return ipProtocols[d.ip.next], body
	case total > b.wire:
		return d.brokenFragment(body, offset)
	default:
		return d.fragment(body, offset, more)
	}
}

// sourceRoute makes the last address of a source route that is not yet used up
// the destination (RFC 791 section 3.1).
func (d *Decoder) sourceRoute(options []byte) {
	const endOfList, padding, loose, strict = 0, 1, 131, 137
	for len(options) > 0 && options[0] != endOfList {
		if options[0] == padding {
			options = options[1:]
			continue
		}
		if len(options) < 3 || int(options[1]) > len(options) || options[1] < 2 {
			return
		}
		kind, length, pointer := options[0], options[1], options[2]
		if (kind == loose || kind == strict) && length >= 7 && pointer <= length {
			d.ip.dst.map4(options[length-4:])
			return
		}
		options = options[length:]
	}
}

// badIPv4 says what is wrong with an IPv4 header, and goes on where the packet
// is IPv6 under the wrong name.
func (d *Decoder) badIPv4(b view) (layer, view) {
	switch b.data[0] >> 4 {
	case 4:
		return d.bad("IPv4 header length is below 20 bytes")
	case 6:
		return ipv6, b
	}
	return d.bad("IP version is not 4 in an IPv4 packet")
}

// ipv6 decodes an IPv6 header (RFC 8200 section 3).
func (d *Decoder) ipv6(b view) (layer, view) {
	if !b.has(40) {
		return d.short(b, "IPv6 header is cut")
	}
	h := b.data
	if h[0]>>4 != 6 {
		return d.bad("IP version is not 6 in an IPv6 packet")
	}
	d.ip.quirks = d.enclosed()
	d.ip.src = Address{Bytes: [16]byte(h[8:24]), V6: true}
	d.ip.dst = Address{Bytes: [16]byte(h[24:40]), V6: true}
	d.ip.id = 0
	d.ip.ecn, d.ip.ttl = h[1]>>4&3, h[7]
	length := int(binary.BigEndian.Uint16(h[4:]))
	b = b.from(40)
	d.ip.beyond = length > b.wire
	if length == 0 {
		// Segmentation offload, or a jumbogram, whose option tells its length.
		d.ip.quirks |= IPLengthZero
	} else {
		b = b.upTo(length)
	}
	return d.nextHeader(h[6], b)
}

// The extension headers have numbers among the IP protocols, so that an IPv4
// packet can lead to them, against the RFCs. As Wireshark does, the walk goes
// on, but then no address is taken from them.

// nextHeader notes an IPv6 next header number and tells what it leads to.
func (d *Decoder) nextHeader(next uint8, b view) (layer, view) {
	d.ip.next = next
	return ipProtocols[next], b
}

// extension skips an IPv6 extension header that has its length in units of 8
// bytes after the first (RFC 6564).
func (d *Decoder) extension(b view) (layer, view) {
	if !b.has(2) {
		return d.short(b, "IPv6 extension header is cut")
	}
	return d.nextHeader(b.data[0], b.from(8+int(b.data[1])*8))
}

// hopByHop skips a hop-by-hop header, after a look for the length of a
// jumbogram (RFC 2675).
func (d *Decoder) hopByHop(b view) (layer, view) {
	if d.ip.quirks&IPLengthZero != 0 && b.has(8) && b.data[2] == 0xc2 && b.data[3] == 4 {
		d.ip.quirks &^= IPLengthZero
		b = b.upTo(int(min(binary.BigEndian.Uint32(b.data[4:]), math.MaxInt32)))
	}
	return d.extension(b)
}

// destinationOptions skips destination options. A mobile node away from home
// names in one of them the address that its connections know it by (RFC 6275
// section 6.3).
func (d *Decoder) destinationOptions(b view) (layer, view) {
	const padding, homeAddress = 0, 0xc9
	if !b.has(2) {
		return d.short(b, "IPv6 destination options are cut")
	}
	options := b.upTo(8 + int(b.data[1])*8).from(2).data
	for len(options) >= 2 {
		length := 2 + int(options[1])
		switch {
		case options[0] == padding:
			length = 1
		case options[0] == homeAddress && length == 18 && len(options) >= 18 && d.ip.src.V6:
			d.ip.src.Bytes = [16]byte(options[2:18])
		}
		options = options[min(length, len(options)):]
	}
	return d.extension(b)
}

// routing skips a routing header. The endpoint of a source-routed packet is
// not the hop that it is on its way to at the tap, but the last one of its
// list: for types 0 (RFC 5095) and 3 (RFC 6554) it is the last, for type 2 (RFC
// 6275 section 6.4) the only and for type 4 (RFC 8754 section 2) the first.
func (d *Decoder) routing(b view) (layer, view) {
	if !b.has(8) {
		return d.short(b, "IPv6 routing header is cut")
	}
	kind, left, addresses := b.data[2], b.data[3], int(b.data[1])/2
	at := 8
	switch {
	case left == 0 || addresses == 0 || !b.has(8+addresses*16) || !d.ip.dst.V6:
		return d.extension(b)
	case kind == 0 || kind == 3 && b.data[4] == 0: // type 3 may shorten addresses; then the destination stays
		at += (addresses - 1) * 16
	case kind != 2 && kind != 4:
		return d.extension(b)
	}
	d.ip.dst.Bytes = [16]byte(b.data[at : at+16])
	return d.extension(b)
}

// fragment6 decodes an IPv6 fragment header (RFC 8200 section 4.5). An atomic
// fragment, which is the whole packet, goes on at once (RFC 6946).
func (d *Decoder) fragment6(b view) (layer, view) {
	if !b.has(8) {
		return d.short(b, "IPv6 fragment header is cut")
	}
	place := binary.BigEndian.Uint16(b.data[2:])
	d.ip.id = binary.BigEndian.Uint32(b.data[4:])
	d.ip.quirks |= HasIPID
	d.ip.next = b.data[0]
	b = b.from(8)
	if place&0xfff9 == 0 {
		return ipProtocols[d.ip.next], b
	}
	return d.fragment(b, int(place&0xfff8), place&1 != 0)
}

// authentication skips an authentication header, whose length is in units of
// 4 bytes less 2 (RFC 4302 section 2.2).
func (d *Decoder) authentication(b view) (layer, view) {
	if !b.has(12) {
		return d.short(b, "authentication header is cut")
	}
	return d.nextHeader(b.data[0], b.from(8+int(b.data[1])*4))
}
