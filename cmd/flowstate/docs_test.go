package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
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
