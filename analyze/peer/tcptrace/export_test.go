package tcptrace

import "github.com/flowstate-tcp/flowstate/reconstruct"

// Runs is how many runs of bytes are kept for a side.
func (t *Tracker) Runs(s reconstruct.Side) int { return len(t.sides[s].runs) }
