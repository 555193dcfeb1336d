package analyze_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// odd is what is right for one of the odd captures, by their README.
type odd struct {
	file           string
	open, close    string
	client, server string // states, by their initials; "" for no path
	packets        int64
	bytes          [2]int64
	findings       string
	marks          map[reconstruct.Mark]uint32 // both sides together
}

// Paths that many of them share, by the initials of the states.
const (
	clientOpen = "C SS E"
	serverOpen = "C L SR E"
)

var plain = odd{
	open: "three-way", close: "server-first",
	client: clientOpen + " CW LA C", server: serverOpen + " FW1 FW2 TW",
	packets: 19, bytes: [2]int64{100, 5000},
}

// but returns a copy of o for another file, changed.
func (o odd) but(file string, change func(*odd)) odd {
	o.file = file
	if change != nil {
		change(&o)
	}
	return o
}

func oddCaptures() []odd {
	list := []odd{
		plain.but("16-ipfrag.pcap", func(o *odd) { o.bytes[1] = 20000 }),
		plain.but("18b-identical-dups.pcap", func(o *odd) {
			// Payload bytes count what the capture holds; the table's test
			// wants each byte of the stream once.
			o.packets, o.bytes, o.findings = 38, [2]int64{200, 10000}, "capture-duplicates"
			o.marks = map[reconstruct.Mark]uint32{reconstruct.Duplicate: 19}
		}),
		plain.but("19-tso.pcap", func(o *odd) { o.bytes[1], o.findings = 100000, "offload-segments" }),
		plain.but("20-iplen0-tso.pcap", func(o *odd) { o.bytes[1], o.findings = 100000, "offload-segments ip-length-zero" }),
		plain.but("30-snap54.pcap", func(o *odd) { o.findings = "snaplen-cut" }),
		plain.but("33-capdrop.pcap", func(o *odd) { o.packets, o.bytes[1], o.findings = 17, 3000, "packets-missing" }),
		{file: "22-midstream.pcap", open: "mid-stream", close: "open", client: "E", server: "E", packets: 7, bytes: [2]int64{0, 4000}, findings: "capture-starts-mid-stream"},
		{file: "23-oneway.pcap", open: "three-way", close: "unknown", client: clientOpen + " CW LA C", server: serverOpen + " FW1 FW2 TW", packets: 9, bytes: [2]int64{0, 5000}, findings: "one-direction-only"},
		{file: "25-simopen.pcap", open: "simultaneous", close: "simultaneous", client: "C SS SR E FW1 CL TW", server: "C SS SR E FW1 CL TW", packets: 10, bytes: [2]int64{10, 0}, findings: "simultaneous-open simultaneous-close"},
		{file: "26-synretry-timeout.pcap", open: "unanswered", close: "none", client: "C SS", packets: 4, findings: "syn-unanswered", marks: map[reconstruct.Mark]uint32{reconstruct.SYNRetransmission: 3, reconstruct.Retransmission: 3}},
		{file: "27-refused.pcap", open: "refused", close: "none", client: "C SS C", packets: 2, findings: "connection-refused"},
		{file: "28-halfclose.pcap", open: "three-way", close: "client-first", client: clientOpen + " FW1 FW2 TW", server: serverOpen + " CW LA C", packets: 9, bytes: [2]int64{0, 500}, findings: "half-close"},
		{file: "29-zwin-keepalive.pcap", open: "three-way", close: "open", client: clientOpen, server: serverOpen, packets: 12, bytes: [2]int64{1201, 0}, findings: "zero-window",
			marks: map[reconstruct.Mark]uint32{reconstruct.ZeroWindow: 2, reconstruct.WindowProbe: 1, reconstruct.WindowProbeACK: 1, reconstruct.WindowUpdate: 1, reconstruct.KeepAlive: 1, reconstruct.KeepAliveACK: 1}},
		{file: "34-tfo.pcap", open: "fast-open", close: "client-first", client: clientOpen + " FW1 FW2 TW", server: serverOpen + " CW LA C", packets: 7, bytes: [2]int64{50, 100}, findings: "fast-open"},
		{file: "35-timewait-reack.pcap", open: "three-way", close: "client-first", client: clientOpen + " FW1 FW2 TW", server: serverOpen + " CW LA C", packets: 8, marks: map[reconstruct.Mark]uint32{reconstruct.FINRetransmission: 1, reconstruct.Retransmission: 1}},
		{file: "36-challenge.pcap", open: "three-way", close: "reset-by-client", client: clientOpen + " C", server: serverOpen + " C", packets: 7, bytes: [2]int64{0, 10}, findings: "challenge-ack", marks: map[reconstruct.Mark]uint32{reconstruct.ChallengeACK: 1}},
		plain.but("32-cut.pcap", func(o *odd) {
			o.packets, o.client, o.server, o.findings = 18, clientOpen+" CW LA", serverOpen+" FW1 FW2", "capture-truncated"
		}),
	}
	for _, same := range strings.Fields(`01-plain.pcap 02-ipv6.pcap 03-vlan.pcap 04-qinq.pcap 05-gre.pcap 06-vxlan.pcap
		07-ipip.pcap 08-6in4.pcap 10-pppoe.pcap 11-ip6ext.pcap 12-raw101.pcap 13-null.pcap 14-sll.pcap 15-sll2.pcap
		17-nsec.pcap 21-wrap.pcap 37-multiif.pcapng`) {
		list = append(list, plain.but(same, nil))
	}
	return list
}

