package ladder

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
	"github.com/flowstate-tcp/flowstate/render/table"
)

var update = flag.Bool("update", false, "write the golden files anew")

// climb is a connection that was recorded.
type climb struct {
	*Recorder
	conn *analyze.Connection
}

// climbs records the connections of a capture with recorders like r.
func climbs(t testing.TB, path string, r Recorder) (list []climb) {
	t.Helper()
	open := map[int]*Recorder{}
	for s, c := range analyzetest.Open(t, path, analyze.Options{}).Walk() {
		if c != nil {
			list = append(list, climb{open[c.Number], c})
			continue
		}
		if open[s.Conn.Number] == nil {
			fresh := r
			open[s.Conn.Number] = &fresh
		}
		open[s.Conn.Number].Add(s)
	}
	return list
}

func lab(name string) string {
	return filepath.Join("../../testdata/lab", name, "client.pcapng.gz")
}

func fonts(t testing.TB) *scene.Fonts {
	f, err := scene.NewFonts()
	if err != nil {
		t.Fatal(err)
	}
	return &f
}

func TestGolden(t *testing.T) {
	f := fonts(t)
	for _, test := range []struct {
		name, lab string
		recorder  Recorder
		options   Options
		size      chart.Size
	}{
		{name: "client-first", lab: "termination"},
		{name: "half-close", lab: "half-close", size: chart.OneColumn},
		{name: "simultaneous-close", lab: "simultaneous-close", recorder: Recorder{Part: Closing}},
		{name: "simultaneous-open", lab: "simultaneous-open", recorder: Recorder{Part: Opening}},
		{name: "refused", lab: "refused", options: Options{Axis: Scaled, Raw: true}},
		{name: "reset", lab: "reset-unread-server"},
		{name: "folded", lab: "benchmark-20ms", options: Options{Rows: 12}},
		{name: "retransmitted", lab: "linux-loss", options: Options{Rows: 20}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.options.File = test.name + ".pcap"
			test.options.Command = "flowstate ladder " + test.options.File
			c := climbs(t, lab(test.lab), test.recorder)[0]
			l := c.Ladder(c.conn, test.options)
			compare(t, test.name+".svg", func(w io.Writer) error { return l.Draw(f, test.size).Write(w, scene.SVG, f) })
			compare(t, test.name+".csv", l.WriteCSV)
			compare(t, test.name+".caption", l.WriteCaption)
			if test.name == "refused" {
				compare(t, test.name+".tex", func(w io.Writer) error { return l.WriteLaTeX(w, f, test.size, test.name) })
			}
			compare(t, test.name+".txt", func(w io.Writer) error { return l.WriteText(w, Unicode) })
		})
	}
}

// compare compares what write writes, twice, with a golden file.
func compare(t *testing.T, name string, write func(io.Writer) error) {
	t.Helper()
	var got, again bytes.Buffer
	if err := errors.Join(write(&got), write(&again)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), again.Bytes()) {
		t.Errorf("%s: two runs differ", name)
	}
	testneed.Golden(t, filepath.Join("testdata", name), got.Bytes(), *update)
}

