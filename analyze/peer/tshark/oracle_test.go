package tshark_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/capture/testneed"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

var all = flag.Bool("all", false, "run tshark over every public capture, which takes minutes")

// oracle is what tshark 4.0.17 counted in one capture.
type oracle struct {
	File    string
	Several int `json:"frames_with_several_tcp"`
	Streams []map[string]any
}

// counted are the counts of the oracle and the flags that they count.
var counted = map[string]tshark.Flag{
	"retransmission": tshark.Retransmission, "fast": tshark.FastRetransmission, "spurious": tshark.SpuriousRetransmission,
	"out_of_order": tshark.OutOfOrder, "dup_ack": tshark.DuplicateACK, "zero_window": tshark.ZeroWindow,
	"keep_alive": tshark.KeepAlive, "lost_segment": tshark.LostSegment, "unseen_ack": tshark.ACKLostSegment,
	"window_full": tshark.WindowFull,
}

func (o *oracle) total(name string) (n int) {
	for _, s := range o.Streams {
		v, _ := s[name].(float64)
		n += int(v)
	}
	return n
}

func (o *oracle) marks() (n int) {
	for name := range counted {
		n += o.total(name)
	}
	return n
}

func readOracles(t *testing.T) (list []oracle) {
	t.Helper()
	data, err := os.ReadFile(testneed.Shared(t, "captures/public/oracle.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var o oracle
		if err := json.Unmarshal(line, &o); err != nil {
			t.Fatal(err)
		}
		list = append(list, o)
	}
	return list
}

// segment is one TCP segment with what we say that tshark says.
type segment struct {
	frame   capture.FrameNumber
	options decode.OptionSet
	sackCut bool // the snapshot cut the options of the peer's latest segment
	stray   bool // its numbers are far from both streams
	row     tshark.Row
}

func segments(t *testing.T, path string) (list []segment) {
	t.Helper()
	reader, err := pcapfile.Open(path)
	if errors.Is(err, pcapfile.ErrNotCapture) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	a := analyze.New(reader, analyze.Options{Extra: func() analyze.Extra { return new(tshark.Tracker) }})
	type end struct {
		conn int
		side reconstruct.Side
	}
	cut := map[end]bool{}
	for s := range a.Segments() {
		g := s.Step.Segment
		peerCut := cut[end{s.Conn.Number, s.Conn.Peer(s.From)}]
		list = append(list, segment{g.Frame, g.Options.Set, peerCut, s.Marks.Has(reconstruct.OutOfWindow), s.Extra.(*tshark.Tracker).Row()})
		cut[end{s.Conn.Number, s.From}] = g.Quirks&decode.OptionsCut != 0
	}
	return list
}

// The captures whose counts are not tshark's. Beside those with several TCP
// headers in a frame, which the oracle leaves out.
var miscounted = map[string]string{
	"AlexeyVasilev_PcapFlowLab__17_vxlan_udp_port_and_header_matrix.pcap": "VXLAN on a port that tshark does not know",
}

// TestCounts compares how often each flag is set in every public capture.
func TestCounts(t *testing.T) {
	same, total := 0, 0
	for _, o := range readOracles(t) {
		if o.Several > 0 {
			continue
		}
		got := map[tshark.Flag]int{}
		for _, s := range segments(t, testneed.Shared(t, "captures/public/"+o.File)) {
			for _, f := range counted {
				if s.row.Flags.Has(f) {
					got[f]++
				}
			}
		}
		total++
		differs := false
		for name, f := range counted {
			if want := o.total(name); got[f] != want {
				differs = true
				if miscounted[o.File] == "" {
					t.Errorf("%s: %d with %s, tshark has %d", o.File, got[f], f, want)
				}
			}
		}
		if !differs {
			same++
		}
	}
	t.Logf("%d of %d captures the same", same, total)
	if same+len(miscounted) != total {
		t.Errorf("%d of %d captures differ, and %d are expected to", total-same, total, len(miscounted))
	}
}

// mostMarked returns the captures in which tshark sets the most flags.
func mostMarked(t *testing.T, n int) (files []string) {
	list := readOracles(t)
	slices.SortStableFunc(list, func(a, b oracle) int { return cmp.Compare(b.marks(), a.marks()) })
	if *all {
		n = len(list)
	}
	for _, o := range list[:n] {
		if miscounted[o.File] == "" {
			files = append(files, o.File)
		}
	}
	return files
}

// TestAgainstTshark compares every flag and field of every segment with those
// that the program prints.
func TestAgainstTshark(t *testing.T) {
	program := testneed.Program(t, "tshark")
	score := newScore()
	for _, file := range mostMarked(t, 25) {
		path := testneed.Shared(t, "captures/public/"+file)
		ours := segments(t, path)
		theirs := runTshark(t, program, path)
		for i := range ours {
			s := &ours[i]
			printed := theirs[s.frame]
			if printed == nil || printed.Layers > 1 {
				continue
			}
			if why := score.compare(s, printed); why != "" {
				t.Errorf("%s frame %d: %s", file, s.frame, why)
			}
		}
	}
	score.log(t)
	if score.segments < 10000 {
		t.Errorf("only %d segments compared", score.segments)
	}
}

func runTshark(t *testing.T, program, path string) map[capture.FrameNumber]*tshark.Printed {
	t.Helper()
	cmd := exec.Command(program, tshark.Arguments(path)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rows := map[capture.FrameNumber]*tshark.Printed{}
	err = tshark.Read(out, func(p *tshark.Printed) bool {
		rows[p.Frame] = p
		return true
	})
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait() // damaged captures make it fail after its output
	return rows
}
