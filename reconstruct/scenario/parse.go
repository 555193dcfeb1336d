package scenario

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Parse reads a scenario. The name stands in errors, which are *SyntaxError.
func Parse(name, text string) (*Scenario, error) {
	p := parser{s: New(name), isn: [][2]seq.Number{defaultISN()}}
	head, tail, _ := cutLine(text, "---")
	for i, t := range head {
		if err := p.parseLine(&cursor{name: name, line: i + 1, text: t}); err != nil {
			return nil, err
		}
	}
	var err error
	p.s.Expectations, err = parseExpectations(name, len(head)+2, tail)
	return p.s, err
}

// cutLine splits text into lines without comments, before and after the first
// line that is sep.
func cutLine(text, sep string) (before, after []string, found bool) {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		l, _, _ = strings.Cut(l, "#")
		lines[i] = strings.TrimRight(l, " \t\r")
	}
	for i, l := range lines {
		if l == sep {
			return lines[:i], lines[i+1:], true
		}
	}
	return lines, nil, false
}

// parser holds what carries over from line to line.
type parser struct {
	s    *Scenario
	isn  [][2]seq.Number // in force, by connection
	conn int
	time time.Duration
}

func (p *parser) parseLine(c *cursor) error {
	c.skipSpace()
	switch {
	case c.pos == len(c.text):
		return nil
	case c.text[c.pos] == '@':
		return p.parseDirective(c)
	}
	l := Line{Source: c.line, Conn: p.conn, ISN: p.isn[p.conn]}
	ends := p.s.Conns[p.conn].Ends
	v6 := ends[0].Addr().Is6()
	if ends[1].Addr().Is6() != v6 {
		return c.errorf("client and server use different versions of IP")
	}
	if err := p.parseTime(c, &l); err != nil {
		return err
	}
	if err := parseSide(c, &l); err != nil {
		return err
	}
	at := c.pos
	if c.word() == "icmp" {
		if err := parseICMP(c, &l, v6); err != nil {
			return err
		}
	} else {
		c.pos = at
		if err := parseSegment(c, &l); err != nil {
			return err
		}
	}
	p.s.Lines = append(p.s.Lines, l)
	return nil
}

func (p *parser) parseTime(c *cursor, l *Line) error {
	w := c.word()
	digits, relative := strings.CutPrefix(w, "+")
	d, ok := parseSeconds(digits)
	if !ok {
		return c.errorf("want a time in seconds, got %q", w)
	}
	if relative {
		d += p.time
	}
	if d > maxTime || d < -maxTime {
		return c.errorf("time out of range")
	}
	p.time, l.Time = d, d
	return nil
}

// maxTime keeps every time inside what a pcap record holds, from 1970 to 2106.
const maxTime = 300 * 24 * time.Hour

// parseSeconds reads decimal seconds exactly: binary fractions would shift
// nanoseconds.
func parseSeconds(s string) (time.Duration, bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, frac, _ := strings.Cut(digits, ".")
	if len(whole)+len(frac) == 0 || len(whole) > 10 || len(frac) > 9 {
		return 0, false
	}
	n, err := strconv.ParseUint("0"+whole+(frac + "000000000")[:9], 10, 64)
	if err != nil || n > math.MaxInt64 {
		return 0, false
	}
	if negative {
		return -time.Duration(n), true
	}
	return time.Duration(n), true
}

func parseSide(c *cursor, l *Line) error {
	switch w := c.word(); w {
	case ">":
		l.From = reconstruct.Client
	case "<":
		l.From = reconstruct.Server
	default:
		return c.errorf("want > (client to server) or <, got %q", w)
	}
	return nil
}

// parseSegment reads flags, range and fields, to the end of the line.
func parseSegment(c *cursor, l *Line) error {
	l.Window = defaultWindow
	if err := parseFlags(c, l); err != nil {
		return err
	}
	if err := parseRange(c, l); err != nil {
		return err
	}
	seen := map[string]bool{}
	for {
		c.skipSpace()
		if c.pos == len(c.text) {
			break
		}
		name := "<"
		if c.text[c.pos] != '<' {
			name = c.word()
		}
		if seen[name] {
			return c.errorf("%s stands twice", name)
		}
		seen[name] = true
		if err := parseField(c, l, name); err != nil {
			return err
		}
	}
	if l.Flags.Has(decode.ACK) != seen["ack"] {
		return c.errorf("the flag . and a field ack go together")
	}
	return checkSize(c, l)
}

// flagLetters is tcpdump's order; A for AE is packetdrill's.
const flagLetters = "FSRP.UEWA"

var flagBits = [len(flagLetters)]decode.Flags{
	decode.FIN, decode.SYN, decode.RST, decode.PSH, decode.ACK, decode.URG, decode.ECE, decode.CWR, decode.AE,
}

func parseFlags(c *cursor, l *Line) error {
	w := c.word()
	if w == "-" {
		return nil
	}
	for i := range len(w) {
		n := strings.IndexByte(flagLetters, w[i])
		if n < 0 || l.Flags.Has(flagBits[n]) {
			c.mark += i
			return c.errorf("want flags out of %s, each once, got %q", flagLetters, w)
		}
		l.Flags |= flagBits[n]
	}
	if w == "" {
		return c.errorf("want flags, such as S. or -")
	}
	return nil
}

// parseRange reads first:end(length). That it says the same thing twice finds
// slips of the pen; packetdrill asks for the same.
func parseRange(c *cursor, l *Line) error {
	w := c.word()
	first, tail, ok1 := strings.Cut(w, ":")
	last, tail, ok2 := strings.Cut(tail, "(")
	count, ok3 := strings.CutSuffix(tail, ")")
	if !ok1 || !ok2 || !ok3 {
		return c.errorf("want a range such as 1:101(100), got %q", w)
	}
	n, err := strconv.ParseUint(count, 10, 16)
	if err != nil {
		return c.errorf("want a length below 65536, got %q", count)
	}
	if l.Seq, err = c.offset("range", first); err != nil {
		return err
	}
	end, err := c.offset("range", last)
	if err != nil {
		return err
	}
	if end != l.Seq+seq.Offset(n) {
		return c.errorf("%d and %d bytes make %d, not %d (SYN and FIN do not count here)", l.Seq, n, l.Seq+seq.Offset(n), end)
	}
	l.Len = int(n)
	return nil
}

func parseField(c *cursor, l *Line, name string) error {
	if name == "<" {
		return parseOptions(c, l)
	}
	for _, f := range fields {
		if f.name == name {
			return f.parse(c, l)
		}
	}
	return c.errorf("unknown field %q", name)
}

func checkSize(c *cursor, l *Line) error {
	n := optionBytes(l.Options.wire(l))
	if n > maxOptionBytes {
		return c.errorf("the options take %d bytes; a header has room for %d", n, maxOptionBytes)
	}
	if size := ipv6HeaderLen + tcpHeaderLen + n + l.Len; size > math.MaxUint16 {
		return c.errorf("a packet of %d bytes; an IP header counts to %d", size, math.MaxUint16)
	}
	return nil
}