// captures are those of the labs and the odd ones.
func captures(t *testing.T) (paths []string) {
	for _, pattern := range []string{"../../testdata/lab/*/*.pcapng.gz", "../../testdata/*.pcap"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	return paths
}

func TestNothingOverlaps(t *testing.T) {
	paths := captures(t)
	if len(paths) < 60 {
		t.Fatalf("%d captures only", len(paths))
	}
	drawEach(t, paths)
}

func TestNothingOverlapsInOddCaptures(t *testing.T) {
	odd, err := filepath.Glob(filepath.Join(testneed.Shared(t, "captures/odd"), "*.pcap*"))
	if err != nil || len(odd) < 30 {
		t.Fatal(len(odd), err)
	}
	drawEach(t, odd)
}

func drawEach(t *testing.T, paths []string) {
	f := fonts(t)
	for _, path := range paths {
		for n, c := range climbs(t, path, Recorder{}) {
			if n == 2 {
				break // captures of many small ones hold nothing new
			}
			for k, o := range []Options{{}, {Axis: Scaled, Rows: 40, Raw: true}, {Axis: Even, Rows: 8}} {
				fresh := *c.Recorder
				o.File = path
				l := fresh.Ladder(c.conn, o)
				for _, size := range []chart.Size{chart.TwoColumn, chart.OneColumn}[:1+k%2] {
					name := fmt.Sprintf("%s, connection %d, %v, %v", path, c.conn.Number, o, size)
					inspect(t, name, l.Draw(f, size))
				}
				checkText(t, l)
			}
		}
	}
}

// inspect finds texts that touch each other or leave the page.
func inspect(t *testing.T, name string, s *scene.Scene) {
	t.Helper()
	if wrong := s.Check(); len(wrong) > 0 {
		t.Errorf("%s: %v", name, wrong)
	}
	var texts []scene.Mark
	var boxes []scene.Rect
	for _, m := range s.Marks {
		if m.Text == "" {
			continue
		}
		box := scene.Corners(scene.Pt(m.At.X, m.At.Y-m.Size*0.7), scene.Pt(m.At.X+m.Width-0.1, m.At.Y+m.Size*0.15))
		for i, other := range boxes {
			if box.Overlaps(other) {
				t.Errorf("%s: %q lies on %q", name, m.Text, texts[i].Text)
			}
		}
		texts, boxes = append(texts, m), append(boxes, box)
	}
}

// checkText finds lines that are too long for a page.
func checkText(t *testing.T, l *Ladder) {
	t.Helper()
	var b bytes.Buffer
	if err := l.WriteText(&b, ASCII); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if len(line) > 101 || strings.IndexFunc(line, func(r rune) bool { return r > 0x7e }) >= 0 {
			t.Errorf("%s: %q", l.Title(), line)
		}
	}
}

// Whatever is folded, segments and bytes add up, and memory does not grow.
func TestFoldsKeepSums(t *testing.T) {
	for _, rows := range []int{0, 8, 9, 30, 200} {
		for _, c := range climbs(t, lab("linux-loss"), Recorder{MaxRows: rows}) {
			if n := len(c.items); n > 4*max(rows, leastKept) {
				t.Errorf("%d items are kept for %d rows", n, rows)
			}
			l := c.Ladder(c.conn, Options{Rows: rows})
			if rows > 0 && len(l.Items) > rows {
				t.Errorf("%d rows instead of %d", len(l.Items), rows)
			}
			var segments, octets int64
			last := int64(0)
			for _, i := range l.Items {
				first, end, n, size := i.sums()
				segments, octets = segments+n, octets+size
				if first <= last {
					t.Errorf("frame %d stands after %d", first, last)
				}
				last = end
			}
			if want := c.conn.Packets(); segments != want || octets != c.conn.Half[0].Payload+c.conn.Half[1].Payload {
				t.Errorf("%d rows show %d segments of %d, %d bytes", rows, segments, want, octets)
			}
			if first := l.Items[0].Row; first == nil || first.Frame != c.conn.First {
				t.Errorf("%d rows do not begin with the SYN", rows)
			}
		}
	}
}

func (i *Item) sums() (first, last, segments, octets int64) {
	if i.Row != nil {
		return int64(i.Row.Frame), int64(i.Row.Frame), 1, int64(i.Row.Len)
	}
	return int64(i.Fold.First), int64(i.Fold.Last), i.Fold.Segments(), i.Fold.Bytes()
}

// The rows say what "flowstate segments" says of the same frames.
func TestRowsAgreeWithSegments(t *testing.T) {
	paths := []string{lab("linux-zero-window"), lab("linux-loss"), lab("half-close"), lab("short-connections"), lab("benchmark-ipv6")}
	odd, err := pcapfile.Expand([]string{testneed.Shared(t, "captures/odd")})
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, path := range append(paths, odd...) {
		want := segmentsByConnection(t, path)
		for _, c := range climbs(t, path, Recorder{}) {
			var b bytes.Buffer
			if err := c.Ladder(c.conn, Options{Rows: 100}).WriteCSV(&b); err != nil {
				t.Fatal(err)
			}
			for frame, row := range byFrame(t, b.Bytes()) {
				rows++
				for _, column := range []string{"t_s", "from", "flags", "seq", "rel_seq", "len", "ack", "rel_ack", "win", "marks", "cause", "of_frame"} {
					if w := want[c.conn.Number][frame]; row[column] != w[column] {
						t.Errorf("%s, frame %s: %s is %q, segments say %q", path, frame, column, row[column], w[column])
					}
				}
			}
		}
	}
	if rows < 500 {
		t.Errorf("%d rows only", rows)
	}
}

