package join

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

const (
	// MaxWaiting is how many packets of one direction of a connection wait in
	// each capture, at most, until it is known what became of them.
	MaxWaiting = 1 << 16
	// patience is how long a packet waits for its counterpart on the other
	// clock, in which a gap of more than longestGap counts as that.
	patience   = 10 * time.Second
	longestGap = time.Second
	// weakly is how far the delay of packets may differ from that of those
	// before them if nothing but their numbers says that they are the same.
	weakly = 3 * time.Second
	// candidates is how many packets with the same numbers are compared.
	candidates = 256
)

// lane is one direction of a pair: what one side sent, as both taps saw it.
type lane struct {
	pair    *pair
	from    reconstruct.Side
	up      Tap
	clock   *Clock
	elapsed *[2]time.Duration // of both captures
	windows *[2]window
	files   [2]file
	common  [2]reach
	started bool
	base    seq.Number
	top     seq.Offset
	acked   seq.Offset // by what was seen downstream
	arrived recently
	passed  spans // octets that were seen downstream
	newest  int64 // position upstream of the latest sent of those popped downstream
	delta   time.Duration
	matched bool // delta is set
	least   time.Duration
	most    time.Duration // delays of matched packets, with matched
	sum     Direction
	ready   []Packet
}

// reach are the positions of the first and the last packet of a capture that
// the other holds too: between them, both were recording.
type reach struct {
	first, last int64
	known       bool
}

func (r *reach) add(position int64) {
	if !r.known {
		*r = reach{position, position, true}
	}
	r.first, r.last = min(r.first, position), max(r.last, position)
}

// window is when a capture was taken, on the clock of A.
type window struct{ first, last capture.Timestamp }

// entry is a packet that waits.
type entry struct {
	Packet
	key          uint64
	lo, hi       seq.Offset
	at           time.Duration // of the other capture when it came
	ipid         uint32
	hasID, hasTS bool
	tsval, tsecr uint32
	window       uint16
	ttl, ecn     uint8
	copied       bool            // recorded again, says package reconstruct
	options      *decode.Options // of a SYN
	next         int64           // position of the next with the same key, -1
	state        state
	covered      int   // octets that the other capture holds in other packets
	mate         int64 // position of its counterpart
}

type state uint8

const (
	waiting state = iota
	same          // the other capture holds it
	apart         // the other capture holds its octets in other packets
)

// file are the packets of one capture that wait, by position.
type file struct {
	waiting []entry
	first   int64 // position of waiting[0]
	byKey   map[uint64]chain
}

// chain are the positions of the first and the last packet of a key that may
// still wait for their counterparts.
type chain struct{ head, tail int64 }

func (f *file) at(position int64) *entry { return &f.waiting[position-f.first] }

func (f *file) end() int64 { return f.first + int64(len(f.waiting)) }

func (f *file) push(e entry) *entry {
	if f.byKey == nil {
		f.byKey = map[uint64]chain{}
	}
	e.next = -1
	position := f.end()
	c, found := f.byKey[e.key]
	if found {
		f.at(c.tail).next = position
		c.tail = position
	} else {
		c = chain{position, position}
	}
	f.byKey[e.key] = c
	f.waiting = append(f.waiting, e)
	return &f.waiting[len(f.waiting)-1]
}

// pop drops the first packet, which waits no more.
func (f *file) pop() {
	e := &f.waiting[0]
	if c, found := f.byKey[e.key]; found && c.head == f.first {
		f.advance(e.key, c, e.next)
	}
	f.waiting = f.waiting[1:]
	f.first++
}

// advance lets the chain of a key begin later.
func (f *file) advance(key uint64, c chain, head int64) {
	if head < 0 {
		delete(f.byKey, key)
		return
	}
	f.byKey[key] = chain{head, c.tail}
}

// head returns where the chain of a key begins, at a packet that waits; -1
// where none does.
func (f *file) head(key uint64) int64 {
	for {
		c, found := f.byKey[key]
		if !found {
			return -1
		}
		e := f.at(c.head)
		if e.state == waiting {
			return c.head
		}
		f.advance(key, c, e.next)
	}
}

// take adds a packet that a tap saw.
func (l *lane) take(tap Tap, step *reconstruct.Step) {
	e := l.entry(tap, step)
	l.sum.Packets[tap]++
	if tap != l.up {
		l.passed.add(e.lo, e.hi)
		e.copied = l.arrived.before(e.identity()) || e.copied
	}
	here, there := &l.files[tap], &l.files[tap.Peer()]
	position := here.end()
	added := here.push(e)
	if mate := l.find(added, there); mate >= 0 {
		l.join(added, position, there.at(mate), mate, tap)
	}
	l.settle(false)
}

