// Package lab prints what the runs of a lab show: a table with a row for each
// setting, and a sentence for each that explains how its connections closed.
//
// In: a Report, whose numbers package analyze/lab has found. Out: text for
// people, CSV with a row for each setting, or JSON with one object a line for
// each connection, of the same values. The same report gives the same bytes. It computes nothing, and opens no file.
//
//	err := lab.Text(os.Stdout, report)
package lab
