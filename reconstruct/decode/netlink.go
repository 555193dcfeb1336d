package decode

import "encoding/binary"

const (
	netfilterFamily = 12 // NETLINK_NETFILTER
	subsystemLog    = 4  // NFNL_SUBSYS_ULOG
	subsystemQueue  = 3  // NFNL_SUBSYS_QUEUE
	logPayload      = 9  // NFULA_PAYLOAD
	queuePayload    = 10 // NFQA_PAYLOAD
)

// netlink decodes the cooked header of a Netlink capture.
func (d *Decoder) netlink(b view) (layer, view) {
	if !b.has(16) {
		return d.short(b, "netlink header is cut")
	}
	return d.netlinkFamily(binary.BigEndian.Uint16(b.data[14:]), b.from(16))
}

// netlinkFamily walks the messages of a Netlink packet of the netfilter
// family, each of which may log or queue one packet.
func (d *Decoder) netlinkFamily(family uint16, b view) (layer, view) {
	if family != netfilterFamily {
		return end()
	}
	for b.has(20) {
		order := lengthOrder(b.data)
		length := int(min(order.Uint32(b.data), 1<<20))
		if length < 20 {
			break
		}
		message := b.upTo(length).from(20) // past the generic header of netfilter too
		switch order.Uint16(b.data[4:]) >> 8 {
		case subsystemLog:
			d.attribute(message, order, logPayload)
		case subsystemQueue:
			d.attribute(message, order, queuePayload)
		}
		b = b.from((length + 3) &^ 3)
	}
	return end()
}

// lengthOrder returns the byte order in which a message length of the
// recording machine is the smaller.
func lengthOrder(b []byte) binary.ByteOrder {
	if binary.BigEndian.Uint32(b) < binary.LittleEndian.Uint32(b) {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

// nflog decodes the log of netfilter: a header of 4 bytes and attributes, in
// the byte order of the recording machine.
func (d *Decoder) nflog(b view) (layer, view) {
	if !b.has(8) {
		return d.short(b, "netfilter log header is cut")
	}
	var order binary.ByteOrder = binary.LittleEndian
	if binary.BigEndian.Uint16(b.data[4:]) < binary.LittleEndian.Uint16(b.data[4:]) {
		order = binary.BigEndian
	}
	d.attribute(b.from(4), order, logPayload)
	return end()
}

// attribute walks the packet in the attribute of a kind.
func (d *Decoder) attribute(b view, order binary.ByteOrder, kind uint16) {
	for b.has(4) {
		length := int(order.Uint16(b.data))
		if length < 4 {
			return
		}
		if order.Uint16(b.data[2:])&0x7fff == kind {
			d.each(rawIP, b.upTo(length).from(4))
			return
		}
		b = b.from((length + 3) &^ 3)
	}
}
