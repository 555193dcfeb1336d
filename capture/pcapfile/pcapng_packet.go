package pcapfile

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

const (
	enhancedHeaderLen = 20 // of the body of an enhanced or old packet block
	simpleHeaderLen   = 4
	optionDropCount   = 4 // of an enhanced packet block
	oldDropsUnknown   = 0xffff
)

func (d *pcapng) enhancedPacket(body []byte, p *capture.Packet) bool {
	if len(body) < enhancedHeaderLen {
		return d.malformed("a packet header that is cut")
	}
	return d.packet(d.u32(body), body, p)
}

// oldPacket reads the obsolete packet block: as the enhanced one, but for the
// interface number of 16 bits with a count of drops beside it.
func (d *pcapng) oldPacket(body []byte, p *capture.Packet) bool {
	if len(body) < enhancedHeaderLen {
		return d.malformed("a packet header that is cut")
	}
	if !d.packet(uint32(d.u16(body)), body, p) {
		return false
	}
	if drops := d.u16(body[2:]); drops != 0 && drops != oldDropsUnknown {
		d.dropped(p.Interface, uint64(drops))
	}
	return true
}

// packet reads what both kinds of block share.
func (d *pcapng) packet(number uint32, body []byte, p *capture.Packet) bool {
	if uint64(number) >= uint64(len(d.interfaces)-d.section) {
		return d.malformed(fmt.Sprintf("interface %d, which the section does not have,", number))
	}
	captured := d.u32(body[12:])
	if uint64(captured) > uint64(len(body)-enhancedHeaderLen) {
		return d.malformed(fmt.Sprintf("a packet of %d bytes, longer than the block,", captured))
	}
	index := d.section + int(number)
	end := enhancedHeaderLen + int(captured)
	*p = capture.Packet{
		Time:      d.time(index, uint64(d.u32(body[4:]))<<32|uint64(d.u32(body[8:]))),
		LinkType:  d.interfaces[index].LinkType,
		Interface: index,
		OrigLen:   int(max(captured, d.u32(body[16:]))),
		Data:      body[enhancedHeaderLen:end],
	}
	if options := (end + 3) &^ 3; options < len(body) {
		d.packetOptions(index, body[options:])
	}
	return true
}

// simplePacket reads a packet of the section's first interface, without a
// time. Its captured length is not written: it is the original one, cut to the
// snapshot length.
func (d *pcapng) simplePacket(body []byte, p *capture.Packet) bool {
	if len(body) < simpleHeaderLen {
		return d.malformed("a packet header that is cut")
	}
	if d.section == len(d.interfaces) {
		return d.malformed("a packet before any interface")
	}
	on := d.interfaces[d.section]
	original, captured := d.u32(body), uint64(d.u32(body))
	if on.SnapLen > 0 {
		captured = min(captured, uint64(on.SnapLen))
	}
	captured = min(captured, uint64(len(body)-simpleHeaderLen))
	*p = capture.Packet{
		Time:      capture.NoTime,
		LinkType:  on.LinkType,
		Interface: d.section,
		OrigLen:   int(original),
		Data:      body[simpleHeaderLen : simpleHeaderLen+int(captured)],
	}
	return true
}

func (d *pcapng) time(index int, units uint64) capture.Timestamp {
	t, ok := d.clocks[index].timestamp(units)
	if !ok && !d.clamped {
		d.clamped = true
		d.damage(finding.TimeOutOfRange, d.offset(), "the time of the packet at byte %d is out of range (years 1678 to 2262); it and any like it were clamped, or read as before 1970", d.offset())
	}
	return t
}

func (d *pcapng) packetOptions(index int, options []byte) {
	for code, value := range d.options(options) {
		switch {
		case code == optionComment:
			d.addComment(d.frame+1, value)
		case code == optionDropCount && len(value) == 8:
			if n := d.u64(value); n > 0 {
				d.dropped(index, n)
			}
		}
	}
}

// dropped adds packets that were lost before the one at hand.
func (d *pcapng) dropped(index int, n uint64) {
	on := &d.interfaces[index]
	if on.Dropped != nil {
		n += *on.Dropped
	}
	d.lost(on, n, d.frame)
}
