package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

// Style says what text is written for. The zero value is for a file or pipe:
// as wide as it likes, without colour.
type Style struct {
	Width int  // columns of the terminal, 0 for no limit
	Color bool // it understands colours
}

// The colours are few: what matters less is dim, what deserves a look is
// yellow or red. They are ANSI's basic ones, which every theme has made legible.
const (
	bold   = "\x1b[1m"
	dim    = "\x1b[2m"
	red    = "\x1b[31m"
	yellow = "\x1b[33m"
	reset  = "\x1b[0m"
)

// paint wraps text in a colour, if the style has any.
func (s Style) paint(color, text string) string {
	if !s.Color || text == "" || color == "" {
		return text
	}
	return color + text + reset
}

func severityColor(s finding.Severity) string {
	return [...]string{finding.Note: "", finding.Warning: yellow, finding.Error: red}[s]
}

func certaintyColor(c state.Certainty) string {
	return [...]string{state.Unobserved: dim, state.Assumed: yellow, state.Strong: "", state.Proven: ""}[c]
}

// clean makes text from outside, such as the name of a file, safe for a line
// of a terminal: control characters cannot move the cursor or break a column.
func clean(text string) string {
	if strings.IndexFunc(text, unsafe) < 0 && utf8.ValidString(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unsafe(r) {
			return '\ufffd'
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

func unsafe(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

// width counts the columns that text takes, leaving out colours.
func width(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\x1b':
			for i < len(text) && text[i] != 'm' {
				i++
			}
		case c&0xc0 != 0x80: // the first byte of a rune
			n++
		}
	}
	return n
}

// shorten cuts text to at most n columns, with a mark where something is gone.
func shorten(text string, n int) string {
	if width(text) <= n {
		return text
	}
	var b strings.Builder
	left := max(n-1, 0)
	colored := false
	for i := 0; i < len(text); {
		if text[i] == '\x1b' {
			end := i + strings.IndexByte(text[i:], 'm') + 1
			b.WriteString(text[i:end])
			colored, i = true, end
			continue
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		if left > 0 {
			b.WriteString(text[i : i+size])
		}
		if left == 0 && n > 0 {
			b.WriteString("…")
		}
		left--
		i += size
	}
	if colored {
		b.WriteString(reset)
	}
	return b.String()
}
