// Package scene is a page with lines, shapes and texts on it, and writes it as
// SVG, PNG or PDF. Diagrams, charts and ladders are drawn on it.
//
// Input is a Scene: marks in the order in which they are laid down, all lengths
// in points of 1/72 inch, y growing downwards. Output are bytes: the same scene
// gives the same ones, with no clock in them. Texts are set in a built-in font,
// whose widths Fonts measures, so that what was laid out to fit fits everywhere:
// a PDF embeds the letters that it uses, an SVG tells the width of each text.
//
// The package lays nothing out, and clips nothing: what leaves the page is a
// mistake of the caller, which Check finds.
//
//	f, err := scene.NewFonts()
//	s := &scene.Scene{Size: scene.Pt(100, 50)}
//	s.Words(&f, "SYN", scene.Pt(10, 20), scene.Bold, 9, scene.Black)
//	err = s.Write(out, scene.SVG, &f)
package scene
