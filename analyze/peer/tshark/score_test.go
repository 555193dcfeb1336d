package tshark_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/flowstate-tcp/flowstate/analyze/peer/tshark"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// score counts, for each flag and field, in how many segments both have it the
// same, and in how many tshark has it at all.
type score struct {
	segments           int
	same, there, named map[string]int
}

func newScore() *score {
	return &score{same: map[string]int{}, there: map[string]int{}, named: map[string]int{}}
}

// cells are the values of a row by the names of their columns.
func cells(r *tshark.Row) map[string]any {
	all := map[string]any{
		"duplicate_ack_num": r.DupNum, "duplicate_ack_frame": r.DupFrame, "acks_frame": r.AcksFrame, "ack_rtt": r.AckRTT,
		"initial_rtt": r.InitialRTT, "rto": r.RTO, "rto_frame": r.RTOFrame, "bytes_in_flight": r.BytesInFlight,
		"push_bytes_sent": r.PushBytesSent,
	}
	for f := range tshark.Flag(tshark.NumFlags) {
		all[f.String()] = r.Flags.Has(f)
	}
	return all
}

// compare returns the differences that no known kind explains.
func (s *score) compare(ours *segment, theirs *tshark.Printed) string {
	s.segments++
	var unexplained []string
	got, want := cells(&ours.row), cells(&theirs.Row)
	none := cells(&tshark.Row{})
	for name := range want {
		if want[name] != none[name] {
			s.there[name]++
		}
		switch {
		case got[name] == want[name]:
			s.same[name]++
		case excused(name, ours):
			s.named[name]++
		default:
			unexplained = append(unexplained, fmt.Sprintf("%s is %v, tshark has %v", name, got[name], want[name]))
		}
	}
	slices.Sort(unexplained)
	return strings.Join(unexplained, "; ")
}

// excused are the kinds in which a segment need not be as tshark has it; they
// stand in docs/peer-differences.md.
func excused(name string, ours *segment) bool {
	switch {
	case ours.options&decode.OptMalformed != 0:
		return true // tshark stops at some malformed options, not at others
	case ours.stray && (name == "ack_rtt" || name == "acks_frame"):
		return true // what it acknowledges is not told by numbers far from both streams
	case ours.sackCut && name == "bytes_in_flight":
		return true // it reads the SACK blocks before the cut of the snapshot
	}
	return false
}

// log prints the rates.
func (s *score) log(t *testing.T) {
	t.Logf("%d segments", s.segments)
	for _, name := range slices.Sorted(maps.Keys(s.same)) {
		t.Logf("%-24s %.4f %% the same, tshark has it in %d, explained %d", name, 100*float64(s.same[name])/float64(s.segments), s.there[name], s.named[name])
	}
}
