package emulated

import "time"

// item is a packet under way.
type item struct {
	due   time.Duration // since the pipe's epoch
	order uint64        // of entry, so that equal times keep their order
	data  []byte
}

func (a item) before(b item) bool {
	return a.due < b.due || a.due == b.due && a.order < b.order
}

// queue is a heap of packets, the one that is due first at the top. Written
// out instead of container/heap, whose interface allocates for each packet.
type queue []item

func (q *queue) push(it item) {
	h := append(*q, it)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !h[i].before(h[parent]) {
			break
		}
		h[i], h[parent] = h[parent], h[i]
		i = parent
	}
	*q = h
}

func (q *queue) pop() item {
	h := *q
	top, last := h[0], len(h)-1
	h[0] = h[last]
	h[last] = item{} // lets go of the data
	h = h[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(h); child++ {
			if h[child].before(h[least]) {
				least = child
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	*q = h
	return top
}
