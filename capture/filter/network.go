package filter

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// net reads a network: N/LENGTH, N mask MASK, or N, where the parts of a
// dotted N that are left out are not compared.
func (p *parser) net(t token, q qualifier) (Expr, error) {
	addr, length, err := p.network(t)
	if err != nil {
		return nil, err
	}
	switch {
	case p.takeSign("/"):
		length, err = p.prefixLength(addr)
	case p.peek().isWord("mask"):
		p.take()
		length, err = p.mask(addr)
	}
	if err != nil {
		return nil, err
	}
	prefix := netip.PrefixFrom(addr, length)
	if prefix != prefix.Masked() {
		return nil, p.fail(t, q.dir.String()+"net "+prefix.Masked().String(), "%s has bits set beyond its mask", t.text)
	}
	return p.address(t, q, prefix)
}

// network reads the address of a network, and how many bits of it were given.
func (p *parser) network(t token) (addr netip.Addr, length int, err error) {
	if isDotted(t.text) {
		addr, length, ok := shortIPv4(t.text)
		if !ok || t.text == "0" { // which is all of IPv4 to some, 0.0.0.0 alone to tcpdump
			return addr, 0, p.fail(t, "net 192.0.2.0/24", "%s is not a network", t.text)
		}
		return addr, length, nil
	}
	addr, err = netip.ParseAddr(t.text)
	if err != nil || addr.Zone() != "" {
		return addr, 0, p.fail(t, "net 192.0.2.0/24, net 2001:db8::/32", "%s is not a network, and names are not looked up", t.text)
	}
	return addr, addr.BitLen(), nil
}

// shortIPv4 reads one to four numbers with dots between; parts left out are 0.
func shortIPv4(text string) (addr netip.Addr, length int, ok bool) {
	given := 1 + strings.Count(text, ".")
	if given > 4 || !isDotted(text) {
		return addr, 0, false
	}
	addr, err := netip.ParseAddr(text + strings.Repeat(".0", 4-given))
	return addr, 8 * given, err == nil
}

func (p *parser) prefixLength(addr netip.Addr) (int, error) {
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if !isNumber(t.text) || err != nil || n > addr.BitLen() {
		return 0, p.fail(t, "net 192.0.2.0/24", "a prefix length of 0 to %d is missing here", addr.BitLen())
	}
	return n, nil
}

// mask reads a dotted mask. One with holes is refused: no network has it.
func (p *parser) mask(addr netip.Addr) (int, error) {
	t := p.take()
	mask, _, ok := shortIPv4(t.text)
	switch {
	case !addr.Is4():
		return 0, p.fail(t, "net 2001:db8::/32", "mask goes with IPv4 only")
	case !ok || !strings.Contains(t.text, "."):
		return 0, p.fail(t, "net 192.0.2.0 mask 255.255.255.0", "a dotted mask is missing here")
	}
	octets := mask.As4()
	m := binary.BigEndian.Uint32(octets[:])
	length := bits.LeadingZeros32(^m)
	if m<<length != 0 {
		return 0, p.fail(t, "net 192.0.2.0 mask 255.255.255.0", "the mask %s has a hole", t.text)
	}
	return length, nil
}
