// Package report puts together everything that flowstate tells of captures into
// one document to hand over: what is wrong with the recording first, then a table
// of all connections, then each connection with its states, findings, figures and
// explanation.
//
// It has two parts. The model, a Report, knows no format: sources with their
// health, connections with their summary, paths, state diagram, ladder, charts,
// findings and explanation, and the sweep of a lab, if it is of one. A writer
// turns it into bytes: WriteHTML into one file; WriteMarkdown, with figures as SVG
// beside it; WriteLaTeX, with figures as PDF, into a paper in the sections that the
// L41 labs ask for, whose body keeps to a number of pages. The words are those of package table
// and explain, so that a report says what the commands say.
//
//	r := report.New(report.Options{Budget: report.DefaultBudget})
//	c := r.Collector("a.pcap")
//	n := c.Run(analysis) // goroutines may run one collector each
//	r.Add(report.Source{Capture: table.Capture{File: "a.pcap", ...}}, c)
//	r.Finish()
//	err := r.WriteHTML(w)
//
// A writer goes through Report.Sources, Report.Lab and Report.Connections. Of a
// connection, Facts, SideFacts, Paths, Findings and Graph are always there; the
// Ladder, the Charts and the Explanation are nil where a connection is not Drawn.
// Figures are drawn by their own methods, for the format at hand:
//
//	page := c.Charts.Draw(&fonts, chart.TwoColumn)  // a *chart.Figure
//	page := c.Ladder.Draw(&fonts, chart.TwoColumn)  // a *ladder.Ladder
//	err := renderer.Render(c.Graph(), diagram.FormatPDF, w)
//
// Which connections are drawn is one rule, told in the report itself: those with
// the gravest findings first, then those with most packets, as many as the budget
// holds. Of more than 2,000 connections, those that are not drawn tell their states
// without the evidence (Report.Brief). What is kept of a capture is bounded by that budget, and by a number of
// segments at a time; charts hold no more points than a wide screen shows
// (chart.Figure.Thinned), so that no extreme is lost.
//
// The page of HTML is one file that loads nothing. Text and figures are there
// without JavaScript, which adds sorting, filtering, and charts that zoom together
// (with uPlot, assets/uplot). Whatever a capture says, its comments, its names,
// its file's name, is text: html/template escapes it for its place, the figures
// escape theirs, and a Content-Security-Policy lets no script run but the two of
// ours, which it knows by their hashes.
//
// The package reads no file and measures nothing. The same input gives the same
// bytes.
package report
