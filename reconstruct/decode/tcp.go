package decode

import (
	"encoding/binary"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const (
	minTCP      = 20 // length of a TCP header without options
	portsEnd    = 4  // of a TCP or UDP header
	windowEnd   = 16 // up to here a TCP header is needed to place a segment
	offsetField = 12 // position of the data offset

	checksumField = 16
)

// tcp decodes a TCP header (RFC 9293 section 3.1) and ends the walk.
func (d *Decoder) tcp(b view) (layer, view) {
	if b.has(minTCP) {
		d.segment(b.data, b, 0)
		return end()
	}
	if !b.has(portsEnd) {
		return d.short(b, "TCP header is cut before its ports end")
	}
	var padded [minTCP]byte
	copy(padded[:], b.data)
	quirks := HeaderCut
	if !b.has(windowEnd) {
		quirks |= FlagsCut
	}
	d.segment(padded[:], b, quirks)
	return d.short(b, "TCP header is cut")
}

// segment adds the segment with header h, which stands at the start of b. What
// of the header was not captured is zero in h.
func (d *Decoder) segment(h []byte, b view, quirks Quirk) {
	d.out.Segments = append(d.out.Segments, Segment{})
	s := &d.out.Segments[len(d.out.Segments)-1]
	_ = h[minTCP-1]
	s.Frame, s.Time, s.Interface = d.pkt.Frame, d.pkt.Time, d.pkt.Interface
	s.Src.IP, s.Src.Port = d.ip.src, binary.BigEndian.Uint16(h)
	s.Dst.IP, s.Dst.Port = d.ip.dst, binary.BigEndian.Uint16(h[2:])
	s.IPID, s.TTL, s.ECN = d.ip.id, d.ip.ttl, d.ip.ecn
	s.Quirks = d.ip.quirks | quirks
	s.Seq = seq.Number(binary.BigEndian.Uint32(h[4:]))
	s.Ack = seq.Number(binary.BigEndian.Uint32(h[8:]))
	s.Flags = Flags(binary.BigEndian.Uint16(h[offsetField:]) & 0x1ff)
	s.Window = binary.BigEndian.Uint16(h[14:])
	s.Checksum = binary.BigEndian.Uint16(h[16:])
	s.Urgent = binary.BigEndian.Uint16(h[18:])
	d.body(s, b, int(h[offsetField]>>4)*4)
	if quirks == 0 {
		s.Quirks |= d.verify(b)
	}
}

// body fills in what stands after the fixed header: options and payload.
func (d *Decoder) body(s *Segment, b view, hlen int) {
	switch {
	case hlen > minTCP:
		list := b.upTo(hlen).from(minTCP)
		if list.wire > len(list.data) {
			s.Quirks |= OptionsCut
		}
		s.Options.Octets = uint8(hlen - minTCP)
		s.Options.parse(list.data, s.Quirks&OptionsCut != 0)
	case hlen < minTCP && !b.has(offsetField+1):
		return // the offset itself is cut: nothing is known of the payload
	case hlen < minTCP:
		s.Quirks |= BadOffset
		d.find(finding.BadPacket, "TCP data offset is below 5")
	}
	if b.wire < hlen {
		s.Quirks |= BadOffset
		d.find(finding.BadPacket, "TCP data offset is beyond the end of the packet")
	}
	if s.Quirks&Incomplete != 0 {
		return
	}
	rest := b.from(hlen)
	s.Payload, s.Len = rest.data, rest.wire
	if rest.wire > len(rest.data) {
		s.Quirks |= PayloadCut
	}
}
