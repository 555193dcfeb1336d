package scenario

import (
	"time"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Add appends a segment of connection 0. The initial sequence numbers are
// those that its line shall be relative to, client first.
func (s *Scenario) Add(g *decode.Segment, from reconstruct.Side, isn [2]seq.Number) {
	l := Line{
		Time: time.Unix(0, int64(g.Time)).Sub(s.Start), From: from, ISN: isn,
		Flags: g.Flags, Len: g.Len, Window: g.Window, Urgent: g.Urgent, ECN: g.ECN,
		Options: Options{Options: g.Options},
	}
	l.Seq = g.Seq.Unwrap(isn[from], 0)
	peer := isn[from.Peer()]
	if g.Flags.Has(decode.ACK) {
		l.Ack = g.Ack.Unwrap(peer, 0)
	}
	l.Options.relative(g, peer, l.Ack)
	s.Lines = append(s.Lines, l)
}
