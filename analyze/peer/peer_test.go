package peer_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/peer"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
)

var all = flag.Bool("all", false, "run both programs over every public capture, which takes minutes")

const page = "../../docs/peer-differences.md"

// example is a row of a table of kinds in the documentation.
type example struct {
	kind, file, field string
	at                int // frame, or number of the connection
}

var row = regexp.MustCompile("^\\| `([a-z-]+)` \\| [0-9]+ \\| (?:`([^`]+)` (?:frame|connection) ([0-9]+) \\(([^)]+)\\))? *\\|")

func documented(t *testing.T) (list []example) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if m := row.FindStringSubmatch(line); m != nil {
			at, _ := strconv.Atoi(m[3]) // none where there is no example
			list = append(list, example{kind: m[1], file: m[2], field: m[4], at: at})
		}
	}
	return list
}

// Every kind is documented, and nothing else is.
func TestDocumented(t *testing.T) {
	var inCode, inPage []string
	for _, k := range peer.Kinds() {
		inCode = append(inCode, k.Name)
	}
	inCode = append(inCode, peer.NumberKinds()...)
	for _, e := range documented(t) {
		inPage = append(inPage, e.kind)
	}
	slices.Sort(inCode)
	slices.Sort(inPage)
	if inCode = slices.Compact(inCode); !slices.Equal(inCode, inPage) {
		t.Errorf("kinds in the code: %q\nin %s: %q", inCode, page, inPage)
	}
}

// TestPublic runs both programs over the captures that the page names: each
// difference has a reason, and each example of the page is one.
func TestPublic(t *testing.T) {
	programs := [2]string{testneed.Program(t, "tshark"), testneed.Program(t, "tcptrace")}
	want := map[string][]example{}
	for _, e := range documented(t) {
		if e.file != "" {
			want[e.file] = append(want[e.file], e)
		}
	}
	files := slices.Sorted(maps.Keys(want))
	if *all {
		files = everyCapture(t)
	}
	if len(files) < 10 {
		t.Fatalf("only %d captures are named in %s", len(files), page)
	}
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			path := testneed.Shared(t, "captures/public/"+file)
			checkCapture(t, file, append(segments(t, programs[0], path), connections(t, programs[1], path)...), want[file])
		})
	}
}

func everyCapture(t *testing.T) (files []string) {
	t.Helper()
	for _, pattern := range []string{"*.pcap", "*.pcapng", "*.snoop"} {
		found, err := filepath.Glob(filepath.Join(testneed.Shared(t, "captures/public"), pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			files = append(files, filepath.Base(path))
		}
	}
	return files
}

func checkCapture(t *testing.T, file string, got []peer.Difference, want []example) {
	t.Helper()
	found := map[example]bool{}
	for _, d := range got {
		at := int(d.Frame)
		if d.Program == "tcptrace" {
			at = d.Conn
		}
		found[example{d.Kind, file, d.Field, at}] = true
		if d.Kind == peer.Unexplained {
			t.Errorf("connection %d frame %d: %s is %s, ours %s, and no kind explains it", d.Conn, d.Frame, d.Field, d.Theirs, d.Ours)
		}
		if d.Reason == "" || strings.Contains(d.Reason, "%!") {
			t.Errorf("%s: the reason is %q", d.Kind, d.Reason)
		}
	}
	for _, e := range want {
		if !found[e] {
			t.Errorf("%s %d (%s) is no example of %s any more", e.file, e.at, e.field, e.kind)
		}
	}
}

func open(t *testing.T, path string, extra func() analyze.Extra) *analyze.Analysis {
	t.Helper()
	reader, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return analyze.New(reader, analyze.Options{Extra: extra})
}

func segments(t *testing.T, program, path string) (list []peer.Difference) {
	t.Helper()
	out, err := exec.Command(program, tshark.Arguments(path)...).Output()
	if err != nil && len(out) == 0 {
		t.Fatal(err)
	}
	printed := map[capture.FrameNumber]*tshark.Printed{}
	err = tshark.Read(bytes.NewReader(out), func(p *tshark.Printed) bool {
		printed[p.Frame] = p
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, path, func() analyze.Extra { return new(tshark.Tracker) })
	for s := range a.Segments() {
		list = append(list, peer.Segment(s, printed[s.Step.Segment.Frame])...)
	}
	return list
}

func connections(t *testing.T, program, path string) (list []peer.Difference) {
	t.Helper()
	out, err := exec.Command(program, tcptrace.Arguments(path)...).Output()
	if err != nil {
		return nil // it cannot read every capture
	}
	printed, err := tcptrace.Read(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	waiting := map[string][]*tcptrace.Printed{}
	for _, p := range printed {
		waiting[p.Key()] = append(waiting[p.Key()], p)
	}
	a := open(t, path, func() analyze.Extra { return new(tcptrace.Tracker) })
	for c := range a.Connections() {
		key := c.Extra.(*tcptrace.Tracker).Result(&c.Connection).Key(&c.Connection)
		if len(waiting[key]) == 0 {
			continue
		}
		list = append(list, peer.Connection(c, waiting[key][0])...)
		waiting[key] = waiting[key][1:]
	}
	return list
}
