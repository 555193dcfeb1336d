// Package join makes one view of two captures of the same connections, taken
// at two places: which packet of one is which of the other, how long it took
// from one to the other, and what became of it between them.
//
// Input is each capture twice: first for a Sketch, then packet by packet.
// Output is the Clock that relates both, every Packet that either holds with
// its fate, and a Connection for each pair with the sums:
//
//	a, err := join.Survey(first)
//	b, err := join.Survey(second)
//	matching := join.Align(a, b, join.Options{})
//	for c := range matching.Connections(firstAgain, secondAgain) { fmt.Println(c.Sides[0].Lost) }
//
// Connections are paired by addresses, ports and initial sequence numbers; by
// these numbers alone where addresses were rewritten (NAT); and by packets that
// both captures hold where the handshake is missing. For that, and to relate
// the clocks, a Sketch keeps the packets whose digest, of what no router
// changes, is below a bound: both captures keep the same ones (trajectory
// sampling; Duffield and Grossglauser, IEEE/ACM Transactions on Networking 9,
// 2001).
//
// Packets are the same if sequence and acknowledgement numbers, length, flags
// and timestamps are, and the IP identification, unless the path rewrites it.
// Of several that fit, the first is taken. What offloading split or merged is
// matched by its octets.
//
// A one-way delay needs the difference of two clocks. It lies between the
// least difference one way and the largest the other way, since no delay is
// negative; the middle is taken, as if the shortest delays both ways were equal,
// and half the width is stated as the error. The drift is the slope of the two
// parallel lines that hold all differences of one way above and of the other
// way below them with the least mean distance: the linear programme of Moon,
// Skelly and Towsley (INFOCOM 1999), for both ways at once. A clock that was
// set is noticed where no clock of less than MaxDrift fits both what was
// before and what came after.
//
// A packet that one capture lacks was lost if the other is the first that it
// passes, and its receiver did not acknowledge it without a second copy having
// arrived. For those that take no place in the stream, such as acknowledgements,
// nothing tells a loss from a packet that the recorder missed.
//
// The package refuses to join connections whose sequence numbers were rewritten
// on the way. Memory is bounded by MaxSamples for each capture, some 200 bytes
// for each connection, and the packets of ten seconds, no more than MaxWaiting,
// for each direction of those that are open.
package join