// entry makes of a step what is kept of it.
func (l *lane) entry(tap Tap, step *reconstruct.Step) entry {
	g := step.Segment
	if !l.started {
		l.started, l.base = true, g.Seq
	}
	lo := g.Seq.Unwrap(l.base, l.top)
	e := entry{
		Packet: Packet{From: l.from, Up: l.up, Seq: g.Seq, Len: g.Len, Flags: g.Flags},
		key:    l.pair.kept.key(g), lo: lo, hi: lo + (step.End - step.Seq), at: l.elapsed[tap.Peer()],
		ipid: g.IPID, hasID: g.Quirks&decode.HasIPID != 0 && g.IPID != 0,
		hasTS: g.Options.Set&decode.OptTimestamps != 0, tsval: g.Options.TSval, tsecr: g.Options.TSecr,
		window: g.Window, ttl: g.TTL, ecn: g.ECN,
		copied: step.Marks.Has(reconstruct.Duplicate),
	}
	if g.Flags.Has(decode.SYN) {
		options := g.Options
		e.options = &options
	}
	e.Frames[tap], e.Times[tap] = g.Frame, g.Time
	e.Times[tap.Peer()] = capture.NoTime
	for i, s := range l.pair.sides {
		e.Conns[i] = s.Number
	}
	if !step.Marks.Has(reconstruct.OutOfWindow) {
		l.top = max(l.top, e.hi)
	}
	return e
}

// identity is a hash of all that tells one packet from another.
func (e *entry) identity() uint64 {
	d := mix(e.key, uint64(e.ipid)<<16|uint64(e.window))
	return mix(d, uint64(e.tsval)<<32|uint64(e.tsecr))
}

// acknowledge notes what the receiver reports at a tap.
func (l *lane) acknowledge(tap Tap, step *reconstruct.Step) {
	if tap == l.up || !step.HasAck || !l.started || step.Marks.Has(reconstruct.OutOfWindow) {
		return
	}
	ack := step.Segment.Ack.Unwrap(l.base, l.top)
	l.acked = max(l.acked, min(ack, l.top)) // octets that neither tap saw do not count
}

// find returns the position of the packet in the other capture that e is, -1 if
// there is none: the first of the likest.
func (l *lane) find(e *entry, there *file) int64 {
	best, most := int64(-1), -1
	position := there.head(e.key)
	for n := 0; n < candidates && position >= 0; n++ {
		o := there.at(position)
		if score := l.likeness(e, o); o.state == waiting && score > most {
			best, most = position, score
		}
		position = o.next
	}
	return best
}

// likeness is the more the surer two packets with the same key are one, and
// negative if they are not.
func (l *lane) likeness(e, o *entry) (score int) {
	if e.hasTS && o.hasTS {
		if e.tsval != o.tsval || e.tsecr != o.tsecr {
			return -1
		}
		score += 4
	}
	if e.hasID && o.hasID && e.ipid == o.ipid {
		score += 4
	}
	if e.window == o.window {
		score++
	}
	if score < 4 && l.matched && (l.difference(e, o)-l.delta).Abs() > weakly {
		return -1
	}
	return score
}

// difference is how much later B's clock was when a packet passed.
func (l *lane) difference(e, o *entry) time.Duration {
	if e.Frames[A] != 0 {
		return o.Times[B].Sub(e.Times[A])
	}
	return e.Times[B].Sub(o.Times[A])
}

// join notes that two packets are one. e is in the capture tap.
func (l *lane) join(e *entry, position int64, o *entry, other int64, tap Tap) {
	e.state, o.state = same, same
	l.common[tap].add(position)
	l.common[tap.Peer()].add(other)
	e.mate, o.mate = other, position
	l.delta, l.matched = l.difference(e, o), true
	up, down := e, o
	if tap != l.up {
		up, down = o, e
	}
	down.Fate = Passed
	l.pass(down, up)
	l.sum.Matched++
	l.sum.compare(up, down)
}

// pass makes of the packet down the one that was up before, and takes its delay.
func (l *lane) pass(down, up *entry) {
	down.Frames[l.up], down.Times[l.up] = up.Frames[l.up], up.Times[l.up]
	if down.lo != up.lo || down.Times[A] == capture.NoTime || down.Times[B] == capture.NoTime {
		return // of what offloading merged, only the beginning has a time
	}
	s := l.clock.at(A, down.Frames[A])
	if s == nil || s != l.clock.at(B, down.Frames[B]) {
		return // a clock was set while it was under way
	}
	d := l.clock.Joined(B, down.Frames[B], down.Times[B]).Sub(down.Times[A])
	if l.up == B {
		d = -d
	}
	if l.sum.delay.N() == 0 {
		l.least, l.most = d, d
	}
	l.least, l.most = min(l.least, d), max(l.most, d)
	down.Delay, down.HasDelay = d, true
	l.sum.delay.Add(int64(d))
}
