// Package explain tells a connection in words.
//
// Input: an analyze.Connection and the segments of it that a ladder.Recorder
// kept. Output: a Document of sections, each a list of paragraphs, as text of 80
// columns, as Markdown or as one JSON object. The sections follow the questions
// of the courses' labs: how the connection opened and closed; the states of both
// endpoints with the packet at each change; the arithmetic of sequence and
// acknowledgement numbers, raw as in the headers; the options; the calls behind
// the packets; the observed transitions against the RFC's figure; the time in
// each state; what latency changes; round trips, retransmissions with their
// witness, windows, limits and behaviour; what a capture cannot show. A section may
// hold a Table behind its sentences, as those of package task do.
//
//	doc := explain.Connection("a.pcap", conn, recorder.Ladder(conn, explain.Rows()))
//	err := doc.Write(w, explain.Markdown)
//
// Nothing is inferred here: every statement about the connection is a result of
// package analyze, told with the certainty it has there, or arithmetic on the
// headers shown. Where the capture does not tell, the text says so. Words from
// outside, such as the name of the file, can neither control a terminal nor
// become Markdown.
package explain
