package join

import (
	"math"
	"slices"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// MaxSamples is how many packets of a capture a Sketch keeps.
const MaxSamples = 1 << 16

// Sketch is what has to be known of a whole capture before its packets can be
// matched: its connections, and a sample of its packets.
type Sketch struct {
	Packets     int64             // all packets of the capture, and
	Segments    int64             // the TCP segments among them
	First, Last capture.Timestamp // the earliest and latest of its segments, NoTime for none
	Connections int

	conns   []Side   // by number; one without packets was no connection
	samples []sample // those with a digest below bound
	bound   uint64
}

// Side is one of the two connections of a pair, as its capture holds it.
type Side struct {
	Number        int
	Ends          [2]decode.Endpoint // client and server
	RolesObserved bool
	First, Last   capture.FrameNumber
	Start, End    capture.Timestamp

	halves [2]half
	turned reconstruct.Side // 1 where the roles are not those that were taken at first
}

// half is what one end of a connection sent: the space that its numbers take.
type half struct {
	packets int64
	syn     bool
	isn     seq.Number
	base    seq.Number // of its first segment
	from    seq.Offset // offset of that, and
	low     seq.Offset // the range in the same space
	high    seq.Offset
}

// sample is a packet that may be found in the other capture.
type sample struct {
	digest uint64
	frame  capture.FrameNumber
	time   capture.Timestamp
	conn   int32
	from   reconstruct.Side // by the roles taken at first; see Sketch.from
	ttl    uint8
	ipid   uint16 // 0 for unknown
	window uint16
}

// Survey reads a capture to its end and returns the sketch of it. The error is
// that of the source; what was read before it is in the sketch.
func Survey(src analyze.Source) (*Sketch, error) {
	k := &Sketch{First: capture.NoTime, Last: capture.NoTime, bound: math.MaxUint64}
	a := analyze.New(src, analyze.Options{Brief: true})
	for s := range a.Segments() {
		k.take(s.Step)
	}
	k.Packets = a.Totals().Packets
	for i := range k.conns {
		if k.conns[i].packets() > 0 {
			k.Connections++
		}
	}
	return k, a.Err()
}

func (s *Side) packets() int64 { return s.halves[0].packets + s.halves[1].packets }

func (k *Sketch) take(step *reconstruct.Step) {
	g := step.Segment
	k.Segments++
	if g.Time != capture.NoTime {
		if k.First == capture.NoTime {
			k.First, k.Last = g.Time, g.Time
		}
		k.First, k.Last = min(k.First, g.Time), max(k.Last, g.Time)
	}
	side := k.side(step)
	side.take(step)
	if g.Quirks&decode.HeaderCut != 0 || step.Marks.Has(reconstruct.Duplicate) || g.Time == capture.NoTime {
		return
	}
	if d := digest(g); d < k.bound {
		s := sample{digest: d, frame: g.Frame, time: g.Time, conn: int32(step.Conn.Number), from: step.From ^ side.turned, ttl: g.TTL, window: g.Window}
		if g.Quirks&decode.HasIPID != 0 {
			s.ipid = uint16(g.IPID)
		}
		k.samples = append(k.samples, s)
	}
	if len(k.samples) >= MaxSamples {
		k.thin()
	}
}

// side returns what is kept of the connection of a step.
func (k *Sketch) side(step *reconstruct.Step) *Side {
	c := step.Conn
	for c.Number >= len(k.conns) {
		k.conns = append(k.conns, Side{Number: len(k.conns)})
	}
	s := &k.conns[c.Number]
	if step.Swapped {
		s.halves[0], s.halves[1] = s.halves[1], s.halves[0]
		s.turned = s.turned.Peer()
	}
	s.Ends, s.RolesObserved = c.Ends, c.RolesObserved
	s.First, s.Last, s.Start, s.End = c.First, c.Last, c.Start, c.End
	return s
}

// from returns who sent a sample.
func (k *Sketch) from(s *sample) reconstruct.Side { return s.from ^ k.conns[s.conn].turned }

// take adds a segment to what its sender is known to have sent.
func (s *Side) take(step *reconstruct.Step) {
	h, known := &s.halves[step.From], &step.Conn.Half[step.From]
	if h.packets == 0 {
		h.base, h.from, h.low, h.high = step.Segment.Seq, step.Seq, step.Seq, step.End
	}
	h.packets++
	if known.SYNSeen {
		h.syn, h.isn = true, known.ISN
	}
	if step.Marks.Has(reconstruct.OutOfWindow) {
		return
	}
	h.low, h.high = min(h.low, step.Seq), max(h.high, step.End)
}

// thin halves the bound, and the sample with it.
func (k *Sketch) thin() {
	k.bound /= 2
	k.samples = slices.DeleteFunc(k.samples, func(s sample) bool { return s.digest >= k.bound })
}

// steady are the flags that no router changes.
const steady = decode.FIN | decode.SYN | decode.RST | decode.PSH | decode.ACK | decode.URG

// digest is a hash of what a packet keeps on its way from one tap to another.
func digest(g *decode.Segment) uint64 {
	d := key(g)
	if g.Options.Set&decode.OptTimestamps != 0 {
		d = mix(d, uint64(g.Options.TSval)<<32|uint64(g.Options.TSecr))
	}
	for _, b := range g.Options.SACK[:g.Options.SACKCount] {
		d = mix(d, uint64(b.Left)<<32|uint64(b.Right))
	}
	return d
}

// key is a hash of what a packet keeps even where options are rewritten.
func key(g *decode.Segment) uint64 {
	ack := g.Ack
	if !g.Flags.Has(decode.ACK) {
		ack = 0
	}
	d := mix(0, uint64(g.Seq)<<32|uint64(ack))
	return mix(d, uint64(g.Len)<<16|uint64(g.Flags&steady))
}

// mix is the finalizer of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
func mix(d, v uint64) uint64 {
	d += v + 0x9e3779b97f4a7c15
	d = (d ^ d>>30) * 0xbf58476d1ce4e5b9
	d = (d ^ d>>27) * 0x94d049bb133111eb
	return d ^ d>>31
}
