package decode

import (
	"encoding/binary"
	"math/bits"
)

// verify checks the TCP checksum of the segment that fills b, the header
// included (RFC 9293 section 3.1, RFC 8200 section 8.1), and returns what is
// wrong with it. Nothing can be said of a segment that was not captured whole,
// or whose length is not certain: some recorders keep the start of a packet, and
// give the length of that for the packet's.
//
// Where segmentation or checksum offload is on, the sender's stack leaves the
// sum of the pseudo-header alone, with or without the length, for the card to
// complete: a tap at the sender sees that.
func (d *Decoder) verify(b view) Quirk {
	if len(b.data) < b.wire || d.ip.beyond || d.ip.quirks&(Incomplete|IPLengthZero) != 0 {
		return 0
	}
	pseudo := d.pseudoHeader()
	whole := pseudo + uint64(b.wire)
	if fold(whole+sum(b.data)) == 0xffff {
		return 0
	}
	switch stored := binary.BigEndian.Uint16(b.data[checksumField:]); stored {
	case fold(pseudo), fold(whole):
		return PartialChecksum
	}
	return WrongChecksum
}

// pseudoHeader sums the pseudo-header but for the length. The prefix of a mapped
// address is 0xffff, which adds nothing to a one's complement sum.
func (d *Decoder) pseudoHeader() uint64 {
	const tcp = 6
	return tcp + words(&d.ip.src.Bytes) + words(&d.ip.dst.Bytes)
}

// words adds up an address by 32 bits, which is as good as by 16.
func words(a *[16]byte) (s uint64) {
	hi, lo := binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:])
	return hi>>32 + hi&0xffffffff + lo>>32 + lo&0xffffffff
}

// sum adds up b as 16-bit words in network order (RFC 1071), and leaves the
// folding to the caller. An odd byte at the end counts as if a zero followed.
// The order of the bytes matters only in the end (section 2 (B) there). Between
// two rounds of the loop the carry has to be put aside, so that a round is long.
func sum(b []byte) uint64 {
	var s, carry uint64
	for len(b) >= 64 {
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[32:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[40:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[48:]), carry)
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b[56:]), carry)
		b = b[64:]
	}
	for ; len(b) >= 8; b = b[8:] {
		s, carry = bits.Add64(s, binary.LittleEndian.Uint64(b), carry)
	}
	var rest [8]byte
	copy(rest[:], b)
	s, carry = bits.Add64(s, binary.LittleEndian.Uint64(rest[:]), carry)
	// Twice, since the carry itself may carry.
	s, carry = bits.Add64(s, 0, carry)
	return uint64(bits.ReverseBytes16(fold(uint64(fold(s)) + carry)))
}

// fold adds the 16-bit words of s up, carries included.
func fold(s uint64) uint16 {
	s = s>>32 + s&0xffffffff
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s>>16 + s&0xffff)
}
