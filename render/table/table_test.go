package table

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// row is a kind of row for tests: an object in an object, a list, and cells
// that may be unknown.
type row struct {
	Name  string
	Count int64
	Known bool
	List  []string
}

func testFields() fields[row] {
	return fields[row]{
		{Column{"name", "", ""}, func(r *row) Value { return text(r.Name) }},
		{Column{"a.count", "", ""}, func(r *row) Value { return when(r.Known, num(r.Count)) }},
		{Column{"a.b.seconds", "s", ""}, func(r *row) Value { return when(r.Known, span(time.Duration(r.Count))) }},
		{Column{"a.c.count", "", ""}, func(r *row) Value { return num(r.Count) }},
		{Column{"list", "", ""}, func(r *row) Value { return names(r.List) }},
	}
}

func TestJSON(t *testing.T) {
	got := newTable(JSON, testFields()).Append(nil, &row{Name: "x", Count: 1_500_000_000, Known: true, List: []string{"a", "b"}})
	const want = `{"name":"x","a":{"count":1500000000,"b":{"seconds":1.5},"c":{"count":1500000000}},"list":["a","b"]}` + "\n"
	if string(got) != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestUnknownIsAbsent(t *testing.T) {
	r := &row{Name: "x", Count: 2}
	if got := string(newTable(JSON, testFields()).Append(nil, r)); got != `{"name":"x","a":{"c":{"count":2}},"list":[]}`+"\n" {
		t.Error(got)
	}
	if got := string(newTable(CSV, testFields()).Append(nil, r)); got != "x,,,2,\n" {
		t.Error(got)
	}
}

// TestJSONAgainstStandard reads what was written with the standard library, for
// names with any bytes in them.
func TestJSONAgainstStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &row{Name: string(rapid.SliceOf(rapid.Byte()).Draw(t, "name")), Count: rapid.Int64().Draw(t, "count"), List: rapid.SliceOf(rapid.String()).Draw(t, "list")}
		line := newTable(JSON, testFields()).Append(nil, r)
		var got struct{ Name string }
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if got.Name != strings.ToValidUTF8(r.Name, "\ufffd") && got.Name != eachInvalid(r.Name) {
			t.Fatalf("%q became %q", r.Name, got.Name)
		}
		if bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Fatalf("more than one line: %q", line)
		}
	})
}

// eachInvalid replaces every single byte that is not UTF-8.
func eachInvalid(s string) string {
	var b strings.Builder
	for _, r := range s {
		b.WriteRune(r)
	}
	return b.String()
}

func TestCSVAgainstStandard(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.SampledFrom([]rune("ab,\"\n \té"))).Draw(t, "name")
		line := newTable(CSV, testFields()).Append(nil, &row{Name: name, Known: true})
		got, err := csv.NewReader(bytes.NewReader(line)).Read()
		if err != nil || got[0] != name || len(got) != 5 {
			t.Fatalf("%q became %q, %v", name, got, err)
		}
		tsv := string(newTable(TSV, testFields()).Append(nil, &row{Name: name, Known: true}))
		if strings.Count(tsv, "\t") != 4 || strings.Count(tsv, "\n") != 1 {
			t.Fatalf("%q", tsv)
		}
	})
}

// TestSeconds compares with exact arithmetic.
func TestSeconds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.Int64().Draw(t, "nanoseconds")
		text := string(appendSeconds(nil, time.Duration(d)))
		got, ok := new(big.Rat).SetString(text)
		if !ok || got.Cmp(big.NewRat(d, 1e9)) != 0 {
			t.Fatalf("%d ns became %s", d, text)
		}
		if strings.Contains(text, ".") && strings.HasSuffix(text, "0") {
			t.Fatalf("%s has places that say nothing", text)
		}
		fixed, ok := new(big.Rat).SetString(string(appendFixed(nil, time.Duration(d), 9)))
		if !ok || fixed.Cmp(got) != 0 {
			t.Fatalf("%s and %s differ", text, fixed)
		}
	})
}

