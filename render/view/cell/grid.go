package cell

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Ink is a colour: one of ANSI's basic ones, which every theme has made legible.
type Ink uint8

// The inks.
const (
	Plain Ink = iota // the terminal's own
	Red
	Green
	Yellow
	Blue
	Magenta
	Cyan
)

// Look is how a cell is shown.
type Look struct {
	Ink     Ink
	Bold    bool
	Dim     bool
	Reverse bool
}

// Cell is one character of the page. A Rune of 0 is the right half of the wide
// one before it.
type Cell struct {
	Rune rune
	Look Look
}

// Grid is the page. Make one with New.
type Grid struct {
	Width, Height int
	ASCII         bool // only characters of ASCII: others are put as what comes nearest
	cells         []Cell
}

// New returns an empty page. Sizes below 1 give a page of one cell.
func New(width, height int) *Grid {
	g := &Grid{Width: max(width, 1), Height: max(height, 1)}
	g.cells = make([]Cell, g.Width*g.Height)
	for i := range g.cells {
		g.cells[i].Rune = ' '
	}
	return g
}

// At returns a cell; a blank one outside of the page.
func (g *Grid) At(x, y int) Cell {
	if x < 0 || y < 0 || x >= g.Width || y >= g.Height {
		return Cell{Rune: ' '}
	}
	return g.cells[y*g.Width+x]
}

// String returns the page as lines without blanks at their ends.
func (g *Grid) String() string {
	var b strings.Builder
	for y := range g.Height {
		var line strings.Builder
		for x := range g.Width {
			if r := g.At(x, y).Rune; r != 0 {
				line.WriteRune(r)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

// Area returns the whole page.
func (g *Grid) Area() Area { return Area{g, 0, 0, g.Width, g.Height} }

// Area is a rectangle of a page. What does not fit into it is not drawn.
type Area struct {
	grid *Grid
	x, y int
	W, H int
}

// Sub returns a rectangle of the area, cut to it.
func (a Area) Sub(x, y, w, h int) Area {
	x, y = min(max(x, 0), a.W), min(max(y, 0), a.H)
	return Area{a.grid, a.x + x, a.y + y, max(min(w, a.W-x), 0), max(min(h, a.H-y), 0)}
}

// Fill gives all cells a character and a look.
func (a Area) Fill(r rune, look Look) {
	for y := range a.H {
		for x := range a.W {
			a.set(x, y, r, look)
		}
	}
}

// Paint gives all cells a look and leaves their characters.
func (a Area) Paint(look Look) {
	for y := range a.H {
		for x := range a.W {
			a.grid.cells[(a.y+y)*a.grid.Width+a.x+x].Look = look
		}
	}
}

// Put writes a text from a place on and returns the column behind it. A text
// that is too long is cut, with a mark.
func (a Area) Put(x, y int, text string, look Look) int {
	return a.put(x, y, text, look, true)
}

// put writes a text; one that is cut has a mark where that is wanted.
func (a Area) put(x, y int, text string, look Look, mark bool) int {
	if y < 0 || y >= a.H {
		return x
	}
	for i, r := range text {
		r = a.grid.letter(visible(r))
		wide := Width(r)
		if x+wide > a.W {
			if mark && x > 0 && x <= a.W && i > 0 {
				a.set(a.W-1, y, '…', look)
			}
			return a.W
		}
		if x == -1 && wide == 2 {
			a.set(0, y, ' ', look) // half of it would be out of sight
			x = 1
			continue
		}
		a.set(x, y, r, look)
		if x++; wide == 2 {
			a.set(x, y, 0, look)
			x++
		}
	}
	return x
}

// PutRight writes a text that ends before column x.
func (a Area) PutRight(x, y int, text string, look Look) {
	a.Put(x-TextWidth(text), y, text, look)
}

// set writes one cell and leaves no half of a wide character beside it.
func (a Area) set(x, y int, r rune, look Look) {
	if x < 0 || y < 0 || x >= a.W || y >= a.H {
		return
	}
	g := a.grid
	r = g.letter(r)
	at := (a.y+y)*g.Width + a.x + x
	if r != 0 && g.cells[at].Rune == 0 && a.x+x > 0 {
		g.cells[at-1].Rune = ' '
	}
	g.cells[at] = Cell{r, look}
	if a.x+x+1 < g.Width && g.cells[at+1].Rune == 0 {
		g.cells[at+1].Rune = ' '
	}
}

// letter returns what the page has for a character.
func (g *Grid) letter(r rune) rune {
	if g.ASCII && r > unicode.MaxASCII {
		return nearest(r)
	}
	return r
}

// visible returns what stands for a character of any origin.
func visible(r rune) rune {
	if r >= ' ' && r < 0x7f {
		return r
	}
	if !unicode.IsPrint(r) || measure.RuneWidth(r) < 1 { // of those that control writing, none is for print
		return utf8.RuneError
	}
	return r
}

// measure knows widths whatever the locale: an ambiguous one is 1.
var measure = &runewidth.Condition{}

// Width returns the columns that a character takes, 1 or 2.
func Width(r rune) int {
	if r < 0x7f {
		return 1
	}
	return max(min(measure.RuneWidth(r), 2), 1)
}

// TextWidth returns the columns that a text takes.
func TextWidth(text string) (n int) {
	for _, r := range text {
		n += Width(visible(r))
	}
	return n
}

// stands are the characters of our own that have a likeness in ASCII.
var stands = map[rune]rune{
	'│': '|', '─': '-', '╌': '=', '└': '+', '┌': '+', '┐': '+', '┘': '+', '├': '+', '┤': '+', '┬': '+', '┴': '+',
	'▲': '^', '↑': '^', '↓': 'v', '▼': 'v', '►': '>', '◄': '<', '→': '>', '←': '<', '…': '.', '·': '.', '–': '-', '°': '*', 'µ': 'u', '✕': 'X', '×': 'x',
}

// nearest returns a character of ASCII for another.
func nearest(r rune) rune {
	if s, ok := stands[r]; ok {
		return s
	}
	switch {
	case r >= firstBraille && r < firstBraille+256:
		return shade(uint8(r - firstBraille))
	case r >= '▁' && r <= '█':
		return '#'
	}
	return '?'
}