// segmentsByConnection is what "flowstate segments" says, by frame number.
func segmentsByConnection(t *testing.T, path string) map[int]map[string]map[string]string {
	t.Helper()
	src, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	writer := table.Segments(table.CSV)
	whole := map[int][]byte{}
	for s := range analyze.New(src, analyze.Options{}).Segments() {
		n := s.Step.Conn.Number
		if whole[n] == nil {
			whole[n] = writer.Header(nil)
		}
		whole[n] = writer.Append(whole[n], &table.Segment{File: path, Segment: s})
	}
	said := map[int]map[string]map[string]string{}
	for n, text := range whole {
		said[n] = byFrame(t, text)
	}
	return said
}

// byFrame reads a table, without its folds.
func byFrame(t *testing.T, data []byte) map[string]map[string]string {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]map[string]string{}
	for _, line := range lines[1:] {
		row := map[string]string{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		if row["kind"] != "fold" {
			rows[row["frame"]] = row
		}
	}
	return rows
}

// An arrow never ends before it begins, nor after what acknowledges it was sent.
func TestArrowsKeepCauseBeforeEffect(t *testing.T) {
	slanted := 0
	for _, path := range captures(t) {
		for _, c := range climbs(t, path, Recorder{}) {
			l := c.Ladder(c.conn, Options{})
			for n, i := range l.Items {
				r := i.Row
				if r == nil {
					continue
				}
				if r.Sent > r.At || r.At > r.Got {
					t.Errorf("%s, frame %d: sent %v, seen %v, received %v", path, r.Frame, r.Sent, r.At, r.Got)
				}
				if r.Got > r.Sent {
					slanted++
				}
				for _, j := range l.Items[n:] {
					ack := j.Row
					if ack != nil && ack.From != r.From && ack.HasAck && r.RelEnd > r.RelSeq && r.Fate == Arrived &&
						ack.RelAck >= r.RelEnd && ack.Sent < r.Got-time.Microsecond && ack.At > r.At {
						t.Errorf("%s: frame %d was received %v, and acknowledged by %d %v", path, r.Frame, r.Got, ack.Frame, ack.Sent)
					}
				}
			}
		}
	}
	if slanted < 500 {
		t.Errorf("%d arrows slant only", slanted)
	}
}

func TestHostileNamesStayText(t *testing.T) {
	f := fonts(t)
	c := climbs(t, lab("termination"), Recorder{})[0]
	l := c.Ladder(c.conn, Options{File: "</text><script>alert(1)</script>\x1b[2J\u202e.pcap"})
	var svg, text, tex bytes.Buffer
	if err := errors.Join(l.WriteLaTeX(&tex, f, chart.TwoColumn, `a\input{/etc/passwd}`), l.Draw(f, chart.TwoColumn).Write(&svg, scene.SVG, f), l.WriteText(&text, Unicode)); err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for d := xml.NewDecoder(&svg); ; {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			names[e.Name.Local] = true
		}
	}
	if names["script"] || !names["path"] {
		t.Error("elements:", names)
	}
	if strings.Contains(tex.String(), "\\input") || strings.ContainsAny(tex.String(), "\x1b\u202e") {
		t.Error(tex.String())
	}
	if strings.ContainsAny(text.String(), "\x1b\u202e") {
		t.Errorf("%q", text.String())
	}
}

func TestParseFrames(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"3:17", "3:17"}, {"3-17", "3:17"}, {"100:", "100:"}, {":20", ":20"}, {"5:5", "5:5"},
		{"", ""}, {":", ""}, {"7", ""}, {"9:3", ""}, {"-1:3", ""}, {"0:3", ""}, {"a:b", ""},
	} {
		got, err := ParseFrames(test.text)
		if got.String() != test.want || (err == nil) != (test.want != "") {
			t.Errorf("%q gives %q, %v; want %q", test.text, got, err, test.want)
		}
	}
	if got := slices.Concat(Parts(), Axes()); len(got) != 6 {
		t.Error(got)
	}
}
