package join

import "github.com/flowstate-tcp/flowstate/capture"

// settle lets go of the packets of which is known what became of them, in the
// order of each tap. At the end that is all of them.
func (l *lane) settle(end bool) {
	for tap := range l.files {
		f := &l.files[tap]
		for len(f.waiting) > 0 && l.release(Tap(tap), &f.waiting[0], end) {
			f.pop()
		}
	}
}

// release tells whether the first packet of a capture can go, and passes it on.
func (l *lane) release(tap Tap, e *entry, end bool) bool {
	if e.state == waiting && !end && !l.decided(tap, e) {
		return false
	}
	if e.state == waiting {
		l.reassemble(tap, e)
	}
	switch {
	case e.state == same && tap == l.up:
		return true // passed on from where it arrived
	case e.state == same:
		l.order(e)
		l.emit(tap, e)
	case e.state == apart:
		l.apart(tap, e)
	default:
		e.Fate = l.fate(tap, e)
		l.count(tap, e, e.Len)
		l.emit(tap, e)
	}
	return true
}

// decided tells whether nothing that is to come can be the counterpart of e.
// That its octets are acknowledged decides nothing: it may be the second copy.
func (l *lane) decided(tap Tap, e *entry) bool {
	return l.elapsed[tap.Peer()]-e.at > patience || len(l.files[tap].waiting) >= MaxWaiting
}

// order notes whether a packet arrived after one that was sent later.
func (l *lane) order(e *entry) {
	if e.mate < l.newest {
		e.Reordered = true
		l.sum.Reordered++
	}
	l.newest = max(l.newest, e.mate)
}

// reassemble looks for the octets of e in other packets of the other capture,
// as offloading leaves them, and shares them out.
func (l *lane) reassemble(tap Tap, e *entry) {
	if e.Len == 0 {
		return
	}
	there := &l.files[tap.Peer()]
	for i := 0; i < len(there.waiting) && e.covered < e.Len; i++ {
		o := &there.waiting[i]
		shared := int(min(e.hi, o.hi) - max(e.lo, o.lo))
		if o.state == same || o.Len == e.Len || o.covered >= o.Len || shared <= 0 || e.hasTS && o.hasTS && e.tsval != o.tsval {
			continue
		}
		shared = min(shared, o.Len-o.covered, e.Len-e.covered)
		e.covered += shared
		o.covered += shared
		e.state, o.state = apart, apart
		l.common[tap].add(l.files[tap].first)
		l.common[tap.Peer()].add(there.first + int64(i))
		part, whole := e, o
		if e.Len > o.Len {
			part, whole = o, e
		}
		l.divide(part, whole)
	}
}

// divide notes which packet of the other capture a part is in.
func (l *lane) divide(part, whole *entry) {
	tap := A
	if part.Frames[A] != 0 {
		tap = B // where the whole is
	}
	part.Frames[tap], part.Times[tap] = whole.Frames[tap], whole.Times[tap]
	if tap != l.up { // the part is upstream: the whole arrived
		whole.Times[l.up], whole.Frames[l.up] = part.Times[l.up], part.Frames[l.up]
		l.pass(whole, part)
		part.Delay, part.HasDelay = whole.Delay, whole.HasDelay
		whole.HasDelay, whole.Frames[l.up], whole.Times[l.up] = false, 0, capture.NoTime
		return
	}
	l.pass(part, whole)
}

// apart passes on a packet that the other capture holds in others. The larger
// is told by its parts, except for what none of them holds.
func (l *lane) apart(tap Tap, e *entry) {
	if e.Frames[tap.Peer()] != 0 {
		e.Fate = Split
		l.sum.Split++
		l.emit(tap, e)
		return
	}
	if lacking := e.Len - e.covered; lacking > 0 {
		e.Fate = l.fate(tap, e)
		l.count(tap, e, lacking)
		l.emit(tap, e)
	}
}

// fate says what became of a packet that the other capture lacks.
func (l *lane) fate(tap Tap, e *entry) Fate {
	switch {
	case l.beyond(tap, e):
		return Outside
	case e.copied:
		return Duplicated
	case tap != l.up:
		return Unseen
	case e.hi > e.lo && e.hi <= l.acked && !l.passed.holds(e.lo, e.hi):
		return Unrecorded
	}
	return Lost
}

// beyond tells whether the other capture may not have been running, or did not
// record this direction. e is the first that waits in its capture.
func (l *lane) beyond(tap Tap, e *entry) bool {
	other := tap.Peer()
	if l.pair.half(other, l.from).packets == 0 {
		return true
	}
	at := l.clock.Joined(tap, e.Frames[tap], e.Times[tap])
	w := l.windows[other]
	if at == capture.NoTime || w.first == capture.NoTime {
		return false
	}
	early, late := capture.Timestamp(l.least), capture.Timestamp(l.most)
	if tap != l.up {
		early, late = -late, -early
	}
	position, both := l.files[tap].first, &l.common[tap]
	return (!both.known || position < both.first) && at+early <= w.first ||
		(!both.known || position > both.last) && at+late >= w.last
}

// count adds a packet that the other capture lacks to the sums.
func (l *lane) count(tap Tap, e *entry, octets int) {
	s := &l.sum
	switch e.Fate {
	case Lost:
		s.Lost++
		s.LostBytes += int64(octets)
	case Unrecorded, Unseen:
		s.Missing[tap.Peer()]++
	case Duplicated:
		s.Duplicated[tap]++
	case Outside:
		s.Outside[tap]++
	}
}

// emit passes a packet on.
func (l *lane) emit(tap Tap, e *entry) {
	for _, t := range Taps {
		e.Joined[t] = capture.NoTime
		if e.Frames[t] != 0 {
			e.Joined[t] = l.clock.Joined(t, e.Frames[t], e.Times[t])
		}
	}
	l.ready = append(l.ready, e.Packet)
}