// Every line of the README of the odd captures is true of our output.
func TestOddCaptures(t *testing.T) {
	folder := testneed.Shared(t, "captures/odd")
	for _, o := range oddCaptures() {
		t.Run(o.file, func(t *testing.T) {
			conns := readAll(t, filepath.Join(folder, o.file))
			if len(conns) != 1 {
				t.Fatalf("%d connections, want 1", len(conns))
			}
			o.check(t, conns[0])
		})
	}
}

// The same addresses and ports again after a second: two connections, and the
// first one's TIME-WAIT is over when the second begins.
func TestOddPortReuse(t *testing.T) {
	conns := readAll(t, filepath.Join(testneed.Shared(t, "captures/odd"), "24-portreuse.pcap"))
	if len(conns) != 2 {
		t.Fatalf("%d connections, want 2", len(conns))
	}
	first := plain
	first.server += " C"
	first.check(t, conns[0])
	plain.check(t, conns[1])
}

// A TCP header cut in the middle is told; it is in no connection.
func TestOddHeaderCut(t *testing.T) {
	r := open(t, filepath.Join(testneed.Shared(t, "captures/odd"), "31-snap40.pcap"))
	a := analyze.New(r, analyze.Options{})
	if n := len(slices.Collect(a.Connections())); n != 0 {
		t.Errorf("%d connections from headers without flags", n)
	}
	if f := a.Findings(); len(f) != 1 || f[0].Code.String() != "header-cut" {
		t.Errorf("findings %v, want header-cut", f)
	}
	if a.Totals().Segments != 19 {
		t.Errorf("%d segments counted, want 19", a.Totals().Segments)
	}
}

func open(t *testing.T, path string) *pcapfile.Reader {
	t.Helper()
	r, err := pcapfile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func readAll(t *testing.T, path string) []*analyze.Connection {
	t.Helper()
	a := analyze.New(open(t, path), analyze.Options{})
	conns := slices.Collect(a.Connections())
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	return conns
}

func (o odd) check(t *testing.T, c *analyze.Connection) {
	t.Helper()
	if got := c.States.Open.String(); got != o.open {
		t.Errorf("open %s, want %s", got, o.open)
	}
	if got := c.States.Close.String(); got != o.close {
		t.Errorf("close %s, want %s", got, o.close)
	}
	for side, want := range [2]string{o.client, o.server} {
		if got := initials(c, reconstruct.Side(side)); got != want {
			t.Errorf("%s went %s, want %s", reconstruct.Side(side), got, want)
		}
		if got := c.Half[side].Payload; got != o.bytes[side] {
			t.Errorf("%d payload bytes from the %s, want %d", got, reconstruct.Side(side), o.bytes[side])
		}
	}
	if c.Packets() != o.packets {
		t.Errorf("%d packets, want %d", c.Packets(), o.packets)
	}
	for _, want := range strings.Fields(o.findings) {
		if !slices.ContainsFunc(c.Findings, func(f finding.Finding) bool { return f.Code.String() == want }) {
			t.Errorf("finding %s is missing", want)
		}
	}
	o.checkMarks(t, c)
}

// checkMarks wants the marks that are told, and no retransmission besides.
func (o odd) checkMarks(t *testing.T, c *analyze.Connection) {
	t.Helper()
	for m := range reconstruct.Mark(reconstruct.NumMarks) {
		got := c.Half[0].Counts[m] + c.Half[1].Counts[m]
		want, told := o.marks[m]
		if (told || m == reconstruct.Retransmission || m == reconstruct.Duplicate) && got != want {
			t.Errorf("%d segments marked %s, want %d", got, m, want)
		}
	}
}

// initials writes the states of a side by their initials.
func initials(c *analyze.Connection, side reconstruct.Side) string {
	if !c.States.Known[side] {
		return ""
	}
	short := strings.NewReplacer("CLOSED", "C", "LISTEN", "L", "SYN-SENT", "SS", "SYN-RECEIVED", "SR", "ESTABLISHED", "E",
		"FIN-WAIT-1", "FW1", "FIN-WAIT-2", "FW2", "CLOSE-WAIT", "CW", "CLOSING", "CL", "LAST-ACK", "LA", "TIME-WAIT", "TW")
	list := []string{c.States.Start[side].String()}
	for _, tr := range c.States.Paths[side] {
		list = append(list, tr.To.String())
	}
	return short.Replace(strings.Join(list, " "))
}
