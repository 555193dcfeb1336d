// Package vantage tells where the capture of a connection was taken: at the
// client, at the server, between them, or after the delay of a loopback.
//
// Input is each reconstruct.Step in order, with what it delivered by package
// flight. Output is, at any time, the least time that either side takes to
// answer, as seen from the tap, and at the end a Result with its evidence:
//
//	var t vantage.Tracker
//	t.Observe(step, &delivered)
//	r := t.Result(conn)
//	fmt.Println(r.Vantage, r.Certainty, r.Evidence())
//
// A tap between two hosts sees two half round trips: from itself to the client
// and back, and the same towards the server. Their sum is the round trip; where
// one of them is less than a tenth of it, the tap is at that side, within what
// its host takes to answer. The witnesses, the better one first:
//
//   - the handshake: SYN to SYN-ACK and SYN-ACK to ACK are answered at once;
//   - acknowledgements of two segments or more, and of a FIN, which no delayed
//     acknowledgement holds back (RFC 9293 section 3.8.6.3), all through the
//     connection: they mend a handshake that was answered late;
//   - any other acknowledgement, and the first echo of a timestamp (RFC 7323; after
//     Kathleen Nichols' pping): good enough to show a side near, never to show
//     one far, since an application may have waited;
//   - checksums that offload left to the card: they never leave the sender's
//     host, so that a tap which sees them on one side alone is there;
//   - the TTL, as a doubt: a side whose packets have passed a router is not at
//     the tap (initial values 64, 128 and 255), and where it also takes longer than
//     hosts do, the tap is between.
//
// Of data the fourth least sample counts, so that a packet or two which the
// recorder put into the wrong order cannot move the tap. On a loopback with a
// delay (netem or dummynet on lo) the tap sees packets as they are delivered,
// both ways after the delay: both halves are long, and the addresses are those
// of a loopback.
//
// Half round trips are also told by the echo of an acknowledgement's TSval in
// the data that it set off, for a side that sends and is sent nothing: too long
// where that side had nothing it might send at once, so that the least counts.
// Where the tap is between, the whole round trip is the sum of two halves that
// follow each other (data, its acknowledgement, and what that sets off; Jaiswal
// and others, "Inferring TCP connection characteristics through passive
// measurements", INFOCOM 2004; with timestamps Veal, Li and Lowenthal, "New
// methods for passive estimation of TCP round-trip times", PAM 2005). Halves
// further apart than a round trip are not added.
//
// The package refuses to place a tap in a round trip of less than two
// milliseconds by time, since hosts answer as slowly as that, and gives
// "unknown" where the witnesses are too few.
package vantage
