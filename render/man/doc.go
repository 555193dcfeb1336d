// Package man writes manual pages in the macros of man(7), which man, mandoc and
// groff read.
//
// Input is a Page: names, sections and their plain text, as a command's help has
// it. Output are its bytes, the same each time: there is no date and no version
// in them.
//
//	page := man.Page{Name: "flowstate-states", Short: "print state paths"}
//	page.Add("DESCRIPTION", man.Prose(text))
//	os.Stdout.Write(page.Bytes())
//
// Prose takes plain text as people write it for a terminal: paragraphs apart by
// empty lines, indented lists of a term and its meaning with two or more spaces
// between them, and other indented lines, which are kept as they are.
//
// It refuses to guess further markup: whatever a text holds is printed as it
// stands, and nothing in it becomes a request to the formatter.
package man
