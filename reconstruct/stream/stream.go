package stream

import (
	"cmp"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Kind says what a piece is.
type Kind uint8

// The kinds. Data, NotCaptured and Cut together are the stream, without
// overlap; Differs is a remark beside it.
const (
	Data        Kind = iota
	NotCaptured      // a gap: the capture lacks the packets
	Cut              // a gap: the snapshot length cut the packet
	Differs          // the copy in Frame differs from the bytes returned or to be returned here
)

var kindNames = [...]string{"data", "not-captured", "cut", "differs"}

// String returns data, not-captured, cut or differs.
func (k Kind) String() string { return kindNames[k] }

// Piece is a range of one side's stream.
type Piece struct {
	Kind   Kind
	Side   reconstruct.Side // who sent it
	Offset seq.Offset
	Length int64
	Bytes  []byte              // with Data, Length of them; valid until the next call
	Frame  capture.FrameNumber // that carried it, 0 for NotCaptured
	Time   capture.Timestamp   // of that frame
}

// end returns the offset after the piece.
func (p *Piece) end() seq.Offset { return p.Offset + seq.Offset(p.Length) }

// Options bounds the memory of Streams. A zero field takes its default.
type Options struct {
	MaxWaiting int           // memory for what waits behind a hole of one side; default 4 MiB
	Patience   time.Duration // how long a hole stays open after it was acknowledged; default 100 ms
}

// Streams are the two byte streams of one connection. Make one with New.
type Streams struct {
	options Options
	sides   [2]side
	pieces  []Piece
}

// New returns the streams of a connection of which nothing is known yet.
func New(o Options) *Streams {
	return &Streams{options: Options{
		MaxWaiting: cmp.Or(o.MaxWaiting, 4<<20),
		Patience:   cmp.Or(o.Patience, 100*time.Millisecond),
	}}
}

// unusable are the marks of segments whose payload is no part of the stream,
// or was seen already.
const unusable = 1<<reconstruct.Duplicate | 1<<reconstruct.OutOfWindow | 1<<reconstruct.KeepAlive

// Add takes the next step of the connection and returns the pieces that are
// complete with it. They are valid until the next call.
func (s *Streams) Add(step *reconstruct.Step) []Piece {
	s.pieces = s.pieces[:0]
	if step.Swapped {
		s.sides[0], s.sides[1] = s.sides[1], s.sides[0]
	}
	g := step.Segment
	if g.Len > 0 && step.Marks&unusable == 0 && !g.Flags.Has(decode.RST) {
		s.add(step)
	}
	for _, who := range reconstruct.Sides {
		s.settle(who, step.Conn.Half[who].Acked, g.Time)
	}
	return s.pieces
}

// add takes the payload of a step.
func (s *Streams) add(step *reconstruct.Step) {
	g, d := step.Segment, &s.sides[step.From]
	at := step.Seq
	if g.Flags.Has(decode.SYN) {
		at++ // the SYN takes one number (RFC 9293 section 3.4)
	}
	d.begin(at, step.Conn.Half[step.From].SYNSeen)
	captured := g.Payload[:min(len(g.Payload), g.Len)]
	p := Piece{Side: step.From, Offset: at, Length: int64(len(captured)), Bytes: captured, Frame: g.Frame, Time: g.Time}
	s.put(d, p)
	if rest := g.Len - len(captured); rest > 0 {
		p.Kind, p.Offset, p.Length, p.Bytes = Cut, p.end(), int64(rest), nil
		s.put(d, p)
	}
}

// put returns a piece at once where it is next, else lets it wait.
func (s *Streams) put(d *side, p Piece) {
	if at, differs := d.contradicted(&p); differs {
		s.pieces = append(s.pieces, Piece{Kind: Differs, Side: p.Side, Offset: at, Length: int64(p.end() - at), Frame: p.Frame, Time: p.Time})
	}
	p.trim(d.next)
	if p.Length == 0 {
		return
	}
	if len(d.waiting) == 0 && p.Offset == d.next {
		s.pieces = append(s.pieces, d.pass(p))
		return
	}
	d.wait(p)
	s.pieces = d.drain(s.pieces)
}

// settle gives up holes: those that the peer has acknowledged for a while, and
// the first while too much waits behind it.
func (s *Streams) settle(who reconstruct.Side, acked seq.Offset, now capture.Timestamp) {
	d := &s.sides[who]
	for len(d.waiting) > 0 && (d.size > s.options.MaxWaiting || d.overdue(acked, now, s.options.Patience)) {
		s.pieces = append(s.pieces, d.giveUp(who, d.waiting[0].Offset))
		s.pieces = d.drain(s.pieces)
	}
}

// Flush returns what waits at the end of the connection, and a last gap for
// what was acknowledged without being captured.
func (s *Streams) Flush(conn *reconstruct.Connection) []Piece {
	s.pieces = s.pieces[:0]
	for _, who := range reconstruct.Sides {
		d, h := &s.sides[who], &conn.Half[who]
		for len(d.waiting) > 0 {
			s.pieces = append(s.pieces, d.giveUp(who, d.waiting[0].Offset))
			s.pieces = d.drain(s.pieces)
		}
		d.begin(1, h.SYNSeen)
		acked := h.Acked
		if h.FINAcked() {
			acked = h.FIN
		}
		if acked > d.next {
			s.pieces = append(s.pieces, d.giveUp(who, acked))
		}
	}
	return s.pieces
}
