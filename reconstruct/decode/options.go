package decode

import (
	"encoding/binary"

	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// The option kinds that are read, by their IANA numbers.
const (
	kindEnd       = 0
	kindNOP       = 1
	kindSACK      = 5
	kindTimestamp = 8
)

// parse reads an option list (RFC 9293 section 3.2). cut tells that the capture
// holds only its beginning.
func (o *Options) parse(b []byte, cut bool) {
	for len(b) > 0 {
		switch b[0] {
		case kindEnd:
			return
		case kindNOP:
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			if cut {
				o.addCut(b)
			}
			o.Set |= OptMalformed
			return
		}
		o.add(b[0], b[2:b[1]])
		b = b[b[1]:]
	}
}

// add notes one option with its value.
func (o *Options) add(kind uint8, value []byte) {
	switch {
	case kind == kindTimestamp && len(value) == 8:
		o.Set |= OptTimestamps
		o.TSval = binary.BigEndian.Uint32(value)
		o.TSecr = binary.BigEndian.Uint32(value[4:])
	case kind == 2 && len(value) == 2:
		o.Set |= OptMSS
		o.MSS = binary.BigEndian.Uint16(value)
	case kind == 3 && len(value) == 1:
		o.Set |= OptWindowScale
		o.WindowScale = value[0]
	case kind == 4 && len(value) == 0:
		o.Set |= OptSACKPermitted
	case kind == kindSACK && len(value)%8 == 0 && len(value) > 0:
		o.addSACK(value)
	case kind == 19:
		o.Set |= OptMD5
	case kind == 28:
		o.Set |= OptUserTimeout
	case kind == 29:
		o.Set |= OptAO
	case kind == 30:
		o.Set |= OptMPTCP
	case kind == 34:
		o.addFastOpen(value)
	case kind == 172:
		o.Set |= OptAccECN
	case kind == 174:
		o.Set |= OptAccECN1
	case kind == 253, kind == 254:
		o.addExperimental(kind, value)
	case kind == 2, kind == 3, kind == 4, kind == kindSACK, kind == 8:
		o.Set |= OptMalformed
	default:
		o.addOther(kind)
	}
}

// addOther notes an option that has no name here.
func (o *Options) addOther(kind uint8) {
	if o.Set&OptOther == 0 {
		o.OtherKind = kind
	}
	o.Set |= OptOther
}

// addCut notes what is left of an option that the capture cut. The first SACK
// block is the one that brings news (RFC 2018 section 4), so it is worth having.
func (o *Options) addCut(b []byte) {
	if len(b) < 10 || b[0] != kindSACK || b[1]%8 != 2 {
		return
	}
	value := b[2:]
	o.addSACK(value[:len(value)/8*8])
}

// addSACK notes the blocks of a SACK option (RFC 2018 section 3): at most
// four fit, so a second option in the same header finds no room.
func (o *Options) addSACK(value []byte) {
	o.Set |= OptSACK
	for ; len(value) > 0 && int(o.SACKCount) < len(o.SACK); value = value[8:] {
		o.SACK[o.SACKCount] = SACKBlock{
			Left:  seq.Number(binary.BigEndian.Uint32(value)),
			Right: seq.Number(binary.BigEndian.Uint32(value[4:])),
		}
		o.SACKCount++
	}
}

// addFastOpen notes a Fast Open option with its cookie (RFC 7413 section 4.1.1).
func (o *Options) addFastOpen(cookie []byte) {
	o.Set |= OptFastOpen
	o.CookieLen = uint8(len(cookie))
}

// fastOpenMagic is the experiment identifier which Fast Open used before it
// had an option kind of its own (RFC 7413 appendix A, RFC 6994).
const fastOpenMagic = 0xf989

// addExperimental notes an option of the shared kinds (RFC 6994).
func (o *Options) addExperimental(kind uint8, value []byte) {
	if len(value) < 2 || binary.BigEndian.Uint16(value) != fastOpenMagic {
		o.addOther(kind)
		return
	}
	if o.Set&OptOther == 0 {
		o.OtherKind = kind
	}
	o.addFastOpen(value[2:])
}
