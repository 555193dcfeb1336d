// Package zeek tells of a connection what Zeek's conn.log would: its
// conn_state, its history and the bytes missed.
//
// Input is each reconstruct.Step in order; output is a Record at the end:
//
//	var t zeek.Tracker
//	t.Observe(step)
//	r := t.Record(conn)
//	fmt.Println(r.State, r.History) // SF ShADadFf
//
// Zeek follows each endpoint through seven states of its own, which are not
// those of RFC 9293, by the flags that it sent; conn_state is a verdict on the
// two states at the end. A letter of the history stands for the first event of
// its kind, capital where the originator caused it:
//
//	s h a d f r   SYN, SYN-ACK, bare ACK, data, FIN, RST
//	g t w         gap in the data, data sent again, zero window; told at the
//	              1st, 10th, 100th … time
//	i q           FIN with RST; other flags that contradict each other
//	^             the roles were found to be the other way round
//
// A SYN, FIN or RST with another number than before is told again. The rules
// are those of Zeek's documentation of conn.log and of its TCP endpoints'
// behaviour.
//
// Two of Zeek's errors are corrected, and named in Record.Corrected:
//
//   - RST alone: a first packet that is a RST gives RSTOS0, "originator sent a
//     SYN followed by a RST" though it sent no SYN; it is OTH here;
//   - what the capture holds twice is no retransmission and no data.
//
// The package refuses what needs more than headers: service is not told, c (bad
// checksums) is not looked at, since in a capture at the sender they are normal.
package zeek
