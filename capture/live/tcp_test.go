package live

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// way is one direction of a TCP connection, as one interface sees it.
type way struct {
	on       int
	ports    uint32
	src, dst uint32
}

// segment is TCP over IPv4.
type segment struct {
	way
	id       uint16 // of the IP header: new each time that TCP sends something
	seq, end uint32
}

// segments returns what is TCP over IPv4 on a link with headers of that length.
func (c contents) segments(headerLen int) []segment {
	var all []segment
	for _, p := range c.packets {
		ip := p.Data[headerLen:]
		if ip[0]>>4 != 4 || ip[9] != 6 {
			continue
		}
		word := binary.BigEndian.Uint32
		ipLen := int(ip[0]&15) * 4
		tcp := ip[ipLen:]
		data := int(binary.BigEndian.Uint16(ip[2:])) - ipLen - int(tcp[12]>>4)*4
		all = append(all, segment{
			way{p.Interface, word(tcp), word(ip[12:]), word(ip[16:])},
			binary.BigEndian.Uint16(ip[4:]), word(tcp[4:]), word(tcp[4:]) + uint32(data),
		})
	}
	return all
}

// dataBytes counts each byte of data once for each interface: the kernel may
// send some again.
func (c contents) dataBytes(headerLen int) int64 {
	ways := map[way][]segment{}
	for _, s := range c.segments(headerLen) {
		ways[s.way] = append(ways[s.way], s)
	}
	var n int64
	for _, way := range ways {
		first := way[0].seq // a SYN: all else is counted from there
		slices.SortFunc(way, func(a, b segment) int { return cmp.Compare(a.seq-first, b.seq-first) })
		var known uint32
		for _, s := range way {
			if from, to := max(s.seq-first, known), s.end-first; to > from {
				n += int64(to - from)
				known = to
			}
		}
	}
	return n
}

// copies counts segments that were recorded more than once.
func (c contents) copies(headerLen int) int {
	all := c.segments(headerLen)
	once := map[segment]bool{}
	for _, s := range all {
		once[s] = true
	}
	return len(all) - len(once)
}
