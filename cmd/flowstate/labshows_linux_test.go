package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	judge "github.com/flowstate-tcp/flowstate/analyze/lab"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/lab"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// The paths of the ordinary opens and closes.
const (
	activeOpen  = "SYN-SENT ESTABLISHED "
	passiveOpen = "LISTEN SYN-RECEIVED ESTABLISHED "
	bothOpen    = "SYN-SENT SYN-RECEIVED ESTABLISHED "
	closesFirst = "FIN-WAIT-1 FIN-WAIT-2 TIME-WAIT"
	closesNext  = "CLOSE-WAIT LAST-ACK CLOSED"
	bothClose   = "FIN-WAIT-1 CLOSING TIME-WAIT"
)

// shown is what a capture has to show: of each connection at each tap, or of
// those from the number first on.
type shown struct {
	open, close    string
	client, server string // states, as both taps tell them
	connections    int    // 0: 1
	first          int
	findings       string
	tap            string // whose segments more looks at, empty: the client's
	more           func(*testing.T, []labSegment)
}

func clientFirst() shown {
	return shown{open: "three-way", close: "client-first", client: activeOpen + closesFirst, server: passiveOpen + closesNext}
}

func serverFirst() shown {
	return shown{open: "three-way", close: "server-first", client: activeOpen + closesNext, server: passiveOpen + closesFirst}
}

func simultaneous() shown {
	return shown{open: "three-way", close: "simultaneous", client: activeOpen + bothClose, server: passiveOpen + bothClose, findings: "simultaneous-close"}
}

func reset(by string) shown {
	return shown{open: "three-way", close: "reset-by-" + by, client: activeOpen + "CLOSED", server: passiveOpen + "CLOSED"}
}

// with changes a copy.
func (s shown) with(change func(*shown)) shown {
	change(&s)
	return s
}

func (s shown) segments(more func(*testing.T, []labSegment)) shown {
	return s.with(func(s *shown) { s.more = more })
}

// at says at whose tap the segments are looked at: what was lost on the way was
// seen only where it was sent.
func (s shown) at(tap string) shown { return s.with(func(s *shown) { s.tap = tap }) }

// whatEachShows is the answer to each recipe.
func whatEachShows() map[string]shown {
	unanswered := shown{open: "unanswered", close: "none", client: "SYN-SENT", connections: 3, first: 2, findings: "syn-unanswered", more: backsOff}
	reused := func(s *shown) { s.connections = 2 }
	reopened := serverFirst().with(reused).with(func(s *shown) { s.first, s.findings = 1, "port-reused" })
	crossing := shown{open: "simultaneous", close: "client-first", client: bothOpen + closesFirst, server: bothOpen + closesNext, findings: "simultaneous-open"}
	return map[string]shown{
		"refused":             {open: "refused", close: "none", client: "SYN-SENT CLOSED", findings: "connection-refused"},
		"unanswered":          unanswered,
		"establishment":       clientFirst(),
		"send-receive":        clientFirst().segments(carries(12, 11)),
		"termination":         clientFirst().segments(carries(12, 11)),
		"half-close":          clientFirst().with(func(s *shown) { s.findings = "half-close" }).segments(dataAfterFIN),
		"simultaneous-open":   crossing,
		"simultaneous-close":  simultaneous(),
		"reset-by-client":     reset("client"),
		"reset-by-server":     reset("server"),
		"reset-unread-client": reset("client"),
		"reset-unread-server": reset("server"),
		"http":                clientFirst(),
		"https":               clientFirst(),
		"slow-download":       clientFirst().segments(slowReader),
		"keep-alive":          clientFirst().segments(marked("keep-alive", 2)),
		"zero-window":         serverFirst().with(func(s *shown) { s.findings = "zero-window" }).segments(marked("window-probe", 2)),
		"short-connections":   clientFirst().with(func(s *shown) { s.connections = 50 }),
		"port-reuse":          reopened,
		"time-wait":           serverFirst(),
		"nagle":               clientFirst().segments(held(true)),
		"no-delay":            clientFirst().segments(held(false)),
		"benchmark-0ms":       simultaneous().segments(carries(0, 1<<20)),
		"benchmark-5ms":       simultaneous().segments(handshakeOf(0.010)),
		"benchmark-20ms":      simultaneous().segments(handshakeOf(0.040)),
		"benchmark-40ms":      simultaneous().segments(handshakeOf(0.080)),
		"benchmark-ipv6":      simultaneous().segments(carries(0, 256<<10)),
		"benchmark-1thread":   simultaneous().segments(carries(0, 256<<10)),
		"benchmark-fixed":     simultaneous().segments(carries(0, 1<<20)),
		"benchmark-loss":      simultaneous().segments(marked("retransmission", 5)).at("server"),
		"benchmark-reorder":   simultaneous().segments(marked("out-of-order", 1)),
		"linux-benchmark":     simultaneous().segments(carries(0, 1<<20)),
		"linux-loss":          simultaneous().segments(marked("retransmission", 5)).at("server"),
		"linux-reorder":       simultaneous().segments(marked("out-of-order", 1)),
		"linux-rate":          simultaneous().segments(carries(0, 1<<20)),
		"linux-unanswered":    unanswered,
		"linux-keep-alive":    clientFirst().segments(marked("keep-alive", 2)),
		"linux-zero-window":   serverFirst().with(func(s *shown) { s.findings = "zero-window" }).segments(marked("window-probe", 2)),
		"linux-nagle":         clientFirst().segments(held(true)),
		"linux-port-reuse":    reopened,
		"linux-simultaneous":  crossing,
		"linux-close-0ms":     clientFirst().segments(carries(0, 256<<10)),
		"linux-close-5ms":     simultaneous().segments(carries(0, 256<<10)),
	}
}

