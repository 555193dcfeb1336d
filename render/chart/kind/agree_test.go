package kind

import (
	"bytes"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/table"
)

type row = map[string]string

// printed is a connection as a chart has it, and as the commands segments,
// summary and states print it.
type printed struct {
	*Trace
	segments    []row
	byFrame     map[string]row
	summary     row
	transitions []row
}

// told reads a capture for all of them.
func told(t *testing.T, path string) (list []*printed) {
	t.Helper()
	open := map[int]*printed{}
	segments, summary, states := table.Segments(table.CSV), table.Summary(table.CSV), table.NewTransitions(table.CSV)
	lines := map[int][]byte{}
	for s, c := range analyzetest.Open(t, path, analyze.Options{}).Walk() {
		if s != nil {
			n := s.Step.Conn.Number
			if open[n] == nil {
				open[n] = &printed{Trace: &Trace{File: path}, byFrame: map[string]row{}}
				lines[n] = segments.Header(nil)
			}
			open[n].Add(s)
			lines[n] = segments.Append(lines[n], &table.Segment{File: path, Segment: s})
			continue
		}
		p, told := open[c.Number], &table.Connection{File: path, Connection: c}
		p.Conn = c
		p.segments = readCSV(t, lines[c.Number])
		for _, r := range p.segments {
			p.byFrame[r["frame"]] = r
		}
		p.summary = readCSV(t, summary.Append(summary.Header(nil), told))[0]
		p.transitions = readCSV(t, states.Append(states.Header(nil), told))
		list = append(list, p)
	}
	return list
}

// agreements are what the points of each kind are held to.
var agreements = map[string]func(t *testing.T, p *printed, side string, points []row) (compared int){
	"stevens":       pointwise(map[string]string{"segments": "rel_seq"}),
	"tcptrace":      agreeTcptrace,
	"in-flight":     pointwise(map[string]string{"in flight": "in_flight", "pipe (RFC 6675)": "pipe", "receive window": "rwnd", "cwnd, at least": "cwnd", "cwnd, estimated": "cwnd", "ssthresh": "ssthresh"}),
	"throughput":    agreeRates,
	"rtt":           pointwise(map[string]string{"samples": "rtt_s", "smoothed (RFC 6298)": "srtt_s", "time-out (RFC 6298)": "rto_s"}),
	"rtt-cdf":       agreeCDF,
	"segment-sizes": pointwise(map[string]string{"segments": "len"}),
	"window":        agreeWindow,
	"states":        agreeStates,
	"limits":        agreeLimits,
	"limit-shares":  agreeShares,
}

// TestAgreesWithTables draws every kind of every connection of captures, and
// holds all points to what the commands print.
func TestAgreesWithTables(t *testing.T) {
	paths, err := filepath.Glob("../../../testdata/lab/*/client.pcapng.gz")
	if err != nil || len(paths) < 30 {
		t.Fatal(len(paths), err)
	}
	for _, shared := range []string{"captures/kernel-logged/5pc_100ms.pcap", "captures/kernel-logged/1pc_500ms.pcap", "captures/odd", "captures/public/blitz_tcptrace__urgent.pcap"} {
		list, err := pcapfile.Expand([]string{testneed.Shared(t, shared)})
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, list...)
	}
	compared := map[string]int{}
	for i, path := range paths {
		if few := 3; i%2 != 0 || testing.Short() && i%few != 0 {
			continue
		}
		for _, p := range told(t, path) {
			for name, agree := range agreements {
				compared[name] += hold(t, p, name, agree)
			}
		}
	}
	for name := range agreements {
		if compared[name] < 10 {
			t.Errorf("%s: compared %d points only", name, compared[name])
		}
	}
	for _, k := range Kinds() {
		if agreements[k.Name] == nil && !k.Ledger {
			t.Errorf("%s: nothing holds its points to a table", k.Name)
		}
	}
}

// hold draws a kind for each side, where it has something to draw.
func hold(t *testing.T, p *printed, name string, agree func(*testing.T, *printed, string, []row) int) (compared int) {
	t.Helper()
	for _, sides := range []Sides{Client, Server} {
		r := request(t, name)
		r.Sides = sides
		f, err := r.Draw(p.Trace)
		if err != nil {
			continue
		}
		var b bytes.Buffer
		if err := f.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		if n := agree(t, p, sides.String(), readCSV(t, b.Bytes())); n >= 0 {
			compared += n
		} else {
			t.Errorf("%s, connection %d, %s of the %s differs", p.File, p.Conn.Number, name, sides)
		}
	}
	return compared
}

