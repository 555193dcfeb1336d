package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"github.com/flowstate-tcp/flowstate/render/table"
)

const story = `
0.000 > S 0:0(0) win 64240 <mss 1460>
+.020 < S. 0:0(0) ack 1 win 65160 <mss 1460>
+.020 > . 1:1(0) ack 1
+.001 > P. 1:101(100) ack 1
+.300 > P. 1:101(100) ack 1
+.020 < . 1:1(0) ack 101
+.100 > F. 101:101(0) ack 1
+.020 < F. 1:1(0) ack 102
+.020 > . 102:102(0) ack 2
`

// pageWith is a report on one connection, whose capture says a word wherever it
// can say anything.
func pageWith(t testing.TB, data []byte, word string) string {
	t.Helper()
	reader, err := pcapfile.NewReader(bytes.NewReader(data), word)
	if err != nil {
		t.Fatal(err)
	}
	r := New(Options{Title: word, Command: word, Chosen: word, Budget: DefaultBudget})
	c := r.Collector(word)
	a := analyze.New(reader, analyze.Options{})
	n := c.Run(a)
	r.Add(Source{
		Capture: table.Capture{
			File: word, Connections: int64(n), Counted: true, Health: *a.Health(),
			Interfaces: []capture.Interface{{Name: word}}, Findings: []finding.Finding{finding.New(finding.BadBlock, 0, "%s", word)},
		},
		Format: word, Comments: []pcapfile.Comment{{Frame: 1, Text: word}}, Err: errors.New(word),
	}, c)
	r.Finish()
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// shape lists the elements of a page with the names of their attributes. Texts in
// figures may be broken into lines, so of these it lists other elements alone.
func shape(page string) (list []string) {
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		switch kind := z.Next(); kind {
		case html.ErrorToken:
			return list
		case html.TextToken:
		default:
			token := z.Token()
			if token.Data == "text" {
				continue
			}
			said := fmt.Sprint(kind, " ", token.Data)
			for _, a := range token.Attr {
				said += " " + a.Key
			}
			list = append(list, said)
		}
	}
}

// FuzzWords: whatever the words of a capture are, the page has the same elements.
func FuzzWords(f *testing.F) {
	data := scenariotest.Pcap(f, story)
	for _, word := range []string{
		"<script>alert(1)</script>", "</script><script>alert(1)//", "</title><svg onload=alert(1)>", `" onload="alert(1)`, "' onload='alert(1)",
		"<!--", "-->", "]]>", "{{.}}", `\u003cb>`, "&lt;b&gt;", "javascript:alert(1)", "\x00<b>", "\u2028<b>", "\xff<b>", "\u202e<b>", "</style><b>",
		"<textarea>", "<plaintext>", "`${alert(1)}`", "\n<b>\n",
	} {
		f.Add(word)
	}
	want := shape(pageWith(f, data, "a word"))
	f.Fuzz(func(t *testing.T, word string) {
		if got := shape(pageWith(t, data, "a "+word)); !slices.Equal(got, want) {
			t.Errorf("%q changes the page", word)
		}
	})
}

// TestBrief: of very many connections, those without figures tell their states in
// a line each, and say so.
func TestBrief(t *testing.T) {
	for connections, brief := range map[int]bool{3: false, 2001: true} {
		var b strings.Builder
		for i := range connections {
			fmt.Fprintf(&b, "@conn %d\n@isn client %d\n%.3f > S 0:0(0)\n+.001 < R. 0:0(0) ack 1\n", i%700, i*1_000_000, float64(i)*0.01) // ports are used again
		}
		r := New(Options{Budget: 1})
		c := r.Collector("many")
		c.Run(analyze.New(scenariotest.Reader(t, b.String()), analyze.Options{}))
		r.Add(Source{}, c)
		r.Finish()
		var page bytes.Buffer
		if err := r.WriteHTML(&page); err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(r.Rule(), "without their evidence"); told != brief {
			t.Errorf("%d connections: the rule is %q", connections, r.Rule())
		}
		lines := strings.Count(page.String(), "ends in CLOSED: CLOSED → SYN-SENT → CLOSED.</p>")
		if want := map[bool]int{true: connections - 1}[brief]; lines != want {
			t.Errorf("%d connections: %d tell their states in a line, want %d", connections, lines, want)
		}
	}
}
