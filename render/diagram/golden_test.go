package diagram

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/diagram/dotlayout"
)

var update = flag.Bool("update", false, "write the golden files anew")

func renderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := NewRenderer()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func render(t testing.TB, r *Renderer, g *Graph, f Format) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.Render(g, f, &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestGolden compares every kind of figure with the file that was looked at.
func TestGolden(t *testing.T) {
	r := renderer(t)
	for _, f := range figures() {
		for _, format := range []Format{FormatDOT, FormatSVG} {
			testneed.Golden(t, filepath.Join("testdata", f.name+"."+format.String()), render(t, r, f.g, format), *update)
		}
	}
}

// TestSameBytes draws figures twice, each time with a renderer of its own, and
// once with the walks in another order. For DOT and SVG the goldens tell more.
func TestSameBytes(t *testing.T) {
	first, second := figures(), figures()
	for i := 0; i < len(first); i += 4 {
		for _, format := range []Format{FormatPNG, FormatPDF} {
			a, b := render(t, renderer(t), first[i].g, format), render(t, renderer(t), second[i].g, format)
			if !bytes.Equal(a, b) {
				t.Errorf("%s as %s: two runs differ", first[i].name, format)
			}
		}
	}
	walks := merged()
	forth := render(t, renderer(t), New("x", walks...), FormatSVG)
	for i, j := 0, len(walks)-1; i < j; i, j = i+1, j-1 {
		walks[i], walks[j] = walks[j], walks[i]
	}
	if back := render(t, renderer(t), New("x", walks...), FormatSVG); !bytes.Equal(forth, back) {
		t.Error("the order of the walks shows in the figure")
	}
}

// TestShared draws with one renderer from several goroutines; it is for the
// race detector.
func TestShared(t *testing.T) {
	r := renderer(t)
	for _, f := range figures()[:4] {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for _, format := range []Format{FormatSVG, FormatPNG, FormatPDF} {
				render(t, r, f.g, format)
			}
		})
	}
}

func checkXML(t testing.TB, doc []byte) (texts []string) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(doc))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatalf("the SVG is no XML: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			switch tok.Name.Local {
			case "svg", "rect", "path", "text", "title":
			default:
				t.Fatalf("the SVG has an element %q that we never write", tok.Name.Local)
			}
		case xml.CharData:
			texts = append(texts, string(tok))
		}
	}
}

func TestSVGIsXML(t *testing.T) {
	r := renderer(t)
	for _, f := range figures() {
		checkXML(t, render(t, r, f.g, FormatSVG))
	}
}

// TestPNGAndPDF looks at what can be checked without looking: the signature,
// and that no clock is written.
func TestPNGAndPDF(t *testing.T) {
	r := renderer(t)
	g := figures()[0].g
	if b := render(t, r, g, FormatPNG); !bytes.HasPrefix(b, []byte("\x89PNG\r\n")) {
		t.Error("no PNG")
	}
	b := render(t, r, g, FormatPDF)
	if !bytes.HasPrefix(b, []byte("%PDF-")) || !bytes.Contains(b, []byte("/CreationDate (D:19700101000000")) {
		t.Error("no PDF, or one with a date")
	}
	if len(b) > 100_000 {
		t.Errorf("a PDF of %d bytes: are the fonts embedded whole?", len(b))
	}
}

const hostile = "</title><script>alert(1)</script>\" ]; x -> y [label=\"\\\" \\\\ \x00\x1b[31m\xff\u202e\u2028 & ' <b> ]]>"

// TestHostileText puts text that means something to SVG and to DOT into every
// place that takes text.
func TestHostileText(t *testing.T) {
	r := renderer(t)
	edges := []Edge{{hostile, "ESTABLISHED", hostile, false}, {"ESTABLISHED", hostile + "2", hostile + "\\", false}}
	g := Reference(hostile, edges)
	svg := render(t, r, g, FormatSVG)
	if joined := strings.Join(checkXML(t, svg), ""); !strings.Contains(joined, "<script>") || strings.ContainsAny(joined, "\x00\x1b\u202e") {
		t.Error("the text is not told as text")
	}
	for _, format := range []Format{FormatPNG, FormatPDF} {
		render(t, r, g, format)
	}
	dot := render(t, r, g, FormatDOT)
	if n := strings.Count(string(dot), "\n"); n != 1+3+3+2+1 {
		t.Errorf("DOT text of %d lines:\n%s", n, dot)
	}
	engine, err := dotlayout.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	for _, format := range []Format{FormatDOT, FormatSVG} {
		var b bytes.Buffer
		if err := r.RenderFree(engine, g, format, &b); err != nil {
			t.Errorf("Graphviz does not take our DOT: %v", err)
		}
	}
}

// TestSystemGraphviz loads the DOT files with the program.
func TestSystemGraphviz(t *testing.T) {
	dot := testneed.Program(t, "dot")
	r := renderer(t)
	for _, f := range figures() {
		cmd := exec.Command(dot, "-Tplain")
		cmd.Stdin = bytes.NewReader(render(t, r, f.g, FormatDOT))
		out, err := cmd.CombinedOutput()
		if err != nil || bytes.Contains(out, []byte("Error")) {
			t.Errorf("%s: dot: %v\n%s", f.name, err, out)
		}
		if got := bytes.Count(out, []byte("\nedge ")); got != len(f.g.links) {
			t.Errorf("%s: dot sees %d edges of %d", f.name, got, len(f.g.links))
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, s := range []string{"svg", ".svg", "SVG"} {
		if f, err := ParseFormat(s); err != nil || f != FormatSVG {
			t.Errorf("ParseFormat(%q) = %v, %v", s, f, err)
		}
	}
	if _, err := ParseFormat("jpg"); err == nil {
		t.Error("jpg is taken")
	}
}
