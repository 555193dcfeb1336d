// Package health tells what is wrong with the recording of a connection, and
// which measurements that makes untrustworthy.
//
// Input is each reconstruct.Step in order; at the end the findings of the
// connection and the place of the tap. Output is a Result: counts for each
// side, and for each Measurement a Trust with the Doubts that lower it:
//
//	var t health.Tracker
//	t.Observe(step)
//	r := t.Result(conn, findings, &tap)
//	fmt.Println(r.Trust[health.RTT], r.Doubts)
//
// What is counted: bytes and packets that were acknowledged and are not in the
// capture, records that the snapshot length cut, segments larger than the path
// carries (segmentation offload; after Vern Paxson, "Automated packet trace
// analysis of TCP implementations", SIGCOMM 1997, the first question is always
// what the filter did to the trace), checksums that are wrong, and those that
// offload left to the card, copies, and steps of the clock. A step back shows
// at once. A step forward looks like silence; it is told where the timestamps
// of both sides (RFC 7323) agree that less time has passed.
//
// Which problem harms which measurement, and why, is one table (effects.go).
//
// The package refuses to drop or mend anything: what is doubtful stays in the
// numbers, with the doubt beside it. It does not guess at losses of the
// recorder that no acknowledgement shows.
package health
