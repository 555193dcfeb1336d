package report

import (
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/render/scene"
)

// budget is how many lines the body of a paper may have.
type budget struct {
	left    float64
	endless bool
}

// linesOnPage is how many lines of 11 pt a page of LaTeX holds, less a third for
// what floats leave empty.
const linesOnPage = 52.0 * 2 / 3

// newBudget is one of so many pages; 0 for no bound. The introduction and the
// conclusion take one of them.
func newBudget(pages int) *budget {
	return &budget{left: float64(pages-1) * linesOnPage, endless: pages == 0}
}

// take tells whether there is room for so many lines, and takes it.
func (b *budget) take(lines float64) bool {
	if !b.endless && lines > b.left {
		return false
	}
	b.left -= lines
	return true
}

const (
	lettersInLine = 95.0
	lineHeight    = 13.6  // pt
	textWidth     = 470.0 // pt, of A4 with the margins of the preamble
)

// textLines is how many lines paragraphs take, with what stands between them.
func textLines(paragraphs ...string) (n float64) {
	for _, s := range paragraphs {
		n += float64(utf8.RuneCountInString(s))/lettersInLine + 1
	}
	return n
}

// figureLines is how many lines a figure of a name takes with its caption.
func (o *outline) figureLines(s *scene.Scene, name, caption string) float64 {
	height := s.Size.Y * textWidth / s.Size.X / lineHeight
	return min(height, tallestOf(name)*linesOnPage) + textLines(caption) + 2
}
