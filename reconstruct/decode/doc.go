// Package decode turns a captured packet into the TCP segments it carries.
//
// In goes a capture.Packet of any link type that Wireshark reads TCP from;
// out come Segment values (usually none or one), the ICMP errors that quote a
// TCP or UDP header, and findings about packets that could not be understood.
// Between the two stands one walker: every protocol is a function that takes
// the bytes of its layer and says which layer follows, and tables tell which
// function goes with which link type, EtherType, IP protocol or UDP port.
// A new protocol is a function and its rows.
//
// The segment is the innermost TCP of a frame: a TCP header inside a tunnel
// is reported with the inner addresses, and what an ICMP error quotes is
// never a segment. A frame that carries several packets (an A-MSDU, a Netlink
// message of several log entries) gives one segment for each. Fragments of IP
// packets are put together, inside tunnels too; the segment belongs to the
// frame that completes it.
//
// Lengths are those on the wire: Segment.Len comes from the IP header, or from
// the link where that is shorter, and Payload is what the snapshot kept of it.
// Trailers and padding after the IP packet are never payload. Where an IPv4
// source route, an IPv6 routing header or a home address says that the address
// in the IP header is a stage of the way, the endpoint is the one at its end.
//
// Where a header is damaged, the decoder counts as Wireshark does, marks the
// segment with a Quirk and adds a finding: an expert's tool and this one then
// name the same frames. Quirks FlagsCut, BadOffset and Incomplete mark segments
// that no receiver would take, or of which too little is known to place them.
//
// The package never drops a segment because a checksum is wrong, decrypts
// nothing, follows no reassembly above IP, and keeps nothing from packet to
// packet but unfinished fragments. What a monitor reports about packets seen
// elsewhere (a sample in sFlow) is no segment. It never fails: damage is a
// finding.
//
//	d := decode.New()
//	var p capture.Packet
//	var r decode.Result
//	for file.Next(&p) == nil {
//		d.Decode(&p, &r)
//		for i := range r.Segments {
//			use(&r.Segments[i])
//		}
//	}
package decode
