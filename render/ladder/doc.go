// Package ladder draws the sequence diagram of a connection: two life lines, an
// arrow for each segment, and beside them the states that either endpoint went
// through.
//
// Input is each segment of a connection, with its measures, then the connection
// itself; output is a Ladder, as a page, as plain text, as a table of rows:
//
//	var r ladder.Recorder
//	for each segment { r.Add(segment) }
//	l := r.Ladder(conn, ladder.Options{})
//	page := l.Draw(&fonts, chart.TwoColumn)
//	err := l.WriteText(os.Stdout)
//
// What does not fit is folded: of the segments, those are shown that open,
// close or reset the connection, that were lost or sent again, or that follow a
// pause; the rest is told in sums. A Recorder keeps a bounded number of segments
// however long the connection lasts.
//
// An arrow slants only where the one-way delay is known: measured, if a second
// capture was joined (package analyze/join), or estimated as half of the
// fastest answer of the side across (package analyze/vantage), which supposes
// that both ways take equally long and that the fastest answer took no time to
// make. Otherwise it is horizontal, at the time of the tap, and a note says so. An
// estimate yields to knowledge: what a segment acknowledges had arrived before.
//
// A state begins where its transition most likely was; where its bounds (see
// state.Transition) leave room, the band is hatched between them. The package
// draws no call and no arrow that the inference does not name, and tells a lost
// segment from one whose acknowledgement may have been lost.
package ladder
