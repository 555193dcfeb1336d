package pcapfile

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/finding"
)

// Block types of draft-ietf-opsawg-pcapng that this decoder knows by name.
const (
	blockInterface      = 1
	blockOldPacket      = 2
	blockSimplePacket   = 3
	blockNames          = 4
	blockStatistics     = 5
	blockEnhancedPacket = 6
	blockJournal        = 9 // systemd journal export
	blockSecrets        = 10
	blockSysdigEvent    = 0x204
	blockSysdigEvent2   = 0x216
	blockSysdigLarge    = 0x221
	blockCustom         = 0xbad
	blockCustomNoCopy   = 0x40000bad
	blockSection        = 0x0a0d0d0a // the same in both byte orders
)

const (
	blockFrameLen   = 12 // type and length before the body, length after it
	byteOrderMagic  = 0x1a2b3c4d
	sectionBodyLen  = 16
	resyncMaxBlock  = scanSpan / 2
	maxCommentBytes = 4 << 20
)

// pcapng decodes the format of draft-ietf-opsawg-pcapng.
type pcapng struct {
	*source
	order
	clocks  []clock               // one for each of source.interfaces
	counted []capture.FrameNumber // for each, up to where its statistics tell
	section int                   // index of the first interface of the section at hand
	clamped bool                  // a time out of range was told
	crowded bool                  // too many interfaces were told
}

func openPCAPNG(s *source) (decoder, error) {
	b := s.peek(blockFrameLen + sectionBodyLen)
	if len(b) < blockFrameLen+sectionBodyLen {
		return nil, s.cutHeader("pcapng section header", len(b), blockFrameLen+sectionBodyLen)
	}
	d := &pcapng{source: s}
	if !d.setOrder(b) {
		return nil, fmt.Errorf("%w: a pcapng section header without its byte-order magic", ErrNotCapture)
	}
	return d, nil
}

// setOrder takes the byte order from the section header block that b starts
// with, and reports whether it is one.
func (d *pcapng) setOrder(b []byte) bool {
	for _, o := range [...]order{littleEndian, bigEndian} {
		if o.u32(b[8:]) == byteOrderMagic {
			d.order = o
			return true
		}
	}
	return false
}

func (d *pcapng) next(p *capture.Packet) error {
	for {
		b := d.peek(blockFrameLen)
		if len(b) < blockFrameLen {
			return d.ended(len(b))
		}
		kind := d.u32(b)
		if kind == blockSection && !d.setOrder(b) {
			if !d.resync("section header without its byte-order magic", d.startsHere) {
				return d.ended(0)
			}
			continue
		}
		length := d.u32(b[4:])
		b, good := d.block(length)
		switch {
		case !good && len(b) > 0:
			return d.ended(len(b))
		case !good:
			if !d.resync(fmt.Sprintf("block of type %d with length %d", kind, length), d.startsHere) {
				return d.ended(0)
			}
			continue
		}
		found := d.read(kind, b[8:len(b)-4], p)
		if found {
			p.Offset = d.offset()
		}
		d.skip(len(b))
		if found {
			return nil
		}
	}
}

// block returns the block at hand, whose header says length. If it is not
// good it returns what there is of a block that the file's end cuts, and
// nothing of one whose length is wrong.
func (d *pcapng) block(length uint32) (b []byte, good bool) {
	if length < blockFrameLen || length > maxRecord {
		return nil, false
	}
	// Some writers leave the padding out of the length, but write it.
	padded := int(length+3) &^ 3
	b = d.peek(padded)
	if len(b) < padded {
		if length > usualRecord || !known(d.u32(b)) {
			return nil, false // a wrong length, rather than the file's end
		}
		return b, false
	}
	if trailer := d.u32(b[padded-4:]); trailer != length && trailer != uint32(padded) && !d.goesOn(padded) {
		return nil, false
	}
	return d.peek(padded), true
}

// goesOn tells whether a good block, or the end of the file, comes after n
// bytes: then it is the trailer of the block at hand that is wrong.
func (d *pcapng) goesOn(n int) bool {
	b := d.peek(n + scanSpan)
	rest := b[n:]
	if len(rest) > 0 && d.startsHere(rest, len(rest) < scanSpan) != yes {
		return false
	}
	d.damage(finding.BadBlock, d.offset(), "the two lengths of the block at byte %d differ; the first was believed", d.offset())
	return true
}

// startsHere tells whether a block of a known type starts at b.
func (d *pcapng) startsHere(b []byte, atEnd bool) verdict {
	if len(b) < blockFrameLen {
		return cutChain(atEnd, 0)
	}
	o := d.order
	kind := d.u32(b)
	if !known(kind) {
		return no
	}
	if kind == blockSection {
		o = order(b[8] == byteOrderMagic>>24)
	}
	length := o.u32(b[4:])
	switch {
	case length < blockFrameLen || length > resyncMaxBlock || length%4 != 0:
		return no
	case int(length) > len(b):
		return cutChain(atEnd, 0)
	case o.u32(b[length-4:]) != length:
		return no
	}
	return yes
}

// known tells whether a type is one that is worth looking for after damage.
func known(kind uint32) bool {
	switch kind {
	case blockSection, blockInterface, blockOldPacket, blockSimplePacket, blockNames, blockStatistics,
		blockEnhancedPacket, blockJournal, blockSecrets, blockCustom, blockCustomNoCopy:
		return true
	}
	return false
}

// read takes in the body of a block, and reports whether it filled p.
func (d *pcapng) read(kind uint32, body []byte, p *capture.Packet) bool {
	switch kind {
	case blockEnhancedPacket:
		return d.enhancedPacket(body, p)
	case blockSimplePacket:
		return d.simplePacket(body, p)
	case blockOldPacket:
		return d.oldPacket(body, p)
	case blockSection:
		d.section = len(d.interfaces)
		if len(body) > sectionBodyLen {
			d.comment(0, body[sectionBodyLen:])
		}
	case blockInterface:
		d.newInterface(body)
	case blockStatistics:
		d.statistics(body)
	case blockJournal, blockSysdigEvent, blockSysdigEvent2, blockSysdigLarge, blockCustom, blockCustomNoCopy:
		// Wireshark 4.0 numbers these as frames, though none holds a packet.
		d.frame++
	}
	return false
}

// malformed records that the block at hand makes no sense, though its length
// was right.
func (d *pcapng) malformed(what string) bool {
	d.damage(finding.BadBlock, d.offset(), "%s in the block at byte %d, which was skipped", what, d.offset())
	return false
}

// format names the finest unit of time among the interfaces.
func (d *pcapng) format() string {
	name := "pcapng/" + d.order.String()
	if len(d.clocks) == 0 {
		return name
	}
	finest := &d.clocks[0]
	for i := range d.clocks {
		if d.clocks[i].finer(finest) {
			finest = &d.clocks[i]
		}
	}
	return name + "/" + finest.unit()
}
