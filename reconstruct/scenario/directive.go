package scenario

import (
	"net/netip"
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// directives are the words after @.
var directives = map[string]func(*parser, *cursor) error{
	"@client": func(p *parser, c *cursor) error { return p.parseEnd(c, reconstruct.Client) },
	"@server": func(p *parser, c *cursor) error { return p.parseEnd(c, reconstruct.Server) },
	"@isn":    (*parser).parseISN,
	"@conn":   (*parser).parseConn,
	"@link":   (*parser).parseLink,
	"@start":  (*parser).parseStart,
}

func (p *parser) parseDirective(c *cursor) error {
	name := c.word()
	parse, ok := directives[name]
	if !ok {
		return c.errorf("unknown directive %q", name)
	}
	if err := parse(p, c); err != nil {
		return err
	}
	if extra := c.word(); extra != "" {
		return c.errorf("%q is too much", extra)
	}
	return nil
}

// parseEnd names an endpoint. A connection keeps its endpoints: captures are
// built from them after the whole text was read.
func (p *parser) parseEnd(c *cursor, side reconstruct.Side) error {
	for _, l := range p.s.Lines {
		if l.Conn == p.conn {
			return c.errorf("the connection has begun; @conn N starts another")
		}
	}
	w := c.word()
	end, err := netip.ParseAddrPort(w)
	if err != nil || end.Addr().Zone() != "" || end.Addr().Is4In6() {
		return c.errorf("want an address and port, got %q", w)
	}
	p.s.Conns[p.conn].Ends[side] = end
	return nil
}

func (p *parser) parseISN(c *cursor) error {
	w := c.word()
	for _, side := range reconstruct.Sides {
		if w == side.String() {
			n, err := c.uint("isn", 32)
			p.isn[p.conn][side] = seq.Number(n)
			return err
		}
	}
	return c.errorf("want client or server, got %q", w)
}

func (p *parser) parseConn(c *cursor) error {
	n, err := c.uint("conn", 16)
	if err != nil {
		return err
	}
	if n >= maxConns {
		return c.errorf("at most %d connections", maxConns)
	}
	for len(p.s.Conns) <= int(n) {
		p.s.Conns = append(p.s.Conns, defaultConn(len(p.s.Conns)))
		p.isn = append(p.isn, defaultISN())
	}
	p.conn = int(n)
	return nil
}

func (p *parser) parseLink(c *cursor) error {
	w := c.word()
	for _, k := range links {
		if k.name == w {
			p.s.Link = k.link
			return nil
		}
	}
	return c.errorf("want ethernet, raw, null, loop or sll, got %q", w)
}

func (p *parser) parseStart(c *cursor) error {
	w := c.word()
	t, err := time.Parse(time.RFC3339Nano, w)
	if err != nil || t.Year() < 1971 || t.Year() > 2100 {
		return c.errorf("want a time such as 2026-01-01T00:00:00Z, got %q", w)
	}
	p.s.Start = t.UTC()
	return nil
}
