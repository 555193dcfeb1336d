package join

import "github.com/flowstate-tcp/flowstate/reconstruct/decode"

// kept counts what the path left as it was, in the packets of a connection that
// both samples hold: the more there is, the surer packets are told apart.
type kept struct {
	packets      int // with the same numbers, timestamps and SACK blocks
	ids, newIDs  int // IP identifications that stayed and that did not
	windows, new int
}

// compare learns from a packet that both samples hold.
func (k *kept) compare(x, y *sample) {
	k.packets++
	if x.window == y.window {
		k.windows++
	} else {
		k.new++
	}
	switch {
	case x.ipid == 0 || y.ipid == 0:
	case x.ipid == y.ipid:
		k.ids++
	default:
		k.newIDs++
	}
}

// key is a hash of all that packets keep on the path.
func (k *kept) key(g *decode.Segment) uint64 {
	if k.packets == 0 {
		return key(g) // options are rewritten, or nothing is known
	}
	d := digest(g)
	if k.windows > k.new {
		d = mix(d, uint64(g.Window))
	}
	if g.Quirks&decode.HasIPID != 0 && k.ids > k.newIDs {
		d = mix(d, uint64(g.IPID))
	}
	return d
}
