package analyze

import (
	"fmt"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// A lab compares TCP's refusal with UDP's: the latter has no connection, and
// is told of the capture.
func TestRefusedDatagramIsTold(t *testing.T) {
	r, err := pcapfile.Open("../testdata/lab/udp-closed/client.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a := New(r, Options{})
	for c := range a.Connections() {
		t.Errorf("connection %d in a capture of UDP", c.Number)
	}
	found := a.Findings()
	const want = "10.0.0.2 reports ICMP port unreachable (type 3 code 3) about a UDP datagram from 10.0.0.1:"
	if len(found) != 1 || found[0].Code != finding.ICMPError || found[0].Frame != 2 || !strings.HasPrefix(found[0].Text, want) {
		t.Errorf("findings %v, want one of frame 2: %s…", found, want)
	}
}

// A scan that meets a thousand closed ports is told in few words.
func TestICMPErrorsAreBounded(t *testing.T) {
	var p problems
	for i := range 1000 {
		e := decode.ICMPError{Frame: capture.FrameNumber(i + 1), Type: 3, Code: 3, Protocol: 17}
		e.Dst.Port = uint16(i)
		p.addICMP(&e)
	}
	found := p.findings()
	if len(found) != maxICMPErrors+1 {
		t.Fatalf("%d findings, want %d and one for the others", len(found), maxICMPErrors)
	}
	rest := fmt.Sprintf("(%d packets, the first is frame %d)", 1000-maxICMPErrors, maxICMPErrors+1)
	if last := found[len(found)-1].Text; !strings.HasSuffix(last, rest) {
		t.Errorf("the last is %q, want … %s", last, rest)
	}
}
