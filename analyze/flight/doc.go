// Package flight keeps account of what each side of a connection has on the
// way: which octets passed the tap and are not acknowledged yet, and how much
// of that the path holds.
//
// Input is each reconstruct.Step in order, with what package loss says of it.
// Outputs are the State of the side that a step is about, just after it, what
// the step delivered (for round trips), the Board for those who judge the next
// step, and at the end a Result for each side:
//
//	var t flight.Tracker
//	t.Observe(step, timeout, &delivered)
//	if s, ok := t.State(step); ok { fmt.Println(s.InFlight, s.Pipe) }
//
// Two quantities are told apart. Outstanding is SND.NXT - SND.UNA (RFC 9293
// section 3.3.1): all octets sent and not acknowledged, a SYN or FIN counting
// one. Pipe is what RFC 6675 section 4 estimates to be in the network: without
// what was SACKed and what is lost, with what was sent again since. IsLost is
// the RFC's: three SACKed runs, or more than two segments' octets SACKed, above.
// In two things the sender is believed instead, since the tap sees what it did:
// an octet that it sends again is lost in its opinion, and a retransmission
// time-out empties the pipe (RFC 5681 section 3.1). Without SACK only these two
// make pipe differ from outstanding.
//
// Everything is as seen at the tap: behind the path, near the receiver, a side
// has little in flight. Bytes between two segments that the tap never saw count
// as in flight until they are acknowledged.
//
// The package refuses to tell what is in flight of a side whose peer never
// acknowledged anything: a capture of one direction. Memory is bounded: no more
// than MaxSegments are remembered for a side, the newest; what a longer flight
// loses is left out of pipe, not of outstanding.
package flight
