package filter

import "fmt"

const (
	maxLength = 1 << 16 // bytes of an expression; far beyond any that a person or a script writes
	maxDepth  = 200     // parentheses and nots inside one another
)

// Parse reads an expression. Its error is an *Error.
func Parse(src string) (Expr, error) {
	if len(src) > maxLength {
		return nil, &Error{Expr: src, Problem: fmt.Sprintf("longer than %d bytes", maxLength)}
	}
	tokens, bad := lex(src)
	if bad != nil {
		return nil, bad
	}
	p := &parser{src: src, tokens: tokens}
	if p.peek().kind == endToken {
		return nil, p.fail(p.peek(), "port 443", "the expression is empty")
	}
	e, _, err := p.expr(qualifier{})
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != endToken {
		return nil, p.unexpected(t)
	}
	return e, nil
}

// qualifier is the words before a value. It outlives the value: a bare value
// after and/or takes the last one. Its zero value is none at all.
type qualifier struct {
	kind  valueKind
	dir   Direction
	proto string // ip, ip6 or a transport before the words; mostly empty
}

// valueKind says what a value is the value of.
type valueKind string

const (
	noValue       valueKind = ""
	bareValue     valueKind = "bare" // src A, dst A
	hostValue     valueKind = "host"
	netValue      valueKind = "net"
	portValue     valueKind = "port"
	portsValue    valueKind = "portrange"
	protocolValue valueKind = "proto"
)

// parser is a recursive descent over the grammar of libpcap's grammar.y, whose
// names the methods keep: an expr is made of terms and ids, an id is a value
// or several in parentheses.
type parser struct {
	src    string
	tokens []token
	next   int
	depth  int
}

func (p *parser) peek() token { return p.tokens[p.next] }

// after returns the token that follows the next by n; the end repeats.
func (p *parser) after(n int) token {
	return p.tokens[min(p.next+n, len(p.tokens)-1)]
}

func (p *parser) take() token {
	t := p.peek()
	if t.kind != endToken {
		p.next++
	}
	return t
}

func (p *parser) takeSign(text string) bool {
	if !p.peek().isSign(text) {
		return false
	}
	p.next++
	return true
}

func (p *parser) fail(t token, hint, format string, args ...any) error {
	return &Error{Expr: p.src, Offset: t.offset, Problem: fmt.Sprintf(format, args...), Hint: hint}
}

// unexpected refuses a token where an expression could have ended.
func (p *parser) unexpected(t token) error {
	switch {
	case t.kind == endToken:
		return p.fail(t, "", "the expression ends too early")
	case t.isSign(")"):
		return p.fail(t, "", "nothing was opened before this parenthesis")
	case t.kind == signToken:
		return p.fail(t, "", "%s has no meaning here", t.text)
	}
	return p.fail(t, "", "and/or is missing before %s", t.text)
}

// nested counts how deep the parser is, and refuses what could exhaust it.
func (p *parser) nested(t token) error {
	if p.depth++; p.depth > maxDepth {
		return p.fail(t, "", "more than %d levels of not and parentheses", maxDepth)
	}
	return nil
}

// expr reads terms and ids joined by and/or, which have one precedence. It
// returns the qualifier that a value after it would take.
func (p *parser) expr(q qualifier) (Expr, qualifier, error) {
	left, q, err := p.term(q)
	for err == nil && (p.peek().isSign("and") || p.peek().isSign("or")) {
		join := p.take()
		var right Expr
		if p.startsID() {
			right, err = p.id(q)
		} else {
			right, q, err = p.term(q)
		}
		left = joined(join, left, right)
	}
	return left, q, err
}

func joined(join token, left, right Expr) Expr {
	if join.text == "and" {
		return And{left, right}
	}
	return Or{left, right}
}

// startsID tells whether a value comes next, beyond nots and parentheses, and
// not a keyword.
func (p *parser) startsID() bool {
	n := 0
	for p.after(n).isSign("not") || p.after(n).isSign("(") {
		n++
	}
	t := p.after(n)
	return t.kind == escapedToken || t.kind == wordToken && !isKeyword(t.text)
}

// term reads a test that starts with a keyword, or a group of them.
func (p *parser) term(q qualifier) (Expr, qualifier, error) {
	t := p.peek()
	switch {
	case t.isSign("not"):
		return p.not(q)
	case t.isSign("(") && p.isArithmetic():
		e, err := p.flagTest()
		return e, qualifier{}, err
	case t.isSign("("):
		return p.group(q)
	case t.kind == wordToken:
		return p.test()
	case t.kind == escapedToken:
		return nil, q, p.noKeyword(t)
	}
	return nil, q, p.unexpected(t)
}

func (p *parser) not(q qualifier) (Expr, qualifier, error) {
	if err := p.nested(p.take()); err != nil {
		return nil, q, err
	}
	defer func() { p.depth-- }()
	e, q, err := p.term(q)
	return Not{e}, q, err
}

// group reads an expression in parentheses. What is said inside does not reach
// beyond: a value after it takes the qualifier from before.
func (p *parser) group(q qualifier) (Expr, qualifier, error) {
	open := p.take()
	if err := p.nested(open); err != nil {
		return nil, q, err
	}
	defer func() { p.depth-- }()
	e, _, err := p.expr(q)
	if err != nil {
		return nil, q, err
	}
	return e, q, p.close(open)
}

func (p *parser) close(open token) error {
	switch t := p.peek(); {
	case p.takeSign(")"):
		return nil
	case t.kind == endToken:
		return p.fail(open, "", "this parenthesis is never closed")
	default:
		return p.unexpected(t)
	}
}

// id reads one value, or values in parentheses, all under one qualifier.
func (p *parser) id(q qualifier) (Expr, error) {
	t := p.peek()
	if !t.isSign("not") && !t.isSign("(") {
		return p.value(q)
	}
	if err := p.nested(p.take()); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if t.isSign("not") {
		e, err := p.id(q)
		return Not{e}, err
	}
	return p.ids(t, q)
}

func (p *parser) ids(open token, q qualifier) (Expr, error) {
	left, err := p.id(q)
	for err == nil && (p.peek().isSign("and") || p.peek().isSign("or")) {
		join := p.take()
		var right Expr
		right, err = p.id(q)
		left = joined(join, left, right)
	}
	if err != nil {
		return nil, err
	}
	return left, p.close(open)
}
