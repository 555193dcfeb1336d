// Package rtt measures round-trip times: how long it takes from a side's octets
// passing the tap to what reports their arrival passing it the other way.
//
// Input is each reconstruct.Step in order, with what it delivered by package
// flight. Outputs are the Sample that a step gives, the smoothed estimate at
// any time, and at the end a Result for each side, of its own octets:
//
//	var t rtt.Tracker
//	if s, ok := t.Observe(step, &delivered); ok { fmt.Println(s.RTT, s.Frame) }
//
// Two methods run side by side and are never mixed.
//
//   - Karn (SIGCOMM 1987; RFC 6298 section 3): an acknowledgement, cumulative
//     or selective, is timed against the latest payload that it reports for
//     the first time. What was sent more than once gives no sample, nor what
//     was acknowledged together with something repeated later: the arrival of
//     that set the acknowledgement off. Tcptrace has the same two rules, but
//     leaves out acknowledgements of more than one segment.
//   - Timestamps (RFC 7323 section 4; after Kathleen Nichols' pping): the first
//     sight of a TSecr is timed against the earliest octets with that TSval
//     among those which the same acknowledgement reports. It holds for repeated
//     segments too, but ticks coarsely: a sample may be too long by the wait
//     for a delayed acknowledgement.
//
// The estimate follows RFC 6298 section 2, with alpha 1/8 and beta 1/4, and takes
// its samples as Linux does (tcp_ack_update_rtt); the handshake counts. An
// acknowledgement is timed against the earliest octets that it acknowledges by
// number, unless some of them were sent again; then against the earliest that it
// SACKs for the first time; else by its timestamps, at every sight. With
// segmentation offload all octets of a super-segment left when it passed the tap,
// for the kernel as for us: it is acknowledged in parts, and each part is timed.
//
// A sample is from the tap to the peer and back, a whole round trip only where
// the tap is at the sender. The package refuses to add halves up, and to give
// a spread of fewer than two samples. Distributions are bounded in memory, see
// package quantile, and what waits for an acknowledgement is, see package flight.
package rtt
