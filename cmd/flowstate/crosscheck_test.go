package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario/scenariotest"
)

// crossed is a retransmission that tshark takes for overtaken: it comes within
// the round trip of the handshake, but SACK asked for it.
const crossed = `
0.000 > S 0:0(0) win 64240 <mss 1460,sackOK,wscale 7>
+.050 < S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,wscale 7>
+.050 > . 1:1(0) ack 1 win 502
+.010 > . 1:1001(1000) ack 1 win 502
+.001 > . 1001:2001(1000) ack 1 win 502
+.001 > . 2001:3001(1000) ack 1 win 502
+.001 > . 3001:4001(1000) ack 1 win 502
+.001 > . 4001:5001(1000) ack 1 win 502
+.001 > . 5001:6001(1000) ack 1 win 502
+.046 < . 1:1(0) ack 1001 win 502
+.002 < . 1:1(0) ack 1001 win 502 <sack 2001:3001>
+.001 < . 1:1(0) ack 1001 win 502 <sack 4001:5001 2001:3001>
+.001 < . 1:1(0) ack 1001 win 502 <sack 4001:6001 2001:3001>
+.001 > . 1001:2001(1000) ack 1 win 502
+.001 > . 3001:4001(1000) ack 1 win 502
+.050 < . 1:1(0) ack 6001 win 502
`

// ran runs flowstate and returns what it wrote and its exit status.
func ran(args ...string) (stdout, stderr string, status int) {
	var out, words strings.Builder
	status = run(args, strings.NewReader(""), &out, &words)
	return out.String(), words.String(), status
}

func TestCrosscheck(t *testing.T) {
	testneed.Program(t, "tshark")
	testneed.Program(t, "tcptrace")
	path := scenariotest.File(t, crossed)
	text, words, status := ran("crosscheck", path)
	if status != 0 || !strings.Contains(words, ", 0 unexplained: ") {
		t.Errorf("exit status %d: %s", status, words)
	}
	for _, want := range []string{"FRAME", "SACK blocks show that it was sent again", "owin-octet", "sack-in-flight"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	json, _, _ := ran("crosscheck", path, "--format", "json", "-q")
	if want := `"program":"tshark","conn":0,"frame":15,"field":"retransmission","theirs":"out_of_order","ours":"retransmission","kind":"time-alone",`; !strings.Contains(json, want) {
		t.Errorf("no %s in\n%s", want, json)
	}
	if _, _, status := ran("crosscheck", path, "--strict"); status != exitCheck {
		t.Errorf("with --strict: exit status %d", status)
	}
	if _, words, status := ran("crosscheck", path, "--strict=unexplained"); status != 0 {
		t.Errorf("with --strict=unexplained: exit status %d: %s", status, words)
	}
	if _, words, status := ran("crosscheck", path, "--strict=maybe"); status != exitUsage || !strings.Contains(words, "any or unexplained") {
		t.Errorf("with --strict=maybe: exit status %d: %s", status, words)
	}
	if _, words, status := ran("crosscheck", "-"); status != exitUsage || !strings.Contains(words, "needs a file") {
		t.Errorf("standard input: exit status %d: %s", status, words)
	}
}

// A program that is missing is named, and the other is enough.
func TestCrosscheckWithoutPrograms(t *testing.T) {
	tcptrace := testneed.Program(t, "tcptrace")
	path := scenariotest.File(t, crossed)
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if _, words, status := ran("crosscheck", path); status != exitFailed || !strings.Contains(words, "neither tshark nor tcptrace") {
		t.Errorf("without both: exit status %d: %s", status, words)
	}
	if err := os.Symlink(tcptrace, filepath.Join(dir, "tcptrace")); err != nil {
		t.Fatal(err)
	}
	text, words, status := ran("crosscheck", path)
	if status != 0 || !strings.Contains(words, "tshark is not installed") || !strings.Contains(text, "owin-octet") || strings.Contains(text, "tshark:") {
		t.Errorf("without tshark: exit status %d: %s\n%s", status, words, text)
	}
}