func TestShorten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom([]rune("abcé→"))).Draw(t, "text")
		style := Style{Color: rapid.Bool().Draw(t, "color")}
		n := rapid.IntRange(0, 12).Draw(t, "columns")
		painted := style.paint(red, text)
		if width(painted) != utf8.RuneCountInString(text) {
			t.Fatalf("%q is %d wide", painted, width(painted))
		}
		got := shorten(painted, n)
		if width(got) > n || width(painted) <= n && got != painted {
			t.Fatalf("%q cut to %d became %q", painted, n, got)
		}
	})
}

func TestCleanKeepsTheCursor(t *testing.T) {
	if got := clean("a\x1b[2Jb\nc\u202ed\xff"); strings.ContainsAny(got, "\x1b\n\u202e") || !utf8.ValidString(got) {
		t.Errorf("%q", got)
	}
}

var alignHeadings = []heading{{name: "file", least: 6, tail: true}, {name: "n", right: true}, {name: "extra", rank: 1}, {name: "note"}}

func align(width int, lines ...string) (string, *Aligner) {
	var out strings.Builder
	a := newAligner(&out, Style{Width: width}, alignHeadings)
	for _, line := range lines {
		fmt.Fprintln(a, line)
	}
	a.Flush() // a strings.Builder does not fail
	return out.String(), a
}

func TestAlign(t *testing.T) {
	lines := []string{"a\t1\tx\t", "# a remark", "folder/b.pcap\t10\ty\tz"}
	got, _ := align(0, lines...)
	want := "" +
		"file            n  extra  note\n" +
		"a               1  x\n" +
		"# a remark\n" +
		"folder/b.pcap  10  y      z\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	got, a := align(20, lines...)
	want = "" +
		"file         n  note\n" +
		"a            1\n" +
		"# a remark\n" +
		"…er/b.pcap  10  z\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if hidden := a.Hidden(); len(hidden) != 1 || hidden[0] != "extra" {
		t.Errorf("hidden %v", hidden)
	}
}

// TestAlignPieces writes a table in pieces of any size: only the text counts.
func TestAlignPieces(t *testing.T) {
	text := strings.Repeat("a\t1\tx\tz\nlonger\t22\ty\t\n", lookAhead)
	whole, _ := align(0, strings.TrimSuffix(text, "\n"))
	rapid.Check(t, func(t *rapid.T) {
		var out strings.Builder
		a := newAligner(&out, Style{}, alignHeadings)
		for rest := text; rest != ""; {
			n := min(rapid.IntRange(1, 30000).Draw(t, "bytes"), len(rest))
			a.Write([]byte(rest[:n]))
			rest = rest[n:]
		}
		a.Flush()
		if out.String() != whole {
			t.Fatal("another table")
		}
	})
}

// TestKinds checks what the documentation is made from.
func TestKinds(t *testing.T) {
	for _, k := range Kinds() {
		seen := map[string]bool{}
		for _, c := range k.Columns {
			if c.Name == "" || c.Meaning == "" || seen[c.Name] {
				t.Errorf("%s: column %q is empty, without meaning, or there twice", k.Name, c.Name)
			}
			seen[c.Name] = true
			foreign := strings.Contains(k.Name, "--like") // its names are another program's
			if !foreign && strings.HasSuffix(c.Name, "_s") != (c.Unit == "s") {
				t.Errorf("%s: %s is in %q", k.Name, c.Name, c.Unit)
			}
		}
	}
}

// TestWrapped breaks any text: no line is too wide, and nothing is lost.
func TestWrapped(t *testing.T) {
	words := rapid.SliceOfN(rapid.StringMatching(`[a-f0-9:é]{1,50}`), 1, 8)
	rapid.Check(t, func(t *rapid.T) {
		line, n := strings.Join(words.Draw(t, "words"), " "), rapid.IntRange(10, 60).Draw(t, "columns")
		lines := wrapped(line, n)
		for _, part := range lines {
			if width(part) > n || part == "" {
				t.Fatalf("%q is of %d columns, not 1 to %d", part, width(part), n)
			}
		}
		if got := strings.ReplaceAll(strings.Join(lines, ""), " ", ""); got != strings.ReplaceAll(line, " ", "") {
			t.Fatalf("%q from %q", lines, line)
		}
	})
}
