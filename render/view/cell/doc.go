// Package cell is a page of characters in rows and columns, each with a look, as
// a terminal shows it.
//
// Input: texts and dots put at places. Output: a Grid that a terminal's driver
// copies cell by cell, or that a test reads as text.
//
//	g := cell.New(80, 24)
//	g.Area().Put(0, 0, "connection 7", cell.Look{Bold: true})
//	os.Stdout.WriteString(g.String())
//
// Whatever is put, a cell holds only a character that can be seen: control
// characters, those that change the direction of writing, combining ones and
// broken UTF-8 become U+FFFD, so that no text can move the cursor, break a column
// or change its neighbours. A character that is two columns wide takes two cells.
// The package knows no escape sequences but the five that package table writes
// (Parse), and no terminal.
package cell
