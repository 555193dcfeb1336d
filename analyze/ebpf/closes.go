package ebpf

import (
	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Closes is a tracker for analyze.Options.Extra that tells which FINs may have
// waited. close() changes the state at once, but the FIN goes out behind what
// the application wrote before (RFC 9293 section 3.10.4): one with payload may
// have waited for the windows or Nagle's rule, and so may a bare one whose peer
// had closed its window.
type Closes struct {
	waited, seen [2]bool
}

// NewCloses returns a tracker for one connection.
func NewCloses() analyze.Extra { return new(Closes) }

// Observe takes the next segment of the connection.
func (t *Closes) Observe(step *reconstruct.Step) {
	if step.Swapped {
		t.waited[0], t.waited[1] = t.waited[1], t.waited[0]
		t.seen[0], t.seen[1] = t.seen[1], t.seen[0]
	}
	from := step.From
	if !step.Segment.Flags.Has(decode.FIN) || t.seen[from] {
		return
	}
	t.seen[from] = true
	peer := &step.Conn.Half[step.Conn.Peer(from)]
	t.waited[from] = step.Segment.Len > 0 || peer.Counts[reconstruct.ZeroWindow] > 0
}
