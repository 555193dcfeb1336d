package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/capture/link"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

// TestLabPages reads pages as their reader does: it runs their sh blocks in
// order, each page in a folder of its own that holds testdata, as the project's
// folder does. Comments in a page, which are not shown, say what is to be seen:
//
//	<!-- prints -->                  the block after this is what the command printed
//	<!-- prints from "A" to "B" -->  the same, from the first line with A to before the next with B
//	<!-- prints like -->             a part of it but for numbers; ... stands for anything
//	<!-- makes FILE... -->           there are such files now (patterns)
//	<!-- draws FILE -->              the image below has this file's bytes
//	<!-- exits N -->                 the next command's status, 0 without it
//	<!-- slow -->                    the next command needs a kernel and some seconds
//	<!-- run by TEST -->             that test runs the next command
//
// Any other comment lets the next block stand as it is.
// With -update, what is printed and drawn is written into the page.
func TestLabPages(t *testing.T) {
	bash := testneed.Program(t, "bash")
	root := testneed.Root(t)
	for _, file := range pages(t, root, "README.md", "docs/*.md", "docs/labs/*.md") {
		name, err := filepath.Rel(root, file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			p := &page{t: t, file: file, folder: t.TempDir(), bash: bash}
			if err := os.Symlink(filepath.Join(root, "testdata"), filepath.Join(p.folder, "testdata")); err != nil {
				t.Fatal(err)
			}
			p.read()
		})
	}
}

// page is a page while it is read.
type page struct {
	t            *testing.T
	file, folder string
	bash         string

	said    string // directives since the last block
	printed string // by the last command
	passed  bool   // the last command was left out
	written strings.Builder
}

var (
	directive = regexp.MustCompile(`^<!-- (.*) -->$`)
	excerpt   = regexp.MustCompile(`^prints from "(.*)" to "(.*)"$`)
	image     = regexp.MustCompile(`^!\[.*\]\((.*)\)$`)
)

