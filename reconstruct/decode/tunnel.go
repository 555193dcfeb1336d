package decode

import (
	"encoding/binary"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
)

// gopacketLayers are the headers that gopacket decodes for us, one of each
// for the Decoder's life.
type gopacketLayers struct {
	gre    layers.GRE
	erspan layers.ERSPANII
	pflog  layers.PFLog
}

// header lets gopacket decode the header at the start of b, and returns what
// follows it.
func header(l gopacket.DecodingLayer, b view) (view, bool) {
	if err := l.DecodeFromBytes(b.data, gopacket.NilDecodeFeedback); err != nil {
		return view{}, false
	}
	return b.from(len(b.data) - len(l.LayerPayload())), true
}

// gre decodes generic routing encapsulation (RFC 2784, RFC 2890; RFC 1701 with
// its routing field; version 1 of RFC 2637) and what hides behind its
// protocol types.
func (d *Decoder) gre(b view) (layer, view) {
	h := &d.gopacket.gre
	body, ok := header(h, b)
	if !ok {
		return d.short(b, "GRE header is malformed")
	}
	switch h.Protocol {
	case 0x88be:
		if !h.SeqPresent { // type I has no header of its own
			return ethernet, body
		}
		return erspan, body
	case 0x883e:
		return d.wccp(body)
	}
	if next := greTypes[uint16(h.Protocol)]; next != unknown {
		return next, body
	}
	return d.etherType(uint16(h.Protocol), body)
}

// wccp skips the redirect header that version 2 of WCCP puts before the IP
// header.
func (d *Decoder) wccp(b view) (layer, view) {
	if b.has(1) && b.data[0]>>4 != 4 {
		b = b.from(4)
	}
	return ipv4, b
}

// erspan decodes an ERSPAN header of type II or III
// (draft-foschiano-erspan-03).
func (d *Decoder) erspan(b view) (layer, view) {
	const version3, subheader = 2, 0x01
	if b.has(12) && b.data[0]>>4 == version3 {
		if b.data[11]&subheader != 0 {
			return ethernet, b.from(20)
		}
		return ethernet, b.from(12)
	}
	body, ok := header(&d.gopacket.erspan, b)
	if !ok {
		return end()
	}
	return ethernet, body
}

// vxlanGPE decodes a VXLAN header that names its payload (draft-ietf-nvo3-vxlan-gpe).
func (d *Decoder) vxlanGPE(b view) (layer, view) {
	if !b.has(8) {
		return end()
	}
	return nextProtocols[b.data[3]], b.from(8)
}

// nsh decodes a network service header (RFC 8300 section 2).
func (d *Decoder) nsh(b view) (layer, view) {
	if !b.has(8) {
		return end()
	}
	length := int(b.data[1]&0x3f) * 4
	return nextProtocols[b.data[3]], b.from(max(length, 8))
}

// geneve decodes a Geneve header (RFC 8926 section 3.4). Options are skipped.
func (d *Decoder) geneve(b view) (layer, view) {
	if !b.has(8) {
		return end()
	}
	next, body := binary.BigEndian.Uint16(b.data[2:]), b.from(8+int(b.data[0]&0x3f)*4)
	if next == 0x6558 {
		return ethernet, body
	}
	return d.etherType(next, body)
}

// gtp decodes a GTP header that carries a user packet: version 1 (3GPP TS
// 29.281) or version 0 (TS 09.60).
func (d *Decoder) gtp(b view) (layer, view) {
	const userPacket, notPrime, extension, optional = 255, 0x10, 0x04, 0x07
	if !b.has(8) || b.data[1] != userPacket || b.data[0]&notPrime == 0 {
		return end()
	}
	flags, length := b.data[0], int(binary.BigEndian.Uint16(b.data[2:]))
	switch version := flags >> 5; {
	case version == 0:
		return d.userPacket(b.upTo(20 + length).from(20))
	case version > 1:
		return end()
	case flags&optional == 0:
		return d.userPacket(b.upTo(8 + length).from(8))
	}
	b = b.upTo(8 + length)
	n := 12 // with sequence number, N-PDU number, type of the next extension
	if flags&extension != 0 {
		for b.has(n+1) && b.data[n-1] != 0 && b.data[n] != 0 {
			n += int(b.data[n]) * 4
		}
	}
	return d.userPacket(b.from(n))
}

// userPacket tells IP, Ethernet and PPP apart by the first bytes.
func (d *Decoder) userPacket(b view) (layer, view) {
	if !b.has(1) {
		return end()
	}
	switch first := b.data[0]; {
	case first >= 0x45 && first <= 0x4f:
		return ipv4, b
	case first>>4 == 6:
		return ipv6, b
	case plainEthernet(b):
		return ethernet, b
	}
	return ppp, b
}

// teredo decodes the indicators that may stand before the IPv6 packet (RFC
// 4380 section 5.1.1).
func (d *Decoder) teredo(b view) (layer, view) {
	const origin, authentication = 0, 1
	if b.has(4) && binary.BigEndian.Uint16(b.data) == authentication {
		b = b.from(4 + int(b.data[2]) + int(b.data[3]) + 9) // nonce and confirmation
	}
	if b.has(2) && binary.BigEndian.Uint16(b.data) == origin {
		b = b.from(8)
	}
	return d.ipGuess(b)
}

// ipGuess goes on with IP where the version nibble says so.
func (d *Decoder) ipGuess(b view) (layer, view) {
	if !b.has(1) || b.data[0]>>4 != 4 && b.data[0]>>4 != 6 {
		return end()
	}
	return rawIP, b
}

