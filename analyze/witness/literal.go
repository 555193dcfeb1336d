package witness

import "strings"

// node is a value of a notebook's data: a scalar, a list, or an object where
// there are keys.
type node struct {
	line  int
	text  string
	keys  []string // of an object; nil else
	items []node
}

func (n *node) get(key string) *node {
	for i, k := range n.keys {
		if k == key {
			return &n.items[i]
		}
	}
	return nil
}

// words are the scalars of a row; a list in it, such as one of flags, is one
// word.
func (n *node) words() []string {
	all := make([]string, 0, len(n.items))
	for i := range n.items {
		item := &n.items[i]
		word := []byte(item.text)
		for j := range item.items {
			word = append(append(word, item.items[j].text...), '|')
		}
		all = append(all, string(word))
	}
	return all
}

// literal reads what Python's repr() or JSON prints: objects, lists, tuples,
// strings in either quotes, and bare words.
type literal struct {
	text string
	at   int
	line int
}

const maxNesting = 16

// more skips to the next value; ok is false at the end.
func (p *literal) more() (ok bool) {
	for ; p.at < len(p.text); p.at++ {
		switch p.text[p.at] {
		case '\n':
			p.line++
		case ' ', '\t', '\r', ',':
		default:
			return true
		}
	}
	return false
}

// node reads one value; ok is false where there is none or it lies too deep.
func (p *literal) node(depth int) (n node, ok bool) {
	if !p.more() || depth > maxNesting {
		return n, false
	}
	n.line = p.line
	switch c := p.text[p.at]; c {
	case '{', '[', '(':
		p.at++
		return p.inside(n, depth, closing(c), c == '{')
	case '\'', '"':
		n.text = p.quoted(c)
		return n, true
	}
	n.text = p.bare()
	return n, n.text != ""
}

func closing(open byte) byte {
	switch open {
	case '{':
		return '}'
	case '[':
		return ']'
	}
	return ')'
}

// inside reads the items up to the bracket that closes them.
func (p *literal) inside(n node, depth int, end byte, object bool) (node, bool) {
	for p.more() {
		if p.text[p.at] == end {
			p.at++
			return n, true
		}
		item, ok := p.node(depth + 1)
		if !ok {
			return n, false
		}
		if object && p.more() && p.text[p.at] == ':' {
			p.at++
			key := item.text
			if item, ok = p.node(depth + 1); !ok {
				return n, false
			}
			n.keys = append(n.keys, key)
		} else if object {
			return n, false // a set, or no literal at all
		}
		n.items = append(n.items, item)
	}
	return n, false
}

// quoted reads a string. Escapes stay as they are: no name that is looked for
// has one.
func (p *literal) quoted(quote byte) string {
	p.at++
	from := p.at
	for p.at < len(p.text) && p.text[p.at] != quote {
		if p.text[p.at] == '\\' {
			p.at++
		}
		p.at++
	}
	to := min(p.at, len(p.text))
	p.at = min(p.at+1, len(p.text))
	return p.text[from:to]
}

// bare reads a number or a word, b'...' of Python among them.
func (p *literal) bare() string {
	from := p.at
	for p.at < len(p.text) && !strings.ContainsRune("{}[](),:'\" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
	if p.at-from == 1 && p.at < len(p.text) && (p.text[p.at] == '\'' || p.text[p.at] == '"') {
		return p.quoted(p.text[p.at])
	}
	return p.text[from:p.at]
}

// brackets tells, while text is added, whether every bracket outside strings is
// closed.
type brackets struct {
	depth   int
	quote   byte
	escaped bool
}

func (b *brackets) add(text string) (closed bool) {
	for i := range len(text) {
		c := text[i]
		switch {
		case b.escaped:
			b.escaped = false
		case b.quote != 0:
			b.escaped = c == '\\'
			if c == b.quote {
				b.quote = 0
			}
		case c == '\'' || c == '"':
			b.quote = c
		case c == '{' || c == '[' || c == '(':
			b.depth++
		case c == '}' || c == ']' || c == ')':
			b.depth--
		}
	}
	return b.depth <= 0 && b.quote == 0
}
