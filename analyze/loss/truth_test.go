package loss_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// repairs are the causes of a segment sent again because it was lost.
var repairs = []loss.Cause{loss.RTO, loss.Fast, loss.Recovery, loss.TLP}

// rightCauses says for each truth which causes are right.
var rightCauses = map[string][]loss.Cause{
	"retransmission":            append(slices.Clone(repairs), loss.Spurious),
	"reordered":                 {loss.Reordering},
	"retransmission-of-lost":    repairs,
	"retransmission-not-needed": {loss.Spurious},
}

// verdicts runs a capture and returns what is thought of each frame of one
// connection that its client sent.
func verdicts(t *testing.T, file string, conn int) (all map[capture.FrameNumber]loss.Verdict, data int) {
	t.Helper()
	all = map[capture.FrameNumber]loss.Verdict{}
	a := analyzetest.Open(t, file, analyze.Options{})
	for s := range a.Segments() {
		if s.Conn.Number != conn || s.From != reconstruct.Client || s.Step.Segment.Len == 0 {
			continue
		}
		data++
		if s.Loss.Cause != loss.None {
			all[s.Step.Segment.Frame] = s.Loss
		}
	}
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	return all, data
}

// One transfer captured at both ends: the cause is right for nearly every
// segment out of sequence, and hardly any other is given one.
func TestTwoEnded(t *testing.T) {
	folder := testneed.Shared(t, "captures/two-ended")
	truth := readTruth(t, filepath.Join(folder, "truth.tsv"))
	for _, end := range []struct {
		name, file string
		least      float64
	}{
		{"sender", "sender.pcapng", 0.995},
		{"receiver", "receiver.pcap", 0.99},
	} {
		t.Run(end.name, func(t *testing.T) {
			got, data := verdicts(t, filepath.Join(folder, end.file), 1)
			right, table := 0, map[string]int{}
			for frame, what := range truth[end.name] {
				v := got[frame]
				table[what+" "+v.Cause.String()]++
				if slices.Contains(rightCauses[what], v.Cause) {
					right++
				} else {
					t.Logf("frame %d is %s, called %s by %d", frame, what, v.Cause, v.Witness)
				}
				delete(got, frame)
			}
			n := len(truth[end.name])
			if share := float64(right) / float64(n); share < end.least {
				t.Errorf("right in %d of %d, %.2f %%", right, n, 100*share)
			}
			if wrong := len(got); wrong*100 >= data-n {
				t.Errorf("%d of %d segments in order are marked", wrong, data-n)
			}
			t.Logf("right in %d of %d; %d of %d in order marked; %v", right, n, len(got), data-n, table)
		})
	}
}

// readTruth returns what is true of each frame, by capture.
func readTruth(t *testing.T, file string) map[string]map[capture.FrameNumber]string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]map[capture.FrameNumber]string{"sender": {}, "receiver": {}}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.TrimSpace(line), "\t")
		if len(cells) != 3 || all[cells[0]] == nil {
			continue
		}
		frame, err := strconv.ParseInt(cells[1], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		all[cells[0]][capture.FrameNumber(frame)] = cells[2]
	}
	return all
}

// Nothing is reordered before a tap at the sender.
func TestKernelLogged(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(testneed.Shared(t, "captures/kernel-logged"), "*.pcap"))
	if err != nil || len(files) != 6 {
		t.Fatalf("%d captures (%v)", len(files), err)
	}
	for _, file := range files {
		got, _ := verdicts(t, file, 0)
		table := map[string]int{}
		for frame, v := range got {
			table[v.Cause.String()]++
			if v.Cause == loss.Reordering || v.Cause == loss.NetworkDuplicate {
				t.Errorf("%s, frame %d: a retransmission is called %s", filepath.Base(file), frame, v.Cause)
			}
		}
		t.Logf("%s: %v", filepath.Base(file), table)
	}
}
