// Package witness lays what other tools showed of a connection beside what its
// capture says, and tells where the two agree and where they differ.
//
// Input is text as it was pasted from a terminal or a notebook: ss (with any of
// -t -i -n -o -e -m -O, "state all" or a single state), lsof -i, netstat -t,
// tcpstates of bcc or libbpf-tools, tcprtt and bpftrace's hist(), and the DTrace
// data of the L41 notebooks. Read finds the tool of each line by itself, and
// gives Observations, each with its line:
//
//	text, err := witness.Read(file, "ss.txt", witness.AnyTool)
//
// Lay compares them with the connections of a capture:
//
//	account := witness.Lay(texts, connections)
//	for _, c := range account.Of[0] { fmt.Println(c.Shown, c.Verdict, c.Why) }
//
// What is compared:
//
//   - A state (ss, lsof, netstat) is of the local end of its line. It agrees where
//     the path of that endpoint is in this state at the time that the tool gives;
//     without a time, where the path passes through it at all. A LISTEN line is of
//     another socket, which the path of a passive open begins with.
//   - A change (tcpstates, DTrace) is compared with what that system's own
//     instrumentation shows for the path (package analyze/ebpf, state.View): Linux
//     has no TIME_WAIT and clones a server's socket at the last acknowledgement.
//   - A value (rtt, cwnd, ssthresh, ...) is laid beside the range of our estimate
//     over the connection, and a counter beside its final number.
//   - A histogram of round trips is laid beside the smoothed round trips.
//
// Times of day carry no zone, and times since a start no start. The offset under
// which most observations fall within the bounds of their transitions is taken,
// a whole quarter of an hour from UTC where that is as good; it is told, and
// nothing is called a difference of time that another offset would mend. A text
// whose times decide nothing is compared without them.
//
// A number is compared with the whole range of ours: at which instant of the
// connection the tool looked is not taken into account for it.
//
// The package refuses to resolve names: a host's or service's name matches any
// address or port. Memory is bounded: no more than MaxObservations are kept of a
// text and lines end at MaxLine octets; what is left out is told, as is every
// line that is of no tool.
package witness
