package task_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/explain/task"
)

var update = flag.Bool("update", false, "write the golden files anew")

// answers are those to a task from a capture.
func answers(t *testing.T, name, path string, r task.Request) []*explain.Document {
	t.Helper()
	return allAnswers(t, path, r, name)[name]
}

// allAnswers are those to several tasks from one pass over a capture.
func allAnswers(t *testing.T, path string, r task.Request, names ...string) map[string][]*explain.Document {
	t.Helper()
	documents, _ := pass(t, path, r, names...)
	return documents
}

// pass reads a capture once for several tasks.
func pass(t *testing.T, path string, r task.Request, names ...string) (map[string][]*explain.Document, map[string]task.Teller) {
	t.Helper()
	src, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	options := analyze.Options{Payload: true}
	chosen := map[string]*task.Task{}
	for _, name := range names {
		which, err := task.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		chosen[name] = which
		if which.Extra != nil {
			options.Extra = which.Extra // others look at none
		}
	}
	a := analyze.New(src, options)
	r.Began, r.Findings = a.Began, a.Findings
	tellers := map[string]task.Teller{}
	for name, which := range chosen {
		tellers[name] = which.Begin(r)
	}
	for s, c := range a.Walk() {
		for _, teller := range tellers {
			if c != nil {
				teller.End(c)
			} else {
				teller.Observe(s)
			}
		}
	}
	all := map[string][]*explain.Document{}
	for name, teller := range tellers {
		all[name] = teller.Documents()
	}
	return all, tellers
}

func lab(name string) string { return filepath.Join("../../../testdata/lab", name+".pcapng.gz") }

func write(t *testing.T, list []*explain.Document, f explain.Format) string {
	t.Helper()
	var b bytes.Buffer
	for _, d := range list {
		if err := d.Write(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Every sentence of these was read and compared with the capture. They were taken
// away from the sender where they can be: there no estimate of its congestion
// window is told, which gets better from time to time.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		task, capture string
		format        explain.Format
	}{
		{"kurose-tcp", "linux-loss/client", explain.Text},
		{"kurose-tcp", "http/client", explain.Markdown},
		{"kurose-tcp", "refused/client", explain.Text},
		{"uvic-csc361", "port-reuse/client", explain.Text},
		{"uvic-csc361", "reset-by-client/server", explain.JSON},
		{"stonybrook-cse310", "benchmark-loss/server", explain.Text},
		{"stonybrook-cse310", "unanswered/client", explain.Text},
		{"l41-lab3", "linux-benchmark/client", explain.Text},
		{"l41-lab3", "reset-by-client/client", explain.Markdown},
		{"fund-tcp-socket", "half-close/client", explain.Text},
		{"fund-tcp-socket", "refused/server", explain.Text},
		{"fund-tcp-socket", "udp-closed/client", explain.Markdown},
		{"tcpstates", "https/client", explain.Text},
		{"tcpstates", "linux-unanswered/client", explain.Text},
		{"tcpstates", "short-connections/server", explain.JSON},
	} {
		list := answers(t, c.task, lab(c.capture), task.Request{File: filepath.Base(filepath.Dir(lab(c.capture)))})
		compareGolden(t, c.task+"-"+strings.ReplaceAll(c.capture, "/", "-")+"."+c.format.String(), write(t, list, c.format))
	}
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	testneed.Golden(t, filepath.Join("testdata", name), []byte(got), *update)
}

// Whatever was captured, each task answers in whole sentences and 80 columns,
// JSON is one valid line, and CSV has as many cells in a row as its header.
func TestEveryLabCapture(t *testing.T) {
	paths, err := filepath.Glob(lab("*/client"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	for _, path := range paths {
		all := allAnswers(t, path, task.Request{File: "a.pcap"}, task.Names()...)
		for _, which := range task.All() {
			checkDocuments(t, path, &which, all[which.Name])
		}
	}
}

func checkDocuments(t *testing.T, path string, which *task.Task, list []*explain.Document) {
	t.Helper()
	for line := range strings.Lines(write(t, list, explain.Text)) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("%s, %s: longer than 80 columns: %s", which.Name, path, line)
		}
	}
	for _, d := range list {
		checkDocument(t, which.Name+", "+path, d)
	}
	if which.Columns != nil {
		text := string(which.Header()) + write(t, list, explain.CSV)
		if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) == 0 {
			t.Errorf("%s, %s: %v in\n%s", which.Name, path, err, text)
		}
	}
}

