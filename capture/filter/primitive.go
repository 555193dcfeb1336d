package filter

import "strings"

// kindWords are the keywords that say what the next value is.
var kindWords = map[string]valueKind{
	"host": hostValue, "net": netValue, "port": portValue, "portrange": portsValue, "proto": protocolValue,
}

// protoWords are the keywords that may stand before a kind, or alone.
var protoWords = map[string]Expr{
	"ip": IPv4, "ip6": IPv6, "tcp": protocols["tcp"], "udp": protocols["udp"],
	"sctp": protocols["sctp"], "icmp": protocols["icmp"], "icmp6": protocols["icmp6"],
}

// isKeyword tells words that cannot be values.
func isKeyword(word string) bool {
	_, kind := kindWords[word]
	_, proto := protoWords[word]
	_, refused := refusals[word]
	return kind || proto || refused || word == "src" || word == "dst" || word == "mask"
}

// test reads one test and its value: [proto] [direction] [kind] id.
func (p *parser) test() (Expr, qualifier, error) {
	start := p.peek()
	if !isKeyword(start.text) || start.text == "mask" {
		return nil, qualifier{}, p.noKeyword(start)
	}
	if reason, refused := refusals[start.text]; refused {
		return nil, qualifier{}, p.fail(start, "", "%s %s", start.text, reason)
	}
	var q qualifier
	if alone, isProto := protoWords[start.text]; isProto {
		if p.after(1).isSign("[") {
			e, err := p.flagTest()
			return e, q, err
		}
		p.take()
		if !p.startsQualifier() {
			return alone, q, nil
		}
		q.proto = start.text
	}
	if err := p.qualify(&q); err != nil {
		return nil, q, err
	}
	if err := p.checkProto(start, q); err != nil {
		return nil, q, err
	}
	e, err := p.id(q)
	return e, q, err
}

// startsQualifier tells whether a direction or kind comes next.
func (p *parser) startsQualifier() bool {
	t := p.peek()
	_, isKind := kindWords[t.text]
	return t.kind == wordToken && (isKind || t.text == "src" || t.text == "dst")
}

// qualify reads direction and kind, of which there is at least one.
func (p *parser) qualify(q *qualifier) error {
	first := p.peek()
	p.direction(q)
	t := p.peek()
	kind, isKind := kindWords[t.text]
	if t.kind != wordToken || !isKind {
		q.kind = bareValue
		return nil
	}
	p.take()
	if kind == protocolValue && first != t {
		return p.fail(first, "ip proto 6", "%s cannot stand before proto", first.text)
	}
	q.kind = kind
	return nil
}

// direction reads src, dst, src or dst, src and dst, or nothing.
func (p *parser) direction(q *qualifier) {
	first := p.peek()
	if !first.isWord("src") && !first.isWord("dst") {
		return
	}
	p.take()
	q.dir = Src
	if first.text == "dst" {
		q.dir = Dst
	}
	join, second := p.peek(), p.after(1)
	if !second.isWord("src") && !second.isWord("dst") || second.text == first.text {
		return
	}
	switch {
	case join.isSign("or"):
		q.dir = SrcOrDst
	case join.isSign("and"):
		q.dir = SrcAndDst
	default:
		return
	}
	p.take()
	p.take()
}

// checkProto refuses a protocol before a kind that it says nothing about, as
// tcpdump does.
func (p *parser) checkProto(start token, q qualifier) error {
	isIP := q.proto == "ip" || q.proto == "ip6"
	isPort := q.kind == portValue || q.kind == portsValue
	switch {
	case q.proto == "" || isIP && !isPort:
		return nil
	case isPort && !isIP && !strings.HasPrefix(q.proto, "icmp"):
		return nil
	case q.kind == bareValue:
		return p.fail(start, q.proto+" and "+strings.TrimSpace(q.dir.String())+" host 192.0.2.1", "%s cannot stand before an address", q.proto)
	}
	return p.fail(start, q.proto+" and "+q.dir.String()+string(q.kind)+" "+exampleValue[q.kind], "%s cannot stand before %s", q.proto, q.kind)
}

// exampleValue is a value of each kind, for hints.
var exampleValue = map[valueKind]string{
	hostValue: "192.0.2.1", netValue: "192.0.2.0/24", portValue: "443", portsValue: "8000-8999", protocolValue: "6",
}

// noKeyword refuses a value that no words say the meaning of.
func (p *parser) noKeyword(t token) error {
	_, isPort := knownPort(t.text)
	switch {
	case isFlagName(t) || p.after(1).isSign("[") || isRelation(p.after(1)):
		return p.fail(t, "tcp[tcpflags] & tcp-syn != 0", "a comparison starts with tcp[tcpflags] or tcp[13]")
	case looksLikeAddress(t.text):
		return p.fail(t, "host "+t.text, "a keyword is missing before %s", t.text)
	case isPort:
		return p.fail(t, "port "+t.text, "a keyword is missing before %s", t.text)
	case isKeyword(strings.ToLower(t.text)):
		return p.fail(t, "", "keywords are in lower case: %s", strings.ToLower(t.text))
	}
	return p.fail(t, "host 192.0.2.1, net 192.0.2.0/24, port 443, tcp[tcpflags] & tcp-syn != 0", "%s is no keyword", t.text)
}
