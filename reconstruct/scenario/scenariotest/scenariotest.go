package scenariotest

import (
	"bytes"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/capture/pcapfile"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/scenario"
)

// Wrapping, before the segments of a story, lets the sequence numbers of both
// sides pass 2^32 after some 1500 octets, which must change nothing.
const Wrapping = "@isn client 4294965796\n@isn server 4294965796\n"

// Pcap returns the capture as a pcap file.
func Pcap(t testing.TB, text string) []byte {
	t.Helper()
	data, err := parse(t, text).Pcap()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// Reader returns the capture, opened. It bears the name of the test.
func Reader(t testing.TB, text string) *pcapfile.Reader {
	t.Helper()
	r, err := pcapfile.NewReader(bytes.NewReader(Pcap(t, text)), t.Name())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// File writes the capture into a folder of the test's own and returns its path.
func File(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "scenario.pcap")
	if err := os.WriteFile(path, Pcap(t, text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Segments returns the segments of the capture, decoded.
func Segments(t testing.TB, text string) []decode.Segment {
	t.Helper()
	return parse(t, text).Segments()
}

// Steps places the segments in a table of connections, one after the other, and
// returns each with its note: what stands behind " # " on its line, or "". A step
// is valid until the next.
func Steps(t testing.TB, text string) iter.Seq2[*reconstruct.Step, string] {
	t.Helper()
	s, lines := parse(t, text), strings.Split(text, "\n")
	segments := s.Segments()
	return func(yield func(*reconstruct.Step, string) bool) {
		table := reconstruct.NewTable(reconstruct.Options{})
		for i := range segments {
			_, note, _ := strings.Cut(lines[s.Lines[segments[i].Frame-1].Source-1], " # ")
			if !yield(table.Add(&segments[i]), strings.TrimSpace(note)) {
				return
			}
		}
	}
}

func parse(t testing.TB, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse(t.Name(), text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
