// Package state infers, from a capture, the RFC 9293 states that each endpoint
// of a TCP connection went through, with the evidence for every transition.
//
// Input: the segments of one connection in capture order, each placed in its
// connection by package reconstruct. Output: one Path for each endpoint, the
// other paths that the capture allows, how the connection was opened and
// closed, and findings.
//
// A capture shows segments at one point of the path. It does not show local
// calls, timers, what was lost before the tap, nor whether what passed the tap
// arrived. So nothing here is decided by the order of two packets at the tap.
// What decides is knowledge: whoever sends acknowledgement number a has
// processed everything below a and nothing at or above it. From that the
// package gathers the facts of each side (facts.go), states which events must
// have happened and in which order (occurrence.go, resets.go), plays every
// order that remains through the table of the state machine (table.go,
// orders.go), and calls proven only what all of them share (path.go).
//
// It refuses to guess: a FIN or SYN,ACK that nothing acknowledges leaves its
// receiver where it was, and where two paths are equally possible both are
// given.
//
//	var t state.Tracker
//	for each step of the connection { t.Observe(step) }
//	result := state.NewInferrer().Infer(conn, &t, vantage)
package state
