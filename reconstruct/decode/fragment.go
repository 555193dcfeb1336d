package decode

import (
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

const (
	fragmentTimeout = time.Minute // of capture time, from the first fragment seen (RFC 8200 section 4.5)
	maxHeld         = 16 << 20    // bytes in unfinished packets, with overhead
	maxPieces       = 2048        // fragments of one packet
	pieceOverhead   = 256         // bytes that a fragment costs beside its data
	maxSpare        = 32          // finished buffers kept for reuse
)

// fragmentKey tells which fragments belong together: RFC 791 section 3.2 and
// RFC 8200 section 4.5 (where the protocol plays no part and is 0). The VLAN
// keeps apart a packet that a switch mirrored before and after routing.
type fragmentKey struct {
	src, dst Address
	id       uint32
	vlan     uint16
	protocol uint8
}

// piece is one fragment. Its data is at [at, at+captured) of the buffer.
type piece struct {
	offset, length int // in the packet
	at, captured   int
}

// partial is a packet of which some fragments are here. Its pieces are sorted
// by offset, equal ones by arrival.
type partial struct {
	key        fragmentKey
	since      capture.Timestamp
	total      int   // length of the packet, 0 until the last fragment is here
	first      uint8 // protocol that the first fragment names
	pieces     []piece
	buf        []byte
	out        []byte   // the packet put together
	prev, next *partial // neighbours by arrival
}

// defragmenter holds the IP packets that are not yet whole, in bounded memory:
// the longest waiting give way. The zero value is ready to use.
//
// Where fragments overlap, the one that starts first in the packet gives the
// bytes, and of two with the same start the one that came first: Wireshark's
// rule. Receivers differ here (RFC 5722 drops such packets altogether).
type defragmenter struct {
	open           map[fragmentKey]*partial
	oldest, newest *partial
	held           int
	spare          []*partial
	lent           []*partial // packets whose bytes the caller has until the next call
}

// release takes back the packets that the last Decode gave out.
func (f *defragmenter) release() {
	for _, p := range f.lent {
		f.recycle(p)
	}
	f.lent = f.lent[:0]
}

// fragment takes a fragment of the packet whose header is d.ip. Where it
// completes the packet, the walk goes on with the whole.
func (d *Decoder) fragment(b view, offset int, more bool) (layer, view) {
	if b.wire == 0 || offset+b.wire > 0xffff {
		return d.bad("IP fragment is empty or ends beyond 65535")
	}
	key := fragmentKey{src: d.ip.src, dst: d.ip.dst, id: d.ip.id, vlan: d.vlan}
	if !d.ip.src.V6 {
		key.protocol = d.ip.next
	}
	p := d.defrag.find(key, d.pkt.Time)
	if offset == 0 {
		p.first = d.ip.next
	}
	d.defrag.add(p, b, offset, more)
	if len(p.pieces) > maxPieces {
		d.defrag.drop(p)
		d.find(finding.BadPacket, "IP packet of too many fragments")
		return end()
	}
	if !p.whole() {
		d.defrag.trim()
		return end()
	}
	d.defrag.finish(p)
	d.ip.quirks |= Reassembled
	d.ip.next = p.first
	return ipProtocols[p.first], view{p.assemble(), p.total}
}

// brokenFragment takes a fragment that is longer by its header than the frame
// it came in. It cannot be put together with others, so the first is decoded
// as it is, and others are left out: Wireshark's rule.
func (d *Decoder) brokenFragment(b view, offset int) (layer, view) {
	d.find(finding.BadPacket, "IP fragment ends beyond its frame")
	if offset != 0 {
		return end()
	}
	d.ip.quirks |= Incomplete
	return ipProtocols[d.ip.next], b
}

// find returns the unfinished packet of a key, a new one if there is none or
// it is too old.
func (f *defragmenter) find(key fragmentKey, now capture.Timestamp) *partial {
	for f.oldest != nil && now.Sub(f.oldest.since) > fragmentTimeout {
		f.drop(f.oldest)
	}
	if p := f.open[key]; p != nil {
		return p
	}
	if f.open == nil {
		f.open = make(map[fragmentKey]*partial)
	}
	p := &partial{}
	if n := len(f.spare); n > 0 {
		p, f.spare = f.spare[n-1], f.spare[:n-1]
	}
	p.key, p.since, p.total, p.first = key, now, 0, 0
	p.pieces, p.buf = p.pieces[:0], p.buf[:0]
	f.open[key] = p
	f.append(p)
	return p
}

// add copies a fragment into p.
func (f *defragmenter) add(p *partial, b view, offset int, more bool) {
	q := piece{offset: offset, length: b.wire, at: len(p.buf), captured: len(b.data)}
	i := len(p.pieces)
	for i > 0 && p.pieces[i-1].offset > offset {
		i--
	}
	p.pieces = slices.Insert(p.pieces, i, q)
	p.buf = append(p.buf, b.data...)
	if !more && p.total == 0 {
		p.total = offset + b.wire
	}
	f.held += len(b.data) + pieceOverhead
}

// whole tells whether the pieces cover the packet from end to end.
func (p *partial) whole() bool {
	if p.total == 0 {
		return false
	}
	end := 0
	for _, q := range p.pieces {
		if q.offset > end {
			return false
		}
		end = max(end, q.offset+q.length)
	}
	return end >= p.total
}

// assemble returns the bytes of a whole packet, up to the first that the
// snapshot length cut.
func (p *partial) assemble() []byte {
	p.out = p.out[:0]
	for _, q := range p.pieces {
		have := len(p.out) - q.offset // bytes of q that an earlier piece gave
		if have >= q.length || len(p.out) >= p.total {
			continue
		}
		if have < 0 || have > q.captured { // behind a cut, or cut itself
			break
		}
		end := min(q.captured, p.total-q.offset)
		if end > have {
			p.out = append(p.out, p.buf[q.at+have:q.at+end]...)
		}
	}
	return p.out
}

// trim drops the longest waiting packets while too much is held.
func (f *defragmenter) trim() {
	for f.held > maxHeld {
		f.drop(f.oldest)
	}
}

// finish takes a whole packet out, to be recycled at the next call.
func (f *defragmenter) finish(p *partial) {
	f.remove(p)
	f.lent = append(f.lent, p)
}

// drop gives up an unfinished packet.
func (f *defragmenter) drop(p *partial) {
	f.remove(p)
	f.recycle(p)
}

func (f *defragmenter) recycle(p *partial) {
	if len(f.spare) < maxSpare {
		f.spare = append(f.spare, p)
	}
}

func (f *defragmenter) append(p *partial) {
	p.prev, p.next = f.newest, nil
	if f.newest == nil {
		f.oldest = p
	} else {
		f.newest.next = p
	}
	f.newest = p
}

func (f *defragmenter) remove(p *partial) {
	delete(f.open, p.key)
	f.held -= len(p.buf) + len(p.pieces)*pieceOverhead
	if p.prev == nil {
		f.oldest = p.next
	} else {
		p.prev.next = p.next
	}
	if p.next == nil {
		f.newest = p.prev
	} else {
		p.next.prev = p.prev
	}
}
