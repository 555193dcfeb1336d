package kind

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"github.com/flowstate-tcp/flowstate/render/chart"
	"github.com/flowstate-tcp/flowstate/render/scene"
)

var update = flag.Bool("update", false, "write the golden files anew")

// reader opens a scenario of this package, or a capture of the project.
func reader(t testing.TB, name string) analyze.Source {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".txt"))
	if err != nil {
		data, err = os.ReadFile(filepath.Join("../../../testdata", name+".txt"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return scenariotest.Reader(t, string(data))
}

// traces are the connections of a capture.
func traces(t testing.TB, name string) (list []*Trace) {
	t.Helper()
	open := map[int]*Trace{}
	for s, c := range analyze.New(reader(t, name), analyze.Options{}).Walk() {
		switch {
		case c != nil:
			open[c.Number].Conn = c
			list = append(list, open[c.Number])
		case open[s.Conn.Number] == nil:
			open[s.Conn.Number] = &Trace{File: name + ".pcap", Name: name}
			fallthrough
		default:
			open[s.Conn.Number].Add(s)
		}
	}
	return list
}

// lives are the connections of captures, begun 50 ms after each other.
func lives(t testing.TB, names ...string) (list []Life) {
	for _, name := range names {
		for c := range analyze.New(reader(t, name), analyze.Options{}).Connections() {
			l := LifeOf(c)
			l.Number = len(list)
			l.End = l.End - l.Start + capture.Timestamp(50*time.Millisecond)*capture.Timestamp(l.Number)
			l.Start = capture.Timestamp(50*time.Millisecond) * capture.Timestamp(l.Number)
			list = append(list, l)
		}
	}
	return list
}

func request(t testing.TB, kinds string) *Request {
	t.Helper()
	list, err := Parse(kinds)
	if err != nil {
		t.Fatal(err)
	}
	return &Request{Kinds: list, Command: "flowstate plot"}
}

// figure draws kinds of a capture's first connection.
func figure(t testing.TB, r *Request, list ...*Trace) *chart.Figure {
	t.Helper()
	f, err := r.Draw(list...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

type named struct {
	name string
	size chart.Size
	*chart.Figure
	many bool // too many points to keep them as a golden file
}

// setLimits replaces what package limit thinks of a connection, which is a matter
// of judgement and gets better, by something of every sort.
func setLimits(t *Trace) {
	most := int64(0)
	for i := range t.Rows {
		r := &t.Rows[i]
		most = max(most, r.Pipe)
		r.LimitKnown, r.Judged, r.Limit = true, true, limit.Limit(5*i/len(t.Rows))
		r.Verdict = r.Limit
		r.PhaseKnown, r.Phase = true, limit.Phase(4*i/len(t.Rows))
		r.Cwnd, r.Estimate = most, i < len(t.Rows)/2
		r.Ssthresh = 0
		if !r.Estimate {
			r.Ssthresh = most / 2
		}
	}
	for s := range t.Conn.Sides {
		r := &t.Conn.Sides[s].Limit
		*r = limit.Result{Known: true}
		for l := range r.Time {
			r.Time[l] = time.Duration(l+1) * time.Millisecond
		}
		middle := t.Rows[len(t.Rows)/4].At
		r.SlowStart = limit.Exit{Why: limit.Loss, Time: t.Conn.Start + capture.Timestamp(middle)}
	}
}

// denseTrace is a connection of so many segments that lines turn within the width
// of their pen, and samples cover an area. One of them is far from the others,
// where far is given.
func denseTrace(like *Trace, far time.Duration) *Trace {
	t := &Trace{File: "dense.pcap", Conn: like.Conn}
	seed := uint64(1)
	draw := func(n uint64) int64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int64(seed >> 33 % n)
	}
	const segments = 12000
	length := like.Conn.End.Sub(like.Conn.Start)
	for i := range segments {
		at := length * time.Duration(i) / segments
		flight := 1000 * (1 + draw(20))
		sent := Row{At: at, Frame: int64(2*i + 1), Seq: int64(1000 * i), End: int64(1000*i + 1000), Len: 1000, InFlight: flight, Pipe: flight, FlightKnown: true}
		rtt := time.Duration(10+draw(30)+draw(30)) * time.Millisecond
		if i == segments/2 && far > 0 {
			rtt = far
		}
		acked := Row{At: at, Frame: int64(2*i + 2), From: 1, HasAck: true, Ack: sent.Seq, RTT: rtt, RTTKnown: true, SRTT: 40*time.Millisecond + time.Duration(draw(9))*time.Millisecond, RTO: time.Second}
		t.Rows = append(t.Rows, sent, acked)
	}
	return t
}

// figures are one of each kind, and what options change.
func figures(t testing.TB) (list []named) {
	transfer, web := traces(t, "transfer"), traces(t, "web-request")
	setLimits(transfer[0])
	setLimits(web[0])
	for _, k := range Kinds() {
		if !k.Ledger {
			list = append(list, named{name: k.Name, size: chart.TwoColumn, Figure: figure(t, request(t, k.Name), transfer...)})
		}
	}
	add := func(name string, size chart.Size, f *chart.Figure) {
		list = append(list, named{name: name, size: size, Figure: f})
	}
	add("tiny", chart.OneColumn, figure(t, request(t, "tcptrace,states"), web...))
	both := request(t, "stevens")
	both.Sides = Both
	add("both-sides", chart.OneColumn, figure(t, both, web...))
	overlay := request(t, "in-flight")
	add("overlay", chart.TwoColumn, figure(t, overlay, transfer[0], web[0]))
	closing := request(t, "tcptrace,states,rtt")
	closing.Zoom.Phase = Close
	add("close", chart.TwoColumn, figure(t, closing, transfer...))
	start := request(t, "tcptrace")
	start.Zoom.Phase, start.Log = SlowStart, false
	add("slow-start", chart.OneColumn, figure(t, start, transfer...))
	logarithmic := request(t, "rtt")
	logarithmic.Log = true
	add("log", chart.OneColumn, figure(t, logarithmic, transfer...))
	dense := request(t, "in-flight,rtt")
	add("dense", chart.OneColumn, figure(t, dense, denseTrace(transfer[0], 0)))
	add("rtt-cdf-far", chart.OneColumn, figure(t, request(t, "rtt-cdf"), denseTrace(transfer[0], time.Second)))
	list[len(list)-1].many, list[len(list)-2].many = true, true
	overview, err := Overview("all.pcap", lives(t, "transfer", "web-request", "half-close", "simultaneous-close", "refused-and-unreachable"), &Request{})
	if err != nil {
		t.Fatal(err)
	}
	add("connections", chart.TwoColumn, overview)
	return list
}

// readFonts reads the fonts once for all tests.
var readFonts = sync.OnceValues(func() (*scene.Fonts, error) {
	f, err := scene.NewFonts()
	return &f, err
})

func fonts(t testing.TB) *scene.Fonts {
	t.Helper()
	f, err := readFonts()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func render(t testing.TB, f *chart.Figure, size chart.Size, format scene.Format) []byte {
	t.Helper()
	var b bytes.Buffer
	fs := fonts(t)
	if err := f.Draw(fs, size).Write(&b, format, fs); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestGolden compares every kind with the file that was looked at.
func TestGolden(t *testing.T) {
	for _, f := range figures(t) {
		var points, caption bytes.Buffer
		if err := errors.Join(f.WriteCSV(&points), f.WriteCaption(&caption)); err != nil {
			t.Fatal(err)
		}
		for ending, got := range map[string][]byte{
			"svg": render(t, f.Figure, f.size, scene.SVG), "csv": points.Bytes(), "caption": caption.Bytes(),
		} {
			name := filepath.Join("testdata", f.name+"."+ending)
			if f.many && ending == "csv" {
				continue
			}
			testneed.Golden(t, name, got, *update)
		}
	}
}

// TestFits holds every figure to what can be checked without looking: nothing
// leaves the page, and no text lies on another.
func TestFits(t *testing.T) {
	for _, f := range figures(t) {
		for _, size := range []chart.Size{chart.OneColumn, chart.TwoColumn} {
			for _, wrong := range f.Draw(fonts(t), size).Check() {
				t.Errorf("%s, %s: %s", f.name, size, wrong)
			}
		}
	}
}

// TestSameBytes draws figures twice, each from the capture anew.
func TestSameBytes(t *testing.T) {
	first, second := figures(t), figures(t)
	for i := 0; i < len(first); i += 9 {
		for _, format := range []scene.Format{scene.SVG, scene.PNG, scene.PDF} {
			if !bytes.Equal(render(t, first[i].Figure, first[i].size, format), render(t, second[i].Figure, first[i].size, format)) {
				t.Errorf("%s as %s: two runs differ", first[i].name, format)
			}
		}
	}
}

func TestSVGIsXML(t *testing.T) {
	r := request(t, "stevens")
	r.Title = "</title><script>alert(1)</script> \x00\x1b[31m\xff\u202e & ' <b> ]]>"
	svg := render(t, figure(t, r, traces(t, "transfer")...), chart.OneColumn, scene.SVG)
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := tok.(xml.StartElement); ok && !slices.Contains([]string{"svg", "rect", "path", "text", "title"}, e.Name.Local) {
			t.Errorf("the SVG has an element %q that we never write", e.Name.Local)
		}
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"tsg": "tcptrace", "time-sequence-stevens": "stevens", "owin": "in-flight", "RTT, states": "rtt states", "window-scaling": "window",
		"tput": "throughput", "ssize": "segment-sizes", "cwnd": "in-flight", "rtt,owin": "rtt in-flight",
	} {
		list, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, k := range list {
			names = append(names, k.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{"", "pie", "rtt,rtt-cdf", "connections,rtt"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, k := range Kinds() {
		for _, n := range append([]string{k.Name}, k.Aliases...) {
			if seen[n] != "" {
				t.Errorf("%s names both %s and %s", n, seen[n], k.Name)
			}
			seen[n] = k.Name
		}
	}
}

// TestZoom checks which part of the time axis a zoom shows.
func TestZoom(t *testing.T) {
	stretch := func(text string) Stretch {
		s, err := ParseStretch(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for _, c := range []struct {
		zoom   Zoom
		lo, hi string // "" for none
	}{
		{Zoom{Time: stretch("0.1:0.2")}, "0.100", "0.200"},
		{Zoom{Frames: stretch("1:3")}, "-0.001", "0.041"},
		{Zoom{Bytes: stretch("1:1000")}, "0.039", "0.082"},
		{Zoom{Phase: Handshake}, "-0.001", "0.041"},
		{Zoom{Phase: Close}, "0.903", "0.946"},
		{Zoom{Frames: stretch("5k:")}, "", ""},
	} {
		r := request(t, "stevens")
		r.Zoom = c.zoom
		f, err := r.Draw(traces(t, "transfer")...)
		if (err != nil) != (c.lo == "") {
			t.Errorf("%+v: %v", c.zoom, err)
		}
		if err == nil && (fmt.Sprintf("%.3f", f.X.Range.Lo) != c.lo || fmt.Sprintf("%.3f", f.X.Range.Hi) != c.hi) {
			t.Errorf("%+v: %.3f to %.3f, want %s to %s", c.zoom, f.X.Range.Lo, f.X.Range.Hi, c.lo, c.hi)
		}
	}
	for _, text := range []string{"", ":", "5", "2:1", "a:b", "-1:2", "NaN:1"} {
		if _, err := ParseStretch(text); err == nil {
			t.Errorf("the stretch %q is taken", text)
		}
	}
}

// TestNothingToDraw asks for what a connection lacks; the error says why.
func TestNothingToDraw(t *testing.T) {
	refused := traces(t, "refused-and-unreachable")[0]
	for _, k := range Kinds() {
		if k.Ledger || k.Name == "states" || k.Name == "window" || strings.HasPrefix(k.Name, "rtt") || k.Name == "tcptrace" || k.Name == "in-flight" {
			continue
		}
		if _, err := request(t, k.Name).Draw(refused); err == nil || !strings.HasPrefix(err.Error(), "nothing to draw: ") {
			t.Errorf("%s of a refused connection: %v", k.Name, err)
		}
	}
}

func TestViewNamesStates(t *testing.T) {
	r := request(t, "states")
	r.View = state.ViewLinux
	var b bytes.Buffer
	if err := figure(t, r, traces(t, "transfer")...).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "SYN_SENT") {
		t.Error("states are not named as Linux does")
	}
}
