// Package scenariotest gives tests the captures and segments that a text in the
// notation of package scenario describes, and ends the test where the text is
// not in it.
//
//	for c := range analyze.New(scenariotest.Reader(t, text), analyze.Options{}).Connections() {
//
// What a test expects of a segment may stand behind it as a comment, its note:
//
//	const story = `
//	0.000 > S 0:0(0)
//	1.000 > S 0:0(0) # again
//	`
//	for step, note := range scenariotest.Steps(t, story) {
//
// It compares nothing, and is imported by test files only.
package scenariotest