// pointwise holds the points of series to a column of the segment with their
// frame number.
func pointwise(columns map[string]string) func(*testing.T, *printed, string, []row) int {
	return func(t *testing.T, p *printed, _ string, points []row) (n int) {
		for _, pt := range points {
			column, known := columns[pt["series"]]
			if !known {
				t.Errorf("a series %q that no table has", pt["series"])
			}
			if pt["y"] == "" {
				continue // a break of the line
			}
			if s := p.byFrame[pt["frame"]]; pt["y"] != s[column] || pt["x"] != s["t_s"] {
				t.Errorf("%s, frame %s: %s at %s, but segments says %s %s at %s", pt["series"], pt["frame"], pt["y"], pt["x"], column, s[column], s["t_s"])
				return -1
			}
			n++
		}
		return n
	}
}

// agreeTcptrace: bars reach from the sequence number over the payload, SYN and
// FIN; steps are the acknowledgement, and where its window ends.
func agreeTcptrace(t *testing.T, p *printed, _ string, points []row) (n int) {
	top := 0.0
	for _, pt := range points {
		s := p.byFrame[pt["frame"]]
		y, low, high := number(pt["y"]), number(pt["low"]), number(pt["high"])
		ok := pt["x"] == s["t_s"]
		switch pt["series"] {
		case "acknowledged":
			top = max(top, number(s["rel_ack"]))
			ok = ok && y == top
		case "end of the window":
			ok = ok && (y-number(s["rel_ack"]) == scaled(p, s) || s["rwnd"] == "")
		case "SACK":
			ok = ok && low < high && low >= number(s["rel_ack"])
		case "window closed":
			ok = ok && y == number(s["rel_ack"]) && s["win"] == "0"
		default:
			long := number(s["len"])
			for _, flag := range []string{"SYN", "FIN"} {
				if strings.Contains(s["flags"], flag) {
					long++
				}
			}
			ok = ok && y == number(s["rel_seq"]) && low == y && high == y+long && (pt["series"] == "segments") == (s["cause"] == "")
		}
		if !ok {
			t.Errorf("%v, but segments says %v", pt, s)
			return -1
		}
		n++
	}
	return n
}

func agreeWindow(t *testing.T, p *printed, _ string, points []row) (n int) {
	for _, pt := range points {
		s := p.byFrame[pt["frame"]]
		if pt["x"] != s["t_s"] || number(pt["y"]) != scaled(p, s) {
			t.Errorf("%v, but segments says %v", pt, s)
			return -1
		}
		n++
	}
	return n
}

// scaled is the window of a segment, with the scale that summary tells.
func scaled(p *printed, s row) float64 {
	scale := p.summary[s["from"]+"_window_scale"]
	if strings.Contains(s["flags"], "SYN") || scale == "" {
		return number(s["win"])
	}
	return number(s["win"]) * math.Exp2(number(scale))
}

// agreeRates adds up what segments says was sent in the window before each point.
// A segment within a sixty-fourth of the window of one before counts with it.
func agreeRates(t *testing.T, p *printed, side string, points []row) (n int) {
	const grains = 64
	v := request(t, "throughput").newView([]*Trace{p.Trace})
	window := v.niceWindow().Seconds()
	for _, pt := range points {
		if pt["series"] != "throughput" {
			continue
		}
		x, y := number(pt["x"]), number(pt["y"])
		least, most := 0.0, 0.0
		for _, s := range p.segments {
			at, long := number(s["t_s"]), number(s["len"])
			if s["from"] != side || strings.Contains(s["marks"], "duplicate") {
				continue
			}
			if at > x-window*(1-1.0/grains)+1e-9 && at < x-1e-9 {
				least += long
			}
			if at > x-window*(1+1.0/grains)-1e-9 && at < x+1e-9 {
				most += long
			}
		}
		if y < least*8/window*(1-1e-9) || y > most*8/window*(1+1e-9) {
			t.Errorf("throughput %g at %g s, but segments says %g to %g", y, x, least*8/window, most*8/window)
			return -1
		}
		n++
	}
	return n
}

// agreeCDF sorts the round trips of segments.
func agreeCDF(t *testing.T, p *printed, side string, points []row) (n int) {
	var want []float64
	for _, s := range p.segments {
		if s["rtt_s"] != "" && s["from"] != side {
			want = append(want, number(s["rtt_s"]))
		}
	}
	slices.Sort(want)
	points = points[1:] // the foot of the curve
	if len(points) != len(want) {
		t.Errorf("%d samples, but segments has %d", len(points), len(want))
		return -1
	}
	for i, pt := range points {
		if number(pt["x"]) != want[i] || math.Abs(number(pt["y"])-float64(i+1)/float64(len(want))) > 1e-9 {
			t.Errorf("sample %d is %s (%s), segments says %g", i, pt["x"], pt["y"], want[i])
			return -1
		}
	}
	return len(want)
}

