package filter

import (
	"fmt"
	"strings"
)

// Error says why an expression was refused.
type Error struct {
	Expr    string // the whole expression
	Offset  int    // where the trouble is, in bytes from its start
	Problem string // what is wrong, without the position
	Hint    string // an expression to write instead, or empty
}

// Error gives position, problem and hint in one line. Positions count from 1.
func (e *Error) Error() string {
	text := fmt.Sprintf("filter, column %d: %s", e.Offset+1, e.Problem)
	if e.Hint != "" {
		text += " (hint: " + e.Hint + ")"
	}
	return text
}

// Caret returns the expression with a mark under the place of the trouble, in
// two lines.
func (e *Error) Caret() string {
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, e.Expr[:e.Offset])
	return strings.ReplaceAll(e.Expr, "\n", " ") + "\n" + indent + "^"
}
