package scenariotest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// A story of two lines that are segments, with all that may stand between.
const story = `
# a comment
@conn 1
0.000 > S 0:0(0) # the first

+.020 < icmp unreachable port : > S 0:0(0) # no segment
+.020 > S 0:0(0)	#	without a space before it, a comment and no note
+.020 < S. 0:0(0) ack 1 #  the last
`

func TestNotes(t *testing.T) {
	var got []string
	for step, note := range Steps(t, Wrapping+story) {
		got = append(got, fmt.Sprintf("%d %s %s", step.Segment.Frame, step.From, note))
	}
	if want := []string{"1 client the first", "3 client ", "4 server the last"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if n := len(Segments(t, story)); n != len(got) {
		t.Errorf("%d segments, but %d steps", n, len(got))
	}
}

func TestFile(t *testing.T) {
	r, err := pcapfile.Open(File(t, story))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	packets := 0
	for p := new(capture.Packet); r.Next(p) == nil; packets++ {
	}
	if packets != 4 {
		t.Errorf("%d packets, want 4", packets)
	}
}
