package bpf

import (
	"encoding/binary"
	"net"

	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture/filter"
)

// Where addresses lie in their headers, in bytes.
const (
	ipv4Source, ipv4Destination = 12, 16
	ipv6Source, ipv6Destination = 8, 24
	arpSender, arpTarget        = 14, 24
)

const wordLen = 4

func (c *compiler) address(e filter.Address, yes, no label) label {
	if e.Prefix.Addr().Is6() {
		return c.carries(c.link.ipv6, c.between(e, ipv6Source, ipv6Destination, yes, no), no)
	}
	arp := c.carries(c.link.arp, c.between(e, arpSender, arpTarget, yes, no), no)
	return c.carries(c.link.ipv4, c.between(e, ipv4Source, ipv4Destination, yes, no), arp)
}

// between tests the addresses at two places of the network layer.
func (c *compiler) between(e filter.Address, src, dst int, yes, no label) label {
	at := func(offset int) test {
		return func(yes, no label) label { return c.prefix(e, offset, yes, no) }
	}
	return ends(e.Dir, at(src), at(dst), yes, no)
}

// prefix tests one address, word by word. Words beyond the prefix are left
// alone.
func (c *compiler) prefix(e filter.Address, offset int, yes, no label) label {
	addr := e.Prefix.Addr().AsSlice()
	mask := net.CIDRMask(e.Prefix.Bits(), e.Prefix.Addr().BitLen())
	for i := len(addr) - wordLen; i >= 0; i -= wordLen {
		bits := binary.BigEndian.Uint32(mask[i:])
		if bits == 0 {
			continue
		}
		same := c.branch(xbpf.JumpEqual, binary.BigEndian.Uint32(addr[i:]), yes, no)
		yes = c.load(c.at(offset+i, wordLen), bits, same)
	}
	return yes
}
