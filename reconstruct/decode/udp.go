package decode

import "encoding/binary"

// udp decodes a UDP header (RFC 768) in search of a tunnel. As Wireshark does,
// it asks the lower of the two ports first: beside a well-known port, that of
// a tunnel is there by chance.
func (d *Decoder) udp(b view) (layer, view) {
	if !b.has(8) {
		return end()
	}
	src, dst := binary.BigEndian.Uint16(b.data), binary.BigEndian.Uint16(b.data[2:])
	length := int(binary.BigEndian.Uint16(b.data[4:]))
	next := udpPorts[min(src, dst)]
	if next == unknown {
		next = udpPorts[max(src, dst)]
	}
	if next <= done || length < 8 {
		return end()
	}
	d.guessed = true
	return next, b.upTo(length).from(8)
}
