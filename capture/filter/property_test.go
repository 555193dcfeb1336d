package filter

import (
	"errors"
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// exprs draws any Expr in the form that Parse gives.
func exprs(depth int) *rapid.Generator[Expr] {
	leaves := []*rapid.Generator[Expr]{
		rapid.Custom(drawAddress), rapid.Custom(drawPorts), rapid.Custom(drawProtocol), rapid.Custom(drawFlagTest),
		rapid.SampledFrom([]Expr{IPv4, IPv6}),
	}
	if depth == 0 {
		return rapid.OneOf(leaves...)
	}
	x := exprs(depth - 1)
	return rapid.OneOf(append(leaves,
		rapid.Custom(func(t *rapid.T) Expr { return And{x.Draw(t, "left"), x.Draw(t, "right")} }),
		rapid.Custom(func(t *rapid.T) Expr { return Or{x.Draw(t, "left"), x.Draw(t, "right")} }),
		rapid.Custom(func(t *rapid.T) Expr { return Not{x.Draw(t, "negated")} }),
	)...)
}

var directions = rapid.SampledFrom([]Direction{SrcOrDst, Src, Dst, SrcAndDst})

func drawAddr(t *rapid.T) netip.Addr {
	if rapid.Bool().Draw(t, "IPv6") {
		return netip.AddrFrom16([16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "address")))
	}
	return netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address")))
}

func drawAddress(t *rapid.T) Expr {
	addr := drawAddr(t)
	length := rapid.IntRange(0, addr.BitLen()).Draw(t, "length")
	return Address{directions.Draw(t, "direction"), netip.PrefixFrom(addr, length).Masked()}
}

func drawPorts(t *rapid.T) Expr {
	a, b := rapid.Uint16().Draw(t, "a"), rapid.Uint16().Draw(t, "b")
	return Ports{
		Dir:      directions.Draw(t, "direction"),
		Protocol: rapid.SampledFrom([]uint8{0, 6, 17, 132}).Draw(t, "protocol"),
		First:    min(a, b), Last: max(a, b),
	}
}

func drawProtocol(t *rapid.T) Expr {
	return Protocol{
		rapid.SampledFrom([]Version{AnyVersion, IPv4, IPv6}).Draw(t, "version"),
		rapid.OneOf(rapid.Just(uint8(protocolTCP)), rapid.Byte()).Draw(t, "number"),
	}
}

func drawFlagTest(t *rapid.T) Expr {
	test := FlagTest{
		Offset:   13,
		Mask:     rapid.Byte().Draw(t, "mask"),
		Relation: Relation(rapid.IntRange(int(Equal), int(GreaterOrEqual)).Draw(t, "relation")),
		Value:    rapid.Uint32Max(300).Draw(t, "value"),
	}
	if rapid.IntRange(0, 9).Draw(t, "AE") == 0 {
		test.Offset, test.Mask = 12, 1
	}
	return test
}

func drawHeader(t *rapid.T) Header {
	src, dst := drawAddr(t), drawAddr(t)
	return Header{
		Src:      netip.AddrPortFrom(src, rapid.Uint16().Draw(t, "source port")),
		Dst:      netip.AddrPortFrom(dst, rapid.Uint16().Draw(t, "destination port")),
		Flags:    rapid.Uint16Max(0x1ff).Draw(t, "flags"),
		FlagsCut: rapid.IntRange(0, 4).Draw(t, "cut") == 0,
	}
}

func TestTextParsesToTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := exprs(4).Draw(t, "expression")
		back, err := Parse(e.String())
		if err != nil {
			t.Fatal(err)
		}
		if back != e {
			t.Fatalf("%s came back as %s", e, back)
		}
	})
}

func TestLogic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, h := exprs(2).Draw(t, "a"), exprs(2).Draw(t, "b"), drawHeader(t)
		both, neither := And{a, b}.eval(&h), Not{Or{Not{a}, Not{b}}}.eval(&h)
		if both != neither {
			t.Fatalf("De Morgan: %v and %v", both, neither)
		}
		if a.eval(&h) == unknown && !h.FlagsCut {
			t.Fatal("unknown, with the flags there")
		}
		if Match(a, &h) && Match(Not{a}, &h) {
			t.Fatal("selected, and its opposite too")
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"tcp port 80 or 443 and not (host 10.0.0.1 or 2001:db8::1)",
		"src and dst net 10.1 or net 10.0.0.0 mask 255.0.0.0",
		"(tcp[tcpflags] & (tcp-syn|tcp-fin)) != 0 && ! portrange 1-1024",
		`ip proto \tcp or ip6 proto 17`, "tcp[13:1] & 0x12 == 022", "port 80 or (not 443)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		e, err := Parse(src)
		if err != nil {
			checkError(t, src, err)
			return
		}
		Match(e, &synAck)
		if back, err := Parse(e.String()); err != nil || back != e {
			t.Errorf("%s is %s, which is %v (%v)", src, e, back, err)
		}
	})
}

func checkError(t *testing.T, src string, err error) {
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("%T is no *Error", err)
	}
	if e.Expr != src || e.Offset < 0 || e.Offset > len(src) {
		t.Errorf("%q points to %d", e.Expr, e.Offset)
	}
	checkHint(t, e)
	_ = e.Caret()
}
