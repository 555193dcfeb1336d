package task

// tasks is the table of tasks. A further one is a row here and a file with its
// Teller.
var tasks = [...]Task{
	{"kurose-tcp", "Kurose and Ross, Wireshark lab on TCP: numbers of the handshake, the first six segments with RTT and EstimatedRTT, window, retransmissions, throughput", "the connection with most data, or those of --conn", kuroseColumns, true, true, beginKurose},
	{"uvic-csc361", "University of Victoria, CSC 361: each connection with its SxFy state, times, packets and bytes; complete, reset and open ones; durations, RTT, packets and windows", "all connections of a capture", uvicColumns, false, false, beginUVic},
	{"stonybrook-cse310", "Stony Brook, CSE 310: flows, their first transactions, throughput, first congestion windows, retransmissions by triple duplicate ACK and by time-out", "all connections of a capture", flowColumns, false, false, beginStonyBrook},
}
