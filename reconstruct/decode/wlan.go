package decode

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"github.com/flowstate-tcp/flowstate/capture"
)

// Bits of the frame control field of IEEE 802.11 (section 9.2.4.1), by byte.
const (
	wlanTypeMask  = 0x0f // version and type, in the first byte
	wlanData      = 0x08
	wlanNoData    = 0x40
	wlanQoS       = 0x80
	wlanToDS      = 0x01 // in the second byte
	wlanFromDS    = 0x02
	wlanMoreFrags = 0x04
	wlanProtected = 0x40
	wlanOrder     = 0x80
)

// wlan decodes an IEEE 802.11 frame and goes on with what a data frame
// carries. Encrypted frames and fragments end here.
func (d *Decoder) wlan(b view) (layer, view) {
	if !b.has(24) {
		return end()
	}
	return d.wlanFrame(b, b.data[0], b.data[1])
}

// wlanSwapped decodes an IEEE 802.11 frame from a Cisco access point, which
// may have swapped the two bytes of the frame control field.
func (d *Decoder) wlanSwapped(b view) (layer, view) {
	if !b.has(24) {
		return end()
	}
	kind, flags := b.data[0], b.data[1]
	if kind&wlanTypeMask != wlanData {
		kind, flags = flags, kind
	}
	return d.wlanFrame(b, kind, flags)
}

// wlanFrame decodes a frame whose control field is kind and flags.
func (d *Decoder) wlanFrame(b view, kind, flags uint8) (layer, view) {
	padded, fragment := d.wlanPadded, b.data[22]&15
	d.wlanPadded = false
	if kind&wlanTypeMask != wlanData || kind&wlanNoData != 0 || flags&(wlanProtected|wlanMoreFrags) != 0 || fragment != 0 {
		return end()
	}
	n := 24
	fourAddresses := flags&(wlanToDS|wlanFromDS) == wlanToDS|wlanFromDS
	if fourAddresses {
		n += 6
	}
	if kind&wlanQoS == 0 {
		return d.msdu(b, b.from(aligned(n, padded)))
	}
	if !b.has(n + 2) {
		return end()
	}
	aggregate, mesh := b.data[n]&0x80 != 0, fourAddresses && b.data[n+1]&1 != 0
	n += 2
	if flags&wlanOrder != 0 {
		n += 4 // HT control
	}
	body := b.from(aligned(n, padded))
	if mesh {
		body = body.from(meshControl(body))
	}
	if aggregate {
		return d.aggregate(body)
	}
	return d.msdu(b, body)
}

// aligned rounds a header length up to a multiple of 4, if the recorder does
// so.
func aligned(n int, padded bool) int {
	if padded {
		return (n + 3) &^ 3
	}
	return n
}

// meshControl returns the length of a mesh control field: 6 bytes and up to
// two more addresses (IEEE 802.11 section 9.2.4.8.3).
func meshControl(b view) int {
	if !b.has(1) {
		return 0
	}
	return 6 + 6*int(b.data[0]&3)
}

// msdu decodes what a data frame carries: LLC, or from some bridges a whole
// Ethernet frame, told by its addresses being those of the outer frame.
func (d *Decoder) msdu(frame, b view) (layer, view) {
	if b.has(14) && frame.has(22) && b.data[0] != 0xaa {
		outer := frame.data[4:22]
		if bytes.Contains(outer, b.data[:6]) && bytes.Contains(outer, b.data[6:12]) {
			return ethernet, b
		}
	}
	return llc, b
}

// aggregate walks the parts of an A-MSDU (IEEE 802.11 section 9.3.2.2): each
// has two addresses and a length, and is padded to a multiple of 4.
func (d *Decoder) aggregate(b view) (layer, view) {
	for b.has(14) {
		length := 14 + int(binary.BigEndian.Uint16(b.data[12:]))
		d.each(llc, b.upTo(length).from(14))
		b = b.from((length + 3) &^ 3)
	}
	return end()
}

// radiotap skips a radiotap header, whose length is in its third and fourth
// byte. Its flags tell whether the 802.11 header is padded, and the
// frame followed by its checksum.
func (d *Decoder) radiotap(b view) (layer, view) {
	const hasTime, hasFlags, another, checksum, dataPad = 1 << 0, 1 << 1, 1 << 31, 0x10, 0x20
	if !b.has(8) {
		return d.short(b, "radiotap header is cut")
	}
	length := int(binary.LittleEndian.Uint16(b.data[2:]))
	if length < 8 {
		return d.bad("radiotap header length is below 8")
	}
	present := binary.LittleEndian.Uint32(b.data[4:])
	at := 8
	for word := present; word&another != 0 && b.has(at+4); at += 4 {
		word = binary.LittleEndian.Uint32(b.data[at:])
	}
	if present&hasTime != 0 {
		at = (at+7)&^7 + 8
	}
	var flags uint8
	if present&hasFlags != 0 && at < length && b.has(at+1) {
		flags = b.data[at]
	}
	d.wlanPadded = flags&dataPad != 0
	if flags&checksum != 0 {
		b = b.withoutLast(4)
	}
	return wlan, b.from(length)
}

// avs skips an AVS header: a magic number and the length, in network order.
func (d *Decoder) avs(b view) (layer, view) {
	if !b.has(8) {
		return d.short(b, "AVS header is cut")
	}
	return wlan, b.from(int(binary.BigEndian.Uint32(b.data[4:]) & 0xffff))
}

// prism skips a Prism header: a message code and the length, in host order.
// Some drivers put an AVS header there all the same.
func (d *Decoder) prism(b view) (layer, view) {
	if !b.has(8) {
		return d.short(b, "Prism header is cut")
	}
	if binary.BigEndian.Uint32(b.data)>>12 == 0x80211 {
		return avs, b
	}
	length := binary.LittleEndian.Uint32(b.data[4:])
	return wlan, b.from(int(min(length, bits.ReverseBytes32(length)) & 0xffff))
}

// ppi skips a per-packet information header and goes on with the link type it
// names.
func (d *Decoder) ppi(b view) (layer, view) {
	if !b.has(8) {
		return d.short(b, "PPI header is cut")
	}
	length := int(binary.LittleEndian.Uint16(b.data[2:]))
	return linkLayer(binary.LittleEndian.Uint32(b.data[4:])), b.from(max(length, 8))
}

// linkLayer returns the layer of a link type that a header names.
func linkLayer(t uint32) layer {
	if t < uint32(len(linkTypes)) {
		return linkTypes[capture.LinkType(t)]
	}
	return unknown
}