func checkDocument(t *testing.T, where string, d *explain.Document) {
	t.Helper()
	if first, last := d.Sections[0].ID, d.Sections[len(d.Sections)-1].ID; first != "definitions" || last != "unknown" {
		t.Errorf("%s: begins with %s and ends with %s", where, first, last)
	}
	seen := map[string]bool{}
	for _, s := range d.Sections {
		if seen[s.ID] {
			t.Errorf("%s: two sections %s", where, s.ID)
		}
		seen[s.ID] = true
		for _, l := range s.Lines {
			if !strings.HasSuffix(l, ".") && !strings.HasSuffix(l, ":") {
				t.Errorf("%s: not a sentence: %q", where, l)
			}
		}
		if s.Table == nil {
			continue
		}
		for _, row := range s.Table.Rows {
			if len(row) != len(s.Table.Columns) {
				t.Errorf("%s, %s: %d cells for %d columns", where, s.ID, len(row), len(s.Table.Columns))
			}
		}
	}
	var b bytes.Buffer
	var back struct{ Task string }
	if err := d.Write(&b, explain.JSON); err != nil || json.Unmarshal(b.Bytes(), &back) != nil || back.Task != d.Task || back.Task == "" {
		t.Errorf("%s: %v, %q", where, err, back.Task)
	}
}

// The connection with most data is told where none is chosen, else each.
func TestUnit(t *testing.T) {
	for chosen, want := range map[bool]int{false: 1, true: 50} {
		list := answers(t, "kurose-tcp", lab("short-connections/client"), task.Request{Chosen: chosen})
		if len(list) != want || *list[0].Conn != 0 {
			t.Errorf("chosen %v: %d documents, the first of connection %d", chosen, len(list), *list[0].Conn)
		}
	}
}

// Several captures are compared by the latency that they show.
func TestCompare(t *testing.T) {
	begin := func(names ...string) (list []task.Teller) {
		for _, name := range names {
			_, tellers := pass(t, lab(name), task.Request{File: name}, "l41-lab3")
			list = append(list, tellers["l41-lab3"])
		}
		return list
	}
	if d := task.Compare(begin("benchmark-5ms/server")); d != nil {
		t.Errorf("one capture is compared with itself: %s", d.Title)
	}
	for golden, names := range map[string][]string{
		"compare-crossing": {"benchmark-40ms/server", "benchmark-5ms/server", "benchmark-5ms/client"},
		"compare-mixed":    {"termination/client", "benchmark-40ms/server", "benchmark-loss/client", "unanswered/client"},
	} {
		compareGolden(t, golden+".text", write(t, []*explain.Document{task.Compare(begin(names...))}, explain.Text))
	}
}

func TestFind(t *testing.T) {
	for _, name := range task.Names() {
		if found, err := task.Find(name); err != nil || found.Name != name || found.Meaning == "" || found.Unit == "" {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	if _, err := task.Find("homework"); err == nil || !strings.Contains(err.Error(), "kurose-tcp") {
		t.Errorf("homework: %v", err)
	}
}

// A name from outside controls no terminal and becomes no Markdown.
func TestHostileName(t *testing.T) {
	for _, which := range task.All() {
		list := answers(t, which.Name, lab("http/client"), task.Request{File: "\x1b[31m<script>|a`b\n# x"})
		for _, f := range []explain.Format{explain.Text, explain.Markdown} {
			text := write(t, list, f)
			for _, bad := range []string{"\x1b", "\n# ", "<script>|"}[:2+int(f-explain.Text)] {
				if strings.Contains(text, bad) {
					t.Errorf("%s: %q passes in %s", which.Name, bad, f)
				}
			}
		}
	}
}
