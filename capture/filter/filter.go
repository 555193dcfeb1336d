// Package filter selects TCP segments by an expression in the syntax of
// tcpdump, pcap-filter(7).
//
// In goes the text of an expression and the addresses, ports and flags of a
// segment; out comes an answer. The language is the part of tcpdump's that
// speaks of these:
//
//	host A, net N, port P, portrange P-P   with src, dst, src or dst, src and dst before them
//	src A, dst A                           short for src host, dst host
//	net 10.1, net 10.1.0.0/16, net 10.1.0.0 mask 255.255.0.0, net 2001:db8::/32
//	ip, ip6, tcp, udp, sctp, icmp, icmp6, proto N, ip proto N, ip6 proto N
//	tcp[tcpflags] & (tcp-syn|tcp-fin) != 0, tcp[13] = 2
//	and, or, not, &&, ||, ! and parentheses
//
// As in tcpdump, and/or have the same precedence and group from the left, and
// a bare value repeats the words before it: "port 80 or 443" is "port 80 or
// port 443". A port may have one of the names that PortNames lists.
//
// Whatever else tcpdump allows is refused with an *Error that says where and
// what to write instead; nothing is accepted with another meaning. Host names
// are refused because nothing is looked up, frame lengths and link-layer words
// because a segment no longer knows them.
//
// Two differences are meant. The expression is about the segment that is
// analysed: inside a tunnel that is the inner one, so udp is true of none. And
// tcp[...] works over IPv6 too, where tcpdump's is false of every packet; "ip
// and tcp[...]" means the same to both.
//
//	e, err := filter.Parse("tcp port 443 and not host 192.0.2.1")
//	...
//	if filter.Match(e, &filter.Header{Src: src, Dst: dst, Flags: flags}) {
package filter

import "net/netip"

// Header is what an expression can ask about a segment. IPv4 and IPv6 are told
// apart by the type of Src's address.
type Header struct {
	Src, Dst netip.AddrPort
	Flags    uint16 // TCP byte 13, and the AE bit of byte 12 as 0x100

	// FlagsCut says that the capture ends before the flags. An answer that
	// hangs on them is then no, and so is its opposite.
	FlagsCut bool
}

// Match tells whether the expression selects the segment.
func Match(e Expr, h *Header) bool { return e.eval(h) == yes }

// verdict is an answer that may be unknown (Kleene's logic): and is the
// smaller of two, or the larger, not the negative.
type verdict int8

const (
	no      verdict = -1
	unknown verdict = 0
	yes     verdict = 1
)

func verdictOf(b bool) verdict {
	if b {
		return yes
	}
	return no
}