// labState is a line of states, labSegment one of segments.
type labState struct {
	Open, Close string
	Paths       map[string][]struct{ To string }
	Findings    []struct{ Code string }
}

type labSegment struct {
	Conn  int
	T     float64 `json:"t_s"` // since the connection began
	From  string
	Flags string
	Seq   int64 `json:"rel_seq"`
	Len   int64
	Win   int64
	Marks []string
}

// lines reads the JSON lines that a command prints of a file.
func lines[T any](t *testing.T, command, path string) (all []T) {
	t.Helper()
	each := json.NewDecoder(bytes.NewReader(printedBy(t, exitDone, command, path, "--format", "json")))
	for each.More() {
		var line T
		if err := each.Decode(&line); err != nil {
			t.Fatal(err)
		}
		all = append(all, line)
	}
	return all
}

// TestLabCapturesShow holds every capture to what it was made to show, at both
// taps, and every close to its prediction.
func TestLabCapturesShow(t *testing.T) {
	answers := whatEachShows()
	for _, r := range recipes(t) {
		if r.name == "udp-closed" {
			continue // has no TCP, see below
		}
		t.Run(r.name, func(t *testing.T) {
			want, known := answers[r.name]
			if !known {
				t.Fatal("nothing says what it shows")
			}
			for _, tap := range []string{"client", "server"} {
				want.check(t, tap, r.path(tap+".pcapng"))
			}
			if want.more != nil {
				want.more(t, ofConnection(want.first, lines[labSegment](t, "segments", r.path(cmp.Or(want.tap, "client")+".pcapng"))))
			}
			r.predicted(t)
		})
	}
}

// check looks at one tap's capture.
func (s shown) check(t *testing.T, tap, path string) {
	t.Helper()
	all := lines[labState](t, "states", path)
	if len(all) != max(s.connections, 1) {
		t.Fatalf("%s: %d connections, want %d", tap, len(all), max(s.connections, 1))
	}
	for _, c := range all[s.first:] {
		client, server, closed := "client", "server", s.close
		if tap == "server" && c.Open == "simultaneous" { // each tap takes its own end for the client
			client, server, closed = server, client, "server-first"
		}
		if c.Open != s.open || c.Close != closed {
			t.Errorf("%s: open %s, close %s, want %s, %s", tap, c.Open, c.Close, s.open, closed)
		}
		if got := pathOf(c, client); got != s.client {
			t.Errorf("%s: the client's path is %s, want %s", tap, got, s.client)
		}
		if got := pathOf(c, server); got != s.server {
			t.Errorf("%s: the server's path is %s, want %s", tap, got, s.server)
		}
		codes := fmt.Sprint(c.Findings)
		if !strings.Contains(codes, s.findings) {
			t.Errorf("%s: findings %s, want %s", tap, codes, s.findings)
		}
	}
}

func pathOf(c labState, end string) string {
	var states []string
	for _, step := range c.Paths[end] {
		states = append(states, step.To)
	}
	return strings.Join(states, " ")
}

func ofConnection(number int, all []labSegment) []labSegment {
	return slices.DeleteFunc(all, func(s labSegment) bool { return s.Conn != number })
}

