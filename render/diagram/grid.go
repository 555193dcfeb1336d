package diagram

import (
	"cmp"
	"slices"
	"strings"
)

// cell is a place of the grid on which the RFC's figure stands.
type cell struct{ col, row int }

// The columns of RFC 9293 figure 5.
const (
	left = iota
	centre
	right
)

// openRows is the number of rows above ESTABLISHED, whose states come before
// a connection is open. An edge to CLOSED from below them goes to the second
// CLOSED.
const openRows = 3

// cells is where RFC 9293 figure 5 has each state.
var cells = map[string]cell{
	"CLOSED":       {centre, 0},
	"LISTEN":       {centre, 1},
	"SYN-RECEIVED": {left, 2},
	"SYN-SENT":     {right, 2},
	"ESTABLISHED":  {centre, 3},
	"FIN-WAIT-1":   {left, 4},
	"CLOSE-WAIT":   {right, 4},
	"FIN-WAIT-2":   {left, 5},
	"CLOSING":      {centre, 5},
	"LAST-ACK":     {right, 5},
	"TIME-WAIT":    {centre, 6},
}

// endCell is where it has CLOSED for the second time.
var endCell = cell{right, 6}

// firstFreeRow is where states stand that the RFC does not have.
const firstFreeRow = 7

// spellings maps what other systems and older texts write to the RFC's name.
var spellings = map[string]string{
	"CLOSE": "CLOSED", "SYN-RECV": "SYN-RECEIVED", "SYN-RCVD": "SYN-RECEIVED", "ESTAB": "ESTABLISHED",
	"FIN-WAIT1": "FIN-WAIT-1", "FINWAIT-1": "FIN-WAIT-1", "FIN-WAIT2": "FIN-WAIT-2", "FINWAIT-2": "FIN-WAIT-2",
}

// canonical returns the RFC's name of a state, or the name as it is.
func canonical(name string) string {
	plain := strings.NewReplacer("_", "-", " ", "-").Replace(strings.ToUpper(name))
	if rfc, ok := spellings[plain]; ok {
		return rfc
	}
	return plain
}

// nowhere is the cell of a state that the RFC does not have, until
// placeStrangers gives it one.
var nowhere = cell{-1, -1}

func cellOf(name string, end bool) cell {
	if end {
		return endCell
	}
	if c, ok := cells[canonical(name)]; ok {
		return c
	}
	return nowhere
}

// endsThere tells whether an edge goes to the second CLOSED.
func endsThere(from, to string) bool {
	return canonical(to) == "CLOSED" && cellOf(from, false).row >= openRows
}

// placeStrangers gives cells below the figure to the states that it lacks.
// Two spellings of one state in one graph are two states, and the second is a
// stranger too.
func placeStrangers(nodes []node) {
	taken := map[cell]bool{}
	var strangers []*node
	order := make([]*node, len(nodes))
	for i := range nodes {
		order[i] = &nodes[i]
	}
	slices.SortFunc(order, compareNodes)
	for _, n := range order {
		if n.cell == nowhere || taken[n.cell] {
			strangers = append(strangers, n)
			continue
		}
		taken[n.cell] = true
	}
	for i, n := range strangers {
		n.cell = cell{i % 3, firstFreeRow + i/3}
	}
}

func compareNodes(a, b *node) int {
	return cmp.Or(cmp.Compare(a.cell.row, b.cell.row), cmp.Compare(a.cell.col, b.cell.col), cmp.Compare(a.name, b.name))
}
