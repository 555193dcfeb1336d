package filter

import "net/netip"

const protocolTCP = 6

func (e And) eval(h *Header) verdict {
	left := e.Left.eval(h)
	if left == no {
		return no
	}
	return min(left, e.Right.eval(h))
}

func (e Or) eval(h *Header) verdict {
	left := e.Left.eval(h)
	if left == yes {
		return yes
	}
	return max(left, e.Right.eval(h))
}

func (e Not) eval(h *Header) verdict { return -e.X.eval(h) }

func (e Address) eval(h *Header) verdict {
	return e.Dir.either(h, func(end netip.AddrPort) bool { return e.Prefix.Contains(end.Addr()) })
}

func (e Ports) eval(h *Header) verdict {
	if e.Protocol != 0 && e.Protocol != protocolTCP {
		return no
	}
	return e.Dir.either(h, func(end netip.AddrPort) bool { return e.First <= end.Port() && end.Port() <= e.Last })
}

// either asks the ends of the segment that the direction names.
func (d Direction) either(h *Header, is func(netip.AddrPort) bool) verdict {
	switch d {
	case Src:
		return verdictOf(is(h.Src))
	case Dst:
		return verdictOf(is(h.Dst))
	case SrcAndDst:
		return verdictOf(is(h.Src) && is(h.Dst))
	}
	return verdictOf(is(h.Src) || is(h.Dst))
}

func (e Version) eval(h *Header) verdict {
	return verdictOf(h.Src.Addr().Is4() == (e == IPv4))
}

func (e Protocol) eval(h *Header) verdict {
	if e.Number != protocolTCP {
		return no
	}
	if e.Version == AnyVersion {
		return yes
	}
	return e.Version.eval(h)
}

func (e FlagTest) eval(h *Header) verdict {
	if h.FlagsCut {
		return unknown
	}
	octet := uint8(h.Flags)
	if e.Offset == 12 {
		octet = uint8(h.Flags >> 8)
	}
	return verdictOf(e.Relation.holds(uint32(octet&e.Mask), e.Value))
}

func (r Relation) holds(a, b uint32) bool {
	switch r {
	case Equal:
		return a == b
	case NotEqual:
		return a != b
	case Less:
		return a < b
	case LessOrEqual:
		return a <= b
	case Greater:
		return a > b
	}
	return a >= b
}
