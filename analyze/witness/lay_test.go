package witness_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
	"github.com/flowstate-tcp/flowstate/analyze/witness"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

func connections(t *testing.T, data []byte, name string) []*witness.Connection {
	t.Helper()
	r, err := pcapfile.NewReader(bytes.NewReader(data), name)
	if err != nil {
		t.Fatal(err)
	}
	return witness.Connections(analyze.New(r, analyze.Options{Extra: ebpf.NewCloses}))
}

func fileConnections(t *testing.T, path string) []*witness.Connection {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return connections(t, data, path)
}

func read(t *testing.T, text string) *witness.Text {
	t.Helper()
	w, err := witness.Read(strings.NewReader(text), "text", witness.AnyTool)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func tally(all []witness.Comparison) (count [3]int) {
	for i := range all {
		count[all[i].Verdict]++
	}
	return count
}

const recorded = "../../testdata/beside/"

func recordedText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(recorded + path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a kernel's own tools showed agrees with the captures of both ends: every
// state, every change with its time, and every number that can be compared.
func TestRecorded(t *testing.T) {
	for _, test := range []struct {
		folder, text string
		agree        [2]int // at least, beside the capture of the client and of the server
	}{
		{"ipv4", "client.txt", [2]int{139, 103}},
		{"ipv4", "server.txt", [2]int{85, 116}},
		{"ipv4", "tcpstates-T.txt", [2]int{11, 11}},
		{"ipv4", "tcpstates-w.txt", [2]int{11, 11}},
		{"ipv4", "bpftrace.txt", [2]int{2, 2}},
		{"ipv6", "client.txt", [2]int{139, 103}},
		{"ipv6", "server.txt", [2]int{85, 116}},
	} {
		for end, name := range [...]string{"client", "server"} {
			t.Run(test.folder+" "+test.text+" at the "+name, func(t *testing.T) {
				text := read(t, recordedText(t, test.folder+"/"+test.text))
				conns := fileConnections(t, filepath.Join(recorded+test.folder, name+".pcapng.gz"))
				account := witness.Lay([]*witness.Text{text}, conns)
				all := account.Of[0]
				if got := tally(all); got[witness.Agrees] < test.agree[end] || got[witness.Differs] > 0 {
					t.Errorf("%d agree, want at least %d; %d differ", got[witness.Agrees], test.agree[end], got[witness.Differs])
					for _, c := range all {
						if c.Verdict == witness.Differs {
							t.Logf("line %d %s %s: %s, ours %s %v: %s", c.Line, c.Side, c.About, c.Shown, c.Ours, c.Range, c.Why)
						}
					}
				}
				if n := len(text.Observations) - len(account.Matched[0]); n > 0 {
					t.Errorf("%d observations are of no connection", n)
				}
			})
		}
	}
}

// What a kernel's tracepoints told of eight runs agrees with the captures of both
// ends, each change with its time.
func TestTracepoints(t *testing.T) {
	folders, err := filepath.Glob("../../testdata/ebpf/*/kernel.txt")
	if err != nil || len(folders) < 8 {
		t.Fatalf("%d runs (%v)", len(folders), err)
	}
	for _, path := range folders {
		told, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text := asTcpstates(string(told))
		for _, name := range [...]string{"client", "server"} {
			conns := fileConnections(t, filepath.Join(filepath.Dir(path), name+".pcapng.gz"))
			account := witness.Lay([]*witness.Text{read(t, text)}, conns)
			got, want := tally(account.Of[0]), strings.Count(text, "\n")
			if got[witness.Agrees] != want || got[witness.Differs] > 0 {
				t.Errorf("%s at the %s: %d of %d changes agree, %d differ\n%s", path, name, got[witness.Agrees], want, got[witness.Differs], tell(account.Of[0]))
			}
		}
	}
}

// asTcpstates writes a kernel's account (testdata/README.md) as tcpstates would.
func asTcpstates(told string) string {
	var b strings.Builder
	for line := range strings.Lines(told) {
		f := strings.Fields(line)
		if f[5] != "srtt" {
			fmt.Fprintf(&b, "%s ffff8881%08x 1 program %s %s %s %s %s -> %s\n", f[0], len(f[1])+int(f[1][len(f[1])-1]), f[1], f[2], f[3], f[4], f[5], f[6])
		}
	}
	return b.String()
}

// A clock in another zone, or one that is off, is found out, and changes nothing
// else.
func TestClock(t *testing.T) {
	conns := fileConnections(t, recorded+"ipv4/client.pcapng.gz")
	original := recordedText(t, "ipv4/tcpstates-T.txt")
	for _, test := range []struct {
		shift time.Duration
		want  string
	}{
		{0, "its clock is UTC+00:00; 10 of 10 times fall within bounds"},
		{9 * time.Hour, "its clock is UTC+09:00; 10 of 10 times fall within bounds"},
		{-5 * time.Hour, "its clock is UTC-05:00; 10 of 10 times fall within bounds"},
		{330 * time.Minute, "its clock is UTC+05:30; 10 of 10 times fall within bounds"},
		{time.Hour + 30*time.Second, "its clock is UTC+01:00, 29.8"},
		{-10 * time.Second, "its clock is UTC+00:00, 10.1"},
	} {
		account := witness.Lay([]*witness.Text{read(t, shifted(t, original, test.shift))}, conns)
		if got := account.Clocks[0].String(); !strings.HasPrefix(got, test.want) {
			t.Errorf("shifted by %v: %s, want %s", test.shift, got, test.want)
		}
		if n := tally(account.Of[0]); n[witness.Differs] > 0 || n[witness.Agrees] < 11 {
			t.Errorf("shifted by %v: %d agree, %d differ", test.shift, n[witness.Agrees], n[witness.Differs])
		}
	}
}

// shifted moves the times of day of a text.
func shifted(t *testing.T, text string, by time.Duration) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(text) {
		if at, err := time.Parse(time.TimeOnly, line[:8]); err == nil {
			line = at.Add(by).Format(time.TimeOnly) + line[8:]
		}
		out.WriteString(line)
	}
	return out.String()
}

// story is a connection whose client closes first, and whose server stays in
// CLOSE-WAIT for a second.
const story = `
0.000 > S 0:0(0) win 64240 <mss 1460>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1460>
0.020 > . 1:1(0) ack 1 win 64240
1.000 > F. 1:1(0) ack 1 win 64240
1.020 < . 1:1(0) ack 2 win 65160
2.000 < F. 1:1(0) ack 2 win 65160
2.000 > . 2:2(0) ack 2 win 64240
`

const client, server = "10.0.0.1:40000 10.0.0.2:80", "10.0.0.2:80 10.0.0.1:40000"

// One line of a text, and what is thought of it.
var lines = []struct{ name, text, want string }{
	{"state of the path", "FIN-WAIT-2 0 0 " + client, "client state agrees: the path passes through this state"},
	{"state of neither", "CLOSING 0 0 " + client, "client state differs: the path does not pass through this state"},
	{"state by another name", "tcp 0 0 " + client + " FIN_WAIT2", "client state agrees: the path passes"},
	{"in time", "0000000001.5 CLOSE-WAIT 0 0 " + server, "server state agrees: the path is in this state at that time"},
	{"lasts on", "TIME-WAIT 0 0 " + client, "client state agrees: the path passes through"},
	{"host by name", "ESTAB 0 0 romeo:40000 juliet:http", "client state agrees: the path passes"},
	{"listener", "LISTEN 0 128 0.0.0.0:80 0.0.0.0:*", "server state agrees: the path begins with listen()"},
	{"change", "ffff888181818181 1 x 10.0.0.1 40000 10.0.0.2 80 SYN_SENT -> ESTABLISHED 20.100", "client change agrees: the same change"},
	{"change of another length", "ffff888181818181 1 x 10.0.0.1 40000 10.0.0.2 80 SYN_SENT -> ESTABLISHED 99.000", "client change differs: the same change; 79.000 ms longer in the old state"},
	{"change that is none", "ffff888181818181 1 x 10.0.0.1 40000 10.0.0.2 80 ESTABLISHED -> CLOSE_WAIT 99.000", "client change differs: the path has no such change"},
	{"round trips", "All Addresses = ******\n  usecs : count distribution\n 16384 -> 32767 : 3 |***|", "client round-trips agrees: the smoothed round trips"},
	{"longer round trips", "All Addresses = ******\n  usecs : count distribution\n 65536 -> 131071 : 3 |***|", "client round-trips differs: the capture shows shorter"},
	{"shorter round trips", "All Addresses = ******\n  usecs : count distribution\n 64 -> 127 : 3 |***|", "client round-trips differs: the capture shows longer"},
	{"notebook", "client tcp_state_change ESTABLISHED FIN_WAIT_1", "client change agrees: the same change"},
	{"notebook's ports", `{"timestamp": 1, "local_port": 80, "foreign_port": 40000, "previous_tcp_state": "CLOSED", "tcp_state": "SYN_RCVD"}`, "server change agrees: the same change"},
	{"value", "ESTAB 0 0 " + client + "\n\t rtt:20/10", "client rtt agrees: the smoothed round trip"},
	{"value that is off", "ESTAB 0 0 " + client + "\n\t rtt:50/10", "client rtt differs: the smoothed round trip"},
	{"counter", "ESTAB 0 0 " + client + "\n\t bytes_acked:1", "client bytes_acked agrees: what its peer acknowledged"},
	{"counter past the end", "ESTAB 0 0 " + client + "\n\t bytes_acked:7", "client bytes_acked differs: what its peer acknowledged"},
	{"of the far end", "ESTAB 0 0 " + server + "\n\t rtt:20/10", "server rtt cannot-be-compared: the capture was taken elsewhere"},
	{"threshold never set", "ESTAB 0 0 " + client + "\n\t ssthresh:2147483647", "client ssthresh cannot-be-compared: the tool's threshold was never set"},
}

func scenarioConnections(t *testing.T, text string) []*witness.Connection {
	t.Helper()
	return connections(t, scenariotest.Pcap(t, text), t.Name())
}

func tell(all []witness.Comparison) string {
	var b strings.Builder
	for i := range all {
		c := &all[i]
		fmt.Fprintf(&b, "%s %s %s: %s\n", c.Side, c.About, c.Verdict, c.Why)
	}
	return b.String()
}

func TestLines(t *testing.T) {
	conns := scenarioConnections(t, story)
	for _, test := range lines {
		t.Run(test.name, func(t *testing.T) {
			account := witness.Lay([]*witness.Text{read(t, test.text+"\n")}, conns)
			if got := tell(account.Of[0]); !strings.Contains(got, test.want) {
				t.Errorf("%s\nwant %s", got, test.want)
			}
		})
	}
}

// A text that skips a change says so; one that only begins late or ends early
// does not.
func TestLacking(t *testing.T) {
	row := "ffff888181818181 1 x 10.0.0.1 40000 10.0.0.2 80 %s 0\n"
	text := fmt.Sprintf(row, "SYN_SENT -> ESTABLISHED") + fmt.Sprintf(row, "FIN_WAIT1 -> FIN_WAIT2")
	account := witness.Lay([]*witness.Text{read(t, text)}, scenarioConnections(t, story))
	got := tell(account.Of[0])
	for _, want := range []string{
		"client change cannot-be-compared: the text begins after this change\n",
		"client change differs: the text shows changes before and after this one, but not this one\n",
		"client change cannot-be-compared: the text ends before this change\n",
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%s\nwant once %s", got, want)
		}
	}
}

