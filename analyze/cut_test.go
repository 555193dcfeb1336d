package analyze_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
)

// cutting shortens the packets of a source, Ethernet and IPv4 without options, as
// a snapshot length does: to the end of the TCP header, or to so many octets.
type cutting struct {
	analyze.Source
	octets int // 0: up to the payload
}

func (c cutting) Next(p *capture.Packet) error {
	err := c.Source.Next(p)
	if err != nil {
		return err
	}
	const before = 14 + 20 // what stands before the TCP header
	n := c.octets
	if n == 0 && len(p.Data) > before+12 {
		n = before + int(p.Data[before+12]>>4)*4
	}
	p.Data = p.Data[:min(n, len(p.Data))]
	return nil
}

// told is what the measurements say of each segment, as text.
func told(t *testing.T, file string, say func(*analyze.Segment) string, cut ...int) (all []string) {
	t.Helper()
	r, err := pcapfile.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var src analyze.Source = r
	for _, n := range cut {
		src = cutting{src, n}
	}
	a := analyze.New(src, analyze.Options{})
	for s := range a.Segments() {
		all = append(all, say(s))
	}
	if a.Err() != nil {
		t.Fatal(a.Err())
	}
	return all
}

// everything says all that is measured, sequence says what needs no option.
func everything(s *analyze.Segment) string {
	v := s.Loss
	return fmt.Sprint(s.RTT, s.Delivers, s.Smoothed, s.Flight, s.FlightKnown, v.Cause, v.Witness, v.Certainty(), s.Limit, s.LimitKnown)
}

func sequence(s *analyze.Segment) string {
	return fmt.Sprint(s.Flight.InFlight, s.FlightKnown, s.Loss.Cause != loss.None)
}

// A capture that keeps the headers alone measures the same as the whole one. One
// that is cut within the options, so that SACK, timestamps and the scale of the
// windows are missing, knows no less of the sequence numbers.
func TestCutHeaders(t *testing.T) {
	for _, name := range []string{"linux-loss", "linux-reorder", "linux-zero-window", "linux-rate"} {
		for _, end := range []string{"client", "server"} {
			t.Run(name+"/"+end, func(t *testing.T) {
				file := filepath.Join("..", "testdata", "lab", name, end+".pcapng.gz")
				same(t, told(t, file, everything), told(t, file, everything, 0))
				same(t, told(t, file, sequence), told(t, file, sequence, 54))
			})
		}
	}
}

func same(t *testing.T, whole, cut []string) {
	t.Helper()
	if len(whole) == 0 || len(whole) != len(cut) {
		t.Fatalf("%d segments, %d where they are cut", len(whole), len(cut))
	}
	for i := range whole {
		if whole[i] != cut[i] {
			t.Fatalf("segment %d: %s where it is cut, want %s", i+1, cut[i], whole[i])
		}
	}
}
