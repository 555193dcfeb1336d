package report

import (
	"cmp"
	"slices"

	"github.com/flowstate-tcp/flowstate/capture/finding"
)

// choice is which connections have figures: of all in the order of compare, as
// many as the budget holds, and one in any case. They may come in any order.
type choice struct {
	budget  int64 // negative for no bound
	kept    []*Connection
	refused *Connection // the first, by the order, for which there was no room
}

// wants tells whether a connection is among those with figures, given those that
// came so far. If not it never will be.
func (h *choice) wants(c *Connection) bool {
	if h.budget < 0 {
		return true
	}
	before := int64(0)
	for _, other := range h.kept {
		if compare(other, c) < 0 {
			before += other.weight()
		}
	}
	if h.refused != nil && compare(h.refused, c) < 0 || before > 0 && before+c.weight() > h.budget {
		h.refuse(c)
		return false
	}
	return true
}

// add takes connections with figures. Those for which there is no room lose them.
func (h *choice) add(list ...*Connection) {
	h.kept = append(h.kept, list...)
	slices.SortFunc(h.kept, compare)
	spent := int64(0)
	for i, c := range h.kept {
		spent += c.weight()
		room := h.budget < 0 || i == 0 || spent <= h.budget
		if room && (h.refused == nil || compare(c, h.refused) < 0) {
			continue
		}
		for _, c := range h.kept[i:] {
			c.Ladder, c.Charts, c.Explanation = nil, nil, nil
		}
		h.refuse(c)
		h.kept = slices.Clone(h.kept[:i])
		return
	}
}

// join takes what another choice chose, and refused.
func (h *choice) join(other *choice) {
	if other.refused != nil {
		h.refuse(other.refused)
	}
	h.add(other.kept...)
}

func (h *choice) refuse(c *Connection) {
	if h.refused == nil || compare(c, h.refused) < 0 {
		h.refused = c
	}
}

// compare orders connections by how much their figures are wanted.
func compare(a, b *Connection) int {
	return cmp.Or(cmp.Compare(b.gravest(), a.gravest()), cmp.Compare(b.Packets(), a.Packets()),
		cmp.Compare(a.Source, b.Source), cmp.Compare(a.Number, b.Number))
}

// gravest is the worst severity among the findings.
func (c *Connection) gravest() finding.Severity {
	worst := finding.Note
	for _, f := range c.Findings() {
		worst = max(worst, f.Severity())
	}
	return worst
}

// weight is about how many bytes the figures and the explanation take on a page
// of HTML.
func (c *Connection) weight() int64 {
	const fixed, segment, most = 65_000, 150, 2_000_000
	return fixed + min(c.Packets()*segment, most)
}
