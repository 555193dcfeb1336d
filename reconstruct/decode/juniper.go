package decode

import "encoding/binary"

// juniper skips the header that Juniper routers put before every packet: a
// magic number, flags, and where a flag says so, a length and that many bytes
// of extensions. It tells whether the frame has no link header, in which case
// a protocol number follows.
func juniper(b view) (rest view, flags uint8, ok bool) {
	const magic, extended = 0x4d4743, 0x80
	if !b.has(8) {
		return b, 0, false
	}
	if binary.BigEndian.Uint32(b.data)>>8 != magic {
		return b, 0, true // older systems write none
	}
	flags = b.data[3]
	n := 4
	if flags&extended != 0 {
		n += 2 + int(binary.BigEndian.Uint16(b.data[4:]))
	}
	return b.from(n), flags, true
}

// juniperFrame returns a dissector for a Juniper interface whose packets have
// n bytes between the header and the layer next.
func juniperFrame(n int, next layer) dissect {
	return func(d *Decoder, b view) (layer, view) {
		rest, flags, ok := juniper(b)
		if !ok {
			return d.short(b, "Juniper header is cut")
		}
		if flags&juniperNoLink != 0 {
			return juniperProtocol(rest)
		}
		return next, rest.from(n)
	}
}

// Flags of the Juniper header.
const (
	juniperNoLink   = 0x02
	juniperReceived = 0x01
)

// juniperProtocol decodes the protocol number that stands in for a link
// header, in the byte order of the router's host.
func juniperProtocol(b view) (layer, view) {
	if !b.has(4) {
		return end()
	}
	return juniperProtocols[binary.LittleEndian.Uint32(b.data)], b.from(4)
}

// juniperServices skips the cookie of a services card, longer in received
// packets.
func (d *Decoder) juniperServices(b view) (layer, view) {
	rest, flags, ok := juniper(b)
	switch {
	case !ok:
		return d.short(b, "Juniper header is cut")
	case flags&juniperNoLink != 0:
		return juniperProtocol(rest)
	case flags&juniperReceived != 0:
		return rawIP, rest.from(16)
	}
	return rawIP, rest.from(12)
}

// juniperGGSN decodes a protocol number of two bytes, and skips a VLAN.
func (d *Decoder) juniperGGSN(b view) (layer, view) {
	rest, flags, ok := juniper(b)
	switch {
	case !ok || !rest.has(4):
		return d.short(b, "Juniper header is cut")
	case flags&juniperNoLink != 0:
		return juniperProtocol(rest)
	}
	return juniperProtocols[uint32(binary.LittleEndian.Uint16(rest.data))], rest.from(4)
}

// juniperATM skips the cookie of an ATM card and tells what follows by its
// first bytes, as the card does not.
func juniperATM(cookie int) dissect {
	return func(d *Decoder, b view) (layer, view) {
		rest, flags, ok := juniper(b)
		if !ok {
			return d.short(b, "Juniper header is cut")
		}
		if flags&juniperNoLink != 0 {
			return juniperProtocol(rest)
		}
		rest = rest.from(cookie)
		if !rest.has(4) {
			return end()
		}
		switch first := binary.BigEndian.Uint16(rest.data); {
		case first == 0xaaaa || first == 0xfefe:
			return llc, rest
		case plainEthernet(rest):
			return ethernet, rest
		case pppProtocols[first] != unknown:
			return ppp, rest
		case rest.data[0] == 0x03:
			return d.nlpid(rest.from(1))
		}
		return d.ipGuess(rest)
	}
}

// juniperPPP decodes a bundle of PPP links, which may put a cookie of two
// bytes before the protocol.
func (d *Decoder) juniperPPP(b view) (layer, view) {
	rest, flags, ok := juniper(b)
	switch {
	case !ok || !rest.has(4):
		return d.short(b, "Juniper header is cut")
	case flags&juniperNoLink != 0:
		return juniperProtocol(rest)
	case pppProtocols[binary.BigEndian.Uint16(rest.data[2:])] != unknown:
		return d.pppProtocol(rest.from(2))
	}
	return ppp, rest
}
