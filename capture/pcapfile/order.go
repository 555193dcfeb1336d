package pcapfile

import (
	"encoding/binary"
	"math/bits"
)

// order is the byte order of a file or section: true is big-endian. A value
// instead of binary.ByteOrder keeps the reads of the hot path inlined.
type order bool

const (
	littleEndian order = false
	bigEndian    order = true
)

func (o order) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if o {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (o order) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if o {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (o order) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if o {
		v = bits.ReverseBytes64(v)
	}
	return v
}

// String returns LE or BE.
func (o order) String() string {
	if o {
		return "BE"
	}
	return "LE"
}
