package view

import "strings"

// Key is what was pressed: a character as itself, any other by a name such as
// Up, PgDn, Enter, Esc, Tab, Backtab, Home, Backspace or Ctrl-C.
type Key string

// Keys takes names apart that are separated by blanks. Space is the blank.
func Keys(names string) (list []Key) {
	for name := range strings.FieldsSeq(names) {
		list = append(list, Key(name))
	}
	return list
}

// char returns the character that was typed, if it was one.
func (k Key) char() (string, bool) {
	if k == "Space" {
		return " ", true
	}
	runes := []rune(string(k))
	return string(k), len(runes) == 1 && runes[0] >= ' '
}

// step returns how far a key moves in a list of which a page shows so many
// lines; far stands for an end of the list.
func (k Key) step(page int) (n int, ok bool) {
	const far = 1 << 40
	page = max(page, 1)
	switch k {
	case "Up", "k":
		return -1, true
	case "Down", "j":
		return 1, true
	case "PgUp", "Ctrl-B":
		return -page, true
	case "PgDn", "Ctrl-F", "Space":
		return page, true
	case "Ctrl-U":
		return -max(page/2, 1), true
	case "Ctrl-D":
		return max(page/2, 1), true
	case "Home", "g":
		return -far, true
	case "End", "G":
		return far, true
	}
	return 0, false
}

// scroller is a place in a list, and the part of the list that is shown.
type scroller struct{ at, top int }

// move goes n steps in a list of so many lines.
func (s *scroller) move(n, lines int) { s.at = max(min(s.at+n, lines-1), 0) }

// show makes the place one of those that a page of so many lines shows.
func (s *scroller) show(page, lines int) {
	page = max(page, 1)
	s.at = max(min(s.at, lines-1), 0)
	s.top = max(min(s.top, s.at, lines-page), 0)
	s.top = max(s.top, s.at-page+1)
}

// centre puts the place into the middle of the page.
func (s *scroller) centre(at, page int) { s.at, s.top = at, max(at-page/2, 0) }
