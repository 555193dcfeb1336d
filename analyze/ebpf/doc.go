// Package ebpf tells, from a capture alone, what the eBPF tools tcpstates and
// tcprtt would have shown on a host that took part.
//
// Input are the connections and segments of an analyze.Analysis. Outputs are
// the Event of each change of state of a Socket, and the Histogram of round-trip
// times:
//
//	for _, e := range choice.Events(conn) { fmt.Println(e.Old, e.New, e.In) }
//
// Both tools look into one host. Choice says which: by default the one at which
// the capture was taken (package analyze/vantage), or both sides of a connection
// where that is neither or cannot be known.
//
// States are those of the tracepoint sock:inet_sock_set_state, which state.View
// derives from the RFC's path: no TIME_WAIT, and the socket of a passive open
// begins at the handshake's last acknowledgement. A span runs from one change to
// the next; both ends are known within bounds, which are equal where the capture
// was taken at that host. The last state of a socket is told with the least that
// it lasted, where the tool would have stayed silent.
//
// A round trip is what tcp_rcv_established finds in srtt_us when it is entered:
// the receiver's smoothed estimate (RFC 6298, package analyze/rtt) before the
// segment, for each segment that reaches it in ESTABLISHED, the one that ends
// this state included. It is whole where the capture was taken at the receiver;
// elsewhere it is a part of the round trip, and so a lower bound.
//
// A close() whose FIN waits behind data ends ESTABLISHED before the FIN is seen:
// its time is a bound (see Closes), and what is received meanwhile is counted
// among the round trips although the tool would not have seen it.
//
// The package refuses to guess processes and kernel addresses, to show listening
// sockets, whose calls leave nothing on the wire, and to count segments received
// before there is any estimate among the round trips.
package ebpf
