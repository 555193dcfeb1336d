package filter

import "strings"

// tokenKind tells words from signs. An escaped word, \tcp, is never a keyword.
type tokenKind uint8

const (
	endToken tokenKind = iota
	wordToken
	escapedToken
	signToken // and, or, not are signs too, whatever their spelling
)

type token struct {
	kind   tokenKind
	text   string
	offset int
}

func (t token) isSign(text string) bool { return t.kind == signToken && t.text == text }

func (t token) isWord(text string) bool { return t.kind == wordToken && t.text == text }

// signs are tried in this order, the longer first where one starts another.
var signs = [...]string{"&&", "||", "!=", "==", "<=", ">=", "<<", ">>",
	"!", "(", ")", "[", "]", ":", "/", "&", "|", "=", "<", ">", "+", "-", "*", "%", "^"}

// sameSign maps spellings to the one that the parser asks for.
var sameSign = map[string]string{"&&": "and", "||": "or", "!": "not", "==": "="}

// lex cuts an expression into tokens; the last one is the end.
func lex(src string) ([]token, *Error) {
	var tokens []token
	brackets := false // inside them a colon is a sign, outside it is part of an address
	for at := 0; ; {
		at += len(src[at:]) - len(strings.TrimLeft(src[at:], " \t\r\n"))
		if at == len(src) {
			return append(tokens, token{endToken, "", at}), nil
		}
		t := lexOne(src, at, brackets)
		if t.text == "" {
			return nil, strangeCharacter(src, at)
		}
		if t.kind == signToken && (t.text == "[" || t.text == "]") {
			brackets = t.text == "["
		}
		at += len(t.text)
		tokens = append(tokens, finish(t))
	}
}

// lexOne returns the token at an offset as it is spelt, or one without text.
func lexOne(src string, at int, brackets bool) token {
	rest := src[at:]
	switch {
	case rest[0] == '\\':
		return token{escapedToken, rest[:1+prefixLen(rest[1:], isEscapable)], at}
	case isAlphanumeric(rest[0]) || rest[0] == ':' && !brackets:
		inWord := func(c byte) bool {
			return isAlphanumeric(c) || strings.IndexByte("._-", c) >= 0 || !brackets && (c == ':' || c == '%')
		}
		return token{wordToken, rest[:prefixLen(rest, inWord)], at}
	}
	for _, s := range signs {
		if strings.HasPrefix(rest, s) {
			return token{signToken, s, at}
		}
	}
	return token{}
}

// finish turns the spelling of a token into what it stands for.
func finish(t token) token {
	switch t.kind {
	case escapedToken:
		t.text = t.text[1:]
	case wordToken:
		if t.text == "and" || t.text == "or" || t.text == "not" {
			t.kind = signToken
		}
	case signToken:
		if same, ok := sameSign[t.text]; ok {
			t.text = same
		}
	}
	return t
}

func strangeCharacter(src string, at int) *Error {
	r := []rune(src[at:])[0]
	e := &Error{Expr: src, Offset: at, Problem: "the character " + string(r) + " has no meaning here"}
	if r == '"' || r == '\'' {
		e.Hint = "--filter 'port 80', with quotes for the shell only"
	}
	return e
}

func prefixLen(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isEscapable(c byte) bool { return c > ' ' && c != '(' && c != ')' && c != '!' }