// Of several connections with the same addresses and ports, a state without a
// time may be of any; changes are taken in their order.
func TestReuse(t *testing.T) {
	once := "ffff888181818181 1 x 10.0.0.1 40000 10.0.0.2 80 SYN_SENT -> ESTABLISHED 20.000\n"
	conns := scenarioConnections(t, story+"@isn client 5000000\n@isn server 9000000\n"+later(story, 10))
	if len(conns) != 2 {
		t.Fatalf("%d connections", len(conns))
	}
	text := "CLOSING 0 0 " + client + "\n" + once + once
	account := witness.Lay([]*witness.Text{read(t, text)}, conns)
	for number := range 2 {
		got := tell(account.Of[number])
		for _, want := range []string{
			"client state cannot-be-compared: other connections have the same addresses and ports",
			"client change agrees: the same change\n",
		} {
			if strings.Count(got, want) != 1 {
				t.Errorf("connection %d: %s\nwant once %s", number, got, want)
			}
		}
	}
}

// later moves the segments of a scenario by seconds.
func later(text string, by int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		var at float64
		if n, _ := fmt.Sscanf(line, "%f", &at); n == 1 {
			_, rest, _ := strings.Cut(line, " ")
			fmt.Fprintf(&b, "%.3f %s", at+float64(by), rest)
		}
	}
	return b.String()
}

// A capture that ends early leaves open what comes later.
func TestEndsEarly(t *testing.T) {
	early := strings.SplitAfter(story, "\n")
	conns := scenarioConnections(t, strings.Join(early[:4], ""))
	for text, want := range map[string]string{
		"FIN-WAIT-1 0 0 " + client: "client state cannot-be-compared: the capture ends while the path is in ESTABLISHED",
		"SYN-RECV 0 0 " + client:   "client state differs: the path does not pass through this state",
	} {
		account := witness.Lay([]*witness.Text{read(t, text+"\n")}, conns)
		if got := tell(account.Of[0]); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}
