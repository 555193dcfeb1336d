package filter

import (
	"net/netip"
	"strconv"
)

// Expr is a parsed expression: one of And, Or, Not, Address, Ports, Version,
// Protocol and FlagTest. Two of them are equal by == when they are the same
// expression. String gives text that Parse turns into the same Expr again,
// and that tcpdump reads with the same meaning.
type Expr interface {
	String() string
	eval(*Header) verdict
}

// And is true where both sides are.
type And struct{ Left, Right Expr }

// Or is true where at least one side is.
type Or struct{ Left, Right Expr }

// Not is true where X is false.
type Not struct{ X Expr }

// Direction says which ends of a segment a test looks at.
type Direction uint8

// The directions. The zero value is what an expression without one means.
const (
	SrcOrDst Direction = iota
	Src
	Dst
	SrcAndDst
)

// Address tests addresses against a prefix; a host is a prefix of full length.
// The prefix has no bits set beyond its length.
type Address struct {
	Dir    Direction
	Prefix netip.Prefix
}

// Ports tests ports against a range; a single port is a range of one. Protocol
// is the transport's IP protocol number, or 0 for any.
type Ports struct {
	Dir         Direction
	Protocol    uint8
	First, Last uint16 // First <= Last
}

// Version is true of packets with that version of IP.
type Version uint8

// The versions. AnyVersion stands in a Protocol only.
const (
	AnyVersion Version = 0
	IPv4       Version = 4
	IPv6       Version = 6
)

// Protocol is true of packets that carry the IP protocol over that version.
type Protocol struct {
	Version Version
	Number  uint8
}

// FlagTest compares one byte of the TCP header, under a mask, with a value.
// Offset is 13, or 12 with a mask of 1, the AE bit.
type FlagTest struct {
	Offset   uint8
	Mask     uint8
	Relation Relation
	Value    uint32 // compared unsigned, as tcpdump does
}

// Relation is a comparison.
type Relation uint8

// The relations. The zero value is invalid.
const (
	_ Relation = iota
	Equal
	NotEqual
	Less
	LessOrEqual
	Greater
	GreaterOrEqual
)

// String returns the sign of the relation.
func (r Relation) String() string {
	return [...]string{"?", "=", "!=", "<", "<=", ">", ">="}[r]
}

// String returns the words before the test, with a space after them.
func (d Direction) String() string {
	return [...]string{"", "src ", "dst ", "src and dst "}[d]
}

func (e And) String() string { return e.Left.String() + " and " + grouped(e.Right) }

func (e Or) String() string { return e.Left.String() + " or " + grouped(e.Right) }

func (e Not) String() string { return "not " + grouped(e.X) }

func (e Address) String() string {
	if e.Prefix.IsSingleIP() {
		return e.Dir.String() + "host " + e.Prefix.Addr().String()
	}
	return e.Dir.String() + "net " + e.Prefix.String()
}

func (e Ports) String() string {
	words := e.Dir.String()
	if e.Protocol != 0 {
		words = protocolNames[e.Protocol] + " " + words
	}
	first := strconv.Itoa(int(e.First))
	if e.First == e.Last {
		return words + "port " + first
	}
	return words + "portrange " + first + "-" + strconv.Itoa(int(e.Last))
}

func (e Version) String() string {
	if e == IPv6 {
		return "ip6"
	}
	return "ip"
}

func (e Protocol) String() string {
	words := "proto " + strconv.Itoa(int(e.Number))
	switch {
	case e.Version != AnyVersion:
		return e.Version.String() + " " + words
	case protocolNames[e.Number] != "":
		return protocolNames[e.Number]
	}
	return words
}

func (e FlagTest) String() string {
	text := "tcp[" + strconv.Itoa(int(e.Offset)) + "]"
	if e.Mask != 0xff {
		text += " & " + strconv.Itoa(int(e.Mask))
	}
	return text + " " + e.Relation.String() + " " + strconv.FormatUint(uint64(e.Value), 10)
}

// grouped puts parentheses around what would otherwise be pulled apart: and/or
// group from the left.
func grouped(e Expr) string {
	switch e.(type) {
	case And, Or:
		return "(" + e.String() + ")"
	}
	return e.String()
}