// ayiya decodes the header of anything-in-anything
// (draft-massar-v6ops-ayiya-02).
func (d *Decoder) ayiya(b view) (layer, view) {
	const forward = 1
	if !b.has(8) || b.data[2]&15 != forward {
		return end()
	}
	identity, signature := 1<<(b.data[0]>>4), int(b.data[1]>>4)*4
	return ipProtocols[b.data[3]], b.from(8 + identity + signature)
}

// l2tp decodes an L2TP data message over UDP: version 2 (RFC 2661 section 3.1)
// carries PPP, version 3 (RFC 3931 section 4.1.2) what its session agreed on.
func (d *Decoder) l2tp(b view) (layer, view) {
	const control, hasLength, hasSequence, hasOffset = 0x80, 0x40, 0x08, 0x02
	if !b.has(8) || b.data[0]&control != 0 {
		return end()
	}
	flags := b.data[0]
	switch b.data[1] & 15 {
	case 2:
	case 3:
		return d.pseudowire(b.from(8))
	default:
		return end()
	}
	n := 6
	if flags&hasLength != 0 {
		n += 2
	}
	if flags&hasSequence != 0 {
		n += 4
	}
	if flags&hasOffset != 0 {
		if !b.has(n + 2) {
			return end()
		}
		n += 2 + int(binary.BigEndian.Uint16(b.data[n:]))
	}
	return ppp, b.from(n)
}

// l2tpIP decodes L2TP version 3 straight over IP (RFC 3931 section 4.1.1).
func (d *Decoder) l2tpIP(b view) (layer, view) {
	if !b.has(4) || binary.BigEndian.Uint32(b.data) == 0 {
		return end() // session 0 is control
	}
	return d.pseudowire(b.from(4))
}

// pseudowire finds the frame in an L2TPv3 session. The lengths of the cookie
// and of the sublayer, and what the frame is, were agreed on in messages that
// may not be in the capture, so every length is tried.
func (d *Decoder) pseudowire(b view) (layer, view) {
	d.guessed = true
	for n := 0; n <= 12; n += 4 {
		rest := b.from(n)
		switch {
		case plainEthernet(rest):
			return ethernet, rest
		case rest.has(2) && binary.BigEndian.Uint16(rest.data) == 0xff03:
			return ppp, rest
		}
	}
	return d.ipGuess(b)
}

// plainEthernet tells whether b looks like an Ethernet frame that leads to IP.
func plainEthernet(b view) bool {
	if !b.has(15) {
		return false
	}
	switch binary.BigEndian.Uint16(b.data[12:]) {
	case 0x0800:
		return b.data[14]>>4 == 4
	case 0x86dd:
		return b.data[14]>>4 == 6
	case 0x8100, 0x88a8, 0x8847, 0x8864:
		return true
	}
	return false
}

// mpls decodes a label stack (RFC 3032) and tells what is below it. Labels do
// not say, so the first nibble does (RFC 4928, RFC 4385), unless an Ethernet
// address starts with that nibble.
func (d *Decoder) mpls(b view) (layer, view) {
	const channelLabel = 13 // RFC 5586
	for {
		if !b.has(4) {
			return end()
		}
		entry := binary.BigEndian.Uint32(b.data)
		b = b.from(4)
		if bottom := entry&0x100 != 0; bottom && entry>>12 == channelLabel {
			return end()
		} else if bottom {
			break
		}
	}
	switch {
	case !b.has(1):
		return end()
	case plainEthernet(b) && !plainEthernet(b.from(4)):
		return ethernet, b // a pseudowire without control word
	case b.data[0]>>4 == 4:
		return ipv4, b
	case b.data[0]>>4 == 6:
		return ipv6, b
	case b.data[0]>>4 == 0:
		return ethernet, b.from(4)
	}
	return end()
}

// etherIP decodes Ethernet in IP (RFC 3378).
func (d *Decoder) etherIP(b view) (layer, view) {
	if !b.has(2) || b.data[0]>>4 != 3 {
		return end()
	}
	return ethernet, b.from(2)
}

// tzsp decodes the TaZmen sniffer protocol: a header, tags, a frame.
func (d *Decoder) tzsp(b view) (layer, view) {
	const received, transmit, padding, last = 0, 1, 0, 1
	if !b.has(4) || b.data[1] != received && b.data[1] != transmit {
		return end()
	}
	next := tzspTypes[binary.BigEndian.Uint16(b.data[2:])]
	for b = b.from(4); b.has(2); {
		switch b.data[0] {
		case padding:
			b = b.from(1)
		case last:
			return next, b.from(1)
		default:
			b = b.from(2 + int(b.data[1]))
		}
	}
	return end()
}

// capwap decodes a CAPWAP data message (RFC 5415 section 4.3).
func (d *Decoder) capwap(b view) (layer, view) {
	const plain, native, fragment, keepAlive = 0, 0x01, 0x80, 0x08
	if !b.has(8) || b.data[0]&15 != plain || b.data[3]&(fragment|keepAlive) != 0 {
		return end()
	}
	body := b.from(int(b.data[1]>>3) * 4)
	if b.data[2]&native == 0 {
		return ethernet, body
	}
	return wlanSwapped, body
}

// lwapp decodes an LWAPP data message (RFC 5412 section 3.3).
func (d *Decoder) lwapp(b view) (layer, view) {
	const control, fragment = 0x04, 0x02
	if !b.has(6) || b.data[0]&(control|fragment) != 0 {
		return end()
	}
	return wlanSwapped, b.from(6)
}

// pim decodes a register message, which carries the packet it registers (RFC
// 7761 section 4.9.3).
func (d *Decoder) pim(b view) (layer, view) {
	const register = 0x21
	if !b.has(8) || b.data[0] != register {
		return end()
	}
	return d.ipGuess(b.from(8))
}
