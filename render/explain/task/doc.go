// Package task answers the questions of university courses from a capture.
//
// Input: the segments and connections of an analyze.Analysis, in the order of
// its Walk. Output: explain.Document, one for a connection or one for a capture,
// as the task asks for it; with sentences, and tables where a course wants one:
//
//	t, err := task.Find("kurose-tcp")
//	a := analyze.New(src, analyze.Options{Payload: t.Payload})
//	teller := t.Begin(task.Request{File: "a.pcap", Began: a.Began, Findings: a.Findings})
//	for s, c := range a.Walk() {
//		if c != nil { teller.End(c) } else { teller.Observe(s) }
//	}
//	for _, d := range teller.Documents() { err = d.Write(w, explain.Text) }
//
// A task is a row in a table (tasks.go) and a file with its Teller. Its first
// section says what counts as what, in this project's words, and where the
// course's definition differs from the RFC's; its last one says what a capture
// cannot answer, and what would. Which of many connections an answer is about is
// told by Task.Unit.
//
// The numbers come from packages analyze and analyze/course, and nothing is
// inferred here. The package knows no answers: it refuses to say what a lecturer
// wants to hear where the capture says something else, and tells unknown where
// it says nothing.
package task