// agreeStates: the spans of a lane are the states before, between and after the
// transitions, and their borders are the bounds of these.
func agreeStates(t *testing.T, p *printed, _ string, points []row) (n int) {
	for _, side := range reconstruct.Sides {
		var spans, steps []row
		for _, pt := range points {
			if pt["series"] == side.String() {
				spans = append(spans, pt)
			}
		}
		for _, s := range p.transitions {
			if s["side"] == side.String() && s["alternative"] == "0" {
				steps = append(steps, s)
			}
		}
		if len(steps) == 0 {
			continue
		}
		if len(spans) != len(steps)+1 {
			t.Errorf("%s: %d spans for %d transitions", side, len(spans), len(steps))
			return -1
		}
		for i, s := range steps {
			before, after := spans[i], spans[i+1]
			late, early := number(s["latest_s"]), number(s["earliest_s"])
			ok := before["text"] == s["from"] && after["text"] == s["to"]
			if s["latest_s"] != "" && s["earliest_s"] != "" && late >= number(before["x"]) {
				ok = ok && near(number(before["high"]), late) && near(number(after["x"]), late) && near(number(after["low"]), max(early, number(before["x"])))
			}
			if !ok {
				t.Errorf("%s, step %d: %v and %v, but states says %v", side, i+1, before, after, s)
				return -1
			}
			n++
		}
	}
	return n
}

// agreeLimits: each span ends with a segment, and all of them last as long as
// summary says.
func agreeLimits(t *testing.T, p *printed, side string, points []row) (n int) {
	ends := map[string]bool{}
	for _, s := range p.segments {
		ends[s["t_s"]] = ends[s["t_s"]] || s["limit"] != ""
	}
	lasted, whole := map[string]float64{}, 0.0
	for _, pt := range points {
		if !ends[pt["high"]] {
			t.Errorf("%v, but segments has none at its end", pt)
			return -1
		}
		long := number(pt["high"]) - number(pt["low"])
		lasted[pt["text"]] += long
		whole += long
		n++
	}
	for name, long := range lasted {
		if share := number(p.summary[side+"_limits_"+name]); math.Abs(long/whole-share) > 1e-3 {
			t.Errorf("limited by %s for %g of the time, but summary says %g", name, long/whole, share)
			return -1
		}
	}
	return n
}

func agreeShares(t *testing.T, p *printed, side string, points []row) (n int) {
	for _, pt := range points {
		long := number(pt["high"]) - number(pt["low"])
		if share := number(p.summary[side+"_limits_"+pt["text"]]); math.Abs(long-share) > 1e-3 {
			t.Errorf("%v, but summary says %g", pt, share)
			return -1
		}
		n++
	}
	return n
}

// TestOverviewAgreesWithSummary: each line reaches from a connection's first to
// its last packet, among those that ended as summary says.
func TestOverviewAgreesWithSummary(t *testing.T) {
	named := map[string]string{
		"client-first": "closed by the client first", "server-first": "closed by the server first", "simultaneous": "closed by both at once",
		"reset-by-client": "reset by the client", "reset-by-server": "reset by the server", "half-closed": "one FIN only",
		"open": "open at the end", "none": "never open", "unknown": "unknown",
	}
	for _, name := range []string{"short-connections", "port-reuse", "http", "refused"} {
		list := told(t, "../../../testdata/lab/"+name+"/client.pcapng.gz")
		var lives []Life
		for _, p := range list {
			lives = append(lives, LifeOf(p.Conn))
		}
		f, err := Overview(name, lives, &Request{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := f.WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		lines := map[string]row{}
		for _, r := range readCSV(t, b.Bytes()) {
			if r["panel"] != "Connections at once" {
				lines[r["frame"]] = r
			}
		}
		began := list[0].Conn.Start
		for _, p := range list {
			r := lines[strconv.FormatInt(int64(p.Conn.First), 10)]
			from := p.Conn.Start.Sub(began).Seconds()
			if r["series"] != named[p.summary["close"]] || !near(number(r["low"]), from) || !near(number(r["high"])-number(r["low"]), number(p.summary["duration_s"])) {
				t.Errorf("%s, connection %d: %v, but summary says %v and %v s", name, p.Conn.Number, r, p.summary["close"], p.summary["duration_s"])
			}
		}
		if len(lines) != len(list) {
			t.Errorf("%s: %d lines for %d connections", name, len(lines), len(list))
		}
	}
}

func near(a, b float64) bool { return math.Abs(a-b) < 2e-9 }

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.NaN()
	}
	return v
}

// TestPointsAreDocumented finds every series of every kind among its Points.
func TestPointsAreDocumented(t *testing.T) {
	for _, k := range Kinds() {
		if len(k.Points) == 0 {
			t.Errorf("%s: nothing says what its points are", k.Name)
		}
		if k.Ledger {
			continue
		}
		said := ""
		for _, p := range k.Points {
			said += strings.ReplaceAll(p.Series, "; ", ", ") + ", "
		}
		var b bytes.Buffer
		if err := figure(t, request(t, k.Name), traces(t, "transfer")...).WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		for _, r := range readCSV(t, b.Bytes()) {
			if !strings.Contains(said, r["series"]+", ") {
				t.Errorf("%s: nothing says what %q is", k.Name, r["series"])
			}
		}
	}
}
