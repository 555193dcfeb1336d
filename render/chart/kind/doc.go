// Package kind knows the charts of TCP connections: time-sequence graphs, bytes
// in flight, round-trip times, states and so on.
//
// Input are Traces, connections with all their segments as package analyze gives
// them, and a Request that says what to draw. Output is a chart.Figure.
//
//	t := &kind.Trace{File: "a.pcap"}
//	for s, c := range analysis.Walk() {
//		if s != nil {
//			t.Add(s)
//			continue
//		}
//		t.Conn = c
//	}
//	kinds, err := kind.Parse("in-flight,rtt")
//	f, err := (&kind.Request{Kinds: kinds}).Draw(t)
//
// Several traces are drawn on the same axes, each with its main series alone.
// Names of kinds are our own and those of tcptrace, xplot and Wireshark's stream
// graphs. Points are those of flowstate segments: the same numbers under the same
// frame numbers.
//
// The package measures nothing, but for two things that only a figure asks for:
// sums of payload, and where a phase of a connection begins and ends (Zoom). It
// refuses to draw what a connection does not have, and says why.
package kind
