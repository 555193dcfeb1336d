// Package seq is the one place that does arithmetic modulo 2^32.
//
// TCP numbers bytes in a 32-bit space that wraps (RFC 9293 section 3.4). The
// rest of flowstate works with Offset, a 64-bit position in one direction's
// stream that never wraps: the SYN is at 0, the first data byte at 1.
package seq

// Number is a sequence or acknowledgement number as it stands in a header.
type Number uint32

// Offset is a position in the sequence space of one direction, relative to
// its initial sequence number: SYN at 0, first byte at 1. Where the SYN was
// not captured, the first byte seen is at 1, and earlier ones may be below.
type Offset int64

// Add returns the number n octets after s.
func (s Number) Add(n uint32) Number { return s + Number(n) }

// Diff returns the signed distance from t to s, in the range -2^31 to 2^31-1;
// exactly half the space counts as behind.
func (s Number) Diff(t Number) int32 { return int32(s - t) }

// Before tells whether s stands before t (RFC 9293 section 3.4).
func (s Number) Before(t Number) bool { return s.Diff(t) < 0 }

// Unwrap returns the offset of s that is nearest to the reference offset near,
// in the space whose offset 0 is isn.
func (s Number) Unwrap(isn Number, near Offset) Offset {
	at := isn + Number(uint32(near))
	return near + Offset(s.Diff(at))
}

// Wrap returns the header number of an offset in the space that starts at isn.
func (o Offset) Wrap(isn Number) Number { return isn + Number(uint32(o)) }
