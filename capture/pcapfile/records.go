package pcapfile

import "fmt"

// records walks through a file of records that have a length in front and
// nothing behind, as in pcap and snoop.
type records struct {
	*source
	headerLen int
	outline   func(header []byte) outline
	lastSec   uint32 // time of the last record, 0 before the first
}

// outline is what the header of a record says of its place in the file.
type outline struct {
	length int64  // of the whole record, header included
	sec    uint32 // its time
	// wild tells that the lengths are such as no recorder writes, or hardly.
	wild bool
	// sober tells that every field is what a careful recorder would write.
	sober bool
}

// clockSlack is the longest time, in seconds, between two records that is
// taken for granted.
const clockSlack = 30 * 24 * 3600

// record returns the next record, whole, and does not move past it. Where it
// is malformed, it is the first one after it that is not.
func (d *records) record() ([]byte, error) {
	for {
		b := d.peek(d.headerLen)
		if len(b) < d.headerLen {
			return nil, d.ended(len(b))
		}
		o := d.outline(b)
		if d.doubtful(o) && !d.confirmed(o) {
			if !d.resync(fmt.Sprintf("record of %d bytes with time %d", o.length, o.sec), d.startsHere) {
				return nil, d.ended(0)
			}
			continue
		}
		length := int(o.length)
		if b = d.peek(length); len(b) < length {
			return nil, d.ended(len(b))
		}
		d.lastSec = o.sec
		return b, nil
	}
}

// doubtful tells whether a record must be confirmed by what follows it: a wild
// one, and one whose time is far from the last, as when bytes were lost.
func (d *records) doubtful(o outline) bool {
	return o.wild || d.lastSec != 0 && !near(o.sec, d.lastSec)
}

// confirmed tells whether the doubtful record at hand ends at the end of the
// file or at a better one, and that one again. Two are asked for since one may
// be met by chance where a byte is missing from the times and lengths of all.
func (d *records) confirmed(o outline) bool {
	if o.length > maxRecord {
		return false
	}
	last := o.sec
	at := int(o.length)
	for n := range 2 {
		b := d.peek(at + d.headerLen)
		if len(b) < at+d.headerLen {
			return n > 0 || len(b) >= at
		}
		next := d.outline(b[at:])
		if next.wild || !next.sober && !near(next.sec, last) && !near(next.sec, d.lastSec) {
			return false
		}
		last = next.sec
		at += int(next.length)
	}
	return true
}

// chainLen sober headers, each where the one before it ends and near it in
// time, are taken for the place where a capture goes on.
const chainLen = 3

// startsHere tells whether a chain of records starts at b. At the end of the
// file a shorter one will do if it ends exactly there, or if two headers come
// before the cut.
func (d *records) startsHere(b []byte, atEnd bool) verdict {
	var last uint32
	for n := range chainLen {
		if n > 0 && atEnd && len(b) == 0 {
			return yes
		}
		if len(b) < d.headerLen {
			return cutChain(atEnd, n)
		}
		o := d.outline(b)
		// The time before the damage is no measure: it may be damaged as well.
		if !o.sober || n > 0 && !near(o.sec, last) {
			return no
		}
		if o.length > int64(len(b)) {
			return cutChain(atEnd, n+1)
		}
		b, last = b[o.length:], o.sec
	}
	return yes
}

// cutChain judges a chain of headers good headers that the bytes at hand were
// too short for.
func cutChain(atEnd bool, headers int) verdict {
	switch {
	case !atEnd:
		return cannotTell
	case headers >= 2:
		return yes
	default:
		return no
	}
}

func near(a, b uint32) bool { return max(a, b)-min(a, b) <= clockSlack }
