package reconstruct_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

// The stories are scenarios. A comment behind a line is what the step shall
// say: its connection, #0 unless told, and its marks; ~ goes before what a
// segment that fills a hole is taken for. The findings follow ---, by code.
var stories = []struct{ name, text string }{
	{"three-way, data, close", `
0.000 > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>
0.020 < S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,wscale 7>
0.040 > . 1:1(0) ack 1 win 502
0.050 > P. 1:101(100) ack 1 win 502
0.070 < . 1:1(0) ack 101 win 509
0.080 < F. 1:1(0) ack 101 win 509
0.100 > F. 101:101(0) ack 2 win 502
0.120 < . 2:2(0) ack 102 win 509
---
`},
	{"the numbers wrap", `
@isn client 4294967290
0.00 > S 0:0(0)
0.02 < S. 0:0(0) ack 1
0.02 > . 1:1(0) ack 1
0.03 > . 1:1001(1000) ack 1
0.04 > . 1001:2001(1000) ack 1
0.50 > . 1:1001(1000) ack 1 # retransmission
0.52 < . 1:1(0) ack 2001
---
`},
	{"retransmission, spurious, partly new", `
0.00 > S 0:0(0)
0.02 < S. 0:0(0) ack 1
0.02 > . 1:1(0) ack 1
0.03 > . 1:1001(1000) ack 1
0.05 > . 1:1001(1000) ack 1 # retransmission
0.06 < . 1:1(0) ack 1001
0.07 > . 1:1001(1000) ack 1 # retransmission spurious
0.08 > . 501:2001(1500) ack 1 # retransmission
0.09 < . 1:1(0) ack 2001
---
`},
	{"holes and what fills them", `
0.000 > S 0:0(0)
0.020 < S. 0:0(0) ack 1
0.020 > . 1:1(0) ack 1
0.100 > . 1001:2001(1000) ack 1 # gap-before
0.101 > . 1:1001(1000) ack 1 # out-of-order
0.102 > . 3001:4001(1000) ack 1 # gap-before
0.103 > . 2001:3001(1000) ack 1 # out-of-order
---
`},
	{"duplicate acknowledgements", `
0.00 > S 0:0(0)
0.02 < S. 0:0(0) ack 1
0.02 > . 1:1(0) ack 1
0.03 < . 1:1001(1000) ack 1
0.03 < . 1001:2001(1000) ack 1
0.04 > . 1:1(0) ack 1001
0.05 > . 1:1(0) ack 1001 # dup-ack
0.06 > . 1:1(0) ack 1001 # dup-ack
0.07 > . 1:1(0) ack 1001 win 60000 # window-update
0.08 > . 1:1(0) ack 1001 win 50000 <sack 1501:2001> # dup-ack
0.09 > . 1:1(0) ack 2001 win 50000
0.10 > . 1:1(0) ack 2001 win 50000 # nothing is outstanding
---
`},
	{"simultaneous open and close", `
0.00 > S 0:0(0)
0.01 < S 0:0(0)
0.02 > S. 0:0(0) ack 1
0.03 < S. 0:0(0) ack 1
0.04 > S. 0:0(0) ack 1 # retransmission spurious syn-retransmission
0.05 > F. 1:1(0) ack 1
0.05 < F. 1:1(0) ack 1
0.06 > . 2:2(0) ack 2
0.06 < . 2:2(0) ack 2
---
`},
	{"SYN and FIN again", `
0.00 > S 0:0(0)
1.00 > S 0:0(0) # retransmission syn-retransmission
1.02 < S. 0:0(0) ack 1
2.02 < S. 0:0(0) ack 1 # retransmission syn-retransmission
2.03 > . 1:1(0) ack 1
3.00 > F. 1:1(0) ack 1
4.00 > F. 1:1(0) ack 1 # retransmission fin-retransmission
4.01 < . 1:1(0) ack 2
5.00 > F. 1:1(0) ack 1 # retransmission spurious fin-retransmission
---
`},
	{"Fast Open", `
0.00 > S 0:50(50) <mss 1460,FO len 8>
0.02 < S. 0:0(0) ack 51 <mss 1460>
0.03 > . 51:51(0) ack 1
0.04 > . 51:61(10) ack 1
---
`},
	{"Fast Open refused: the data is sent again", `
0.00 > S 0:50(50) <mss 1460,FO len 8>
0.02 < S. 0:0(0) ack 1 <mss 1460>
0.03 > . 1:51(50) ack 1 # retransmission
---
`},
	{"zero window, probes of both kinds, keep-alive", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > . 1:1001(1000) ack 1
0.2 < . 1:1(0) ack 1001 win 0 # zero-window
0.5 > . 1001:1002(1) ack 1 # window-probe
0.6 < . 1:1(0) ack 1001 win 0 # zero-window window-probe-ack
1.5 > . 1000:1000(0) ack 1 # window-probe
1.6 < . 1:1(0) ack 1001 win 0 # zero-window window-probe-ack
2.0 < . 1:1(0) ack 1001 win 5000 # window-update
2.1 > . 1001:6001(5000) ack 1 # window-full
2.2 < . 1:1(0) ack 6001 win 5000
80 > . 6000:6001(1) ack 1 # keep-alive
80 < . 1:1(0) ack 6001 win 5000 # keep-alive-ack
--- zero-window
`},
	{"a keep-alive, and a FIN before its answer", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.2 > P. 1:9(8) ack 1
0.2 < . 1:1(0) ack 9
15.0 > . 8:8(0) ack 1 # keep-alive
15.0 > F. 9:9(0) ack 1
15.1 < . 1:1(0) ack 9 # keep-alive-ack
15.1 < F. 1:1(0) ack 10
15.2 > . 10:10(0) ack 2
---
`},
	{"a key pressed, its acknowledgement lost; a stack that pushes keep-alives", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > P. 1:2(1) ack 1
0.1 < . 1:1(0) ack 2
0.4 > P. 1:2(1) ack 1 # retransmission spurious
0.4 < . 1:1(0) ack 2
60 > . 1:2(1) ack 1 # keep-alive
60 < . 1:1(0) ack 2 # keep-alive-ack
61 > P. 2:30(28) ack 1
61 < . 1:1(0) ack 30
90 > P. 29:30(1) ack 1 # keep-alive
90 < . 1:1(0) ack 30 # keep-alive-ack
---
`},
	{"the octet of a window probe is taken after all", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.2 < . 1:1(0) ack 1 win 0 # zero-window
0.5 > . 1:2(1) ack 1 # window-probe
0.6 < . 1:1(0) ack 2 win 1000
0.7 > . 2:1002(1000) ack 1 # window-full
--- zero-window
`},
	{"the capture lacks packets", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 < . 1:1001(1000) ack 1
0.2 > . 1:1(0) ack 2001 # unseen-ack
0.3 < . 2001:3001(1000) ack 1 # gap-before
0.4 < . 4001:5001(1000) ack 1 # gap-before
0.5 > . 1:1(0) ack 5001 # unseen-ack
--- packets-missing
`},
	{"the acknowledgement was captured before the data", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > . 1:1(0) ack 1001 # unseen-ack
0.1 < . 1:1001(1000) ack 1 # out-of-order
---
`},
	{"SYN-ACK captured before the SYN", `
0.0 < S. 0:0(0) ack 1
0.0 > S 0:0(0) # out-of-order
0.0 > . 1:1(0) ack 1
---
`},
	{"mid-stream, with bytes from before the start", `
0.0 < . 1:1001(1000) ack 1
0.1 > . 1:1(0) ack -2999
0.2 < . -1999:-999(1000) ack 1 # out-of-order
0.3 > . 1:1(0) ack 1001
--- unknown-window-scale
`},
	{"mid-stream keep-alive", `
0.0 > . 1:1(0) ack 1
0.1 < . 1:1(0) ack 2
75 > . 1:1(0) ack 1 # keep-alive
75 < . 1:1(0) ack 2 # keep-alive-ack
--- unknown-window-scale
`},
	{"ports used again, with a late segment of the old connection", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > F. 1:1(0) ack 1
0.2 < F. 1:1(0) ack 2
0.3 > . 2:2(0) ack 2
@isn client 1000070000
@isn server 2000090000
1.0 > S 0:0(0) # #1
1.1 < S. 0:0(0) ack 1 # #1
@isn client 1000000000
@isn server 2000000000
1.2 < F. 1:1(0) ack 2 # retransmission spurious fin-retransmission
@isn client 1000070000
@isn server 2000090000
1.3 > . 1:1(0) ack 1 # #1
--- old-duplicate; port-reused
`},
	{"an old duplicate SYN in a live connection", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
@isn client 5000
0.5 > S 0:0(0) # #1
@isn client 1000000000
0.6 < . 1:1(0) ack 1 # challenge-ack
0.7 > . 1:101(100) ack 1
0.8 < . 1:1(0) ack 101
--- old-duplicate
`},
	{"half-open: challenge, reset, and the SYN again", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
@isn client 5000
0.5 > S 0:0(0) # #1
@isn client 1000000000
0.6 < . 1:1(0) ack 1 # challenge-ack
0.7 > R 1:1(0)
@isn client 5000
@isn server 7000
1.5 > S 0:0(0) # #1 retransmission syn-retransmission
1.6 < S. 0:0(0) ack 1 # #1
1.7 > . 1:1(0) ack 1 # #1
--- ; port-reused
`},
	{"half-open, and the old connection is not in the capture", `
0.0 > S 0:0(0)
@isn client 900000000
@isn server 77
0.1 < . 1:1(0) ack 1
0.1 > R 1:1(0) # out-of-window
@isn client 1000000000
@isn server 2000000000
1.0 > S 0:0(0) # retransmission syn-retransmission
1.1 < S. 0:0(0) ack 1
1.2 > . 1:1(0) ack 1
--- old-duplicate
`},
	{"a second SYN-ACK with another number, and the client takes that", `
0.0 > S 0:0(0)
0.1 < S. 0:0(0) ack 1
@isn server 3000000000
1.0 < S. 0:0(0) ack 1 # out-of-window
1.1 > . 1:1(0) ack 1
1.2 < . 1:1001(1000) ack 1
--- old-duplicate
`},
	{"reset in the window, challenge, reset", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > R 500:500(0)
0.2 < . 1:1(0) ack 1 # challenge-ack
0.3 > R 1:1(0)
---
`},
	{"wild numbers move nothing", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > R 1500000000:1500000000(0) # out-of-window
0.2 > . 800000000:800000100(100) ack 1 # out-of-window
0.3 < . 1:1(0) ack 1 # challenge-ack
0.4 > . 1:101(100) ack 900000000
0.5 < . 1:1(0) ack 101
--- old-duplicate
`},
	{"the capture paused for a gigabyte", `
0.0 > S 0:0(0)
0.0 < S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > . 1:101(100) ack 1
9.1 > . 2000000101:2000000201(100) ack 1 # out-of-window
9.2 > . 2000000201:2000000301(100) ack 1
9.3 < . 1:1(0) ack 2000000301 # unseen-ack
--- old-duplicate packets-missing
`},
	{"refused, and tried again with the same number", `
0.0 > S 0:0(0)
@isn server -1
0.1 < R. 1:1(0) ack 1
1.0 > S 0:0(0) # retransmission syn-retransmission
@isn server 2000000000
1.1 < S. 0:0(0) ack 1
1.2 > . 1:1(0) ack 1
---
`},
	{"to itself", `
@client 127.0.0.1:5000
@server 127.0.0.1:5000
@isn server 1000000000
0.0 > S 0:0(0)
0.0 > S. 0:0(0) ack 1
0.0 > . 1:1(0) ack 1
0.1 > . 1:101(100) ack 1
0.1 > . 101:101(0) ack 101
0.2 > F. 101:101(0) ack 101
0.2 > . 102:102(0) ack 102
---
`},
}

func TestStories(t *testing.T) {
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			text, findings, _ := strings.Cut(strings.TrimPrefix(s.text, "\n"), "---")
			tellStory(t, strings.ReplaceAll(text, "@isn server -1", "@isn server 4294967295"), strings.TrimSpace(findings))
		})
	}
}

func tellStory(t *testing.T, text, findings string) {
	sc, err := scenario.Parse(t.Name(), text)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(text, "\n")
	table := reconstruct.NewTable(reconstruct.Options{})
	for i, g := range sc.Segments() {
		step := table.Add(&g)
		line, want, _ := strings.Cut(lines[sc.Lines[i].Source-1], " # ")
		if got := say(step); got != expectation(want) {
			t.Errorf("%s\n got %s\nwant %s", line, got, expectation(want))
		}
		if err := table.Check(); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
	}
	if got := sayFindings(table.Flush()); got != findings {
		t.Errorf("findings %q, want %q", got, findings)
	}
}

// expectation adds what a comment leaves out. A comment that is no list of
// marks expects none.
func expectation(comment string) string {
	if strings.HasPrefix(comment, "nothing") {
		comment = ""
	}
	if !strings.HasPrefix(comment, "#") {
		comment = "#0 " + comment
	}
	return strings.TrimSpace(comment)
}

func say(s *reconstruct.Step) string {
	words := append([]string{fmt.Sprintf("#%d", s.Conn.Number)}, s.Marks.Names()...)
	return strings.Join(words, " ")
}

// sayFindings lists the codes, connections apart by semicolons.
func sayFindings(list []*reconstruct.Connection) string {
	var conns []string
	for _, c := range list {
		var codes []string
		for _, f := range c.Findings {
			codes = append(codes, f.Code.String())
		}
		conns = append(conns, strings.Join(codes, " "))
	}
	return strings.TrimSpace(strings.Join(conns, "; "))
}
