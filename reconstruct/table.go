package reconstruct

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/flowstate-tcp/flowstate/capture/finding"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Options bounds the memory of a Table. A zero field takes its default.
type Options struct {
	MaxTracked int // connections at once; past it the longest idle ends. Default 262,144
	MaxOpening int // of them, those with nothing but SYNs of one side, as a flood leaves them. Default 65,536
	MaxClosed  int // of them, those closed that wait for late segments. Default 4,096
}

func (o Options) withDefaults() Options {
	return Options{
		MaxTracked: cmp.Or(o.MaxTracked, 1<<18),
		MaxOpening: cmp.Or(o.MaxOpening, 1<<16),
		MaxClosed:  cmp.Or(o.MaxClosed, 1<<12),
	}
}

// Table sorts the segments of one capture into connections. Make one with
// NewTable; it is not safe for concurrent use.
//
// Invariant: a conversation is in one of the three queues, in ended or told,
// or in free; those in queues are the ones that newest leads to.
type Table struct {
	options Options
	newest  index // the latest incarnation of each conversation
	number  int   // of the next connection
	slots   int   // in use or free
	free    []*conversation

	opening, open, closed queue
	ended, told           []*conversation // since the last call of Ended; by that call
	result                []*Connection

	recent recent
	sight  sight
	step   Step
}

// NewTable returns an empty table.
func NewTable(o Options) *Table {
	return &Table{options: o.withDefaults(), newest: newIndex()}
}

// Add places the next segment of the capture in its connection. The Step is
// valid until the next call, and the segment is not kept.
func (t *Table) Add(s *decode.Segment) *Step {
	c, opened := t.place(s)
	swapped := c.observe(s)
	step, v := &t.step, &t.sight
	*step, *v = Step{}, sight{} // and set piece by piece: a copy in wider ones would have to wait for these
	step.Segment, step.Conn, step.From = s, &c.Connection, c.sideOf(s)
	step.Opened, step.Swapped = opened, swapped
	v.Step, v.c, v.s = step, c, s
	v.me, v.peer = c.end(step.From), c.end(c.Peer(step.From))
	t.take(v)
	c.follow(v)
	c.count(v)
	t.file(c)
	return step
}

// take finds what the segment means, and lets it move the streams unless it is
// only a copy.
func (t *Table) take(v *sight) {
	if v.s.Quirks&decode.HeaderCut != 0 && v.s.Flags == 0 {
		v.Marks = v.Marks.With(Truncated) // cut before the flags: no number can be trusted
		return
	}
	v.locate()
	who := uint64(v.c.Number)<<1 | uint64(v.From)
	mirrored := int64(v.me.Counts[Duplicate])*mirror > v.me.Packets
	if t.recent.record(v.s, who, mirrored, v.answersHole()) {
		v.begin()
		v.recall()
		v.Marks = v.Marks.With(Duplicate)
		return
	}
	v.judge()
	v.begin()
	if v.routine() {
		v.apply(routineRules[:])
	} else {
		v.apply(rules[:])
	}
	v.move()
	if v.Marks != 0 || v.again > 0 || v.filled > 0 || v.missing > 0 {
		v.apply(outcomes[:])
	}
}

// begin notes how far both streams have passed the tap.
func (v *sight) begin() {
	for s := range v.Before {
		h, p := &v.c.Half[s], &v.Before[s]
		p.Max, p.Contiguous, p.Acked = h.Max, h.Contiguous, h.Acked
	}
}

// count adds the segment to the totals of its connection.
func (c *conversation) count(v *sight) {
	h := v.me.Half
	h.Packets++
	h.Payload += int64(v.s.Len)
	for m := uint32(v.Marks); m != 0; m &= m - 1 {
		h.Counts[bits.TrailingZeros32(m)]++
	}
	c.observeQuirks(v)
	c.Last, c.End = v.s.Frame, v.s.Time
}

// file puts the conversation last in the queue that suits it, and lets those
// go that exceed the limits.
func (t *Table) file(c *conversation) {
	q := &t.open
	switch {
	case c.closed():
		q = &t.closed
	case c.synOnly():
		q = &t.opening
	}
	c.wait(q)
	if t.closed.len > t.options.MaxClosed {
		t.finish(t.closed.first)
	}
	if t.opening.len > t.options.MaxOpening {
		t.evict(t.opening.first)
	}
	if t.closed.len+t.opening.len+t.open.len > t.options.MaxTracked {
		t.evict(t.idlest())
	}
}

