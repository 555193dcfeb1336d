package analyze

import (
	"iter"

	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Walk yields both: every segment that is selected (with Options.Whole, every
// segment), in the order of the capture, and each connection of which a segment
// was selected once it has ended, which is after its last segment. One of the two
// is nil. A Segment is valid until the next; a Connection is the caller's to keep.
func (a *Analysis) Walk() iter.Seq2[*Segment, *Connection] {
	return func(yield func(*Segment, *Connection) bool) {
		end := func(ended []*reconstruct.Connection) bool {
			for _, c := range ended {
				if result := a.settle(c); result != nil && !yield(nil, result) {
					return false
				}
			}
			return true
		}
		var row Segment
		for step := range a.steps() {
			if !end(a.table.Ended()) {
				return
			}
			if (a.options.Whole || a.picked(step)) && !yield(a.tell(step, &row), nil) {
				return
			}
		}
		a.readOut()
		end(a.table.Flush())
	}
}

// tell fills row with what was found at a step.
func (a *Analysis) tell(step *reconstruct.Step, row *Segment) *Segment {
	kept := a.slots[step.Conn.Slot]
	kept.measures.tell(step, &a.latest, row)
	row.Extra = kept.extra
	return row
}

// settle draws the conclusions of a connection that has ended; nil for one that
// is not selected, which counts for the health of the capture alone.
func (a *Analysis) settle(c *reconstruct.Connection) *Connection {
	kept := a.slots[c.Slot]
	healthy := kept.measures.health.Result(c)
	a.health.Add(&healthy)
	if !kept.selected {
		return nil
	}
	return a.conclude(c, kept, &healthy)
}
