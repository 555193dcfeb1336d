package reconstruct

import (
	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// conversation is a Connection with all that the table needs to go on with it.
type conversation struct {
	Connection
	flows [2]flow
	notes []note

	// Up to two incarnations are tracked under one key: a SYN with a new
	// number opens another at once, and whether it is one (or an old
	// duplicate, RFC 9293 section 3.5.1) shows later.
	older, newer *conversation
	next         *conversation // in the chain of the index
	hash         uint64        // of both ends, for the index
	challenged   bool          // the SYN that opened it was answered by a challenge ACK of the older one
	outlived     bool          // and the sender of that SYN went on with the older one
	whole        bool          // it ended as a connection of its own

	queue         *queue
	before, after *conversation // in the queue
}

func (c *conversation) end(s Side) end { return end{&c.Half[s], &c.flows[s]} }

// synOnly tells whether nothing but SYNs of one side was captured.
func (c *conversation) synOnly() bool {
	return c.Half[Server].Packets == 0 && c.Half[Client].SYNSeen && c.Half[Client].Max == 1 && !c.flows[Client].reset && !c.SelfConnect
}

// closed tells whether nothing more is to come but late segments.
func (c *conversation) closed() bool {
	return c.Half[Client].FINAcked() && (c.SelfConnect || c.Half[Server].FINAcked()) ||
		c.flows[Client].reset || c.flows[Server].reset
}

// place finds the conversation that the segment belongs to; opened tells that
// it is a new one.
func (t *Table) place(s *decode.Segment) (c *conversation, opened bool) {
	c = t.newest.find(&s.Src, &s.Dst)
	switch {
	case c == nil:
		return t.begin(s, nil), true
	case s.Flags&(decode.SYN|decode.ACK) == decode.SYN:
		return t.placeSYN(s, c)
	case c.answeredBy(s):
		return c, false
	case c.older != nil && c.older.misfit(s) < c.misfit(s):
		return c.older, false
	}
	return c, false
}

// answeredBy tells whether a segment is the SYN-ACK to the SYN of the
// conversation, by its acknowledgement number. That outweighs any likeness of
// its sequence number to those of an older incarnation (RFC 9293 figure 8).
func (c *conversation) answeredBy(s *decode.Segment) bool {
	if !s.Flags.Has(decode.SYN | decode.ACK) {
		return false
	}
	h := &c.Half[c.Peer(c.sideOf(s))]
	ack := s.Ack.Unwrap(h.ISN, h.Max)
	return h.SYNSeen && ack >= 1 && ack <= h.Max
}

// placeSYN: a SYN with another number than known opens a new conversation, as
// in Wireshark 4.0. One that repeats the SYN of the older incarnation is a late
// copy of that; Wireshark opens a conversation for it, whose number we leave
// out, so that those of the following ones are the same.
func (t *Table) placeSYN(s *decode.Segment, c *conversation) (*conversation, bool) {
	h := &c.Half[c.sideOf(s)]
	if !h.HasISN || h.ISN == s.Seq {
		return c, false
	}
	if o := c.older; o != nil && o.Half[o.sideOf(s)].SYNSeen && o.Half[o.sideOf(s)].ISN == s.Seq {
		t.number++
		return o, false
	}
	return t.begin(s, c), true
}

// misfit says how badly the numbers of a segment suit the conversation.
func (c *conversation) misfit(s *decode.Segment) int64 {
	from := c.sideOf(s)
	n := c.end(from).distance(s.Seq)
	if s.Flags.Has(decode.ACK) {
		n += c.end(c.Peer(from)).distance(s.Ack)
	}
	return n
}

// unknownDistance stands for the distance to a stream whose numbers are not
// known: more than that of a fit, less than that of a chance meeting, even
// where initial numbers are drawn from a slow clock.
const unknownDistance = 1 << 10

// distance returns how far n is from what is in flight, 0 if it is in it.
func (e end) distance(n seq.Number) int64 {
	if !e.HasISN || e.weak {
		return unknownDistance
	}
	o := n.Unwrap(e.ISN, e.Max)
	return int64(max(0, e.Acked-1-o, o-e.Max))
}

// begin starts a conversation, the next incarnation of previous if there is one.
func (t *Table) begin(s *decode.Segment, previous *conversation) *conversation {
	if previous != nil {
		previous = t.keepOne(previous)
	}
	c := t.fresh()
	c.Number, c.Previous = t.number, -1
	t.number++
	c.First, c.Start, c.End = s.Frame, s.Time, s.Time
	c.assign(s)
	if previous != nil {
		t.newest.remove(previous)
		c.older, previous.newer = previous, c
		c.Previous = previous.Number
		c.note(finding.PortReused, s.Frame, 1)
		previous.flows[previous.Peer(previous.sideOf(s))].provoked = true // RFC 5961 section 4.2
	}
	t.newest.add(c)
	return c
}

// keepOne makes room for another incarnation beside c, and returns the one
// that stays: c, or the older one if that is alive and c a mere SYN.
func (t *Table) keepOne(c *conversation) *conversation {
	o := c.older
	switch {
	case o == nil:
		return c
	case c.synOnly() && !o.closed():
		t.finish(c)
		return o
	}
	t.finish(o)
	return c
}

// follow keeps account, for a segment of c, of what it says about a newer
// incarnation.
func (c *conversation) follow(v *sight) {
	n := c.newer
	switch {
	case n == nil || v.Marks.Has(Duplicate):
	case !n.synOnly():
		c.note(finding.OldDuplicate, v.s.Frame, 1)
	case v.Marks.Has(ChallengeACK):
		n.challenged = true
	case v.s.Src == n.Ends[Client] && v.believable && !v.s.Flags.Has(decode.RST):
		n.outlived = n.challenged
	}
}

// dissolves tells whether the SYN that opened c proved to be an old duplicate:
// nothing came of it, its receiver answered that it has a connection already,
// and its sender went on with that one.
func (c *conversation) dissolves() bool {
	return c.older != nil && c.synOnly() && c.outlived
}

// absorb counts the segments of n, which proved to be no connection, in c.
func (c *conversation) absorb(n *conversation) {
	side := c.sideOf(&decode.Segment{Src: n.Ends[Client]})
	h, o := &c.Half[side], &n.Half[Client]
	h.Packets += o.Packets
	h.Payload += o.Payload
	c.Last, c.End = max(c.Last, n.Last), max(c.End, n.End)
	c.note(finding.OldDuplicate, n.First, o.Packets)
}
