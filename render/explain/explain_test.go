package explain

import (
	"bytes"
	"encoding/json"
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/render/ladder"
)

var update = flag.Bool("update", false, "write the golden files anew")

// documents explains every connection of a capture, in the order in which they
// end, and its ICMP errors.
func documents(t *testing.T, path string) (list []*Document) {
	t.Helper()
	open := map[int]*ladder.Recorder{}
	a := analyzetest.Open(t, path, analyze.Options{})
	for s, c := range a.Walk() {
		if c != nil {
			list = append(list, Connection(filepath.Base(path), c, open[c.Number].Ladder(c, Rows())))
			continue
		}
		if open[s.Conn.Number] == nil {
			open[s.Conn.Number] = new(ladder.Recorder)
		}
		open[s.Conn.Number].Add(s)
	}
	if d := ICMP(filepath.Base(path), a.Findings()); d != nil {
		list = append(list, d)
	}
	return list
}

func lab(name string) string { return filepath.Join("../../testdata/lab", name+".pcapng.gz") }

func write(t *testing.T, list []*Document, f Format) string {
	t.Helper()
	var b bytes.Buffer
	for _, d := range list {
		if err := d.Write(&b, f); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Every sentence of these was read and compared with the capture.
func TestGolden(t *testing.T) {
	for _, c := range []struct {
		capture string
		format  Format
	}{
		{"termination/client", Text},
		{"termination/server", Markdown},
		{"simultaneous-close/server", Text},
		{"simultaneous-open/client", Text},
		{"half-close/client", Text},
		{"refused/client", Text},
		{"refused/server", JSON},
		{"unanswered/client", Text},
		{"reset-by-server/server", Text},
		{"udp-closed/client", Text},
		{"linux-loss/client", Text},
		{"linux-zero-window/client", Text},
		{"linux-nagle/server", Markdown},
		{"linux-keep-alive/client", Text},
		{"benchmark-reorder/client", Text},
	} {
		golden := filepath.Join("testdata", strings.ReplaceAll(c.capture, "/", "-")+"."+c.format.String())
		got := write(t, documents(t, lab(c.capture)), c.format)
		testneed.Golden(t, golden, []byte(got), *update)
	}
}

// Whatever was captured, text keeps to 80 columns and JSON is one valid line.
func TestEveryLabCapture(t *testing.T) {
	paths, err := filepath.Glob(lab("*/client"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d captures, %v", len(paths), err)
	}
	for _, path := range paths {
		for _, d := range documents(t, path) {
			list := []*Document{d}
			for line := range strings.Lines(write(t, list, Text)) {
				if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > columns {
					t.Errorf("%s: longer than %d columns: %s", path, columns, line)
				}
			}
			var back Document
			if err := json.Unmarshal([]byte(write(t, list, JSON)), &back); err != nil || len(back.Sections) != len(d.Sections) {
				t.Errorf("%s: %d sections of %d in JSON, %v", path, len(back.Sections), len(d.Sections), err)
			}
			for _, s := range d.Sections {
				for _, l := range s.Lines {
					if !strings.HasSuffix(l, ".") {
						t.Errorf("%s: not a sentence: %q", path, l)
					}
				}
			}
		}
	}
}

// A name from outside controls no terminal and becomes no Markdown.
func TestHostileWords(t *testing.T) {
	d := &Document{Title: "\x1b[31m<script>alert(1)</script>\n# x [a](http://b) ![i](www.c) `q` *b* \u202ea&amp;"}
	d.Add("id", "Section", "line\n\n# heading | cell")
	var text, md bytes.Buffer
	if err := d.Write(&text, Text); err != nil {
		t.Fatal(err)
	}
	if err := d.Write(&md, Markdown); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b", "\u202e", "\n# "} {
		if strings.Contains(text.String(), bad) || strings.Contains(md.String(), bad) {
			t.Errorf("%q passes:\n%s\n%s", bad, &text, &md)
		}
	}
	want := "## \\[31m&lt;script\\>alert(1)&lt;/script\\> \\# x \\[a\\](http\\://b) \\!\\[i\\](www\\.c) \\`q\\` \\*b\\* a&amp;amp;\n" +
		"\n### Section\n\n- line \\# heading \\| cell\n\n"
	if md.String() != want {
		t.Errorf("got  %q\nwant %q", md.String(), want)
	}
}

// A sum that passes the end of the sequence space says so.
func TestSumAcrossTheWrap(t *testing.T) {
	teller := &teller{}
	for _, c := range []struct {
		seq  uint32
		want string
	}{
		{0xffffffff, "Frame 9, client, PSH,ACK: 4294967295 + 10 (data) = 9 (modulo 2^32)."},
		{1000, "Frame 9, client, PSH,ACK: 1000 + 10 (data) = 1010."},
	} {
		r := &ladder.Row{Frame: 9, Seq: c.seq, Len: 10, Flags: decode.PSH | decode.ACK, Whole: true}
		teller.items = []ladder.Item{{Row: r}}
		if got := teller.sum(0, r); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, name := range Formats() {
		if f, err := ParseFormat(name); err != nil || f.String() != name {
			t.Errorf("%s: %v, %v", name, f, err)
		}
	}
	if _, err := ParseFormat("xml"); err == nil {
		t.Error("xml is taken")
	}
}

// What is told of a sender at the tap, from a result that no analysis made.
func TestSending(t *testing.T) {
	bulk := limit.Result{
		Known: true, MaxCwnd: 14480, Estimate: true, Recoveries: 2, Recovering: 300 * time.Millisecond, Timeouts: 1,
		SlowStart: limit.Exit{Why: limit.Loss, Frame: 9, Time: 1_500_000_000, Bytes: 20000},
	}
	bulk.Time[limit.Cwnd], bulk.Time[limit.Rwnd] = 3*time.Second, time.Second
	idle := limit.Result{Known: true}
	idle.Time[limit.App] = time.Second
	hidden := limit.Result{Known: true}
	hidden.Time[limit.Unknown] = time.Second
	for _, c := range []struct {
		name string
		tap  state.Vantage
		of   limit.Result
		want []string
	}{
		{"bulk", state.VantageClient, bulk, []string{
			"What kept the client from sending more, by time, of 4.000000 s: 75.0 % its congestion window, 25.0 % its peer's receive window.",
			"It sent 2896 octets in 2 segments before the first acknowledgement of data: the initial window (RFC 6928).",
			"Its congestion window was about 14480 octets at its largest. No header carries it: it is what was on the way while it bound (RFC 5681).",
			"Its slow start (RFC 5681 3.1) ended at frame 9, 0.500000 s, after 20000 octets: a fast retransmission, with which a sender answers a loss.",
			"Recoveries (RFC 6675): 2, 0.300000 s in all. Time-outs, back-offs not counted: 1.",
		}},
		{"idle", state.VantageClient, idle, []string{
			"What kept the client from sending more, by time, of 1.000000 s: 100.0 % its application, which had nothing to send.",
			"Its congestion window did not hold it back, so that it does not show.",
		}},
		{"far", state.VantageServer, bulk, []string{
			"What kept the client from sending more, by time, of 4.000000 s: 75.0 % its congestion window, 25.0 % its peer's receive window.",
			"The congestion window of the client is not told: it shows in what the sender has on the way, and the tap is not known to be there.",
		}},
		{"hidden", state.VantageServer, hidden, []string{"What kept the client from sending more is not told: it takes a tap at its side."}},
		{"silent", state.VantageClient, limit.Result{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := &analyze.Connection{}
			conn.Start, conn.Half[0].Unique, conn.States.Vantage = 1_000_000_000, 1000, c.tap
			conn.Sides[0].Limit = c.of
			conn.Sides[0].Behaviour.Initial = behaviour.Initial{Known: true, Octets: 2896, Segments: 2, Exact: true}
			if got := (&teller{Connection: conn}).sending(); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
