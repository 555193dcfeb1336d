package zeek_test

import (
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/peer/zeek"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

const handshake = `
0 > S 0:0(0)
+.01 < S. 0:0(0) ack 1
+.01 > . 1:1(0) ack 1
`

// The verdicts and histories are those of Zeek's documentation of conn.log.
var cases = []struct {
	name, text, state, history string
}{
	{"nobody answers", "0 > S 0:0(0)\n1 > S 0:0(0)", "S0", "S"},
	{"established", handshake, "S1", "ShA"},
	{"closed by both", handshake + "+.01 > P. 1:11(10) ack 1\n+.01 < . 1:1(0) ack 11\n+.01 > F. 11:11(0) ack 1\n+.01 < F. 1:1(0) ack 12\n+.01 > . 12:12(0) ack 2", "SF", "ShADaFf"},
	{"refused", "0 > S 0:0(0)\n+.01 < R. 0:0(0) ack 1", "REJ", "Sr"},
	{"closed by the originator alone", handshake + "+.01 > F. 1:1(0) ack 1\n+.01 < . 1:1(0) ack 2", "S2", "ShAFa"},
	{"closed by the responder alone", handshake + "+.01 < F. 1:1(0) ack 1\n+.01 > . 1:1(0) ack 2", "S3", "ShAf"},
	{"reset by the originator", handshake + "+.01 > R 1:1(0)", "RSTO", "ShAR"},
	{"reset by the responder", handshake + "+.01 > P. 1:11(10) ack 1\n+.01 < R. 1:1(0) ack 11", "RSTR", "ShADr"},
	{"SYN and RST", "0 > S 0:0(0)\n+.01 > R 1:1(0)", "RSTOS0", "SR"},
	{"RST alone, an error of Zeek's", "0 > R 1:1(0)", "OTH", "R"},
	{"SYN and FIN", "0 > S 0:0(0)\n+.01 > F 1:1(0)", "SH", "SF"},
	{"SYN-ACK and RST of the responder", "0 < S. 0:0(0) ack 1\n+.01 < R 1:1(0)", "RSTRH", "hr"},
	{"SYN-ACK and FIN of the responder", "0 < S. 0:0(0) ack 1\n+.01 < F. 1:1(0) ack 1", "SHR", "hf"},
	{"in the middle", "0 > P. 1:11(10) ack 1\n+.01 < . 1:1(0) ack 11", "OTH", "Da"},
	{"a zero window", handshake + "+.01 < . 1:1(0) ack 1 win 0", "S1", "ShAaw"},
	{"sent again ten times", handshake + "+.01 > P. 1:11(10) ack 1" + repeat("\n+.3 > P. 1:11(10) ack 1", 10), "S1", "ShADTT"},
	{"not in the capture", handshake + "+.01 < . 1:1(0) ack 101", "S1", "ShAaG"},
	{"a SYN with data and FIN", "0 > SF 0:0(0)", "SH", "Q"},
}

func repeat(s string, n int) (all string) {
	for range n {
		all += s
	}
	return all
}

func TestConnLog(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var tracker zeek.Tracker
			conn := play(t, c.text, &tracker)
			r := tracker.Record(conn)
			if r.State != c.state || r.History != c.history {
				t.Errorf("%s %s, want %s %s", r.State, r.History, c.state, c.history)
			}
		})
	}
}

// What came after both had closed does not count for the duration, and a byte
// counts once.
func TestNumbers(t *testing.T) {
	var tracker zeek.Tracker
	conn := play(t, handshake+`
+.01 > P. 1:11(10) ack 1
+.30 > P. 1:11(10) ack 1
+.01 > F. 11:11(0) ack 1
+.01 < F. 1:1(0) ack 12
+9 > . 12:12(0) ack 2`, &tracker)
	r := tracker.Record(conn)
	if r.Bytes != [2]int64{10, 0} || r.Packets != [2]int64{6, 2} || r.Missed != 0 {
		t.Errorf("bytes %v, packets %v, missed %d", r.Bytes, r.Packets, r.Missed)
	}
	if s := r.Duration.String(); s != "350ms" {
		t.Errorf("duration %s", s)
	}
}

// play runs a scenario and returns its connection.
func play(t *testing.T, text string, tracker *zeek.Tracker) *reconstruct.Connection {
	t.Helper()
	var conn *reconstruct.Connection
	for step := range scenariotest.Steps(t, text) {
		tracker.Observe(step)
		conn = step.Conn
	}
	return conn
}
