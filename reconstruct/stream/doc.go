// Package stream puts the bytes of a connection back in order, as the
// applications read them.
//
// It takes the Steps of one connection and returns pieces: runs of bytes, and
// gaps where the capture has none, each side's in the order of its stream.
// Nothing is filled in silently.
//
//	streams := stream.New(stream.Options{})
//	for step := range steps {
//		for _, piece := range streams.Add(step) {
//			show(piece)
//		}
//	}
//	for _, piece := range streams.Flush(conn) {
//		show(piece)
//	}
//
// Where copies of a byte differ, the first that was captured wins, and a piece
// of kind Differs tells of the other. (Which one the receiver took depends on
// its system and on what reached it; the tap cannot know.) Copies are compared
// with what waits and with the last bytes that were returned.
//
// Memory is bounded: bytes behind a hole wait until the hole is filled, or was
// acknowledged some time ago, or more than a limit waits. Then the hole becomes
// a gap, and what comes late for it is dropped.
package stream
