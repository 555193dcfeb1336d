package tshark_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

const handshake = `
0 > S 0:0(0) win 1000 <mss 1460>
+.02 < S. 0:0(0) ack 1 win 1000 <mss 1460>
+.02 > . 1:1(0) ack 1 win 1000
`

// rules are the flags of the last segment of a connection, by the user's guide.
var rules = []struct{ name, text, flags string }{
	{"later than the handshake", "+.01 > . 1:101(100) ack 1 win 1000\n+.01 > . 101:201(100) ack 1 win 1000\n+.05 > . 1:101(100) ack 1 win 1000", "retransmission"},
	{"sooner", "+.01 > . 1:101(100) ack 1 win 1000\n+.01 > . 101:201(100) ack 1 win 1000\n+.03 > . 1:101(100) ack 1 win 1000", "out_of_order"},
	{"acknowledged", "+.01 > . 1:101(100) ack 1 win 1000\n+.01 < . 1:1(0) ack 101 win 1000\n+.01 > . 1:101(100) ack 1 win 1000", "retransmission spurious_retransmission"},
	{"two duplicates", "+.01 > . 1:101(100) ack 1 win 1000\n+0 > . 101:201(100) ack 1 win 1000\n+.01 < . 1:1(0) ack 1 win 1000\n+0 < . 1:1(0) ack 1 win 1000\n+0 < . 1:1(0) ack 1 win 1000\n+.01 > . 1:101(100) ack 1 win 1000", "retransmission fast_retransmission"},
	{"beyond a hole", "+.01 > . 101:201(100) ack 1 win 1000", "lost_segment"},
	{"of a hole", "+.01 < . 1:1(0) ack 101 win 1000", "ack_lost_segment"},
	{"keep-alive", "+75 > . 0:0(0) ack 1 win 1000", "keep_alive"},
	{"and its answer", "+75 > . 0:0(0) ack 1 win 1000\n+.01 < . 1:1(0) ack 1 win 1000\n+75 > . 0:0(0) ack 1 win 1000\n+.01 < . 1:1(0) ack 1 win 1000", "keep_alive_ack"},
	{"window closed", "+.01 < . 1:1(0) ack 1 win 0", "zero_window"},
	{"and opened", "+.01 < . 1:1(0) ack 1 win 0\n+.01 < . 1:1(0) ack 1 win 500", "window_update"},
	{"probed", "+.01 < . 1:1(0) ack 1 win 0\n+.3 > . 1:2(1) ack 1 win 1000", "zero_window_probe"},
	{"answered", "+.01 < . 1:1(0) ack 1 win 0\n+.3 > . 1:2(1) ack 1 win 1000\n+.01 < . 1:1(0) ack 1 win 0", "zero_window zero_window_probe_ack"},
	{"filled", "+.01 < . 1:1(0) ack 1 win 200\n+.01 > . 1:201(200) ack 1 win 1000", "window_full"},
	{"ports used again", "+.01 > R 1:1(0)\n+9 > S 90000:90000(0) win 1000", "reused_ports"},
	{"repeated", "+.01 > . 1:101(100) ack 1 win 1000\n+.01 < . 1:1(0) ack 1 win 1000\n+.01 < . 1:1(0) ack 1 win 1000", "duplicate_ack"},
}

func TestRules(t *testing.T) {
	for _, r := range rules {
		row := last(t, handshake+r.text)
		if got := strings.Join(slices.Sorted(slices.Values(row.Flags.Names())), " "); got != strings.Join(slices.Sorted(slices.Values(strings.Fields(r.flags))), " ") {
			t.Errorf("%s: %q, want %q", r.name, got, r.flags)
		}
	}
}

func TestFields(t *testing.T) {
	row := last(t, handshake+`
+.01 > P. 1:101(100) ack 1 win 1000
+.01 > . 101:301(200) ack 1 win 1000
+.03 < . 1:1(0) ack 101 win 1000
+.01 > P. 301:351(50) ack 1 win 1000
`)
	if row.BytesInFlight != 250 || row.PushBytesSent != 250 || row.InitialRTT.String() != "40ms" {
		t.Errorf("%+v", row)
	}
	row = last(t, handshake+"+.01 > P. 1:101(100) ack 1 win 1000\n+.4 > P. 1:101(100) ack 1 win 1000\n+.03 < . 1:1(0) ack 101 win 1000")
	if row.AcksFrame != 4 || row.AckRTT.String() != "430ms" {
		t.Errorf("tshark times the first of two copies: %+v", row)
	}
}

// last plays a scenario and returns what tshark shows of its last segment.
func last(t *testing.T, text string) tshark.Row {
	t.Helper()
	trackers := map[int]*tshark.Tracker{}
	var row tshark.Row
	for step := range scenariotest.Steps(t, text) {
		if step.Opened {
			trackers[step.Conn.Number] = new(tshark.Tracker)
		}
		trackers[step.Conn.Number].Observe(step)
		row = trackers[step.Conn.Number].Row()
	}
	return row
}

// What tshark prints is read by line; a line of another form is told.
func TestRead(t *testing.T) {
	columns := strings.Count(strings.Join(tshark.Arguments("x"), " "), " -e ")
	good := "7\t0,1" + strings.Repeat("\t", columns-2)
	var frames []capture.FrameNumber
	err := tshark.Read(strings.NewReader(good+"\n"), func(p *tshark.Printed) bool {
		frames = append(frames, p.Frame)
		if p.Layers != 2 {
			t.Errorf("%d TCP headers", p.Layers)
		}
		return true
	})
	if err != nil || !slices.Equal(frames, []capture.FrameNumber{7}) {
		t.Errorf("frames %v, %v", frames, err)
	}
	for _, bad := range []string{"7", "x" + strings.TrimPrefix(good, "7"), "7\t0\t\t\t\t1.5" + strings.Repeat("\t", columns-6)} {
		if err := tshark.Read(strings.NewReader(good+"\n"+bad+"\n"), func(*tshark.Printed) bool { return true }); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
