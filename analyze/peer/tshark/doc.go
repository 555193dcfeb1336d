// Package tshark tells of each segment what tshark 4.0 would: the flags and
// fields of its tcp.analysis, by its rules, errors and all.
//
// Input is each reconstruct.Step in order. Output is a Row for the latest one:
//
//	var t tshark.Tracker
//	t.Observe(step)
//	if row := t.Row(); row.Flags.Has(tshark.OutOfOrder) { … }
//
// The rules are those that the Wireshark user's guide gives under "TCP
// Analysis", with the details that only its behaviour shows; they were measured
// against tshark 4.0.17 over the public captures (docs/peer-differences.md has
// the rates). They look at numbers as they stand in the header and at times,
// never at timestamps or IP identifications:
//
//   - what does not begin where the stream ended is lost-segment or one of the
//     retransmissions, chosen by what was acknowledged (spurious), by duplicate
//     acknowledgements in the last 20 ms (fast), by whether the handshake's
//     round trip has passed since the highest octet (out-of-order), or else
//     retransmission;
//   - an acknowledgement is timed against the latest sight of the segment that
//     ends at its number, without Karn's rule;
//   - bytes in flight is the span of what waits for an acknowledgement, less the
//     SACK blocks seen last, however old they are.
//
// The package refuses to be right where tshark is not: packages reconstruct and
// analyze/loss hold what flowstate thinks, and package analyze/peer why the two
// differ. It keeps at most 10,000 segments for each direction, as tshark does.
package tshark
