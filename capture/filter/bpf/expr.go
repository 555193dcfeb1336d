package bpf

import (
	"slices"

	xbpf "golang.org/x/net/bpf"

	"github.com/flowstate-tcp/flowstate/capture/filter"
)

// compiler writes the program of one expression. Its methods that take yes and
// no write a test in front of what is there, and return where it starts.
type compiler struct {
	program
	link linkLayer
}

// expr writes the test of an expression.
func (c *compiler) expr(e filter.Expr, yes, no label) label {
	switch e := e.(type) {
	case filter.And:
		return c.expr(e.Left, c.expr(e.Right, yes, no), no)
	case filter.Or:
		return c.expr(e.Left, yes, c.expr(e.Right, yes, no))
	case filter.Not:
		return c.expr(e.X, no, yes)
	case filter.Version:
		if e == filter.IPv6 {
			return c.carries(c.link.ipv6, yes, no)
		}
		return c.carries(c.link.ipv4, yes, no)
	case filter.Protocol:
		return c.protocol(e, yes, no)
	case filter.Address:
		return c.address(e, yes, no)
	case filter.Ports:
		return c.ports(e, yes, no)
	case filter.FlagTest:
		return c.flags(e, yes, no)
	}
	return yes // nil, the expression that nothing was asked with
}

// carries tests whether the link layer names one of the protocols.
func (c *compiler) carries(names []uint32, yes, no label) label {
	if len(names) == 0 {
		return no
	}
	return c.load(c.link.protocol, c.link.mask, c.oneOf(names, yes, no))
}

// oneOf tests whether what was loaded is one of the values.
func (c *compiler) oneOf(values []uint32, yes, no label) label {
	for _, value := range slices.Backward(values) {
		no = c.branch(xbpf.JumpEqual, value, yes, no)
	}
	return no
}

// load writes a load, and keeps of what was loaded the bits of the mask.
func (c *compiler) load(from xbpf.Instruction, mask uint32, next label) label {
	if mask != wholeWord {
		next = c.before(next, xbpf.ALUOpConstant{Op: xbpf.ALUOpAnd, Val: mask})
	}
	return c.before(next, from)
}

// at loads from a place in the network layer.
func (c *compiler) at(offset, size int) xbpf.Instruction {
	return xbpf.LoadAbsolute{Off: c.link.header + uint32(offset), Size: size}
}

// behind loads from a place behind an IPv4 header, whose length is in X.
func (c *compiler) behind(offset, size int) xbpf.Instruction {
	return xbpf.LoadIndirect{Off: c.link.header + uint32(offset), Size: size}
}

// test is a test that is written once it is known where it leads.
type test func(yes, no label) label

// ends writes the test of the source, the destination, or both.
func ends(d filter.Direction, src, dst test, yes, no label) label {
	switch d {
	case filter.Src:
		return src(yes, no)
	case filter.Dst:
		return dst(yes, no)
	case filter.SrcAndDst:
		return src(dst(yes, no), no)
	}
	return src(yes, dst(yes, no))
}