// idlest returns the conversation that is missed least: a closed one, or else
// the one without a segment for longest.
func (t *Table) idlest() *conversation {
	a, b := t.opening.first, t.open.first
	switch {
	case t.closed.first != nil:
		return t.closed.first
	case a == nil || b != nil && b.Last < a.Last:
		return b
	}
	return a
}

func (t *Table) evict(c *conversation) {
	if !c.closed() {
		c.note(finding.TableFull, c.Last, 1)
	}
	t.finish(c)
}

// finish ends a conversation for good.
func (t *Table) finish(c *conversation) {
	if n := c.newer; n != nil && n.dissolves() {
		t.finish(n)
	}
	dissolves := c.dissolves()
	if dissolves {
		c.older.absorb(c)
	}
	c.noteReuse()
	if c.older != nil {
		c.older.noteReuse()
	}
	t.unlink(c)
	c.leave()
	if !dissolves {
		c.conclude()
		c.whole = true
	}
	t.ended = append(t.ended, c)
}

// unlink takes c out of the incarnations of its 4-tuple.
func (t *Table) unlink(c *conversation) {
	switch {
	case c.newer != nil:
		c.newer.older = c.older
	case c.older != nil:
		t.newest.remove(c)
		t.newest.add(c.older)
	default:
		t.newest.remove(c)
	}
	if c.older != nil {
		c.older.newer = c.newer
	}
	c.older, c.newer = nil, nil
}

// Ended returns the connections that ended for good since the last call: they
// closed and late segments are not expected any more, or the table had no room
// for them. They and their slots are used again from the next call on, and the
// slice too. Call it often; it costs nothing when there are none.
func (t *Table) Ended() []*Connection {
	if len(t.ended)+len(t.told) == 0 {
		return nil
	}
	t.free = append(t.free, t.told...)
	t.ended, t.told = t.told[:0], t.ended
	t.result = t.result[:0]
	for _, c := range t.told {
		if c.whole {
			t.result = append(t.result, &c.Connection)
		}
	}
	return t.result
}

// Flush ends all connections, at the end of the capture, and returns those
// that Ended has not, by Number. The table is empty afterwards.
func (t *Table) Flush() []*Connection {
	for _, q := range []*queue{&t.opening, &t.open, &t.closed} {
		for q.first != nil {
			t.finish(q.first)
		}
	}
	rest := t.Ended()
	slices.SortFunc(rest, func(a, b *Connection) int { return cmp.Compare(a.Number, b.Number) })
	return rest
}

// fresh returns an empty conversation in a slot of its own.
func (t *Table) fresh() *conversation {
	if len(t.free) == 0 {
		c := &conversation{}
		c.Slot = t.slots
		t.slots++
		return c
	}
	c := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	c.clear()
	return c
}

// clear empties c but for its slot, and for room that is not excessive.
func (c *conversation) clear() {
	slot, notes := c.Slot, c.notes[:0]
	var room [2]holes
	for s := range c.flows {
		if h := c.flows[s].holes; cap(h) <= maxHoles/16 {
			room[s] = h[:0]
		}
	}
	*c = conversation{notes: notes}
	c.Slot = slot
	for s := range c.flows {
		c.flows[s].holes = room[s]
	}
}

// check returns the first invariant that does not hold, for tests.
func (t *Table) check() error {
	count := 0
	for _, q := range []*queue{&t.opening, &t.open, &t.closed} {
		n := 0
		for c := q.first; c != nil; c = c.after {
			n++
			if err := c.check(); err != nil {
				return fmt.Errorf("connection %d: %w", c.Number, err)
			}
		}
		if n != q.len {
			return fmt.Errorf("queue of %d says that it has %d", n, q.len)
		}
		count += n
	}
	linked := 0
	for _, chain := range t.newest.buckets {
		for ; chain != nil; chain = chain.next {
			for c := chain; c != nil; c = c.older {
				linked++
			}
		}
	}
	if linked != count {
		return fmt.Errorf("%d conversations in queues, %d under their keys", count, linked)
	}
	if all := count + len(t.ended) + len(t.told) + len(t.free); all != t.slots {
		return fmt.Errorf("%d conversations for %d slots", all, t.slots)
	}
	return nil
}

func (c *conversation) check() error {
	for _, s := range Sides {
		if err := c.end(s).check(); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
