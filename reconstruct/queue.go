package reconstruct

// queue is a list of conversations, the longest idle first. The links are in
// the conversations, so that moving one costs no allocation. The zero value is
// empty; a conversation is in one queue at most.
type queue struct {
	first, last *conversation
	len         int
}

// push puts c, which is in no queue, at the end.
func (q *queue) push(c *conversation) {
	c.queue, c.before, c.after = q, q.last, nil
	if q.last != nil {
		q.last.after = c
	} else {
		q.first = c
	}
	q.last = c
	q.len++
}

// leave takes c out of the queue it is in.
func (c *conversation) leave() {
	q := c.queue
	if c.before != nil {
		c.before.after = c.after
	} else {
		q.first = c.after
	}
	if c.after != nil {
		c.after.before = c.before
	} else {
		q.last = c.before
	}
	q.len--
	c.queue, c.before, c.after = nil, nil, nil
}

// wait puts c at the end of q, out of the queue in which it waited so far.
func (c *conversation) wait(q *queue) {
	if q.last == c {
		return
	}
	if c.queue != nil {
		c.leave()
	}
	q.push(c)
}
