package report_test

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/report"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// reportOn reports on captures of testdata/lab, each under another name if one
// is given.
func reportOn(t *testing.T, o report.Options, name string, captures ...string) *report.Report {
	t.Helper()
	r := report.New(o)
	for _, path := range captures {
		file := "testdata/lab/" + path
		reader, err := pcapfile.Open(filepath.Join(testneed.Root(t), file))
		if err != nil {
			t.Fatal(err)
		}
		if name != "" {
			file = name
		}
		a := analyze.New(reader, analyze.Options{})
		c := r.Collector(file)
		n := c.Run(a)
		if a.Err() != nil {
			t.Fatal(a.Err())
		}
		r.Add(report.Source{
			Capture:  table.Capture{File: file, Connections: int64(n), Counted: true, Health: *a.Health(), Findings: a.Findings()},
			Format:   reader.Format(),
			Comments: []pcapfile.Comment{{Frame: 1, Text: name}},
		}, c)
		reader.Close()
	}
	r.Finish()
	return r
}

// saved are the figures of a report by their names.
type saved map[string][]byte

func (s saved) figures(dir string) report.Figures {
	return report.Figures{Dir: dir, Save: func(name string, write func(io.Writer) error) error {
		var b bytes.Buffer
		err := write(&b)
		s[name] = b.Bytes()
		return err
	}}
}

// hostile is a name that would do harm in one format or another.
const hostile = "a<script>alert(1)</script>![x](http://evil.example/)`b`|\\input{/etc/passwd}$\\write18{id}$%&#_^~{}\"\n# Title\n\n1. one\r\n漢字\u202e\x1b[31m.pcap"

func TestMarkdown(t *testing.T) {
	r := reportOn(t, report.Options{Budget: report.DefaultBudget, Command: "flowstate report"}, "", "half-close/client.pcapng.gz", "reset-by-client/client.pcapng.gz")
	figures := saved{}
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b, figures.figures("f")); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"# 2 captures\n", "## Health of the recording\n", "## Connections\n", "### Connection 0: ", "**States: client ",
		"| → FIN-WAIT-2 |", "](f/conn-1-0-diagram.svg)", "](f/conn-1-0-ladder.svg)", "](f/conn-2-0-diagram.svg)", "#### In words\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, m := range regexp.MustCompile(`\]\(f/([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if !bytes.HasPrefix(figures[m[1]], []byte("<?xml")) && !bytes.HasPrefix(figures[m[1]], []byte("<svg")) {
			t.Errorf("%s is shown, and not saved as SVG", m[1])
		}
		delete(figures, m[1])
	}
	if len(figures) > 0 {
		t.Errorf("%d figures are saved, and not shown", len(figures))
	}
}

// Nothing that a capture holds becomes markup.
func TestMarkdownIsText(t *testing.T) {
	r := reportOn(t, report.Options{Budget: report.DefaultBudget, Command: hostile}, hostile, "refused/client.pcapng.gz")
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b, saved{}.figures("f")); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "x](http", "\n# Title", "\n1. one", "\x1b", "`b`"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("%q stands in the Markdown", bad)
		}
	}
	if !strings.Contains(b.String(), "漢字") {
		t.Error("letters are lost")
	}
}

// The paper compiles with the packages of TeX's base, has no more pages before
// its references than asked for, and takes no command from a capture.
func TestLaTeX(t *testing.T) {
	program := testneed.Program(t, "pdflatex")
	pdftotext := testneed.Program(t, "pdftotext")
	for _, c := range []struct {
		name, file string
		captures   []string
		pages      int
	}{
		{"several", "", []string{"half-close/client.pcapng.gz", "benchmark-20ms/client.pcapng.gz", "short-connections/client.pcapng.gz"}, 4},
		{"hostile", hostile, []string{"refused/client.pcapng.gz", "half-close/client.pcapng.gz"}, 8},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			r := reportOn(t, report.Options{Budget: report.DefaultBudget, Pages: c.pages, Command: c.file}, c.file, c.captures...)
			writePaper(t, r, dir)
			log := compile(t, program, dir)
			if strings.Contains(log, "more than") || strings.Contains(log, "Undefined control sequence") {
				t.Error(log)
			}
			text := pagesOf(t, pdftotext, filepath.Join(dir, "report.pdf"))
			body := 0 // pages between the title and the references
			for body+1 < len(text) && !strings.Contains(text[body+1], "References") {
				body++
			}
			if body == 0 || body > c.pages {
				t.Errorf("the body has %d pages, of %d", body, c.pages)
			}
			whole := strings.Join(text, "")
			for _, want := range []string{"Experimental setup and methodology", "Results and discussion", "Conclusion", "RFC 9293", "Both sides in numbers"} {
				if !strings.Contains(whole, want) {
					t.Errorf("%q is missing", want)
				}
			}
			if c.file != "" && (!strings.Contains(whole, "write18") || strings.Contains(whole, "root:x:")) {
				t.Error("a capture's name is not set as text")
			}
		})
	}
}

func writePaper(t *testing.T, r *report.Report, dir string) {
	t.Helper()
	var b bytes.Buffer
	figures := saved{}
	if err := r.WriteLaTeX(&b, figures.figures("f")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "f"), 0o777); err != nil {
		t.Fatal(err)
	}
	for name, data := range figures {
		if err := os.WriteFile(filepath.Join(dir, "f", name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "report.tex"), b.Bytes(), 0o666); err != nil {
		t.Fatal(err)
	}
}

// compile runs pdflatex twice, and returns what it said the second time.
func compile(t *testing.T, program, dir string) string {
	t.Helper()
	var said []byte
	for range 2 {
		cmd := exec.Command(program, "-interaction=nonstopmode", "-halt-on-error", "report.tex")
		cmd.Dir = dir
		var err error
		if said, err = cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
	}
	return string(said)
}

func pagesOf(t *testing.T, pdftotext, path string) []string {
	t.Helper()
	text, err := exec.Command(pdftotext, "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\f")
}
