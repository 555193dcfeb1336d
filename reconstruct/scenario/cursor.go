package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// SyntaxError says where a text is not a scenario.
type SyntaxError struct {
	Name         string
	Line, Column int // both from 1; the column counts bytes
	Text         string
}

// Error returns name:line:column: text, which editors jump to.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.Name, e.Line, e.Column, e.Text)
}

// cursor reads one line, word by word. mark is where the word last read began,
// so that an error can point at it.
type cursor struct {
	name      string
	line      int
	text      string
	pos, mark int
}

func (c *cursor) errorf(format string, args ...any) error {
	return &SyntaxError{c.name, c.line, c.mark + 1, fmt.Sprintf(format, args...)}
}

func (c *cursor) skipSpace() {
	for c.pos < len(c.text) && (c.text[c.pos] == ' ' || c.text[c.pos] == '\t') {
		c.pos++
	}
	c.mark = c.pos
}

// word returns the next word, or "" at the end of the line.
func (c *cursor) word() string {
	c.skipSpace()
	for c.pos < len(c.text) && c.text[c.pos] != ' ' && c.text[c.pos] != '\t' {
		c.pos++
	}
	return c.text[c.mark:c.pos]
}

// until returns what stands before the next delimiter and passes both.
func (c *cursor) until(delim byte) (string, error) {
	c.mark = c.pos
	n := strings.IndexByte(c.text[c.pos:], delim)
	if n < 0 {
		return "", c.errorf("missing %q", delim)
	}
	c.pos += n + 1
	return c.text[c.mark : c.pos-1], nil
}

// rest returns what is left of the line, without the space around it.
func (c *cursor) rest() string {
	c.skipSpace()
	c.pos = len(c.text)
	return strings.TrimRight(c.text[c.mark:], " \t")
}

// uint reads a number of at most bits bits, in decimal or after 0x.
func (c *cursor) uint(what string, bits int) (uint64, error) {
	w := c.word()
	n, err := strconv.ParseUint(w, 0, bits)
	if err != nil {
		return 0, c.errorf("%s: want a number below 2^%d, got %q", what, bits, w)
	}
	return n, nil
}

// maxOffset keeps sums of offsets and lengths far from overflow.
const maxOffset = 1 << 60

func (c *cursor) offset(what, text string) (seq.Offset, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n > maxOffset || n < -maxOffset {
		return 0, c.errorf("%s: want a relative sequence number, got %q", what, text)
	}
	return seq.Offset(n), nil
}
