// Package course measures what university assignments ask of a capture, by the
// definitions of those assignments.
//
// Input is each analyze.Segment of one connection in order. Output is, at the
// end, a Result with a Half for each side:
//
//	var t course.Tracker
//	for each segment { t.Observe(segment) }
//	r := t.Result()
//	fmt.Println(r.State(), r.Half[sender].First[0].RTT())
//
// What is measured, and for whom:
//
//   - the first segments with new data, each with the first acknowledgement that
//     covers it, and EstimatedRTT with alpha 1/8 from the first sample on, a
//     sample for each segment (Kurose and Ross, "Computer Networking", section
//     3.5.3, and the book's Wireshark lab on TCP). RFC 6298 takes one sample for
//     each acknowledgement and never one of a segment that was sent twice; here a
//     segment sent again before its acknowledgement is marked, and gives none;
//   - how much data acknowledgements cover, in octets and in segments;
//   - SYN, FIN and RST segments, counted as the University of Victoria's CSC 361
//     does: each counts, repeated ones too, and a SYN,ACK is a SYN;
//   - rounds, for Stony Brook's CSE 310, which calls the number of segments in
//     one the congestion window: a round ends when the acknowledgement of its
//     first segment passes the tap, so that it means something only at the
//     sender;
//   - retransmissions of an octet that at least three duplicate acknowledgements
//     asked for, and all others, as that course tells "triple duplicate ACK"
//     from "time-out" without the other causes that package loss knows.
//
// The package refuses to say what a number means: who prints it has to state the
// definition, and what differs from the RFCs. What it keeps of a connection is
// bounded, whatever its length.
package course
