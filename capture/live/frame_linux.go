package live

import (
	"encoding/binary"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/flowstate-tcp/flowstate/capture"
)

const (
	vlanTagLen     = 4
	macAddresses   = 12 // bytes before the EtherType, where a tag belongs
	sll2HeaderLen  = 20
	etherTypeVLAN  = 0x8100
	addressOffset  = unix.SizeofTpacket3Hdr // of the link layer's address; a multiple of TPACKET_ALIGNMENT
	largestAddress = 8
)

// framing turns what lies in the ring into a packet as files have it.
type framing struct {
	link    capture.LinkType
	number  int // of the interface
	snapLen int
	scratch []byte // for packets that must be put together
}

// fill makes p of the frame that b starts with. Its data lies in the ring or in scratch.
func (f *framing) fill(p *capture.Packet, b []byte) {
	h := frameHeader(b)
	*p = capture.Packet{
		Time:      capture.Timestamp(int64(h.Sec)*1e9 + int64(h.Nsec)),
		LinkType:  f.link,
		Interface: f.number,
		OrigLen:   int(h.Len),
		Data:      b[h.Mac : uint32(h.Mac)+h.Snaplen],
	}
	switch {
	case f.link == capture.LinkTypeLinuxSLL2:
		f.cook(p, b)
	case f.link == capture.LinkTypeEthernet && h.Status&unix.TP_STATUS_VLAN_VALID != 0:
		f.tag(p, h)
	}
	p.Data = p.Data[:min(len(p.Data), f.snapLen)]
}

// cook puts the header of LINUX_SLL2 before a packet without a link layer.
func (f *framing) cook(p *capture.Packet, frame []byte) {
	from := (*unix.RawSockaddrLinklayer)(unsafe.Pointer(&frame[addressOffset]))
	b := binary.NativeEndian.AppendUint16(f.scratch[:0], from.Protocol) // in network order already
	b = append(b, 0, 0)
	b = binary.BigEndian.AppendUint32(b, uint32(from.Ifindex))
	b = binary.BigEndian.AppendUint16(b, from.Hatype)
	b = append(b, from.Pkttype, min(from.Halen, largestAddress))
	b = append(b, from.Addr[:]...)
	f.scratch = append(b, p.Data...)
	p.Data = f.scratch
	p.OrigLen += sll2HeaderLen
}

// tag puts back the VLAN tag, which the kernel keeps beside the packet.
func (f *framing) tag(p *capture.Packet, h *unix.Tpacket3Hdr) {
	if len(p.Data) < macAddresses {
		return
	}
	protocol := uint16(etherTypeVLAN)
	if h.Status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		protocol = h.Hv1.Vlan_tpid
	}
	b := append(f.scratch[:0], p.Data[:macAddresses]...)
	b = binary.BigEndian.AppendUint16(b, protocol)
	b = binary.BigEndian.AppendUint16(b, uint16(h.Hv1.Vlan_tci))
	f.scratch = append(b, p.Data[macAddresses:]...)
	p.Data = f.scratch
	p.OrigLen += vlanTagLen
}
