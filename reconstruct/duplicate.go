package reconstruct

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// How far apart two records of one packet can be: a port mirror queues both
// ways, and the way between two interfaces may lead through a bridge or a
// firewall. Without an IP ID a short retransmission looks the same, so that
// records at one interface must be closer.
const (
	mirrorDelay  = 5 * time.Millisecond
	transitDelay = 50 * time.Millisecond
	noIDDelay    = time.Millisecond
)

// The sightings of the last packets of all connections together: enough for
// 50 ms at 300,000 packets a second, in a constant 256 KiB. A bucket is one
// cache line.
const (
	buckets = 1 << 12
	ways    = 4
)

// sighting is one packet that was recorded.
type sighting struct {
	print uint64 // of all that stays the same in a copy; the low byte is the interface
	time  capture.Timestamp
}

// same tells whether two prints are of the same packet, wherever recorded.
func same(a, b uint64) bool { return a>>8 == b>>8 }

// recent remembers the latest packets, whichever connection they belong to.
// It is a cache with a fixed hash, so that the same input gives the same
// result; an entry leaves when newer ones have filled its bucket.
type recent [buckets][ways]sighting

// mirror is the least share of a side's packets, one in so many, that are
// recorded twice where the capture does so and not the path.
const mirror = 8

// record remembers the segment, and tells whether it is a copy of one that is
// remembered. who tells connections and sides apart, mirrored that many of this
// side's packets are recorded twice, and wanted that the peer has just asked for
// this segment: without an IP ID to tell the two apart, it is sent again then.
func (r *recent) record(s *decode.Segment, who uint64, mirrored, wanted bool) (copied bool) {
	now := sighting{fingerprint(s, who), s.Time}
	bucket := &r[now.print>>32%buckets]
	for i := range bucket {
		if earlier := &bucket[i]; same(earlier.print, now.print) {
			copied = isCopy(s, now, *earlier, mirrored) && (hasIPID(s) || !wanted)
			if !copied {
				*earlier = now
			}
			return copied
		}
	}
	copy(bucket[1:], bucket[:ways-1])
	bucket[0] = now
	return false
}

// answersHole tells whether the segment is the first one into a hole that the
// peer's acknowledgement has just come to, and notes that it was sent.
func (v *sight) answersHole() bool {
	wanted := v.me.wanted && v.s.Len > 0 && v.Seq == v.me.Acked
	if wanted {
		v.me.wanted = false
	}
	return wanted
}

// isCopy judges a segment that looks the same as an earlier one.
func isCopy(s *decode.Segment, now, earlier sighting, mirrored bool) bool {
	apart := now.time.Sub(earlier.time).Abs()
	limit := mirrorDelay
	switch {
	case now.print != earlier.print:
		limit = transitDelay
	case !hasIPID(s):
		limit = noIDDelay
	}
	if apart > limit {
		return false
	}
	// Duplicate acknowledgements look like copies of one another (RFC 5681
	// section 2), and so do resets that answer two segments in a row; unless the
	// IP ID says otherwise.
	common := s.Len == 0 && s.Flags&(decode.SYN|decode.FIN) == 0
	return hasIPID(s) || !common || mirrored
}

func hasIPID(s *decode.Segment) bool { return s.Quirks&decode.HasIPID != 0 && s.IPID != 0 }

// fingerprint mixes all fields that are the same in both records of a packet:
// not the TTL, which a router counts down between two interfaces, and nothing
// of the link layer.
func fingerprint(s *decode.Segment, who uint64) uint64 {
	o := &s.Options
	h := mix(who, uint64(s.Seq)<<32|uint64(s.Ack))
	h = mix(h^(uint64(s.Flags)<<48|uint64(s.Window)<<32|uint64(uint32(s.Len))),
		uint64(s.Checksum)<<48|uint64(o.Set)<<32|uint64(s.Urgent)<<16|uint64(o.SACKCount))
	var stamps, id uint64
	if o.Set&decode.OptTimestamps != 0 {
		stamps = uint64(o.TSval)<<32 | uint64(o.TSecr)
	}
	if hasIPID(s) {
		id = uint64(s.IPID) | 1<<63
	}
	h = mix(h^stamps, id)
	for _, b := range o.SACK[:o.SACKCount] {
		h = mix(h, uint64(b.Left)<<32|uint64(b.Right))
	}
	return h&^0xff | uint64(s.Interface&0xff)
}

// mix folds the product of both words, each made odd to zero by some digits of
// pi. A finalizer for each word took four times as long, and all that the table
// does with a segment waits for the print.
func mix(h, x uint64) uint64 { return fold(h^0x243f6a8885a308d3, x^0x13198a2e03707344) }
