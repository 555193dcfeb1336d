package bpf

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"testing"

	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/filter"
)

// The crowd's addresses and ports are few, so that expressions find them.
var (
	crowdIPv4  = []string{"10.0.0.1", "10.0.0.2", "10.0.1.1", "10.1.0.1", "11.0.0.1", "192.0.2.1"}
	crowdIPv6  = []string{"2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "fe80::1"}
	crowdPorts = []uint16{22, 53, 80, 443, 1023, 8080, 50000}
)

// packet is a packet without its link layer.
type packet struct {
	etherType uint16
	protocol  byte // that the IP header leads to
	data      []byte
	header    *filter.Header // of a whole TCP segment in one piece, directly behind its IP header
}

// crowd makes packets that belong to no conversation, of all kinds.
func crowd(n int) []packet {
	r := rand.New(rand.NewPCG(uint64(n), 11))
	all := make([]packet, n)
	for i := range all {
		switch k := r.IntN(20); {
		case k < 9:
			all[i] = ipv4(r)
		case k < 18:
			all[i] = ipv6(r)
		case k == 18:
			all[i] = arp(r)
		default:
			all[i] = packet{etherType: one(r, []uint16{0x88cc, 0x0026, 0x8137}), data: noise(r, 60)}
		}
	}
	return all
}

func one[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

func noise(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// ipv4 makes a packet with or without options, in one piece or a fragment.
func ipv4(r *rand.Rand) packet {
	src, dst := netip.MustParseAddr(one(r, crowdIPv4)), netip.MustParseAddr(one(r, crowdIPv4))
	protocol := one(r, []byte{6, 6, 6, 6, 17, 17, 132, 1, 58, 44})
	optionsLen := 4 * one(r, []int{0, 0, 0, 1, 10})
	fragment := one(r, []uint16{0, 0, 0, 0x4000, 0x2000, 0x2001, 185, 0x1fff})
	b := make([]byte, 20, 100)
	b[0] = 0x40 | byte(5+optionsLen/4)
	binary.BigEndian.PutUint16(b[6:], fragment)
	b[9] = protocol
	copy(b[12:], src.AsSlice())
	copy(b[16:], dst.AsSlice())
	b = append(b, noise(r, optionsLen)...)
	body := transport(r)
	p := packet{etherType: 0x0800, protocol: protocol, data: append(b, body...)}
	if protocol == protocolTCP && fragment&^0x4000 == 0 {
		p.header = header(src, dst, body)
	}
	return p
}

// ipv6 makes a packet with or without an extension header.
func ipv6(r *rand.Rand) packet {
	src, dst := netip.MustParseAddr(one(r, crowdIPv6)), netip.MustParseAddr(one(r, crowdIPv6))
	protocol := one(r, []byte{6, 6, 6, 6, 17, 132, 58, 1})
	extension := one(r, []byte{0, 0, 0, 0, 44, 44, 60}) // 0, hop-by-hop, stands for none here
	b := make([]byte, 40, 120)
	b[0] = 0x60
	b[6] = protocol
	copy(b[8:], src.AsSlice())
	copy(b[24:], dst.AsSlice())
	if extension != 0 {
		b[6] = extension
		b = append(b, protocol, 0, byte(r.IntN(2)), 0, 0, 0, 0, 1)
	}
	body := transport(r)
	p := packet{etherType: 0x86dd, protocol: protocol, data: append(b, body...)}
	if protocol == protocolTCP && extension == 0 {
		p.header = header(src, dst, body)
	}
	return p
}

// transport makes a TCP header; the ports of UDP and SCTP lie there too.
func transport(r *rand.Rand) []byte {
	b := noise(r, 20)
	binary.BigEndian.PutUint16(b, one(r, crowdPorts))
	binary.BigEndian.PutUint16(b[2:], one(r, crowdPorts))
	b[12] = 0x50 | byte(r.IntN(2))
	return b
}

func header(src, dst netip.Addr, tcp []byte) *filter.Header {
	return &filter.Header{
		Src:   netip.AddrPortFrom(src, binary.BigEndian.Uint16(tcp)),
		Dst:   netip.AddrPortFrom(dst, binary.BigEndian.Uint16(tcp[2:])),
		Flags: uint16(tcp[12]&1)<<8 | uint16(tcp[13]),
	}
}

func arp(r *rand.Rand) packet {
	b := append([]byte{0, 1, 8, 0, 6, 4, 0, 1}, noise(r, 20)...)
	copy(b[14:], netip.MustParseAddr(one(r, crowdIPv4)).AsSlice())
	copy(b[24:], netip.MustParseAddr(one(r, crowdIPv4)).AsSlice())
	return packet{etherType: one(r, []uint16{0x0806, 0x8035}), data: b}
}

// on puts the packet on a link, and tells whether such a link can carry it.
func (p *packet) on(link capture.LinkType) (frame []byte, ok bool) {
	isIP := p.etherType == 0x0800 || p.etherType == 0x86dd
	family := uint32(2)
	if p.etherType == 0x86dd {
		family = []uint32{24, 28, 30}[len(p.data)%3]
	}
	switch link {
	case capture.LinkTypeEthernet:
		frame = append(make([]byte, 12), byte(p.etherType>>8), byte(p.etherType))
	case capture.LinkTypeLinuxSLL:
		frame = append(make([]byte, 14), byte(p.etherType>>8), byte(p.etherType))
	case capture.LinkTypeLinuxSLL2:
		frame = append([]byte{byte(p.etherType >> 8), byte(p.etherType)}, make([]byte, 18)...)
	case capture.LinkTypeNull:
		return append(binary.NativeEndian.AppendUint32(nil, family), p.data...), isIP
	case capture.LinkTypeLoop:
		return append(binary.BigEndian.AppendUint32(nil, family), p.data...), isIP
	default:
		return p.data, isIP
	}
	return append(frame, p.data...), true
}

// machine runs a program.
func machine(t testing.TB, raw []xbpf.RawInstruction) *xbpf.VM {
	t.Helper()
	instructions, understood := xbpf.Disassemble(raw)
	if !understood {
		t.Fatal("a program with unknown instructions")
	}
	vm, err := xbpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

func run(t testing.TB, vm *xbpf.VM, frame []byte) int {
	t.Helper()
	kept, err := vm.Run(frame)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

func compiled(t testing.TB, text string, link capture.LinkType) *xbpf.VM {
	t.Helper()
	e, err := filter.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Compile(e, link, 0)
	if err != nil {
		t.Fatal(err)
	}
	return machine(t, raw)
}
