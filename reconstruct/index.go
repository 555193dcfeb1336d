package reconstruct

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"

	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// index finds the latest incarnation of a conversation by its two sockets,
// whoever speaks. As in Wireshark, neither a VLAN nor a tunnel makes a
// difference.
//
// It is a hash table whose chains run through the conversations. Go's map was
// twice as slow here: it needs a key in which both directions are equal, and
// looks at that again and again.
type index struct {
	buckets []*conversation // a power of two of them
	n       int
	seeds   [2]uint64 // of this table alone, so that nobody can craft packets that collide
}

const fewestBuckets = 1 << 6

func newIndex() index {
	return index{buckets: make([]*conversation, fewestBuckets), seeds: [2]uint64{rand.Uint64(), rand.Uint64()}}
}

// hash is the same for both directions.
func (x *index) hash(s, t *decode.Endpoint) uint64 { return x.socket(s) + x.socket(t) }

// socket mixes an address and a port by folded products, each with a factor
// that the sender does not know.
func (x *index) socket(e *decode.Endpoint) uint64 {
	high, low := binary.LittleEndian.Uint64(e.IP.Bytes[:8]), binary.LittleEndian.Uint64(e.IP.Bytes[8:])
	address := fold(high^x.seeds[0], low^x.seeds[1])
	return fold(address^x.seeds[0], uint64(e.Port)^x.seeds[1])
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

func (x *index) bucket(hash uint64) **conversation {
	return &x.buckets[hash&uint64(len(x.buckets)-1)]
}

// find returns the latest conversation between two sockets, nil for none.
func (x *index) find(s, t *decode.Endpoint) *conversation {
	hash := x.hash(s, t)
	for c := *x.bucket(hash); c != nil; c = c.next {
		if c.hash == hash && c.between(s, t) {
			return c
		}
	}
	return nil
}

// between tells whether a conversation is one of two sockets.
func (c *conversation) between(s, t *decode.Endpoint) bool {
	return *s == c.Ends[Client] && *t == c.Ends[Server] || *s == c.Ends[Server] && *t == c.Ends[Client]
}

// add makes c the latest of its sockets, which have none.
func (x *index) add(c *conversation) {
	if x.n == len(x.buckets) {
		x.grow()
	}
	c.hash = x.hash(&c.Ends[Client], &c.Ends[Server])
	at := x.bucket(c.hash)
	c.next, *at = *at, c
	x.n++
}

// remove takes out c, which is the latest of its sockets.
func (x *index) remove(c *conversation) {
	at := x.bucket(c.hash)
	for *at != c {
		at = &(*at).next
	}
	*at, c.next = c.next, nil
	x.n--
}

// grow doubles the buckets.
func (x *index) grow() {
	old := x.buckets
	x.buckets = make([]*conversation, 2*len(old))
	for _, c := range old {
		for c != nil {
			next, at := c.next, x.bucket(c.hash)
			c.next, *at = *at, c
			c = next
		}
	}
}
