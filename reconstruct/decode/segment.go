package decode

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Address is an IP address without a zone, as it stands in the header. It is
// comparable and holds no pointers, so that tables of millions cost the
// garbage collector nothing. IPv4 is kept in its IPv6-mapped form; V6 tells
// apart a real IPv6 header that carries such a mapped address.
type Address struct {
	Bytes [16]byte
	V6    bool
}

// Addr returns the address as a netip.Addr.
func (a Address) Addr() netip.Addr {
	if a.V6 {
		return netip.AddrFrom16(a.Bytes)
	}
	return netip.AddrFrom4([4]byte(a.Bytes[12:]))
}

// String returns the usual text of the address.
func (a Address) String() string { return a.Addr().String() }

// Endpoint is an address and port.
type Endpoint struct {
	IP   Address
	Port uint16
}

// AddrPort returns the endpoint as a netip.AddrPort.
func (e Endpoint) AddrPort() netip.AddrPort { return netip.AddrPortFrom(e.IP.Addr(), e.Port) }

// String returns ip:port, with brackets around an IPv6 address.
func (e Endpoint) String() string { return e.AddrPort().String() }

// Flags are the control bits of a TCP header (RFC 9293 section 3.1, with AE of
// RFC 9768).
type Flags uint16

// The control bits.
const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE
)

// flagOrder is the order in which flags are printed: those that change states
// first, ACK last, as in "SYN,ACK" and "PSH,ACK".
var flagOrder = [...]struct {
	bit  Flags
	name string
}{{SYN, "SYN"}, {FIN, "FIN"}, {RST, "RST"}, {PSH, "PSH"}, {URG, "URG"}, {ECE, "ECE"}, {CWR, "CWR"}, {AE, "AE"}, {ACK, "ACK"}}

// String returns the names of the set bits, joined by commas, or "none".
func (f Flags) String() string {
	var names []string
	for _, o := range flagOrder {
		if f&o.bit != 0 {
			names = append(names, o.name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ",")
}

// Has tells whether all bits of g are set in f.
func (f Flags) Has(g Flags) bool { return f&g == g }

// Quirk marks a segment that was decoded with less than its full headers told.
type Quirk uint16

// The quirks.
const (
	HeaderCut       Quirk = 1 << iota // the snapshot cut the TCP header: fields past the cut are zero
	OptionsCut                        // the snapshot cut the TCP options
	PayloadCut                        // the snapshot cut the payload
	IPLengthZero                      // IP total length 0: the captured length was used
	Reassembled                       // put together from IP fragments
	Tunnelled                         // carried inside a tunnel
	HasIPID                           // IPID is meaningful (IPv4, or an IPv6 fragment)
	FlagsCut                          // HeaderCut before the flags and window: nothing can be made of the segment but its ports
	Incomplete                        // a first IP fragment whose rest cannot be had: Len is not known, and 0
	BadOffset                         // data offset below 5 or beyond the packet: every receiver drops it; Len counts from the offset as sent
	PartialChecksum                   // the checksum is the start that checksum offload leaves for the card to complete
	WrongChecksum                     // the checksum does not match, and not so: every receiver drops it
)

// OptionSet tells which TCP options a segment carries.
type OptionSet uint16

// The options, by their IANA kinds.
const (
	OptMSS           OptionSet = 1 << iota // 2
	OptWindowScale                         // 3
	OptSACKPermitted                       // 4
	OptSACK                                // 5
	OptTimestamps                          // 8
	OptMD5                                 // 19
	OptUserTimeout                         // 28
	OptAO                                  // 29
	OptMPTCP                               // 30
	OptFastOpen                            // 34, or 254 with the Fast Open magic
	OptAccECN                              // 172, its counters in order 0
	OptOther                               // any other kind
	OptMalformed                           // the option list does not parse to its end
	OptAccECN1                             // 174, accurate ECN with its counters in order 1
)

// SACKBlock is one block of a SACK option: Left is its first byte, Right the
// byte after its last (RFC 2018 section 3).
type SACKBlock struct{ Left, Right seq.Number }

// Options are the TCP options of one segment. A field means something only
// where Set has its bit.
type Options struct {
	Set         OptionSet
	MSS         uint16
	WindowScale uint8 // shift count as sent; above 14 counts as 14 (RFC 7323 section 2.3)
	OtherKind   uint8 // the first of those that OptOther stands for, or that Fast Open came with instead of 34
	Octets      uint8 // that all of them take in the header, padding included: 0 to 40
	TSval       uint32
	TSecr       uint32
	SACKCount   uint8
	SACK        [4]SACKBlock
	CookieLen   uint8 // Fast Open: length of the cookie, 0 for a request
}

// Segment is what one captured TCP packet means, before it is placed in a
// connection. It holds no pointers but Payload, and no allocation is needed to
// fill one.
type Segment struct {
	Frame     capture.FrameNumber
	Time      capture.Timestamp
	Interface int
	Src, Dst  Endpoint
	Seq, Ack  seq.Number
	Flags     Flags
	Window    uint16 // as in the header, unscaled
	Urgent    uint16
	Checksum  uint16 // of the TCP header, as captured
	IPID      uint32 // meaningful with HasIPID
	TTL       uint8
	ECN       uint8 // the two ECN bits of the IP header
	Quirks    Quirk
	Options   Options
	Len       int    // payload bytes on the wire, by the IP header
	Payload   []byte // the captured part of them; borrowed like capture.Packet.Data
}

// ICMPError is an ICMP or ICMPv6 error message that quotes a transport header.
type ICMPError struct {
	Frame    capture.FrameNumber
	Time     capture.Timestamp
	Reporter Address // who sent the message
	V6       bool    // ICMPv6
	Type     uint8
	Code     uint8
	Protocol uint8    // of the quoted packet: 6 TCP, 17 UDP
	Src, Dst Endpoint // of the quoted packet
	Seq      seq.Number
	HasSeq   bool // the quote reaches the TCP sequence number
}

// Reason returns what the type and code mean, by RFC 792, RFC 1812 section
// 5.2.7.1 and RFC 4443 section 3, as "port unreachable (type 3 code 3)".
func (e *ICMPError) Reason() string {
	name := icmpReasons[icmpReason{e.V6, e.Type, e.Code}]
	if name == "" {
		name = "error"
	}
	return fmt.Sprintf("ICMP %s (type %d code %d)", name, e.Type, e.Code)
}

type icmpReason struct {
	v6         bool
	kind, code uint8
}

var icmpReasons = map[icmpReason]string{
	{false, 3, 0}:  "network unreachable",
	{false, 3, 1}:  "host unreachable",
	{false, 3, 2}:  "protocol unreachable",
	{false, 3, 3}:  "port unreachable",
	{false, 3, 4}:  "fragmentation needed",
	{false, 3, 9}:  "network prohibited",
	{false, 3, 10}: "host prohibited",
	{false, 3, 13}: "communication prohibited",
	{false, 4, 0}:  "source quench",
	{false, 11, 0}: "time to live exceeded",
	{false, 11, 1}: "fragment reassembly time exceeded",
	{true, 1, 0}:   "no route to destination",
	{true, 1, 1}:   "communication prohibited",
	{true, 1, 3}:   "address unreachable",
	{true, 1, 4}:   "port unreachable",
	{true, 2, 0}:   "packet too big",
	{true, 3, 0}:   "hop limit exceeded",
	{true, 3, 1}:   "fragment reassembly time exceeded",
}
