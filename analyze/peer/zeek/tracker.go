package zeek

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Record is what conn.log holds of a connection beside who talked. Originator
// and responder are Client and Server.
type Record struct {
	State     string // conn_state
	History   string
	Duration  time.Duration // without what came after both had closed
	Bytes     [2]int64      // sent by each, by the sequence numbers
	Packets   [2]int64
	Missed    int64    // bytes of both that are not in the capture
	Corrected []string // fields that differ from Zeek's, with the reason
}

// Corrections that a Record can name.
const (
	correctedReset  = "conn_state: a RST without a SYN before it is no RSTOS0"
	correctedCopies = "history and packets: what the capture holds twice counts once"
)

// Tracker follows one connection. The zero value is ready.
type Tracker struct {
	ends    [2]endpoint
	history []byte
	began   capture.Timestamp
	latest  capture.Timestamp
	started bool
	copies  bool
}

// endpoint is what is known of one side.
type endpoint struct {
	state, before state
	told          uint8         // letters that stand in the history
	numbers       [3]seq.Offset // of the latest SYN, FIN and RST
	counts        [3]int        // of gaps, repetitions and zero windows
	packets       int64
	last          seq.Offset // highest, or acknowledged
	fin           bool
}

// The letters that are told once, and those that are told at each power of ten.
const (
	toldSYN = iota
	toldFIN
	toldRST
	toldData
	toldACK
	toldFINRST
	toldMixed
)

const (
	gaps = iota
	repetitions
	zeroWindows
)

// longestHistory bounds the memory that changing numbers can take.
const longestHistory = 1 << 10

// bytes are those between SYN and FIN.
func (e *endpoint) bytes() int64 {
	n := int64(e.last) - 1
	if e.fin {
		n--
	}
	return max(n, 0)
}

// Observe takes the next segment of the connection.
func (t *Tracker) Observe(step *reconstruct.Step) {
	if step.Swapped {
		t.ends[0], t.ends[1] = t.ends[1], t.ends[0]
		t.flip()
	}
	s := step.Segment
	if step.Marks.Has(reconstruct.Duplicate) {
		t.copies = true
		return
	}
	if !t.started {
		t.began, t.started = s.Time, true
	}
	me, peer := &t.ends[step.From], &t.ends[step.Conn.Peer(step.From)]
	orig := step.From == reconstruct.Client
	me.packets++
	t.tellFlags(me, orig, step)
	if s.Window == 0 && !s.Flags.Has(decode.RST) && peer.state != closed && me.state != reset {
		t.count(me, zeroWindows, 'W', orig)
	}
	if !(t.ends[0].over() && t.ends[1].over()) {
		t.latest = s.Time
	}
	if step.End <= step.Before[step.From].Max && s.Len > 0 && !s.Flags.Has(decode.RST) {
		t.count(me, repetitions, 'T', orig)
	}
	t.advance(me, peer, orig, s)
	if step.Marks.Has(reconstruct.UnseenACK) && s.Flags&(decode.FIN|decode.RST) == 0 {
		t.count(peer, gaps, 'G', !orig)
	}
	me.fin = me.fin || s.Flags.Has(decode.FIN)
	for _, side := range reconstruct.Sides {
		t.ends[side].last = max(t.ends[side].last, step.Conn.Half[side].Max)
	}
}

// over tells whether an endpoint has closed or reset.
func (e *endpoint) over() bool { return e.state == closed || e.state == reset }

// flip notes that originator and responder were taken for each other.
func (t *Tracker) flip() {
	for i, c := range t.history {
		if c|0x20 >= 'a' && c|0x20 <= 'z' {
			t.history[i] = c ^ 0x20
		}
	}
	t.add('^', false)
}

// tellFlags adds to the history what the flags say.
func (t *Tracker) tellFlags(me *endpoint, orig bool, step *reconstruct.Step) {
	s := step.Segment
	switch f := s.Flags & (decode.SYN | decode.FIN | decode.RST); f {
	case 0:
		if s.Len > 0 {
			t.once(me, toldData, 'D', orig)
		} else if s.Flags.Has(decode.ACK) {
			t.once(me, toldACK, 'A', orig)
		}
	case decode.SYN:
		letter := byte('S')
		if s.Flags.Has(decode.ACK) {
			letter = 'H'
		}
		t.numbered(me, toldSYN, letter, orig, step.Seq)
	case decode.FIN:
		t.numbered(me, toldFIN, 'F', orig, step.End)
	case decode.RST:
		t.numbered(me, toldRST, 'R', orig, step.Seq)
	case decode.FIN | decode.RST:
		t.once(me, toldFINRST, 'I', orig)
	default:
		t.once(me, toldMixed, 'Q', orig)
	}
}

// once tells a letter the first time.
func (t *Tracker) once(me *endpoint, which int, letter byte, orig bool) (before bool) {
	if me.told&(1<<which) != 0 {
		return true
	}
	me.told |= 1 << which
	t.add(letter, orig)
	return false
}

// numbered tells a letter again where the number has changed.
func (t *Tracker) numbered(me *endpoint, which int, letter byte, orig bool, at seq.Offset) {
	if t.once(me, which, letter, orig) && me.numbers[which] != at {
		t.add(letter, orig)
	}
	me.numbers[which] = at
}

// count tells a letter at each power of ten.
func (t *Tracker) count(me *endpoint, which int, letter byte, orig bool) {
	me.counts[which]++
	n := me.counts[which]
	for n%10 == 0 {
		n /= 10
	}
	if n == 1 {
		t.add(letter, orig)
	}
}

func (t *Tracker) add(letter byte, orig bool) {
	if len(t.history) >= longestHistory {
		return
	}
	if !orig && letter != '^' {
		letter |= 0x20
	}
	t.history = append(t.history, letter)
}

// Record returns what Zeek would log, once the connection has ended.
func (t *Tracker) Record(c *reconstruct.Connection) Record {
	orig, resp := &t.ends[reconstruct.Client], &t.ends[reconstruct.Server]
	r := Record{State: verdict(orig, resp), History: string(t.history), Duration: t.latest.Sub(t.began)}
	if r.State == "RSTOS0" && orig.told&(1<<toldSYN) == 0 {
		r.State, r.Corrected = "OTH", append(r.Corrected, correctedReset)
	}
	if t.copies {
		r.Corrected = append(r.Corrected, correctedCopies)
	}
	for _, side := range reconstruct.Sides {
		e := &t.ends[side]
		r.Bytes[side], r.Packets[side] = e.bytes(), e.packets
		r.Missed += c.Half[side].Missing
	}
	return r
}
