// Package scenario is a notation for TCP connections, one segment a line, with
// relative sequence numbers and times. Tests write captures in it and the tool
// prints connections in it; whoever reads tcpdump or packetdrill reads it.
//
//	# A comment. Directives start with @ and hold from there on.
//	@client 10.0.0.1:40000
//	@server 10.0.0.2:80
//	@isn client 4294967000
//	0.000 > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>
//	+.020 < S. 0:0(0) ack 1 win 65160 <mss 1460>
//	+.020 > . 1:1(0) ack 1 win 502
//	+0 > P. 1:101(100) ack 1
//	+.001 < icmp unreachable port : > P. 1:101(100) ack 1
//
// A line is: time, direction, flags, range, then fields in any order.
//
//   - The time is in seconds since the start, or after + since the line above.
//   - > goes from client to server, < from server to client.
//   - The flags are FIN F, SYN S, RST R, PSH P, ACK ., URG U, ECE E, CWR W,
//     AE A; - stands for none.
//   - The range first:end(length) counts payload alone, relative to the ISN of
//     the sender: the SYN is at 0, the first byte at 1. Offsets may be negative.
//   - ack N is relative to the ISN of the peer; it goes with the flag . and
//     with nothing else. win N is the raw header field, 65535 unless told.
//   - Options stand in < >: mss N, wscale N, sackOK, sack a:b c:d,
//     TS val N ecr N, FO (a request), FO hex or FO len N (a cookie), md5, uto,
//     ao, mptcp, accecn, other, malformed; nop and eol are read and dropped.
//   - urg N, ttl N, ipid N, ecn N (0 to 3), cut N (bytes of the frame that the
//     snapshot kept) and badsum (a wrong TCP checksum) complete it.
//   - icmp kind : quotes a segment; [by address] names another reporter.
//
// The directives: @client and @server (address and port), @isn client|server N
// (again in mid-file: another incarnation of the 4-tuple), @conn N (the lines
// that follow belong to the connection N, whose client port is 40000+N unless
// told), @link (ethernet, raw, null, loop, sll), @start (RFC 3339).
//
// After a line --- a file may say what an analysis shall find; see Expectation.
//
// Parse refuses what is not in the notation, with line and column; it does not
// ask whether the segments make sense together, since tests need nonsense too.
package scenario
