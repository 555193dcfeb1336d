package flight

import (
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// maxBlocks is how many SACK blocks fit into the options (RFC 2018 section 3).
const maxBlocks = 4

// dupThresh is DupThresh of RFC 6675 section 2.
const dupThresh = 3

// selectively records the SACK blocks of an acknowledgement of side s's octets. A
// block at or below the acknowledgement is a DSACK (RFC 2883) and says nothing
// of what is outstanding.
func (b *Board) selectively(step *reconstruct.Step, s reconstruct.Side, mss int64, d *Delivery) {
	o := &step.Segment.Options
	h := &step.Conn.Half[s]
	if b.reports == nil {
		b.reports = new(reports)
	}
	d.selecting = true
	var blocks [maxBlocks]span
	risen := false
	for i, block := range o.SACK[:o.SACKCount] {
		lo, hi := block.Left.Unwrap(h.ISN, h.Max), block.Right.Unwrap(h.ISN, h.Max)
		if lo >= hi || lo < step.Ack || hi > h.Max {
			continue
		}
		blocks[i] = span{lo, hi}
		if b.report(b.skip(lo, hi), hi, d) {
			risen = true
		}
	}
	b.reports.known = blocks
	if risen {
		b.fell(mss)
	}
}

// skip returns where in [lo, hi) the octets begin that the blocks of the
// previous acknowledgement did not report: a receiver repeats its blocks.
func (b *Board) skip(lo, hi seq.Offset) seq.Offset {
	for _, k := range b.reports.known {
		if k.lo <= lo && lo < k.hi {
			lo = min(k.hi, hi)
		}
	}
	return lo
}

// report marks [lo, hi) as SACKed, and tells whether that was news.
func (b *Board) report(lo, hi seq.Offset, d *Delivery) (news bool) {
	if lo >= hi {
		return false
	}
	b.cut(lo)
	b.cut(hi)
	for i := b.Find(lo); i < b.Len() && b.At(i).Hi <= hi; i++ {
		s := b.At(i)
		if s.SACKed() {
			continue
		}
		d.take(s)
		b.change(s, func(s *Segment) { s.status |= sacked })
		news = true
	}
	b.reports.high = max(b.reports.high, hi)
	return news
}

// fell marks as lost what IsLost of RFC 6675 section 4 says, after news.
func (b *Board) fell(mss int64) {
	edge := b.edge(mss)
	for i := b.Find(b.reports.fallen); i < b.Len() && b.At(i).Hi <= edge; i++ {
		if s := b.At(i); s.status&(sacked|lost) == 0 {
			b.change(s, func(s *Segment) { s.status |= lost })
		}
	}
	b.reports.fallen = max(b.reports.fallen, edge)
}

// edge returns the offset below which so much above is SACKed that what is not
// is lost.
func (b *Board) edge(mss int64) seq.Offset {
	var octets int64
	runs := 0
	next := b.reports.high
	for i := min(b.Find(b.reports.high-1), b.Len()-1); i >= 0; i-- {
		s := b.At(i)
		if !s.SACKed() {
			continue
		}
		if runs == 0 || s.Hi != next {
			runs++
		}
		next = s.Lo
		if octets += s.octets(); runs >= dupThresh || octets > (dupThresh-1)*mss {
			return s.Lo
		}
	}
	return 0
}