// predicted asks of every connection whose close can be told from the calls
// that it closed so.
func (r recipe) predicted(t *testing.T) {
	t.Helper()
	calls, err := lab.ReadCalls(r.path("calls.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range judge.Outcomes(calls, analyzetest.Connections(t, r.path("client.pcapng")), analyzetest.Connections(t, r.path("server.pcapng"))) {
		if o.Predicted != judge.NoPrediction && !o.Agrees {
			t.Errorf("connection %d closed %v, predicted %v", o.Number, o.Close, o.Predicted)
		}
		if o.Predicted == judge.NoPrediction && strings.HasSuffix(o.Close.String(), "-first") {
			t.Errorf("connection %d: no prediction", o.Number)
		}
	}
}

// backsOff asks for the SYN again after one second, and after two more. A kernel
// in a guest is late by its ticks.
func backsOff(t *testing.T, all []labSegment) {
	for i, want := range []float64{0, 1, 3} {
		if i >= len(all) || all[i].Flags != "SYN" || math.Abs(all[i].T-want) > 0.2 {
			t.Errorf("SYN %d: %+v, want it at %v s", i, all, want)
		}
	}
}

// carries asks for the bytes that each end sent.
func carries(client, server int64) func(*testing.T, []labSegment) {
	return func(t *testing.T, all []labSegment) {
		most := map[string]int64{}
		for _, s := range all {
			most[s.From] = max(most[s.From], s.Seq+s.Len-1)
		}
		if most["client"] < client || most["client"] > client+1 || most["server"] < server || most["server"] > server+1 { // a FIN counts
			t.Errorf("%v bytes, want %d and %d", most, client, server)
		}
	}
}

// handshakeOf asks for an exact RTT and the megabyte of the benchmark.
func handshakeOf(rtt float64) func(*testing.T, []labSegment) {
	return func(t *testing.T, all []labSegment) {
		if all[1].Flags != "SYN,ACK" || all[1].T != rtt {
			t.Errorf("SYN,ACK after %v s, want %v: %+v", all[1].T, rtt, all[1])
		}
		carries(0, 1<<20)(t, all)
	}
}

// marked asks for segments with a mark.
func marked(mark string, least int) func(*testing.T, []labSegment) {
	return func(t *testing.T, all []labSegment) {
		n := 0
		for _, s := range all {
			if slices.Contains(s.Marks, mark) {
				n++
			}
		}
		if n < least {
			t.Errorf("%d segments are marked %s, want %d or more", n, mark, least)
		}
	}
}

// dataAfterFIN asks for data from the server behind the client's FIN.
func dataAfterFIN(t *testing.T, all []labSegment) {
	fin := slices.IndexFunc(all, func(s labSegment) bool { return s.From == "client" && strings.Contains(s.Flags, "FIN") })
	if fin < 0 {
		t.Fatal("no FIN")
	}
	n := 0
	for _, s := range all[fin:] {
		if s.From == "server" && s.Len > 0 {
			n++
		}
	}
	if n != 3 {
		t.Errorf("%d segments with data after the client's FIN, want 3", n)
	}
}

// slowReader asks for a window that follows the reader: it shrinks by the page
// that was read at less than the network's pace, for two seconds.
func slowReader(t *testing.T, all []labSegment) {
	if last := all[len(all)-1].T; last < 1.9 {
		t.Errorf("it took %v s", last)
	}
}

// held asks whether the second small write of each exchange waited for the
// first to be acknowledged.
func held(by bool) func(*testing.T, []labSegment) {
	return func(t *testing.T, all []labSegment) {
		waited, last := 0, labSegment{}
		for _, s := range all {
			if s.From != "client" || s.Len == 0 {
				continue
			}
			if last.Len == 4 && s.Seq == last.Seq+4 && s.T-last.T > 0.009 {
				waited++
			}
			last = s
		}
		if by && waited < 9 || !by && waited > 10 {
			t.Errorf("%d writes waited", waited)
		}
	}
}

// TestDatagramRefused looks at the one workload without TCP: a datagram and
// what ICMP says of it, quoting it.
func TestDatagramRefused(t *testing.T) {
	for _, tap := range []string{"client", "server"} {
		r, err := pcapfile.Open(recipe{name: "udp-closed"}.path(tap + ".pcapng"))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		var packets [][]byte
		for p := (capture.Packet{}); r.Next(&p) == nil; {
			packets = append(packets, bytes.Clone(p.Data))
		}
		const udp, icmp, unreachable, port = 17, 1, 3, 3
		if len(packets) != 2 || packets[0][9] != udp || packets[1][9] != icmp || packets[1][20] != unreachable || packets[1][21] != port {
			t.Fatalf("%s: %x", tap, packets)
		}
		if quoted := packets[1][28:]; !bytes.Equal(quoted[12:28], packets[0][12:28]) {
			t.Errorf("%s: %x quotes something else than %x", tap, quoted, packets[0])
		}
	}
}
