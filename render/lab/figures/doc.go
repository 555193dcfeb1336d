// Package figures draws the figures of a sweep as a report of the Cambridge L41
// labs wants them, and writes that report.
//
// In: a Sweep, which is cells with their outcomes (package analyze/lab), the
// typical recordings of some, and the paths of states. Out: Figures, each a chart
// or a sheet of state diagrams with a caption and the answers to the labs'
// questions in sentences with their numbers; what cannot be drawn, with the
// reason; the report as Markdown, and the figures for inclusion in LaTeX.
//
//	all, missing := figures.All(sweep)
//	err := figures.Markdown(w, sweep, all, missing, "png")
//
// It computes nothing but where lines go: fits, ratios and spreads are those of
// analyze/lab. It opens no file, and writes no clock.
package figures
