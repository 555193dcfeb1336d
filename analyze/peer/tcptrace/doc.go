// Package tcptrace measures a connection by the definitions of tcptrace 6.6.7:
// the numbers of its long output (-l), of its round trips (-r) and of its
// outstanding data (-W).
//
// Input is each reconstruct.Step in order; output is a Result at the end, one
// Side for each direction:
//
//	var t tcptrace.Tracker
//	t.Observe(step)
//	r := t.Result(conn)
//	fmt.Println(r.Sides[reconstruct.Client].RTT.N)
//
// The definitions are those of its manual and of what it does: a segment is
// sent again where any byte of it was seen before, and out of order where it
// begins and ends before one that is known; an acknowledgement gives a round
// trip where it ends at a segment that was sent once and nothing before which
// was sent later; outstanding data is sampled at each segment that is new.
//
// Its errors are corrected, and each field that is not tcptrace's is named in
// Side.Corrected with the reason:
//
//   - outstanding data is one byte too many;
//   - missed data is a difference of unsigned numbers, which runs below zero:
//     here it is what was acknowledged and not captured;
//   - an acknowledgement is a duplicate there for ever after the first data:
//     here only while data is outstanding;
//   - packets that the capture holds twice are retransmissions there and spoil
//     the round trips: here they count as packets and hardware dups alone;
//   - the average segment is a thousandth of a packet too small, which shows
//     wherever it is a whole number;
//   - the round trips of full-sized segments are those of SYN and FIN there, whose
//     size it takes for the largest;
//   - a reset that refuses a SYN gives no round trip.
//
// A connection is reconstruct's: tcptrace puts a 4-tuple that is used again into
// one where the numbers overlap. The package keeps at most 10,000 runs of bytes
// for each direction that are not acknowledged.
package tcptrace
