package stream

import (
	"bytes"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// maxTail is how many of the bytes returned last are kept to compare late
// copies with.
const maxTail = 64 << 10

// cost is what a waiting piece takes, so that many small ones are bounded too.
func (p *Piece) cost() int { return len(p.Bytes) + 96 }

// side is one direction.
//
// Invariant: waiting is ascending, without overlap, and wholly above next;
// size is the sum of its costs; tail holds what was returned just below next.
type side struct {
	begun   bool
	next    seq.Offset // first offset not yet returned
	waiting []Piece    // with bytes of their own
	size    int
	tail    []byte

	ackedTo seq.Offset // end of the hole that was acknowledged
	ackedAt capture.Timestamp
}

// begin sets where the stream starts: behind the SYN, or where the first byte
// was seen in mid-stream. What comes later for before that is dropped.
func (d *side) begin(at seq.Offset, synSeen bool) {
	if d.begun {
		return
	}
	d.begun, d.next = true, at
	if synSeen {
		d.next = 1
	}
}

// trim cuts off what is below o.
func (p *Piece) trim(o seq.Offset) {
	n := min(max(int64(o-p.Offset), 0), p.Length)
	p.Offset += seq.Offset(n)
	p.Length -= n
	if p.Kind == Data {
		p.Bytes = p.Bytes[n:]
	}
}

// cut returns the part of p in [lo, hi), where p reaches beyond both.
func (p Piece) cut(lo, hi seq.Offset) Piece {
	p.trim(lo)
	p.Length = min(p.Length, int64(hi-p.Offset))
	if p.Kind == Data {
		p.Bytes = p.Bytes[:p.Length]
	}
	return p
}

// pass takes a piece that is next as returned.
func (d *side) pass(p Piece) Piece {
	d.next = p.end()
	if p.Kind != Data {
		d.tail = d.tail[:0]
		return p
	}
	if keep := maxTail - len(p.Bytes); len(d.tail) > 2*maxTail || keep <= 0 {
		d.tail = append(d.tail[:0], d.tail[max(0, len(d.tail)-max(keep, 0)):]...)
	}
	d.tail = append(d.tail, p.Bytes[max(0, len(p.Bytes)-maxTail):]...)
	return p
}

// drain returns the waiting pieces that are next. They keep their bytes until
// the next call since nothing is written to them again.
func (d *side) drain(out []Piece) []Piece {
	n := 0
	for n < len(d.waiting) && d.waiting[n].Offset == d.next {
		d.size -= d.waiting[n].cost()
		out = append(out, d.pass(d.waiting[n]))
		n++
	}
	d.waiting = slices.Delete(d.waiting, 0, n)
	return out
}

// wait keeps those parts of p that no waiting piece has.
func (d *side) wait(p Piece) {
	i := d.find(p.Offset)
	for p.Length > 0 {
		hi := p.end()
		if i < len(d.waiting) {
			hi = min(hi, d.waiting[i].Offset)
		}
		if hi > p.Offset {
			part := p.cut(p.Offset, hi)
			part.Bytes = bytes.Clone(part.Bytes)
			d.size += part.cost()
			d.waiting = slices.Insert(d.waiting, i, part)
			i++
		}
		if i == len(d.waiting) {
			return
		}
		p.trim(max(hi, d.waiting[i].end()))
		i++
	}
}

// find returns the index of the first waiting piece that ends after o.
func (d *side) find(o seq.Offset) int {
	i, _ := slices.BinarySearchFunc(d.waiting, o, func(p Piece, o seq.Offset) int {
		if p.end() <= o {
			return -1
		}
		return 1
	})
	return i
}

// contradicted compares p with the bytes that were returned or wait, and
// returns the first offset at which it differs.
func (d *side) contradicted(p *Piece) (at seq.Offset, differs bool) {
	if p.Kind != Data {
		return 0, false
	}
	before := Piece{Offset: d.next - seq.Offset(len(d.tail)), Length: int64(len(d.tail)), Bytes: d.tail}
	if at, differs = firstDifference(p, &before); differs {
		return at, true
	}
	for i := d.find(p.Offset); i < len(d.waiting) && d.waiting[i].Offset < p.end(); i++ {
		if at, differs = firstDifference(p, &d.waiting[i]); differs {
			return at, true
		}
	}
	return 0, false
}

// firstDifference compares two pieces where they overlap.
func firstDifference(p, q *Piece) (at seq.Offset, differs bool) {
	lo, hi := max(p.Offset, q.Offset), min(p.end(), q.end())
	if lo >= hi || q.Kind != Data {
		return 0, false
	}
	a, b := p.cut(lo, hi).Bytes, q.cut(lo, hi).Bytes
	for i := range a {
		if a[i] != b[i] {
			return lo + seq.Offset(i), true
		}
	}
	return 0, false
}

// overdue tells whether the first hole was acknowledged long enough ago that
// its bytes, had they been captured, were here.
func (d *side) overdue(acked seq.Offset, now capture.Timestamp, patience time.Duration) bool {
	hole := d.waiting[0].Offset
	if acked < hole {
		return false
	}
	if d.ackedTo != hole {
		d.ackedTo, d.ackedAt = hole, now
	}
	return now.Sub(d.ackedAt) >= patience
}

// giveUp makes a gap of everything below o that was not returned.
func (d *side) giveUp(who reconstruct.Side, o seq.Offset) Piece {
	return d.pass(Piece{Kind: NotCaptured, Side: who, Offset: d.next, Length: int64(o - d.next)})
}
