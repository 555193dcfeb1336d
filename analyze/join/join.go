package join

import (
	"iter"
	"math"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Options choose what a Matching gives. The zero value gives everything.
type Options struct {
	Numbers map[int]bool // connections by their numbers in A; empty means all
}

// Matching relates two captures, of which both sketches are known. Its fields
// are not to be changed.
type Matching struct {
	Clock  Clock
	Pairs  []Pair // the connections that both hold and the options choose, by their number in A
	Common int    // how many both hold

	pairs    []*pair
	windows  [2]window
	progress progress
	err      error
}

// Align finds which connections two captures share and how their clocks
// differ.
func Align(a, b *Sketch, o Options) *Matching {
	both := [2]*Sketch{a, b}
	pairs := findPairs(a, b)
	anchors := findAnchors(both, pairs)
	orient(anchors)
	m := &Matching{Clock: findClock(anchors), Common: len(pairs), progress: newProgress(anchors)}
	orientByClock(anchors, &m.Clock)
	for tap, k := range both {
		m.windows[tap] = window{m.Clock.Joined(Tap(tap), 0, k.First), m.Clock.Joined(Tap(tap), math.MaxInt64, k.Last)}
	}
	for _, p := range pairs {
		if len(o.Numbers) == 0 || o.Numbers[p.sides[A].Number] {
			m.pairs = append(m.pairs, p)
			m.Pairs = append(m.Pairs, p.told())
		}
	}
	return m
}

func (p *pair) told() Pair {
	return Pair{In: [2]Side{*p.sides[A], *p.sides[B]}, Match: p.match, Cross: p.cross, FlowKnown: p.flow.known, Nearer: p.flow.client}
}

// half returns what a side, by the roles of A, sent in a capture.
func (p *pair) half(tap Tap, from reconstruct.Side) *half {
	if tap == B {
		from = reconstruct.Side(mirrored(int(from), p.cross))
	}
	return &p.sides[tap].halves[from]
}

// Err returns what stopped the reading of a capture before its end, if anything
// did.
func (m *Matching) Err() error { return m.err }

// Packets yields every packet of the pairs that either capture holds, each
// direction in the order in which packets left the taps for good. The sources
// are the captures that the sketches were made of, from their beginning.
func (m *Matching) Packets(a, b analyze.Source) iter.Seq[*Packet] {
	return func(yield func(*Packet) bool) {
		for event := range m.run(a, b) {
			for i := range event.packets {
				if !yield(&event.packets[i]) {
					return
				}
			}
		}
	}
}

// Connections yields the pairs with the sums of their packets, by their number
// in A.
func (m *Matching) Connections(a, b analyze.Source) iter.Seq[*Connection] {
	return func(yield func(*Connection) bool) {
		ended, next := map[int]*Connection{}, 0
		for event := range m.run(a, b) {
			if event.ended == nil {
				continue
			}
			ended[event.index] = event.ended
			for c := ended[next]; c != nil; c = ended[next] {
				delete(ended, next)
				next++
				if !yield(c) {
					return
				}
			}
		}
	}
}

// event is what a packet settles: other packets, or its connection.
type event struct {
	packets []Packet
	ended   *Connection
	index   int // of the pair
}

// reading is the second pass over both captures.
type reading struct {
	*Matching
	open    [2]map[int]*joint // by number in each capture
	elapsed [2]time.Duration  // see patience
	last    [2]capture.Timestamp
}

// joint is a pair under way.
type joint struct {
	*pair
	index int
	lanes [2]*lane
	left  int64 // segments of it that are still to come, in both
}

// run reads both captures abreast and yields what is settled.
func (m *Matching) run(a, b analyze.Source) iter.Seq[event] {
	return func(yield func(event) bool) {
		r := m.newReading()
		var next [2]func() (*analyze.Segment, bool)
		var passes [2]*analyze.Analysis
		for tap, src := range [2]analyze.Source{a, b} {
			passes[tap] = analyze.New(src, analyze.Options{Brief: true})
			pull, stop := iter.Pull(passes[tap].Segments())
			defer stop()
			next[tap] = pull
		}
		if !r.readAll(next, yield) {
			return
		}
		for _, p := range passes {
			if m.err == nil {
				m.err = p.Err()
			}
		}
	}
}

func (m *Matching) newReading() *reading {
	r := &reading{Matching: m, last: [2]capture.Timestamp{capture.NoTime, capture.NoTime}}
	for tap := range r.open {
		r.open[tap] = map[int]*joint{}
	}
	for i, p := range m.pairs {
		j := &joint{pair: p, index: i, left: p.sides[A].packets() + p.sides[B].packets()}
		for tap, s := range p.sides {
			r.open[tap][s.Number] = j
		}
	}
	return r
}

// readAll takes the segments of both in the order in which their samples lie.
func (r *reading) readAll(next [2]func() (*analyze.Segment, bool), yield func(event) bool) bool {
	var head [2]*analyze.Segment
	var more [2]bool
	for tap := range next {
		head[tap], more[tap] = next[tap]()
	}
	for more[A] || more[B] {
		tap := A
		if !more[A] || more[B] && r.progress.ahead(head[A].Step.Segment.Frame, head[B].Step.Segment.Frame) {
			tap = B
		}
		if !r.take(tap, head[tap].Step, yield) {
			return false
		}
		head[tap], more[tap] = next[tap]()
	}
	return r.close(yield)
}

// take adds a segment to its pair, if it has one.
func (r *reading) take(tap Tap, step *reconstruct.Step, yield func(event) bool) bool {
	g := step.Segment
	if gap := g.Time.Sub(r.last[tap]); gap > 0 {
		r.elapsed[tap] += min(gap, longestGap)
	}
	r.last[tap] = g.Time
	j := r.open[tap][step.Conn.Number]
	if j == nil {
		return true
	}
	if j.lanes[0] == nil {
		r.begin(j)
	}
	from := reconstruct.Side(0)
	if g.Src != j.sides[tap].Ends[0] {
		from = 1
	}
	if tap == B {
		from = reconstruct.Side(mirrored(int(from), j.cross))
	}
	j.lanes[from].take(tap, step)
	j.lanes[from.Peer()].acknowledge(tap, step)
	j.left--
	return r.tell(j, j.left == 0, yield)
}

func (r *reading) begin(j *joint) {
	for side := range j.lanes {
		j.lanes[side] = &lane{
			pair: j.pair, from: reconstruct.Side(side), up: j.flow.up(reconstruct.Side(side)),
			clock: &r.Clock, elapsed: &r.elapsed, windows: &r.windows,
		}
	}
}

// tell yields what is settled of a pair, and at its end the sums.
func (r *reading) tell(j *joint, end bool, yield func(event) bool) bool {
	for _, l := range j.lanes {
		if end {
			l.settle(true)
		}
		if len(l.ready) > 0 && !yield(event{packets: l.ready}) {
			return false
		}
		l.ready = l.ready[:0]
	}
	if !end {
		return true
	}
	c := &Connection{Pair: j.told()}
	for side, l := range j.lanes {
		l.sum.Delay = l.sum.delay.Summary()
		c.Sides[side] = l.sum
	}
	for tap, s := range j.sides {
		delete(r.open[tap], s.Number)
	}
	return yield(event{ended: c, index: j.index})
}

// close ends the pairs of which one capture was not read to the end.
func (r *reading) close(yield func(event) bool) bool {
	for i, p := range r.pairs {
		j := r.open[A][p.sides[A].Number]
		if j == nil || j.index != i {
			continue
		}
		if j.lanes[0] == nil {
			r.begin(j)
		}
		if !r.tell(j, true, yield) {
			return false
		}
	}
	return true
}
