// Package reconstruct turns segments into connections: it decides which
// incarnation of a 4-tuple each segment belongs to, who is the client, where
// the segment lies in its stream, and what is noticeable about that.
//
// Its input is one decode.Segment after the other, in the order of the
// capture. Its outputs are a Step for each segment, which analyses are fed
// with, and each Connection once it has ended:
//
//	table := reconstruct.NewTable(reconstruct.Options{})
//	for segment := range segments {
//		step := table.Add(segment)
//		flights[step.Conn.Slot].Observe(step)
//		for _, ended := range table.Ended() {
//			print(ended)
//		}
//	}
//	for _, ended := range table.Flush() {
//		print(ended)
//	}
//
// Everything is seen from the tap: Before and Max say what passed it, not what
// an endpoint knew. A capture that lacks packets, holds some twice or starts
// in mid-stream is ordinary input; what that takes away is told in marks and
// findings, and never guessed.
//
// Connections are numbered as Wireshark numbers tcp.stream, so that one can be
// looked up there: a pair of addresses and ports takes a number at first sight,
// and again at each SYN with a new initial number. Two of Wireshark's numbers
// are not imitated: TCP quoted inside an ICMP error, and what a SOCKS proxy
// carries, take none here.
//
// The package refuses to judge. It names no state (package analyze/state does)
// and no cause of a retransmission (package analyze/loss does), reads no
// payload (package reconstruct/stream does), and keeps nothing of a segment
// but numbers: memory is bounded by the connections that are open, plus a
// constant number of closed and half-open ones.
package reconstruct
