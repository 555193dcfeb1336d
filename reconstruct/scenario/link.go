package scenario

import (
	"encoding/binary"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// linkKind is a link layer that scenarios can be written in.
type linkKind struct {
	name   string
	link   capture.LinkType
	header func(from reconstruct.Side, v6 bool) []byte
}

var links = [...]linkKind{
	{"ethernet", capture.LinkTypeEthernet, ethernetHeader},
	{"raw", capture.LinkTypeRaw, func(reconstruct.Side, bool) []byte { return nil }},
	{"null", capture.LinkTypeNull, func(_ reconstruct.Side, v6 bool) []byte {
		return binary.LittleEndian.AppendUint32(nil, family(v6))
	}},
	{"loop", capture.LinkTypeLoop, func(_ reconstruct.Side, v6 bool) []byte {
		return binary.BigEndian.AppendUint32(nil, family(v6))
	}},
	{"sll", capture.LinkTypeLinuxSLL, sllHeader},
}

// family is the address family of FreeBSD, as in loopback captures.
func family(v6 bool) uint32 {
	if v6 {
		return 28
	}
	return 2
}

func etherType(v6 bool) uint16 {
	if v6 {
		return 0x86dd
	}
	return 0x0800
}

// mac returns a locally administered address for a side.
func mac(s reconstruct.Side) []byte { return []byte{2, 0, 0, 0, 0, byte(s) + 1} }

func ethernetHeader(from reconstruct.Side, v6 bool) []byte {
	b := append(mac(from.Peer()), mac(from)...)
	return binary.BigEndian.AppendUint16(b, etherType(v6))
}

// sllHeader is written as a host in the middle would: packets to someone else.
func sllHeader(from reconstruct.Side, v6 bool) []byte {
	b := append([]byte{0, 3, 0, 1, 0, 6}, mac(from)...)
	b = append(b, 0, 0)
	return binary.BigEndian.AppendUint16(b, etherType(v6))
}

func findLink(t capture.LinkType) linkKind {
	for _, k := range links {
		if k.link == t {
			return k
		}
	}
	return links[0]
}

func linkName(t capture.LinkType) string { return findLink(t).name }
