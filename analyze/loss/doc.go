// Package loss tells why a segment was sent again, came late or came twice.
//
// Input is each reconstruct.Step in order, with what its sender had on the way
// before it (package flight) and the round-trip times so far (package rtt).
// Output is a Verdict on each step, one Cause with the Witness that it rests
// on, and at the end how often each cause was found on either side:
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
//   - timing: the timer of RFC 6298 runs out, with Linux's floor, no sooner than
//     0.8 of the time-out after the latest transmission and acknowledgement; a
//     tail loss probe (RFC 8985 section 7) repeats the last segment before.
//
// A recovery lasts until all that was sent at its begin is acknowledged (RFC
// 6582, RFC 6675 section 5); what is sent again in it is its continuation.
//
// A step is judged when it passes, by what passed before it. The package
// refuses to revise a verdict: a DSACK that shows later that a repetition was
// not needed does not change it. It also refuses to guess between the timer and
// the probe where both fit: it says unknown where nothing tells.
package loss
