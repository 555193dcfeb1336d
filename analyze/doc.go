// Package analyze turns the packets of a capture into what flowstate knows of
// its connections: who talked, how much, the states of both endpoints with
// their evidence, and findings.
//
// Input is any source of packets (package capture/pcapfile reads files; this
// package opens none). Output is an iterator of Connections in the order of
// their numbers, of Segments in the order of the capture, or of stream Chunks.
// The capture is read once, reading and decoding on one goroutine, everything
// else on another; what comes out never depends on their timing. Memory grows
// with the connections that are open at once, not with the capture.
//
//	a := analyze.New(reader, analyze.Options{})
//	for conn := range a.Connections() { fmt.Println(conn.Number, conn.States.Close) }
//	if err := a.Err(); err != nil { … }
package analyze
