package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/explain/task"
	labtext "github.com/flowstate-tcp/flowstate/render/lab"
	"github.com/flowstate-tcp/flowstate/render/table"
)

const fieldsPage = "../../docs/fields.md"

// The page of fields is printed from the tables that the output is made from.
func TestFieldsPage(t *testing.T) {
	want := fieldsMarkdown()
	if *update {
		if err := os.WriteFile(fieldsPage, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(fieldsPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("%s is out of date; go test ./cmd/flowstate -run FieldsPage -update writes it anew", fieldsPage)
	}
}

func fieldsMarkdown() string {
	var b strings.Builder
	b.WriteString(`# Fields

What the commands print with ` + "`--format json`" + ` (one object a line), ` + "`csv`" + ` and
` + "`tsv`" + ` (a header row, then the same values). This page is made from the code;
fields are added, never renamed.

Times in seconds are relative to the connection's first packet. Numbers are as
in the header unless named ` + "`rel_`" + `. A field that is absent (JSON) or empty (CSV, TSV)
is unknown. A dot in a name stands for an object inside the object; CSV and TSV
have an underscore in its place, and a space between the items of a list.
`)
	for _, k := range table.Kinds() {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n| field | unit | meaning |\n|---|---|---|\n", k.Name, k.Meaning)
		for _, c := range k.Columns {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Unit, c.Meaning)
		}
	}
	b.WriteString("\n## lab report\n\nflowstate lab report --format csv or tsv: one row for each setting.\n\n| field | unit | meaning |\n|---|---|---|\n")
	for _, c := range labtext.Columns() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Unit, c.Meaning)
	}
	b.WriteString(explainFields())
	writeFigureColumns(&b)
	b.WriteString("\n## Findings\n\n| code | severity | meaning |\n|---|---|---|\n")
	for _, f := range finding.Codes() {
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", f.Name, f.Severity, f.Meaning)
	}
	b.WriteString("\n## Marks of a segment\n\n")
	for m := range reconstruct.Mark(reconstruct.NumMarks) {
		fmt.Fprintf(&b, "- `%s`\n", m)
	}
	b.WriteString("\n## The state machine\n\n| from | event | to | reference | meaning |\n|---|---|---|---|---|\n")
	for _, r := range state.Rules() {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.From, r.Event, r.To, r.RFC, r.Meaning)
	}
	return b.String()
}

// mdLink is a link of a page to another of its files, with the place in it.
var mdLink = regexp.MustCompile(`\]\(([^)#: ]*)(#[^) ]*)?\)`)

// TestPageLinks follows the links between pages, to their headings.
func TestPageLinks(t *testing.T) {
	root := testneed.Root(t)
	for _, file := range pages(t, root, "*.md", "docs/*.md", "docs/labs/*.md", "testdata/*.md") {
		for _, link := range mdLink.FindAllStringSubmatch(contentOf(t, file), -1) {
			target := file
			if link[1] != "" {
				target = filepath.Join(filepath.Dir(file), link[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", file, err)
			} else if link[2] != "" && !slices.Contains(anchors(contentOf(t, target)), link[2]) {
				t.Errorf("%s: no heading for %s in %s", file, link[2], target)
			}
		}
	}
}

// TestPagesAreListed finds each page in the index, and each command in the README.
func TestPagesAreListed(t *testing.T) {
	root := testneed.Root(t)
	index, readme := contentOf(t, filepath.Join(root, "docs/README.md")), contentOf(t, filepath.Join(root, "README.md"))
	for _, file := range pages(t, root, "docs/*.md", "docs/labs/*.md") {
		name, err := filepath.Rel(filepath.Join(root, "docs"), file)
		if err != nil {
			t.Fatal(err)
		}
		if name != "README.md" && !strings.Contains(index, "("+filepath.ToSlash(name)+")") {
			t.Errorf("docs/README.md does not list %s", name)
		}
	}
	stdout, _, _ := ran("--help")
	for _, line := range strings.Split(between(stdout, "Available Commands", "Flags:"), "\n")[1:] {
		name, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if !slices.Contains([]string{"", "completion", "help", "version"}, name) && !regexp.MustCompile("`(flowstate )?"+name+"[ `]").MatchString(readme) {
			t.Errorf("README.md does not list the command %s", name)
		}
	}
}

func pages(t *testing.T, root string, patterns ...string) (files []string) {
	t.Helper()
	for _, pattern := range patterns {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("no page %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	return files
}

func contentOf(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

var notInAnchor = regexp.MustCompile("[^a-z0-9 _-]")

// anchors are the names of a page's headings, as GitHub makes them.
func anchors(page string) (all []string) {
	for line := range strings.Lines(page) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && line[0] == '#' {
			name := notInAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			all = append(all, "#"+strings.ReplaceAll(name, " ", "-"))
		}
	}
	return all
}

// explainFields are those of flowstate explain, and of its tasks' tables.
func explainFields() string {
	var b strings.Builder
	rows := func(name, meaning string, columns []explain.Column) {
		fmt.Fprintf(&b, "\n## %s\n\n%s.\n\n| field | unit | meaning |\n|---|---|---|\n", name, meaning)
		for _, c := range columns {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", c.Name, c.Unit, c.Meaning)
		}
	}
	rows("explain", "flowstate explain --format json: one object for each connection, or for what --task answers about", explain.Fields())
	for _, t := range task.All() {
		if t.Columns != nil {
			rows("explain --task "+t.Name, "flowstate explain --task "+t.Name+" --format csv: one row for each of the task's table, behind "+strings.Join(t.Before(), " and ")+"; in JSON it is the table of a section", t.Columns)
		}
	}
	return b.String()
}
