package bpf

import (
	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture/filter"
)

const (
	protocolTCP  = 6
	protocolUDP  = 17
	protocolSCTP = 132
	ipv6Fragment = 44
)

// Where things lie in their headers, in bytes.
const (
	ipv4Fragment   = 6
	ipv4Protocol   = 9
	ipv6Next       = 6
	ipv6HeaderLen  = 40
	sourcePort     = 0
	destPort       = 2
	fragmentOffset = 0x1fff // its bits beside the flags
)

// protocol looks behind a fragment header of IPv6, as tcpdump does.
func (c *compiler) protocol(e filter.Protocol, yes, no label) label {
	number, other := uint32(e.Number), no
	if e.Version != filter.IPv4 {
		fragment := c.load(c.at(ipv6HeaderLen, 1), wholeWord, c.branch(xbpf.JumpEqual, number, yes, no))
		next := c.branch(xbpf.JumpEqual, number, yes, c.branch(xbpf.JumpEqual, ipv6Fragment, fragment, no))
		other = c.carries(c.link.ipv6, c.load(c.at(ipv6Next, 1), wholeWord, next), other)
	}
	if e.Version != filter.IPv6 {
		is := c.branch(xbpf.JumpEqual, number, yes, no)
		other = c.carries(c.link.ipv4, c.load(c.at(ipv4Protocol, 1), wholeWord, is), other)
	}
	return other
}

// ports tests the two ports, which TCP, UDP and SCTP have at the same places.
func (c *compiler) ports(e filter.Ports, yes, no label) label {
	protocols := []uint32{uint32(e.Protocol)}
	if e.Protocol == 0 {
		protocols = []uint32{protocolSCTP, protocolTCP, protocolUDP}
	}
	in := func(from xbpf.Instruction) test {
		return func(yes, no label) label { return c.load(from, wholeWord, c.portRange(e, yes, no)) }
	}
	ipv6 := ends(e.Dir, in(c.at(ipv6HeaderLen+sourcePort, 2)), in(c.at(ipv6HeaderLen+destPort, 2)), yes, no)
	other := c.overIPv6(protocols, ipv6, no)
	ipv4 := ends(e.Dir, in(c.behind(sourcePort, 2)), in(c.behind(destPort, 2)), yes, no)
	return c.overIPv4(protocols, ipv4, no, other)
}

func (c *compiler) portRange(e filter.Ports, yes, no label) label {
	if e.First == e.Last {
		return c.branch(xbpf.JumpEqual, uint32(e.First), yes, no)
	}
	return c.branch(xbpf.JumpGreaterOrEqual, uint32(e.First), c.branch(xbpf.JumpGreaterThan, uint32(e.Last), no, yes), no)
}

// relations are the jumps that compare as an expression does.
var relations = map[filter.Relation]xbpf.JumpTest{
	filter.Equal: xbpf.JumpEqual, filter.NotEqual: xbpf.JumpNotEqual,
	filter.Less: xbpf.JumpLessThan, filter.LessOrEqual: xbpf.JumpLessOrEqual,
	filter.Greater: xbpf.JumpGreaterThan, filter.GreaterOrEqual: xbpf.JumpGreaterOrEqual,
}

// flags tests a byte of the TCP header.
func (c *compiler) flags(e filter.FlagTest, yes, no label) label {
	holds := func(from xbpf.Instruction) label {
		return c.load(from, uint32(e.Mask), c.branch(relations[e.Relation], e.Value, yes, no))
	}
	tcp := []uint32{protocolTCP}
	other := c.overIPv6(tcp, holds(c.at(ipv6HeaderLen+int(e.Offset), 1)), no)
	return c.overIPv4(tcp, holds(c.behind(int(e.Offset), 1)), no, other)
}

// overIPv6 goes to next where one of the protocols follows the fixed header.
func (c *compiler) overIPv6(protocols []uint32, next, no label) label {
	is := c.oneOf(protocols, next, no)
	return c.carries(c.link.ipv6, c.load(c.at(ipv6Next, 1), wholeWord, is), no)
}

// overIPv4 goes to next where the packet starts one of the protocols, with the
// length of the IPv4 header in X, and to other where it is not IPv4.
func (c *compiler) overIPv4(protocols []uint32, next, no, other label) label {
	whole := c.before(next, xbpf.LoadMemShift{Off: c.link.header})
	first := c.load(c.at(ipv4Fragment, 2), wholeWord, c.branch(xbpf.JumpBitsSet, fragmentOffset, no, whole))
	is := c.oneOf(protocols, first, no)
	return c.carries(c.link.ipv4, c.load(c.at(ipv4Protocol, 1), wholeWord, is), other)
}
