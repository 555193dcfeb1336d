// Package loss tells why a segment was sent again, came late or came twice.
//
// Input is each reconstruct.Step in order, with what its sender had on the way
// before it (package flight) and the round-trip times so far (package rtt).
// Output is a Verdict on each step, one Cause with the Witness that it rests
// on, and at the end a Tally for either side:
//
//	var t loss.Tracker
//	v := t.Observe(step, &flights, &times)
//	if v.Cause != loss.None { fmt.Println(v.Cause, v.Certainty(), v.OfFrame) }
//
// The witnesses are asked in this order, the first that can tell decides:
//
//   - the numbers: what was acknowledged already was not needed, a SYN again
//     belongs to the handshake;
//   - SACK (RFC 2018): what the receiver reported was not needed; a hole below
//     what it reported was repaired because of the report (RFC 6675);
//   - TSval (RFC 7323): a segment with a lesser one than what passed before it
//     was sent earlier and overtaken, with a greater one it was sent again;
//   - IP identification, for senders that count it up: an equal one is the same
//     transmission, a lesser one an earlier;
//   - duplicate acknowledgements (RFC 5681 section 3.2);
//   - arrival: what was sent later is there (RFC 8985 section 6.2);
//   - timing. The timer of RFC 6298 runs out, with the floor of the system that
//     the SYN suggests (see rtt.Timer), no sooner than 0.8 of the time-out after
//     the latest transmission and acknowledgement. A tail loss probe (RFC 8985
//     section 7) repeats the last segment before. A hole that stood for less
//     than a round trip cannot have been reported and repaired. What is repeated
//     before word of its fate can have come back was sent for another reason.
//
// A recovery lasts until all that was sent at its begin is acknowledged (RFC
// 6582, RFC 6675 section 5), and on from there while the sender repeats within
// each round trip; what is sent again in it is its continuation. A second
// record of a packet that follows at once was made by the capture where an
// eighth of the packets have one, else by the path.
//
// A step is judged when it passes, by what passed before it, and the verdict
// stays. Hindsight has a place of its own: where an acknowledgement shows that
// an earlier retransmission was not needed, by DSACK (RFC 2883, RFC 3708) or by
// an echoed timestamp from before it (Eifel detection, RFC 3522), the verdict on
// the acknowledgement names that frame, and the Tally counts it: so the causes
// say why a side sent again, NotNeeded how much of it was in vain, and Lost on
// which side of the tap the rest was lost. MaxHistory bounds what is remembered
// for this.
//
// The package refuses to guess between the timer and the probe where both fit,
// and says unknown where nothing tells. It cannot tell a segment lost after the
// tap from a lost acknowledgement.
package loss
