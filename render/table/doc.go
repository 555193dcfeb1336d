// Package table prints connections, paths and segments: as text for people, as
// JSON with one object a line, as CSV and as TSV.
//
// Input: the values of packages reconstruct and analyze, which it never
// changes. Output: bytes, appended to a slice that the caller owns and writes
// where it likes. The same input gives the same bytes.
//
// JSON, CSV and TSV are driven by one table of columns for each kind of row; a
// column has a name, a unit, a meaning and a function that finds its value.
// The documentation is made from the same tables (Kinds). In JSON a dot in a
// name makes an object ("frames.first"), in CSV and TSV it becomes an
// underscore. A value that is not known is absent in JSON and empty in the
// others; it is never 0 or -1.
//
// The package measures nothing, judges nothing and opens no file. What it
// calculates is a difference of two known times, or a sum over both sides.
//
//	t := table.Summary(table.JSON)
//	out := t.Header(nil)
//	for conn := range analysis.Connections() {
//		out = t.Append(out, &table.Connection{File: "a.pcap", Connection: conn})
//	}
package table
