package course

import (
	"bytes"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// maxWaiting bounds the segments that wait for their acknowledgement; what
// waits behind more is not counted in segments.
const maxWaiting = 1 << 12

// Tracker follows one connection. The zero value is ready.
type Tracker struct {
	sides [2]side
	seen  bool
	began bool // with a SYN
}

// side is what is kept of one side beyond its Half.
type side struct {
	Half
	waiting  []seq.Offset // ends of captured segments that are not acknowledged, ascending
	overflow bool         // more waited than are kept
	end      seq.Offset   // of the highest of them so far
	acked    seq.Offset
	asked    int        // duplicate acknowledgements of acked in a row
	target   seq.Offset // whose acknowledgement ends the round, 0 for none
	octets   quantile.Tally
}

// Observe takes the next segment of the connection.
func (t *Tracker) Observe(s *analyze.Segment) {
	if s.Swapped {
		t.sides[0], t.sides[1] = t.sides[1], t.sides[0]
	}
	g := s.Step.Segment
	if !t.seen {
		t.seen, t.began = true, g.Flags.Has(decode.SYN)
	}
	p := packet(s)
	me := &t.sides[s.From]
	me.control(&p)
	me.window(&p)
	if s.Marks.Has(reconstruct.Duplicate) {
		return // recorded twice, sent once: it tells nothing new of the stream
	}
	if s.HasAck && !g.Flags.Has(decode.RST) {
		peer := s.Conn.Peer(s.From)
		t.sides[peer].acknowledged(s, &p, &s.Conn.Half[peer])
	}
	if g.Len > 0 {
		me.data(s, &p)
	}
}

func packet(s *analyze.Segment) Packet {
	g := s.Step.Segment
	p := Packet{
		Frame: g.Frame, At: g.Time, Seq: uint32(g.Seq), Ack: uint32(g.Ack), Flags: g.Flags,
		Len: g.Len, Header: 20 + int(g.Options.Octets), RawWindow: g.Window,
	}
	p.Window, p.WindowKnown = s.Conn.Window(s.From, g)
	return p
}

// control counts SYN, FIN and RST.
func (h *side) control(p *Packet) {
	if p.Flags.Has(decode.SYN) {
		if h.SYNs++; h.SYNs == 1 {
			h.FirstSYN = p.At
		}
		if h.SYN.Frame == 0 || p.Flags.Has(decode.ACK) && !h.SYN.Flags.Has(decode.ACK) {
			h.SYN = *p
		}
	}
	if p.Flags.Has(decode.FIN) {
		h.FINs, h.LastFIN = h.FINs+1, p.At
	}
	if p.Flags.Has(decode.RST) {
		h.Resets++
	}
}

// window counts an advertised window. Where the scale is not known the field of
// the header counts.
func (h *side) window(p *Packet) {
	if p.Flags.Has(decode.RST) {
		return
	}
	if !p.Flags.Has(decode.SYN) && (h.Least.Frame == 0 || p.Window < h.Least.Window) {
		h.Least = *p
	}
	w := &h.Windows
	w.Scaled.add(p.Window, w.N == 0)
	w.Raw.add(int64(p.RawWindow), w.N == 0)
	w.N, w.ScaledSum, w.RawSum = w.N+1, w.ScaledSum+p.Window, w.RawSum+int64(p.RawWindow)
	if !p.WindowKnown {
		w.Unknown++
	}
}

func (r *Range) add(v int64, first bool) {
	if first {
		r.Least, r.Most = v, v
	}
	r.Least, r.Most = min(r.Least, v), max(r.Most, v)
}

// data takes a segment of this side that carries payload.
func (h *side) data(s *analyze.Segment, p *Packet) {
	if h.FirstData.Frame == 0 {
		h.FirstData = *p
	}
	h.Headers += int64(p.Header)
	if h.again(s, p) {
		h.round(s, p)
		return
	}
	if s.Marks&notNew != 0 {
		return
	}
	h.round(s, p)
	if len(h.First) < MaxFirst {
		h.First = append(h.First, Sent{Packet: *p, End: s.End})
		if h.Post.Frame == 0 && bytes.HasPrefix(s.Step.Segment.Payload, []byte("POST ")) {
			h.Post = *p
		}
	}
	switch {
	case s.End <= h.end:
	case len(h.waiting) == maxWaiting:
		h.overflow, h.end = true, s.End
	default:
		h.waiting, h.end = append(h.waiting, s.End), s.End
	}
}

// notNew are the marks of segments that bring nothing new, or probe.
const notNew = 1<<reconstruct.Retransmission | 1<<reconstruct.Spurious | 1<<reconstruct.KeepAlive | 1<<reconstruct.WindowProbe |
	1<<reconstruct.OutOfWindow

// again notes a retransmission.
func (h *side) again(s *analyze.Segment, p *Packet) bool {
	if !resent(s.Loss.Cause) || !s.Marks.Has(reconstruct.Retransmission) {
		return false
	}
	for i := range h.First {
		first := &h.First[i]
		waits, begin := first.Answer.Frame == 0, first.End-seq.Offset(first.Len)
		first.Again = first.Again || waits && s.Seq < first.End && s.End > begin
		first.Held = first.Held || waits && s.Seq < begin
	}
	if h.asked >= 3 && s.Seq <= h.acked && h.acked < s.End {
		h.Asked++
	} else {
		h.Unasked++
	}
	if len(h.Half.Again) < MaxAgain {
		h.Half.Again = append(h.Half.Again, Again{*p, s.Loss.Cause.String(), s.Loss.Witness.String(), s.Loss.OfFrame})
	}
	return true
}

func resent(c loss.Cause) bool {
	for _, cause := range loss.Retransmissions {
		if c == cause {
			return true
		}
	}
	return false
}

// round counts a segment in its round.
func (h *side) round(s *analyze.Segment, p *Packet) {
	if h.target == 0 {
		h.target = s.End
		if len(h.Rounds) <= MaxRounds {
			h.Rounds = append(h.Rounds, Round{})
		}
	}
	if n := len(h.Rounds); n <= MaxRounds {
		h.Rounds[n-1].Segments++
		h.Rounds[n-1].Octets += int64(p.Len)
	}
}

// acknowledged takes a segment of the other side that acknowledges this one.
func (h *side) acknowledged(s *analyze.Segment, p *Packet, half *reconstruct.Half) {
	if s.Ack <= h.acked {
		if s.Ack == h.acked && s.Marks.Has(reconstruct.DupACK) {
			h.asked++
		}
		return
	}
	octets := dataBelow(s.Ack, half) - dataBelow(h.acked, half)
	h.acked, h.asked = s.Ack, 0
	if h.target != 0 && s.Ack >= h.target {
		h.target = 0
	}
	n := 0
	for n < len(h.waiting) && h.waiting[n] <= s.Ack {
		n++
	}
	h.waiting = append(h.waiting[:0], h.waiting[n:]...)
	for i := range h.First {
		if h.First[i].Answer.Frame == 0 && s.Ack >= h.First[i].End {
			h.First[i].Answer = *p
		}
	}
	if octets > 0 && h.FirstData.Frame != 0 {
		h.LastAnswer = *p
		h.count(p, octets, n)
	}
}

// dataBelow is how many octets of the stream stand below an offset: the SYN is
// at 0, and the FIN none of them either.
func dataBelow(o seq.Offset, h *reconstruct.Half) int64 {
	if h.FINSeen {
		o = min(o, h.FIN)
	}
	return max(int64(o)-1, 0)
}

// count takes an acknowledgement of new data, which is the first to cover n
// captured segments.
func (h *side) count(p *Packet, octets int64, n int) {
	a := &h.Answers
	h.octets.Add(octets)
	a.Total += octets
	if h.overflow {
		n = -1
	}
	switch {
	case n == 1:
		a.One++
	case n == 2:
		a.Two++
	case n > 2:
		a.More++
	case n == 0:
		a.None++
	}
	if len(a.First) < MaxACKs {
		a.First = append(a.First, ACK{*p, octets, n})
	}
}

// Result returns what is known of the connection so far.
func (t *Tracker) Result() *Result {
	r := &Result{FirstSYN: capture.NoTime, LastFIN: capture.NoTime, Begins: t.began}
	for i := range t.sides {
		h := &t.sides[i]
		r.Half[i] = h.Half
		r.Half[i].Answers.Octets = h.octets.Summary()
		if len(h.Rounds) > MaxRounds {
			r.Half[i].Rounds = h.Rounds[:MaxRounds]
		}
		if h.SYNs > 0 && (r.FirstSYN == capture.NoTime || h.FirstSYN < r.FirstSYN) {
			r.FirstSYN = h.FirstSYN
		}
		if h.FINs > 0 {
			r.LastFIN = max(r.LastFIN, h.LastFIN)
		}
	}
	return r
}
