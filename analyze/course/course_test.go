package course

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// result runs a scenario of one connection past a tracker. Its numbers pass
// 2^32, which must change nothing.
func result(t *testing.T, text string) *Result {
	t.Helper()
	return resultOf(t, text, func(b []byte) []byte { return b })
}

// resultOf does the same with the bytes of the capture changed.
func resultOf(t *testing.T, text string, change func([]byte) []byte) *Result {
	t.Helper()
	data := scenariotest.Pcap(t, "@isn client 4294966796\n@isn server 4294967000\n"+text)
	path := filepath.Join(t.TempDir(), "a.pcap")
	if err := os.WriteFile(path, change(data), 0o600); err != nil {
		t.Fatal(err)
	}
	src, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var tracker Tracker
	for s := range analyze.New(src, analyze.Options{Payload: true}).Segments() {
		tracker.Observe(s)
	}
	return tracker.Result()
}

// The numbers of the Kurose and Ross lab that several courses published for the
// book's own trace, which is not at hand: sent, acknowledged, EstimatedRTT.
func TestEstimates(t *testing.T) {
	published := [][3]int64{ // microseconds, the last in nanoseconds
		{26477, 53937, 27460000}, {41737, 77294, 28472125}, {54026, 124085, 33670484},
		{54690, 169118, 43765173}, {77405, 217299, 55781276}, {78157, 267802, 72514242},
	}
	var list []Sent
	for _, p := range published {
		list = append(list, Sent{
			Packet: Packet{At: capture.Timestamp(p[0] * 1000)},
			Answer: Packet{Frame: 1, At: capture.Timestamp(p[1] * 1000)},
		})
	}
	for i, got := range Estimates(list) {
		if want := time.Duration(published[i][2]); (got - want).Abs() > 1 {
			t.Errorf("segment %d: %v, want %v", i+1, got, want)
		}
	}
	list[1].Again = true
	list[3].Answer.At = list[3].At - 1 // the clock went back
	list[0].Answer.Frame = 0
	if got := Estimates(list); got[0] != 0 || got[1] != 0 || got[2] != 70059*time.Microsecond || got[3] != got[2] {
		t.Errorf("without the first two samples: %v", got)
	}
}

const handshake = `
0.000 > S 0:0(0) win 64240 <mss 1000,sackOK,wscale 2>
0.100 < S. 0:0(0) ack 1 win 60000 <mss 1000,sackOK,wscale 3>
0.100 > . 1:1(0) ack 1 win 16060
`

