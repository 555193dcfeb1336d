package reconstruct

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// flow is what the table must remember of one direction beside its Half.
type flow struct {
	holes  holes
	doubt  span       // a range far from the stream that one segment claimed; see reaches
	low    seq.Offset // nothing below has passed the tap
	edge   seq.Offset // right edge of the widest window it advertised, in the peer's stream
	window uint32     // that this side advertised last, in bytes; meaningful with advertised
	asked  Marks      // KeepAlive or WindowProbe: its latest segment waits for that answer

	advertised bool // window and edge are set
	acked      bool // the peer has acknowledged something
	weak       bool // ISN comes from a RST, which proves little
	provoked   bool // it received something unacceptable and owes a challenge ACK
	reset      bool // its latest segment is a RST
	lone       bool // its latest new payload was a single octet
	pushed     bool // with PSH; meaningful with lone
	wanted     bool // the peer told of a hole at Acked when it came there, and nothing has been sent into it since
}

// end is one side of a conversation, all that is known of it.
type end struct {
	*Half
	*flow
}

// learn sets the ISN so that the first octet at n is at offset first: 0 for a
// SYN, else 1.
func (e end) learn(n seq.Number, first seq.Offset) {
	e.ISN, e.HasISN, e.weak = n-seq.Number(first), true, false
	e.Max, e.Contiguous, e.Acked, e.low = first, first, first, first
	e.holes, e.doubt, e.acked = e.holes[:0], span{}, false
}

// passage is what became of a range of octets that passed the tap.
type passage struct {
	fresh  int64 // octets that passed for the first time
	filled int64 // those of them that were in a hole
	again  int64 // octets that had passed before
}

// pass records that [lo, hi) passed the tap.
func (e end) pass(lo, hi seq.Offset) (p passage) {
	if lo >= hi {
		return p
	}
	if lo < e.low { // from before a mid-stream start
		p.filled += int64(min(hi, e.low) - lo)
		if hi < e.low {
			e.holes.dig(hi, e.low)
		}
		e.low = lo
	}
	if len(e.holes) > 0 && lo < e.Max {
		e.Missing -= e.holes.within(max(lo, 1), min(hi, e.Acked))
		p.filled += e.holes.fill(lo, min(hi, e.Max))
	}
	p.fresh = p.filled
	if hi > e.Max {
		p.fresh += int64(hi - max(lo, e.Max))
		e.advance(lo)
		e.Max = hi
	}
	p.again = int64(hi-lo) - p.fresh
	e.Contiguous = e.holes.next(e.Acked, e.Max)
	return p
}

// advance moves Max up to o, leaving a hole.
func (e end) advance(o seq.Offset) {
	if o > e.Max {
		e.holes.dig(e.Max, o)
		e.Max = o
	}
}

// acknowledge records that the peer acknowledged everything below a, and
// returns how many octets of that the capture lacks and was not known to lack.
func (e end) acknowledge(a seq.Offset) (missing int64) {
	if !e.acked && !e.SYNSeen && a < e.Acked {
		e.Acked = a // a mid-stream start: what was in flight before the first byte seen
	}
	e.acked = true
	if a <= e.Acked {
		return 0
	}
	if a == e.Max+1 {
		e.settleProbe()
	}
	e.advance(a)
	missing = e.holes.within(max(e.Acked, 1), a) // what is below 1 passed before the capture
	e.Missing += missing
	e.Acked = a
	e.Contiguous = e.holes.next(a, e.Max)
	return missing
}

// settleProbe is told that the peer acknowledged one octet more than passed.
func (e end) settleProbe() {
	switch {
	case e.asked.Has(WindowProbe): // its octet was taken after all
		e.Unique += e.pass(e.Max, e.Max+1).fresh
	case !e.SYNSeen && e.Packets > 0 && e.Unique == 0:
		e.Max++ // the first segment seen was a keep-alive, one below SND.NXT
	}
}

// The limits of what a stream can plausibly reach at once, in octets: one GiB
// where no window is known (RFC 7323 section 2.3), else somewhat more than the
// window, for acknowledgements that the capture lacks.
const (
	farthest = 1 << 30
	slack    = 1 << 20
)

// reaches tells whether the stream can hold [lo, hi), where limit is the right
// edge of the receiver's window as far as known. What is far ahead is believed
// only when a second segment claims about the same: a wild number must not
// carry the stream away, but a capture may pause for gigabytes.
func (e end) reaches(lo, hi, limit seq.Offset) bool {
	switch {
	case e.FINAcked() && lo > e.Max+slack:
		return false // nothing more is to come
	case lo <= max(e.Max, limit)+slack:
		return e.recalls(lo, hi)
	case e.doubt.hi == 0 || lo < e.doubt.lo || lo > e.doubt.hi+slack:
		e.doubt = span{lo, hi}
		return false
	}
	e.Unique += e.pass(e.doubt.lo, e.doubt.hi).fresh
	e.doubt = span{}
	return true
}

// rebase takes the other initial number, if a, which the peer acknowledges, is
// that of a second SYN-ACK and the first was never acknowledged. Load balancers
// and SYN cookies answer a repeated SYN with a new number.
func (e end) rebase(a seq.Offset) bool {
	if e.doubt.hi != a || !e.SYNACKSeen || e.acked || e.Max > 1 {
		return false
	}
	e.ISN = e.ISN.Add(uint32(e.doubt.lo))
	e.doubt = span{}
	return true
}

// recalls tells whether [lo, hi), not ahead of the stream, can be a part of it
// rather than of another one with other numbers.
func (e end) recalls(lo, hi seq.Offset) bool {
	if e.SYNSeen {
		return lo >= 0 && hi >= e.Acked-farthest
	}
	return hi >= e.Acked-farthest
}

// check returns what is wrong with e, for tests.
func (e end) check() error {
	switch {
	case e.Acked > e.Contiguous || e.Contiguous > e.Max:
		return fmt.Errorf("acked %d, contiguous %d, max %d", e.Acked, e.Contiguous, e.Max)
	case e.Missing < 0 || e.Unique < 0 || e.Retransmitted < 0:
		return fmt.Errorf("missing %d, unique %d, retransmitted %d", e.Missing, e.Unique, e.Retransmitted)
	case len(e.holes) > maxHoles:
		return fmt.Errorf("%d holes", len(e.holes))
	}
	last := e.low - 1
	for _, s := range e.holes {
		if s.lo <= last || s.hi <= s.lo || s.hi > e.Max {
			return fmt.Errorf("holes %v from %d to %d", e.holes, e.low, e.Max)
		}
		last = s.hi
	}
	return nil
}
