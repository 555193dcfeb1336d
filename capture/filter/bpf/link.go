package bpf

import (
	"encoding/binary"
	"maps"
	"slices"

	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture"
)

// linkLayer says where a link layer names the protocol above it, and how.
type linkLayer struct {
	protocol        xbpf.Instruction // loads the name
	mask            uint32           // of the bits that are the name
	header          uint32           // length in bytes, where the protocol above starts
	ipv4, ipv6, arp []uint32         // names; none where the protocol cannot be
}

const wholeWord = 0xffffffff

// EtherTypes, with ARP and RARP under one heading: their addresses lie at the
// same places.
func etherTypes(protocol xbpf.Instruction, header uint32) linkLayer {
	return linkLayer{protocol, wholeWord, header, []uint32{0x0800}, []uint32{0x86dd}, []uint32{0x0806, 0x8035}}
}

// loopback has the address families of BSD in front. IPv6 has a number of its
// own on NetBSD and OpenBSD, on FreeBSD, and on macOS.
func loopback(written func(uint32) uint32) linkLayer {
	return linkLayer{
		xbpf.LoadAbsolute{Off: 0, Size: 4}, wholeWord, 4,
		[]uint32{written(2)}, []uint32{written(24), written(28), written(30)}, nil,
	}
}

func networkOrder(n uint32) uint32 { return n }

// hostOrder is how BPF, which loads in network order, sees a word that was
// written by this machine.
func hostOrder(n uint32) uint32 {
	return binary.BigEndian.Uint32(binary.NativeEndian.AppendUint32(nil, n))
}

// rawIP has no header: the version is in the first byte of the packet.
var rawIP = linkLayer{xbpf.LoadAbsolute{Off: 0, Size: 1}, 0xf0, 0, []uint32{0x40}, []uint32{0x60}, nil}

// linkLayers is the table of link types. It is never written to.
var linkLayers = map[capture.LinkType]linkLayer{
	capture.LinkTypeEthernet:  etherTypes(xbpf.LoadAbsolute{Off: 12, Size: 2}, 14),
	capture.LinkTypeLinuxSLL:  etherTypes(xbpf.LoadAbsolute{Off: 14, Size: 2}, 16),
	capture.LinkTypeLinuxSLL2: etherTypes(xbpf.LoadAbsolute{Off: 0, Size: 2}, 20),
	capture.LinkTypeRaw:       rawIP,
	capture.LinkTypeRawDLT:    rawIP,
	capture.LinkTypeNull:      loopback(hostOrder),
	capture.LinkTypeLoop:      loopback(networkOrder),
}

// cooked is what a datagram packet socket of Linux sees: the link layer is
// gone, and the kernel tells the EtherType.
var cooked = etherTypes(xbpf.LoadExtension{Num: xbpf.ExtProto}, 0)

// LinkTypes returns the link types that Compile takes, in the order of their
// numbers.
func LinkTypes() []capture.LinkType { return slices.Sorted(maps.Keys(linkLayers)) }
