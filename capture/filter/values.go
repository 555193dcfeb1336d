package filter

import (
	"net/netip"
	"strconv"
	"strings"
)

// value reads one value of the kind that the qualifier says.
func (p *parser) value(q qualifier) (Expr, error) {
	t := p.peek()
	switch {
	case t.kind == endToken || t.kind == signToken:
		return nil, p.missingValue(t, q)
	case t.kind == wordToken && isKeyword(t.text) && q.kind != protocolValue:
		return nil, p.missingValue(t, q)
	case q.kind == noValue:
		return nil, p.noKeyword(t)
	}
	p.take()
	switch q.kind {
	case netValue:
		return p.net(t, q)
	case portValue:
		port, err := p.port(t, t.text)
		return Ports{q.dir, protocols[q.proto].Number, port, port}, err
	case portsValue:
		return p.portRange(t, q)
	case protocolValue:
		return p.protocol(t, q)
	}
	return p.host(t, q)
}

func (p *parser) missingValue(t token, q qualifier) error {
	if q.kind == bareValue {
		return p.fail(t, q.dir.String()+"host 192.0.2.1", "an address is missing here")
	}
	return p.fail(t, string(q.kind)+" "+exampleValue[q.kind], "a value for %s is missing here", q.kind)
}

func (p *parser) host(t token, q qualifier) (Expr, error) {
	addr, err := netip.ParseAddr(t.text)
	switch {
	case err != nil:
		return nil, p.notAnAddress(t, q)
	case addr.Zone() != "":
		return nil, p.fail(t, "host "+addr.WithZone("").String(), "packets carry no zone")
	case p.peek().isSign("/") || p.peek().isWord("mask"):
		// Three quarters of IPv4, half of IPv6: the usual subnets.
		usual := netip.PrefixFrom(addr, min(addr.BitLen()*3/4, 64)).Masked()
		return nil, p.fail(p.peek(), q.dir.String()+"net "+usual.String(), "a mask goes with net only")
	}
	return p.address(t, q, netip.PrefixFrom(addr, addr.BitLen()))
}

// notAnAddress refuses what tcpdump would look up, or take for the short form
// of an old kind of address: "host 10" is 0.0.0.10 there.
func (p *parser) notAnAddress(t token, q qualifier) error {
	dir := q.dir.String()
	_, isPort := knownPort(t.text)
	switch {
	case isPort && q.kind == bareValue:
		return p.fail(t, dir+"port "+t.text, "%s is a port, not an address", t.text)
	case isShortNetwork(t.text):
		return p.fail(t, dir+"net "+t.text, "%s is not a whole address", t.text)
	case strings.Count(t.text, ":") > 0:
		return p.fail(t, dir+"host 2001:db8::1", "%s is not an IPv6 address", t.text)
	}
	return p.fail(t, dir+"host 192.0.2.1", "%s is not an IP address, and names are not looked up", t.text)
}

// address checks the version that a word before the address asked for, and
// keeps it: without the word, an IPv4 address is looked for in ARP too.
func (p *parser) address(t token, q qualifier, prefix netip.Prefix) (Expr, error) {
	if q.proto == "ip" && prefix.Addr().Is6() || q.proto == "ip6" && prefix.Addr().Is4() {
		return nil, p.fail(t, Address{q.dir, prefix}.String(), "%s does not go with %s", q.proto, t.text)
	}
	if version, given := protoWords[q.proto].(Version); given {
		return And{version, Address{q.dir, prefix}}, nil
	}
	return Address{q.dir, prefix}, nil
}

// port reads a number or a name. Text may be a part of the token.
func (p *parser) port(t token, text string) (uint16, error) {
	port, ok := knownPort(text)
	switch {
	case ok:
		return port, nil
	case isNumber(text):
		return 0, p.fail(t, "", "%s is not a port: they end at 65535, and 0 in front means octal", text)
	case isRange(text):
		return 0, p.fail(t, "portrange 8000-8999", "%s is not one port", text)
	}
	return 0, p.fail(t, "port 443", "%s is not a port, or a port name that is known here", text)
}

func knownPort(text string) (uint16, bool) {
	if port, known := ports[text]; known {
		return port, true
	}
	n, err := parseNumber(text)
	return uint16(n), err == nil && n <= 65535
}

// portRange reads A-B, in either order as tcpdump does, or one port. Names
// with a dash in them cannot be part of a range.
func (p *parser) portRange(t token, q qualifier) (Expr, error) {
	low, high, isRange := strings.Cut(t.text, "-")
	if !isRange {
		high = low
	}
	first, err := p.port(t, low)
	if err != nil {
		return nil, err
	}
	last, err := p.port(t, high)
	if err != nil {
		return nil, err
	}
	return Ports{q.dir, protocols[q.proto].Number, min(first, last), max(first, last)}, nil
}

// protocol reads the value of proto. tcpdump wants \tcp where we take tcp too:
// it cannot mean anything else here.
func (p *parser) protocol(t token, q qualifier) (Expr, error) {
	var version Version
	if v, given := protoWords[q.proto].(Version); given {
		version = v
	}
	if named, known := protocols[t.text]; known {
		return Protocol{version, named.Number}, nil
	}
	n, err := parseNumber(t.text)
	if err != nil || n > 255 {
		return nil, p.fail(t, "proto 6", "%s is not an IP protocol", t.text)
	}
	return Protocol{version, uint8(n)}, nil
}

// isRange tells two numbers with a dash between.
func isRange(text string) bool {
	low, high, _ := strings.Cut(text, "-")
	return isNumber(low) && isNumber(high)
}

// parseNumber reads a number as tcpdump does: 0x is hexadecimal, a leading 0
// octal.
func parseNumber(text string) (uint32, error) {
	base := 10
	switch {
	case strings.HasPrefix(text, "0x") || strings.HasPrefix(text, "0X"):
		text, base = text[2:], 16
	case len(text) > 1 && text[0] == '0':
		text, base = text[1:], 8
	}
	n, err := strconv.ParseUint(text, base, 32)
	return uint32(n), err
}

func isNumber(text string) bool {
	return text != "" && prefixLen(text, func(c byte) bool { return c >= '0' && c <= '9' }) == len(text)
}

// isDotted tells numbers with dots between them.
func isDotted(text string) bool {
	for part := range strings.SplitSeq(text, ".") {
		if !isNumber(part) {
			return false
		}
	}
	return true
}

// isShortNetwork tells what is an address but for the parts left out.
func isShortNetwork(text string) bool {
	_, length, ok := shortIPv4(text)
	return ok && length < 32 && text != "0"
}

func looksLikeAddress(text string) bool {
	addr, err := netip.ParseAddr(text)
	return err == nil && addr.Zone() == ""
}
