package task

import "github.com/flowstate-tcp/flowstate/analyze/ebpf"

// tasks is the table of tasks. A further one is a row here and a file with its
// Teller.
var tasks = [...]Task{
	{
		Name:    "kurose-tcp",
		Meaning: "Kurose and Ross, Wireshark lab on TCP: numbers of the handshake, the first six segments with RTT and EstimatedRTT, window, retransmissions, throughput",
		Unit:    "the connection with most data, or those of --conn",
		Columns: kuroseColumns, Payload: true, Whole: true, each: true, begin: beginKurose,
	},
	{
		Name:    "uvic-csc361",
		Meaning: "University of Victoria, CSC 361: each connection with its SxFy state, times, packets and bytes; complete, reset and open ones; durations, RTT, packets and windows",
		Unit:    "all connections of a capture",
		Columns: uvicColumns, Whole: true, begin: beginUVic,
	},
	{
		Name:    "stonybrook-cse310",
		Meaning: "Stony Brook, CSE 310: flows, their first transactions, throughput, first congestion windows, retransmissions by triple duplicate ACK and by time-out",
		Unit:    "all connections of a capture",
		Columns: flowColumns, Whole: true, begin: beginStonyBrook,
	},
	{
		Name:    "l41-lab3",
		Meaning: "Cambridge, L41 lab on TCP: the transitions with what set them off, against RFC 793; what latency changes, over several captures; bandwidth, windows, slow start",
		Unit:    "the connection with most data, or those of --conn; several captures are compared at the end",
		Columns: l41Columns, Whole: true, each: true, begin: beginL41,
	},
	{
		Name:    "fund-tcp-socket",
		Meaning: "Fund, TCP sockets and the state diagram: refused connections, the states with their packets, options, socket calls, sequence numbers, termination",
		Unit:    "each connection, and the ICMP errors that belong to none",
		Whole:   true, begin: beginFund,
	},
	{
		Name:    "tcpstates",
		Meaning: "the eBPF lab on tcpstates and tcprtt: each socket's states with the time in them, where the time went, round trips",
		Unit:    "all sockets of the host where the capture was taken",
		Columns: tcpstatesColumns, Payload: true, Extra: ebpf.NewCloses, begin: beginTcpstates,
	},
}