// read goes through the page, and writes it anew where that is asked for.
func (p *page) read() {
	old, err := os.ReadFile(p.file)
	if err != nil {
		p.t.Fatal(err)
	}
	lines := strings.SplitAfter(string(old), "\n")
	for len(lines) > 0 {
		line := strings.TrimSpace(lines[0])
		p.written.WriteString(lines[0])
		lines = lines[1:]
		switch said := directive.FindStringSubmatch(line); {
		case said != nil:
			p.directive(said[1])
		case strings.HasPrefix(line, "```"):
			end := slices.IndexFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "```" })
			if end < 0 {
				p.t.Fatalf("%s: a block without end: %s", p.file, line)
			}
			p.block(line, strings.Join(lines[:end], ""))
			p.written.WriteString(lines[end])
			lines = lines[end+1:]
		case strings.HasPrefix(p.said, "draws ") && image.MatchString(line):
			p.draws(strings.TrimPrefix(p.said, "draws "), image.FindStringSubmatch(line)[1])
			p.said = ""
		}
	}
	if got := p.written.String(); *update && got != string(old) && !p.t.Failed() {
		if err := os.WriteFile(p.file, []byte(got), 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
}

// directive takes a comment's word; what it says of the next block is kept.
func (p *page) directive(said string) {
	files, makes := strings.CutPrefix(said, "makes ")
	if !makes {
		p.said = said
		return
	}
	for _, pattern := range strings.Fields(files) {
		if found, err := filepath.Glob(filepath.Join(p.folder, pattern)); err != nil || len(found) == 0 && !p.passed {
			p.t.Errorf("there is no %s (%v)", pattern, err)
		}
	}
}

// block takes a fenced block: a command, or what the last one printed.
func (p *page) block(fence, body string) {
	switch said := p.said; {
	case fence == "```sh":
		p.run(body)
	case strings.HasPrefix(said, "prints") && !p.passed:
		body = p.prints(said, body)
	case said == "" || strings.HasPrefix(said, "draws"):
		p.t.Errorf("nothing says what this block is (hint: <!-- prints -->): %s", body)
	}
	p.said = ""
	p.written.WriteString(body)
}

// run runs the commands of a block.
func (p *page) run(commands string) {
	p.printed, p.passed = "", p.said == "slow" && testing.Short() || strings.HasPrefix(p.said, "run by ")
	if p.passed {
		return
	}
	if p.said == "slow" {
		needKernel(p.t)
	}
	want := 0
	if status, exits := strings.CutPrefix(p.said, "exits "); exits {
		var err error
		if want, err = strconv.Atoi(status); err != nil {
			p.t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	// TestMain put the program on PATH.
	c := exec.CommandContext(ctx, p.bash, "-eu", "-c", strings.ReplaceAll(commands, "go run ./cmd/flowstate", "flowstate"))
	c.Dir = p.folder
	var words bytes.Buffer
	c.Stderr = &words
	began := time.Now()
	out, err := c.Output()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || c.ProcessState.ExitCode() != want {
		p.t.Fatalf("%s%v, want exit status %d: %s", commands, err, want, &words)
	}
	if took := time.Since(began); took > time.Second {
		p.t.Logf("%.1f s: %s", took.Seconds(), commands)
	}
	p.printed = string(out)
}

// needKernel ends a test where no link of a kernel's own TCP works.
func needKernel(t *testing.T) {
	t.Helper()
	var why []string
	for _, s := range link.Probe() {
		if s.Works && s.Backend != "simulated" {
			return
		}
		why = append(why, fmt.Sprintf("%s: %s", s.Backend, s.Why))
	}
	testneed.Missing(t, "no link of a kernel: %s", strings.Join(why, "; "))
}

// prints compares what the page shows with what the command printed, and
// returns what it should show.
func (p *page) prints(said, shown string) string {
	if said == "prints like" {
		if !like(shown, p.printed) {
			p.t.Errorf("this is shown:\n%sand this was printed:\n%s", shown, p.printed)
		}
		return shown
	}
	want := p.printed
	if ends := excerpt.FindStringSubmatch(said); ends != nil {
		want = between(p.printed, ends[1], ends[2])
	} else if said != "prints" {
		p.t.Errorf("not understood: %s", said)
	}
	if strings.TrimSpace(want) == "" {
		p.t.Errorf("nothing like this was printed: %s", said)
	}
	if want = trimmed(want); shown != want && !*update {
		p.t.Errorf("%s is out of date; go test ./cmd/flowstate -run LabPages -update writes it anew; shown:\n%sprinted:\n%s", p.file, shown, want)
	}
	return want
}

// between returns the lines from the first that holds from up to the next that
// holds to, or to the end where to is empty.
func between(text, from, to string) string {
	var kept strings.Builder
	for line := range strings.Lines(text) {
		if kept.Len() == 0 && !strings.Contains(line, from) {
			continue
		}
		if kept.Len() > 0 && to != "" && strings.Contains(line, to) {
			break
		}
		kept.WriteString(line)
	}
	return kept.String()
}

// trimmed is the text without spaces at the ends of lines and empty lines at its ends.
func trimmed(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.Join(lines, "\n") + "\n"
}

var (
	spaces = regexp.MustCompile(`[ \n]+`)
	number = regexp.MustCompile(`(<=|>=)?[-+]?[0-9][0-9.,]*( (ns|µs|ms|s|min|kB|MB)\b)?`)
)

// like tells whether a text is what is shown but for its numbers, also as bounds,
// and their units; ... in what is shown stands for anything.
func like(shown, text string) bool {
	var pattern strings.Builder
	for i, part := range strings.Split(shown, "...") {
		if i > 0 {
			pattern.WriteString("(?s:.*?)")
		}
		pattern.WriteString(regexp.QuoteMeta(strings.TrimSpace(leveled(part))))
	}
	return regexp.MustCompile(pattern.String()).MatchString(leveled(text))
}

// leveled has a mark for each number, and one space for any.
func leveled(text string) string {
	return spaces.ReplaceAllString(number.ReplaceAllString(text, "#"), " ")
}

func TestLike(t *testing.T) {
	for _, c := range []struct {
		shown, text string
		want        bool
	}{
		{"delay 5ms took 3.2 ms\n", "delay 20ms  took 990 µs\n", true},
		{"delay 5ms took 3.2 ms\n", "delay 20ms was 990 µs\n", false},
		{"a\n...\nd\n", "a\nb\nc\nd\n", true},
		{"a\n...\nd\n", "a\nb\nc\n", false},
		{"2 of 2", "closed 3 of 3 times", true},
	} {
		if got := like(c.shown, c.text); got != c.want {
			t.Errorf("%q like %q: %v", c.shown, c.text, got)
		}
	}
}

// draws holds an image of the page to the file that a command made.
func (p *page) draws(made, shown string) {
	if p.passed {
		return
	}
	got, err := os.ReadFile(filepath.Join(p.folder, made))
	if err != nil {
		p.t.Fatal(err)
	}
	testneed.Golden(p.t, filepath.Join(filepath.Dir(p.file), shown), got, *update)
}
