package report

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
	"github.com/flowstate-tcp/flowstate/render/table"
)

// drawnConnection is one with figures, of so many packets.
func drawnConnection(number int, packets int64, code finding.Code) *Connection {
	c := &analyze.Connection{Connection: reconstruct.Connection{Number: number}}
	c.Half[0].Packets = packets
	if code != finding.None {
		c.Findings = []finding.Finding{finding.New(code, 0, "")}
	}
	return &Connection{Connection: table.Connection{Connection: c}, Explanation: new(explain.Document)}
}

// TestBudget: those that come first have figures, as many as fit and one in any
// case, whatever the order in which they came.
func TestBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		budget := rapid.Int64Range(1, 2_000_000).Draw(t, "budget")
		var all []*Connection
		for i := range rapid.IntRange(1, 30).Draw(t, "connections") {
			packets := rapid.Int64Range(1, 20_000).Draw(t, "packets")
			code := rapid.SampledFrom([]finding.Code{finding.None, finding.ZeroWindow, finding.PacketsMissing}).Draw(t, "finding")
			all = append(all, drawnConnection(i, packets, code))
		}
		parts := [3]choice{{budget: budget}, {budget: budget}, {budget: budget}}
		for n, i := range rapid.Permutation(indices(len(all))).Draw(t, "order") {
			if part := &parts[n%2]; part.wants(all[i]) {
				part.add(all[i])
			} else {
				all[i].Explanation = nil // it is never drawn
			}
		}
		kept := &parts[2]
		kept.join(&parts[0])
		kept.join(&parts[1])
		slices.SortFunc(all, compare)
		spent := int64(0)
		for i, c := range all {
			spent += c.weight()
			want := i == 0 || spent <= budget
			if c.Drawn() != want || slices.Contains(kept.kept, c) != want {
				t.Fatalf("number %d of %d, with %d of %d bytes: drawn is %t", i, len(all), spent, budget, c.Drawn())
			}
		}
	})
}

func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
