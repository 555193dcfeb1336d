// Package behaviour tells how each endpoint's TCP behaves: how it acknowledges,
// whether it holds small segments back, what it negotiated, and what its timers
// do.
//
// Input is each reconstruct.Step in order, whether its sender's retransmission
// timer ran out, and how long its sender takes to answer at the least (package
// vantage). Output is a Result for each side:
//
//	var t behaviour.Tracker
//	t.Observe(step, timeout, turnaround, known)
//	r := t.Result(conn, reconstruct.Server)
//	fmt.Println(r.Delayed.Share(), r.Delayed.Median)
//
// The methods:
//
//   - Delayed acknowledgements (RFC 9293 section 3.8.6.3): a segment that came
//     alone and was acknowledged by a segment without data. What its receiver
//     took, less the way from the tap and back, is its delay; five milliseconds
//     to half a second are a timer's. Acknowledgements of several segments are counted
//     by how many full segments they cover.
//   - Nagle's algorithm (RFC 9293 section 3.7.4, with Minshall's change): a small
//     segment that is sent while another small one is not acknowledged shows
//     that it is off, wherever the tap was. One that leaves just when the
//     acknowledgement of everything before it arrives, after a wait, shows that
//     it is on.
//   - Initial window (RFC 6928): what is sent before the first acknowledgement
//     of data can have arrived. It is exact where that acknowledgement set more
//     off, else the sender may just have had no more to send.
//   - ECN (RFC 3168, RFC 9768): from the SYN and the SYN-ACK; marks are counted.
//   - Zero windows, full windows, keep-alives and probes: from the marks of
//     package reconstruct, timed from the first to what ended them.
//   - The least retransmission time-out: from the latest of what a side sent and
//     heard to a segment which its timer set off (package loss).
//
// The package refuses to name a congestion control: too many look alike from
// outside. A delay is measured only where the way to the side is known, and
// memory is fixed: distributions of delays have eight buckets to a power of two.
package behaviour
