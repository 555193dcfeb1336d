// Package peer tells where other programs and flowstate disagree, and why.
//
// Input is a segment with what package analyze found of it and what tshark
// printed of it; or a connection with what tcptrace printed. Output is a list
// of Differences, each with the Kind of its reason:
//
//	for _, d := range peer.Segment(s, printed) {
//		fmt.Println(d.Frame, d.Field, d.Theirs, d.Ours, d.Kind, d.Reason)
//	}
//
// A reason comes from evidence: from the rule by which the other program came
// to its verdict (packages tshark and tcptrace below know them), and from the
// witness of ours. The kinds stand in one table; a difference that none of them
// explains is called unexplained. Captures with every kind are named, frame by
// frame, in docs/peer-differences.md, and a test over the public captures fails
// where an unexplained one appears.
//
// The package runs no program and opens no file: the caller does.
package peer

import (
	"github.com/flowstate-tcp/flowstate/capture"
)

// Difference is one thing that another program and flowstate see differently.
type Difference struct {
	Program string              // tshark or tcptrace
	Conn    int                 // number of the connection
	Frame   capture.FrameNumber // of the segment, 0 for a number of a connection
	Field   string              // in the other program's words
	Theirs  string              // its value, "-" for none
	Ours    string              // ours, "-" for none
	Kind    string              // name of the reason's kind, Unexplained for none
	Reason  string              // a sentence
}

// Unexplained is the kind of a difference that no known reason explains.
const Unexplained = "unexplained"
