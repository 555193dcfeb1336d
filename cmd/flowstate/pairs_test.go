package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/analyzetest"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// sameSegment is what all copies of one transmission have in common.
type sameSegment struct {
	seq, ack uint32
	len      int
	tsval    uint32
	flags    decode.Flags
}

// transmission is one at the sender's tap: its place in the order of sending,
// and whether it repeats something.
type transmission struct {
	index int
	again bool
}

// eachSent calls do for each segment with payload of the side that sends most.
func eachSent(t *testing.T, file string, do func(s *analyze.Segment, key sameSegment)) {
	t.Helper()
	a := analyzetest.Open(t, file, analyze.Options{})
	for s := range a.Segments() {
		if g := s.Step.Segment; s.From == reconstruct.Server && g.Len > 0 {
			do(s, sameSegment{uint32(g.Seq), uint32(g.Ack), g.Len, g.Options.TSval, g.Flags})
		}
	}
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
}

var (
	repairs  = []loss.Cause{loss.RTO, loss.Fast, loss.Recovery, loss.TLP}
	repeated = append(slices.Clone(repairs), loss.Spurious)
)

// score counts verdicts on segments out of sequence, and on those in order.
type score struct{ right, judged, marked, inOrder int }

func (c *score) add(v loss.Verdict, causes []loss.Cause) {
	switch {
	case causes == nil:
		c.inOrder++
		if v.Cause != loss.None {
			c.marked++
		}
	default:
		c.judged++
		if slices.Contains(causes, v.Cause) {
			c.right++
		}
	}
}

// atSender scores the capture of the sender's end, where nothing is out of
// order, and returns what was sent.
func atSender(t *testing.T, file string) (c score, sent map[sameSegment][]transmission) {
	t.Helper()
	sent = map[sameSegment][]transmission{}
	index := 0
	eachSent(t, file, func(s *analyze.Segment, key sameSegment) {
		index++
		again := s.Seq < s.Before[s.From].Max
		sent[key] = append(sent[key], transmission{index, again})
		switch {
		case s.Marks.Has(reconstruct.Duplicate): // sent twice in one instant of virtual time: as good as a copy
		case again:
			c.add(s.Loss, repeated)
		default:
			c.add(s.Loss, nil)
		}
	})
	return c, sent
}

// atReceiver scores the capture of the other end by what was sent.
func atReceiver(t *testing.T, file string, sent map[sameSegment][]transmission) (c score) {
	t.Helper()
	arrived, newest := map[sameSegment]int{}, 0
	eachSent(t, file, func(s *analyze.Segment, key sameSegment) {
		all, n := sent[key], arrived[key]
		arrived[key]++
		if len(all) == 0 {
			t.Fatalf("frame %d was never sent", s.Step.Segment.Frame)
		}
		this := all[min(n, len(all)-1)]
		var causes []loss.Cause
		switch overtaken := this.index < newest; {
		case n >= len(all):
			causes = []loss.Cause{loss.NetworkDuplicate}
		case s.Seq >= s.Before[s.From].Max:
		case overtaken && this.again:
			causes = append(slices.Clone(repeated), loss.Reordering)
		case overtaken:
			causes = []loss.Cause{loss.Reordering}
		case s.Marks.Has(reconstruct.OutOfOrder):
			causes = repairs
		default:
			causes = repeated
		}
		newest = max(newest, this.index)
		if len(all) == 1 || !s.Marks.Has(reconstruct.Duplicate) {
			c.add(s.Loss, causes)
		}
	})
	return c
}

// Pairs of captures that a simulated link makes, without IP identification:
// nearly every cause is right at both ends, and hardly anything else is given
// one.
func TestCausesAtBothEnds(t *testing.T) {
	for _, link := range []string{
		"--delay 10 --loss 1% --rate 20mbit",
		"--delay 20 --loss 3%",
		"--delay 8 --reorder 3% --rate 30mbit",
		"--delay 15 --reorder 5% --loss 1%",
		"--delay 10 --duplicate 2% --loss 1%",
		"--delay 12 --jitter 2 --loss 1%",
		"--delay 5 --rate 5mbit --limit 12",
		"--delay 25 --back-loss 5% --loss 2% --ipv6",
	} {
		t.Run(link, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "run")
			args := append([]string{"lab", "run", "-q", "--no-diagrams", "--link", "simulated", "--seed", "11", "-B", "-t", "1M", "-o", dir}, strings.Fields(link)...)
			printedBy(t, 0, args...)
			near, sent := atSender(t, filepath.Join(dir, "benchmark", "01", "server.pcapng"))
			far := atReceiver(t, filepath.Join(dir, "benchmark", "01", "client.pcapng"), sent)
			t.Logf("sender %+v, receiver %+v", near, far)
			if near.judged == 0 || near.right*1000 < near.judged*995 || near.marked > 0 {
				t.Errorf("at the sender %d of %d right, %d of %d in order marked", near.right, near.judged, near.marked, near.inOrder)
			}
			if far.judged == 0 || far.right*100 < far.judged*99 || far.marked*100 > far.inOrder {
				t.Errorf("at the receiver %d of %d right, %d of %d in order marked", far.right, far.judged, far.marked, far.inOrder)
			}
		})
	}
}
