package scenario

import (
	"net/netip"
	"strings"
)

// icmpKind is an ICMP error in both versions of the protocol (RFC 792, RFC
// 4443). A kind that one version lacks has the nearest one there.
type icmpKind struct {
	name         string
	type4, code4 uint8
	type6, code6 uint8
}

var icmpKinds = [...]icmpKind{
	{"unreachable net", 3, 0, 1, 0},
	{"unreachable host", 3, 1, 1, 3},
	{"unreachable protocol", 3, 2, 4, 1},
	{"unreachable port", 3, 3, 1, 4},
	{"too-big", 3, 4, 2, 0},
	{"unreachable admin", 3, 13, 1, 1},
	{"time-exceeded", 11, 0, 3, 0},
}

func findICMPKind(name string) (icmpKind, bool) {
	for _, k := range icmpKinds {
		if k.name == name {
			return k, true
		}
	}
	return icmpKind{}, false
}

// parseICMP reads: kind [by address] : direction segment.
func parseICMP(c *cursor, l *Line, v6 bool) error {
	head, err := c.untilWord(":")
	if err != nil {
		return err
	}
	name, by, named := strings.Cut(head, " by ")
	m := &ICMP{Kind: name, Quote: &Line{Conn: l.Conn, ISN: l.ISN}}
	if _, ok := findICMPKind(name); !ok {
		return c.errorf("unknown kind of ICMP error %q", name)
	}
	if named {
		if m.By, err = netip.ParseAddr(by); err != nil || m.By.Zone() != "" || m.By.Is4In6() {
			return c.errorf("want an address after by, got %q", by)
		}
		if m.By.Is6() != v6 {
			return c.errorf("the reporter and the connection use different versions of IP")
		}
	}
	if err := parseSide(c, m.Quote); err != nil {
		return err
	}
	if err := parseSegment(c, m.Quote); err != nil {
		return err
	}
	l.ICMP = m
	return nil
}

// untilWord returns what stands before the next word sep and passes both.
func (c *cursor) untilWord(sep string) (string, error) {
	from := c.pos
	for {
		switch c.word() {
		case sep:
			return strings.TrimSpace(c.text[from:c.mark]), nil
		case "":
			return "", c.errorf("missing %q", sep)
		}
	}
}
