package join_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/join"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// joined is a pair of captures, joined.
type joined struct {
	*join.Matching
	packets []join.Packet
	conns   []join.Connection
}

// opener opens a capture anew for each pass.
type opener func(testing.TB) analyze.Source

func fromFile(path string) opener {
	return func(t testing.TB) analyze.Source {
		r, err := pcapfile.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
	}
}

func joinBoth(t testing.TB, a, b opener) joined {
	t.Helper()
	var sketches [2]*join.Sketch
	for i, open := range []opener{a, b} {
		k, err := join.Survey(open(t))
		if err != nil {
			t.Fatal(err)
		}
		sketches[i] = k
	}
	j := joined{Matching: join.Align(sketches[0], sketches[1], join.Options{})}
	for p := range j.Packets(a(t), b(t)) {
		j.packets = append(j.packets, *p)
	}
	for c := range j.Connections(a(t), b(t)) {
		j.conns = append(j.conns, *c)
	}
	if err := j.Err(); err != nil {
		t.Fatal(err)
	}
	return j
}

// identity is what tells the packets of the shared pair apart.
type identity struct {
	id, seq, tsval uint32
	len            int
	src            decode.Endpoint
}

// identities returns the frames of each packet of a capture.
func identities(t *testing.T, open opener) map[identity][]capture.FrameNumber {
	t.Helper()
	all := map[identity][]capture.FrameNumber{}
	a := analyze.New(open(t), analyze.Options{})
	for s := range a.Segments() {
		g := s.Step.Segment
		k := identity{g.IPID, uint32(g.Seq), g.Options.TSval, g.Len, g.Src}
		all[k] = append(all[k], g.Frame)
	}
	return all
}

// One transfer captured at both ends: what was lost and reordered between them
// is what the packets' identities say.
func TestTwoEnded(t *testing.T) {
	folder := testneed.Shared(t, "captures/two-ended")
	a, b := fromFile(filepath.Join(folder, "sender.pcapng")), fromFile(filepath.Join(folder, "receiver.pcap"))
	j := joinBoth(t, a, b)
	if len(j.conns) != 2 || j.Common != 2 {
		t.Fatalf("%d connections", len(j.conns))
	}
	inA, inB := identities(t, a), identities(t, b)
	lost := map[capture.FrameNumber]bool{}
	for k, frames := range inA {
		switch {
		case len(inB[k]) == 0:
			for _, frame := range frames {
				lost[frame] = true
			}
		case len(inB[k]) != len(frames):
			t.Fatalf("%v is no identity", k)
		}
	}
	reordered := readTruth(t, filepath.Join(folder, "truth.tsv"), "reordered")
	again := readTruth(t, filepath.Join(folder, "truth.tsv"), "retransmission") // the truth does not say if they were reordered too
	found := 0
	for _, p := range j.packets {
		switch {
		case p.Fate == join.Lost:
			if !lost[p.Frames[join.A]] {
				t.Errorf("frame %d is called lost", p.Frames[join.A])
			}
			delete(lost, p.Frames[join.A])
			found++
		case p.Fate != join.Passed:
			t.Errorf("frames %v: %v", p.Frames, p.Fate)
		}
		frame := p.Frames[join.B]
		if data := p.Conns[join.B] == 1 && p.From == 0 && p.Len > 0; data && !again[frame] && p.Reordered != reordered[frame] {
			t.Errorf("frame %d of the receiver: reordered %v", frame, p.Reordered)
		}
	}
	if len(lost) != 0 || found == 0 {
		t.Errorf("%d lost packets found, not found: %v", found, lost)
	}
	checkTwoEndedClock(t, &j)
}

// The emulated path takes 10 ms each way, and both ends ran on one clock.
func checkTwoEndedClock(t *testing.T, j *joined) {
	s, ok := j.Clock.Longest()
	if !ok || s.Offset.Abs() > s.Error || s.Error > 11*time.Millisecond || j.Clock.Steps() != 0 || s.Drift != 0 {
		t.Errorf("clock: %+v, %d steps", s, j.Clock.Steps())
	}
	for side, d := range j.conns[1].Sides {
		if least := time.Duration(d.Delay.Min); side == 1 && (least-10*time.Millisecond).Abs() > time.Millisecond {
			t.Errorf("side %d: least delay %v, 10 %% %v", side, least, time.Duration(d.Delay.P10))
		}
	}
	if !j.conns[1].FlowKnown || j.conns[1].Nearer != join.A {
		t.Error("the sender's capture is not known to be nearer to the client")
	}
	t.Logf("clock: %+v", s)
}

// readTruth returns the frames of the receiver of which a truth begins so.
func readTruth(t *testing.T, file, truth string) map[capture.FrameNumber]bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := map[capture.FrameNumber]bool{}
	for line := range strings.Lines(string(text)) {
		if cells := strings.Fields(line); len(cells) == 3 && cells[0] == "receiver" && strings.HasPrefix(cells[2], truth) {
			n, err := strconv.ParseInt(cells[1], 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			all[capture.FrameNumber(n)] = true
		}
	}
	return all
}
