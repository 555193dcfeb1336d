package cell

import (
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// TestPut writes texts into an area, which cuts them.
func TestPut(t *testing.T) {
	for _, test := range []struct {
		x          int
		text, want string
		end        int
	}{
		{0, "abc", "abc", 3},
		{3, "abc", "   abc", 6},
		{0, "abcdefgh", "abcde…", 6},
		{-2, "abc", "c", 1},
		{5, "ab", "     …", 6},
		{6, "ab", "", 6},
		{0, "界界", "界界", 4},
		{0, "abc界界", "abc界…", 6},
		{0, "a\x1b[2Jb", "a\uFFFD[2Jb", 6},
		{0, "a\u202eb\u0301c\n", "a\uFFFDb\uFFFDc\uFFFD", 6},
		{0, "\xff\xfe", "\uFFFD\uFFFD", 2},
	} {
		g := New(8, 1)
		end := g.Area().Sub(0, 0, 6, 1).Put(test.x, 0, test.text, Look{})
		if got := strings.TrimSuffix(g.String(), "\n"); got != test.want || end != test.end {
			t.Errorf("%q at %d: %q up to %d, want %q up to %d", test.text, test.x, got, end, test.want, test.end)
		}
	}
}

// TestAnyText keeps every cell one that can be seen, whatever is put where.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := New(12, 2)
		g.ASCII = rapid.Bool().Draw(t, "ascii")
		for range 4 {
			x, y := rapid.IntRange(-3, 13).Draw(t, "x"), rapid.IntRange(-1, 2).Draw(t, "y")
			g.Area().Put(x, y, rapid.String().Draw(t, "text"), Look{})
		}
		for y := range g.Height {
			for x := range g.Width {
				switch r := g.At(x, y).Rune; {
				case r == 0 && Width(g.At(x-1, y).Rune) != 2, r != 0 && Width(r) == 2 && g.At(x+1, y).Rune != 0:
					t.Fatalf("half of a wide character at %d, %d: %q", x, y, g.String())
				case r != 0 && !unicode.IsGraphic(r), g.ASCII && r > unicode.MaxASCII:
					t.Fatalf("%q at %d, %d", r, x, y)
				}
			}
		}
	})
}

// TestWrap keeps the words of a text, in lines that fit.
func TestWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, width := rapid.String().Draw(t, "text"), rapid.IntRange(2, 20).Draw(t, "width")
		lines := Wrap(text, width)
		for _, l := range lines {
			if TextWidth(l) > width {
				t.Fatalf("%q is wider than %d", l, width)
			}
		}
		bare := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got := bare(strings.Join(lines, " ")); got != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
	})
}

// TestParse takes the colours of package table for looks, and no other sequence.
func TestParse(t *testing.T) {
	lines := Parse("plain \x1b[33myellow\x1b[0m end\n\x1b[1mbold\x1b[0m\x1b[2Jx\n\n")
	want := []Line{
		{{"plain ", Look{}}, {"yellow", Look{Ink: Yellow}}, {" end", Look{}}},
		{{"bold", Look{Bold: true}}, {"\x1b[2Jx", Look{}}},
		nil,
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines: %v", len(lines), lines)
	}
	for i := range want {
		if len(lines[i]) != len(want[i]) {
			t.Fatalf("line %d: %v", i, lines[i])
		}
		for j := range want[i] {
			if lines[i][j] != want[i][j] {
				t.Errorf("line %d has %v, want %v", i, lines[i][j], want[i][j])
			}
		}
	}
	if n := lines[0].Width(); n != len("plain yellow end") {
		t.Errorf("the first line is %d wide", n)
	}
}

// TestDots draws dots as Braille, of which the weightiest gives the look.
func TestDots(t *testing.T) {
	red, blue := Look{Ink: Red}, Look{Ink: Blue}
	d := NewDots(2, 1)
	d.Rise(0, 0, 3, red, 1)
	d.Set(1, 0, blue, 0)
	d.Set(3, 3, blue, 0)
	d.Set(4, 0, blue, 0)
	d.Set(0, -1, blue, 0)
	for _, test := range []struct {
		ascii bool
		want  string
	}{{false, "⣇⠈\n"}, {true, "*'\n"}} {
		g := New(2, 1)
		g.ASCII = test.ascii
		d.Draw(g.Area())
		if g.String() != test.want || g.At(0, 0).Look != red || g.At(1, 0).Look != blue {
			t.Errorf("%q with %v, want %q", g.String(), g.At(0, 0).Look, test.want)
		}
	}
}
