package cell

import "strings"

// Span is a text of one look.
type Span struct {
	Text string
	Look Look
}

// Line is a line of texts.
type Line []Span

// Width returns the columns that the line takes.
func (l Line) Width() (n int) {
	for _, s := range l {
		n += TextWidth(s.Text)
	}
	return n
}

// PutLine writes a line from column -left on, so that its first columns can be
// scrolled out of sight.
func (a Area) PutLine(y, left int, l Line) {
	x := -left
	for _, s := range l {
		x = a.put(x, y, s.Text, s.Look, true)
	}
}

// escapes are the sequences that package table colours with.
var escapes = map[string]func(*Look){
	"\x1b[0m":  func(l *Look) { *l = Look{} },
	"\x1b[1m":  func(l *Look) { l.Bold = true },
	"\x1b[2m":  func(l *Look) { l.Dim = true },
	"\x1b[31m": func(l *Look) { l.Ink = Red },
	"\x1b[33m": func(l *Look) { l.Ink = Yellow },
}

// Parse takes lines with the colours of package table apart. Any other sequence
// stays in the text, where it does no harm.
func Parse(text string) (lines []Line) {
	for s := range strings.Lines(text) {
		lines = append(lines, parseLine(strings.TrimSuffix(s, "\n")))
	}
	return lines
}

func parseLine(s string) (line Line) {
	var look Look
	for s != "" {
		at := strings.IndexByte(s[1:], '\x1b') + 1
		if at == 0 {
			at = len(s)
		}
		piece := s[:at]
		s = s[at:]
		if end := strings.IndexByte(piece, 'm') + 1; piece[0] == '\x1b' && escapes[piece[:end]] != nil {
			escapes[piece[:end]](&look)
			piece = piece[end:]
		}
		if piece != "" {
			line = append(line, Span{piece, look})
		}
	}
	return line
}

// Wrap breaks a text between words into lines of at most so many columns; a word
// that is longer is broken.
func Wrap(text string, width int) (lines []string) {
	width = max(width, 1)
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && TextWidth(line)+1+TextWidth(word) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += word
		for TextWidth(line) > width {
			at := cutAt(line, width)
			lines, line = append(lines, line[:at]), line[at:]
		}
	}
	return append(lines, line)
}

// cutAt returns the length of the part of a text that takes so many columns, at
// least one character.
func cutAt(text string, width int) int {
	n := 0
	for i, r := range text {
		if n += Width(visible(r)); n > width && i > 0 {
			return i
		}
	}
	return len(text)
}
