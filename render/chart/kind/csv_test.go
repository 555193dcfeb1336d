package kind

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// segmentsTable is what the command segments prints, by frame number and column.
func segmentsTable(t testing.TB, name string) map[string]map[string]string {
	t.Helper()
	out := table.Segments(table.CSV).Header(nil)
	for s := range analyze.New(reader(t, name), analyze.Options{}).Segments() {
		out = table.Segments(table.CSV).Append(out, &table.Segment{File: name, Segment: s})
	}
	rows := readCSV(t, out)
	byFrame := map[string]map[string]string{}
	for _, r := range rows {
		byFrame[r["frame"]] = r
	}
	return byFrame
}

func readCSV(t testing.TB, data []byte) (rows []map[string]string) {
	t.Helper()
	list, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range list[1:] {
		row := map[string]string{}
		for i, v := range line {
			row[list[0][i]] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// TestCSVAgreesWithSegments holds each point against the row that the command
// segments prints for its frame.
func TestCSVAgreesWithSegments(t *testing.T) {
	columns := map[string]map[string]string{ // by kind and series
		"stevens":       {"segments": "rel_seq"},
		"tcptrace":      {"segments": "rel_seq", "time-out": "rel_seq", "fast": "rel_seq", "window probe": "rel_seq"},
		"in-flight":     {"in flight": "in_flight", "pipe (RFC 6675)": "pipe", "receive window": "rwnd", "cwnd, at least": "cwnd", "cwnd, estimated": "cwnd", "ssthresh": "ssthresh"},
		"rtt":           {"samples": "rtt_s", "smoothed (RFC 6298)": "srtt_s", "time-out (RFC 6298)": "rto_s"},
		"segment-sizes": {"segments": "len"},
		"window":        {"window": "win"}, // the scale is 0 in this capture
	}
	want := segmentsTable(t, "transfer")
	for name, series := range columns {
		var b bytes.Buffer
		if err := figure(t, request(t, name), traces(t, "transfer")...).WriteCSV(&b); err != nil {
			t.Fatal(err)
		}
		seen := map[string]int{}
		for _, r := range readCSV(t, b.Bytes()) {
			column, ok := series[r["series"]]
			if !ok {
				continue
			}
			seen[r["series"]]++
			if r["y"] == "" {
				continue // a break of the line
			}
			if s := want[r["frame"]]; r["y"] != s[column] || r["x"] != s["t_s"] {
				t.Errorf("%s, %s, frame %s: (%s, %s), but segments says t_s %s, %s %s", name, r["series"], r["frame"], r["x"], r["y"], s["t_s"], column, s[column])
			}
		}
		for s := range series {
			if seen[s] == 0 && s != "window probe" && s != "ssthresh" { // the capture has none
				t.Errorf("%s: no point of %q", name, s)
			}
		}
	}
}

// TestRatesSumUp: each byte is in the trailing window at four points, so that
// the rates of all points sum up to what was sent.
func TestRatesSumUp(t *testing.T) {
	const window = 0.02
	r := request(t, "throughput")
	r.Window = 20 * time.Millisecond
	f := figure(t, r, traces(t, "transfer")...)
	sent := float64(traces(t, "transfer")[0].Payload(0))
	for _, s := range f.Panels[0].Series {
		sum := 0.0
		for _, p := range s.Points {
			sum += p.Y * window / 4 / 8
		}
		want := sent
		if s.Name == "goodput" {
			want = 36000
		}
		if math.Abs(sum-want) > 1e-6 {
			t.Errorf("%s sums up to %g bytes, want %g", s.Name, sum, want)
		}
	}
}

// TestCSVHoldsAllPoints counts: thinning is for the page alone.
func TestCSVHoldsAllPoints(t *testing.T) {
	var b bytes.Buffer
	if err := figure(t, request(t, "stevens"), traces(t, "transfer")...).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	data := 0
	for _, s := range segmentsTable(t, "transfer") {
		if n, _ := strconv.Atoi(s["len"]); n > 0 && s["from"] == "client" {
			data++
		}
	}
	if rows := len(readCSV(t, b.Bytes())); rows != data {
		t.Errorf("%d points for %d segments with data", rows, data)
	}
}
