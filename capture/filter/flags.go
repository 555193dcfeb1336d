package filter

// relations are the signs of comparisons, as the lexer gives them.
var relations = map[string]Relation{
	"=": Equal, "!=": NotEqual, "<": Less, "<=": LessOrEqual, ">": Greater, ">=": GreaterOrEqual,
}

func isRelation(t token) bool { return t.kind == signToken && relations[t.text] != 0 }

func isFlagName(t token) bool { return t.kind == wordToken && flagBits[t.text] != 0 }

const flagHint = "tcp[tcpflags] & (tcp-syn|tcp-fin) != 0"

// isArithmetic tells whether the parenthesis that comes next encloses a number
// rather than a truth: what follows its end calculates or compares.
func (p *parser) isArithmetic() bool {
	depth := 0
	for n := 0; p.after(n).kind != endToken; n++ {
		switch t := p.after(n); {
		case t.isSign("("):
			depth++
		case t.isSign(")"):
			depth--
		}
		if depth == 0 {
			next := p.after(n + 1)
			return next.kind == signToken && next.text != "and" && next.text != "or" && next.text != ")"
		}
	}
	return false
}

// flagTest reads a comparison of a byte of the TCP header with a constant.
func (p *parser) flagTest() (Expr, error) {
	start := p.peek()
	test, masked, err := p.flagByte()
	if err != nil {
		return nil, err
	}
	if test.Offset == 12 && (!masked || test.Mask != 1) {
		return nil, p.fail(start, "tcp[12] & 1 != 0", "of byte 12 only the AE bit can be tested")
	}
	sign := p.peek()
	if !isRelation(sign) {
		return nil, p.noRelation(sign, masked)
	}
	p.take()
	test.Relation = relations[sign.text]
	test.Value, err = p.constant()
	return test, err
}

func (p *parser) noRelation(t token, masked bool) error {
	switch {
	case masked && t.isSign("|"):
		return p.fail(t, flagHint, "& is done before |: parentheses are missing")
	case t.kind == signToken && t.text != ")" && t.text != "and" && t.text != "or":
		return p.fail(t, flagHint, "%s cannot be done with flags, only &", t.text)
	}
	return p.fail(t, flagHint, "a comparison is missing here")
}

// flagByte reads tcp[13], with & and a mask or without, in parentheses or not.
func (p *parser) flagByte() (test FlagTest, masked bool, err error) {
	open := p.peek()
	if p.takeSign("(") {
		if err := p.nested(open); err != nil {
			return test, false, err
		}
		test, masked, err = p.flagByte()
		p.depth--
		if err == nil {
			err = p.close(open)
		}
	} else {
		test.Mask = 0xff
		test.Offset, err = p.byteOffset()
	}
	if err != nil || masked || !p.takeSign("&") {
		return test, masked, err
	}
	mask, err := p.constantAtom()
	test.Mask = uint8(mask) // a byte has no higher bits to keep
	return test, true, err
}

// byteOffset reads tcp[OFFSET] or tcp[OFFSET:1].
func (p *parser) byteOffset() (uint8, error) {
	proto := p.take()
	if !proto.isWord("tcp") || !p.takeSign("[") {
		return 0, p.fail(proto, flagHint, "only bytes of the TCP header can be tested")
	}
	at := p.take()
	offset, err := parseNumber(at.text)
	if at.isWord("tcpflags") {
		offset, err = 13, nil
	}
	if err != nil || offset != 12 && offset != 13 {
		return 0, p.fail(at, flagHint, "only the flags can be tested, tcp[tcpflags] or tcp[13]")
	}
	if p.takeSign(":") {
		if size := p.take(); size.text != "1" {
			return 0, p.fail(size, flagHint, "only one byte can be tested")
		}
	}
	if t := p.peek(); !p.takeSign("]") {
		return 0, p.fail(t, flagHint, "the bracket is never closed")
	}
	return uint8(offset), nil
}

// constant reads numbers and names of flags, joined by |.
func (p *parser) constant() (uint32, error) {
	value, err := p.constantAtom()
	for err == nil && p.takeSign("|") {
		var more uint32
		more, err = p.constantAtom()
		value |= more
	}
	if t := p.peek(); err == nil && t.kind == signToken && t.text != ")" && t.text != "and" && t.text != "or" {
		err = p.fail(t, flagHint, "constants are joined by | only")
	}
	return value, err
}

func (p *parser) constantAtom() (uint32, error) {
	t := p.take()
	if t.isSign("(") {
		if err := p.nested(t); err != nil {
			return 0, err
		}
		value, err := p.constant()
		p.depth--
		if err != nil {
			return 0, err
		}
		return value, p.close(t)
	}
	if isFlagName(t) {
		return flagBits[t.text], nil
	}
	n, err := parseNumber(t.text)
	if t.kind != wordToken || err != nil {
		return 0, p.fail(t, flagHint, "a number or the name of a flag is missing here")
	}
	return n, nil
}