func TestFirstSegments(t *testing.T) {
	r := result(t, handshake+`
0.200 > . 1:1001(1000) ack 1 win 16060
0.201 > . 1001:2001(1000) ack 1 win 16060
0.202 > . 2001:3001(1000) ack 1 win 16060
0.300 < . 1:1(0) ack 1001 win 7000
0.301 > . 3001:3501(500) ack 1 win 16060
0.400 < . 1:1(0) ack 1001 win 7000 <sack 2001:3001>
0.700 > . 1001:2001(1000) ack 1 win 16060
0.800 < . 1:1(0) ack 3501 win 6000
0.900 > F. 3501:3501(0) ack 1 win 16060
1.000 < F. 1:1(0) ack 3502 win 6000
1.000 > . 3502:3502(0) ack 2 win 16060
`)
	h := &r.Half[reconstruct.Client]
	var got []string
	for i := range h.First {
		s := &h.First[i]
		d, ok := s.RTT()
		got = append(got, fmt.Sprint(s.Frame, s.Len, s.Header, s.Answer.Frame, d, ok, s.Held))
	}
	want := []string{"4 1000 20 7 100ms true false", "5 1000 20 11 0s false false", "6 1000 20 11 598ms true true", "8 500 20 11 499ms true true"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	a := &h.Answers
	if a.Total != 3500 || a.One != 1 || a.More != 1 || a.Octets.Max != 2500 || len(a.First) != 2 || h.LastAnswer.Frame != 11 {
		t.Errorf("acknowledgements: %+v, the last %d", a, h.LastAnswer.Frame)
	}
	if h.Asked != 0 || h.Unasked != 1 || len(h.Again) != 1 || h.Again[0].Of != 5 {
		t.Errorf("sent again: %d, %d, %+v", h.Asked, h.Unasked, h.Again)
	}
	if least := &r.Half[reconstruct.Server].Least; least.Window != 48000 || least.RawWindow != 6000 || least.Frame != 11 {
		t.Errorf("least window: %+v", least)
	}
	if got := fmt.Sprint(h.Rounds); got != "[{3 3000} {2 1500}]" {
		t.Errorf("rounds: %s", got)
	}
	if r.State() != "S2F2" || !r.Complete() || !r.Begins {
		t.Errorf("%s, complete %v, begins %v", r.State(), r.Complete(), r.Begins)
	}
}

func TestTripleDuplicate(t *testing.T) {
	var b strings.Builder
	b.WriteString(handshake)
	for i := range 6 {
		fmt.Fprintf(&b, "0.%03d > . %d:%d(1000) ack 1 win 16060\n", 200+i, 1+1000*i, 1001+1000*i)
	}
	b.WriteString("0.300 < . 1:1(0) ack 1001 win 7000\n")
	for i := range 4 {
		fmt.Fprintf(&b, "0.%03d < . 1:1(0) ack 1001 win 7000 <sack 2001:%d>\n", 302+i, 3001+1000*i)
	}
	b.WriteString("0.306 > . 1001:2001(1000) ack 1 win 16060\n0.406 < . 1:1(0) ack 6001 win 7000\n")
	h := &result(t, b.String()).Half[reconstruct.Client]
	if h.Asked != 1 || h.Unasked != 0 || h.Again[0].Cause != "fast" {
		t.Errorf("asked %d, unasked %d, %+v", h.Asked, h.Unasked, h.Again)
	}
	if got := fmt.Sprint(h.Rounds); got != "[{6 6000} {1 1000}]" {
		t.Errorf("rounds: %s", got)
	}
}

func TestState(t *testing.T) {
	for _, c := range []struct {
		name, text, state string
		complete          bool
	}{
		{"refused", "0 > S 0:0(0)\n0.1 < R. 0:0(0) ack 1\n", "S1F0/R", false},
		{"repeated SYN and FIN", handshake + "1 > F. 1:1(0) ack 1\n2 > F. 1:1(0) ack 1\n", "S2F2", true},
		{"mid-stream", "0 > . 1:11(10) ack 1\n0.1 < . 1:1(0) ack 11\n", "S0F0", false},
		{"half", handshake + "1 > F. 1:1(0) ack 1\n1.1 < R. 1:1(0) ack 2\n", "S2F1/R", true},
		{"SYN again", "0 > S 0:0(0)\n1 > S 0:0(0)\n3 > S 0:0(0)\n", "S3F0", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := result(t, c.text); r.State() != c.state || r.Complete() != c.complete {
				t.Errorf("%s, complete %v; want %s, %v", r.State(), r.Complete(), c.state, c.complete)
			}
		})
	}
}

// What is kept of a connection does not grow with it.
func TestBounds(t *testing.T) {
	var b strings.Builder
	b.WriteString(handshake)
	for i := range 3 * maxWaiting {
		fmt.Fprintf(&b, "+0.0001 > . %d:%d(10) ack 1 win 16060\n", 1+10*i, 11+10*i)
	}
	fmt.Fprintf(&b, "+1 < . 1:1(0) ack %d win 7000\n", 1+30*maxWaiting)
	h := &result(t, b.String()).Half[reconstruct.Client]
	if len(h.First) != MaxFirst || len(h.Answers.First) != 1 || h.Answers.First[0].Segments != -1 {
		t.Errorf("%d first, answers %+v", len(h.First), h.Answers.First)
	}
	if len(h.Rounds) > MaxRounds {
		t.Errorf("%d rounds", len(h.Rounds))
	}
}

// The segment that begins with POST is found by its payload.
func TestPost(t *testing.T) {
	const text = handshake + "0.2 > . 1:11(10) ack 1\n0.3 < . 1:1(0) ack 11\n0.4 > P. 11:21(10) ack 1\n"
	if p := result(t, text).Half[reconstruct.Client].Post; p.Frame != 0 {
		t.Errorf("found in frame %d", p.Frame)
	}
	offset := scenarioPayload(11, 10)
	r := resultOf(t, text, func(b []byte) []byte { return bytes.Replace(b, offset, []byte("POST / HTT"), 1) })
	if p := r.Half[reconstruct.Client].Post; p.Frame != 6 || p.Len != 10 {
		t.Errorf("%+v", p)
	}
}

// scenarioPayload is what the client sends from an offset on.
func scenarioPayload(from seq.Offset, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = scenario.PayloadByte(reconstruct.Client, from+seq.Offset(i))
	}
	return b
}
