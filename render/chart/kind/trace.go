package kind

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Trace is one connection with all its segments, as charts need them.
type Trace struct {
	File  string // the capture
	Name  string // what it is called where several are compared
	Conn  *analyze.Connection
	Rows  []Row
	sacks []block
}

// Row is what charts need of one segment. Numbers are relative to the initial
// ones, as rel_seq and rel_ack of package table.
type Row struct {
	At          time.Duration // since the connection's first packet
	Frame       int64
	Seq, End    int64 // of its first octet, and after its last; SYN and FIN count
	Ack         int64 // meaningful with HasAck
	Window      int64 // that it advertises, scaled; meaningful with WindowKnown
	InFlight    int64 // of the side About, meaningful with FlightKnown
	Pipe        int64
	Rwnd        int64         // in force for that side, meaningful with RwndKnown
	RTT         time.Duration // of the side that it acknowledges, meaningful with RTTKnown
	SRTT, RTO   time.Duration // 0 where unknown
	Unique      int64         // bytes of its side's stream so far, each once
	Cwnd        int64         // of the side About, 0 where unknown
	Ssthresh    int64         // likewise
	Len         int32
	sack        int32 // its first block
	sackCount   uint8
	Flags       decode.Flags
	Marks       reconstruct.Marks
	Cause       loss.Cause
	From        reconstruct.Side
	HasAck      bool
	WindowKnown bool
	FlightKnown bool
	RwndKnown   bool
	RTTKnown    bool
	LimitKnown  bool // Limit is set
	PhaseKnown  bool
	Estimate    bool // Cwnd is an estimate, not only the least that it can be
	Judged      bool // Verdict is set: on the time since the segment before that has one
	Verdict     limit.Limit
	Limit       limit.Limit // of the side About
	Phase       limit.Phase
}

// block is what a SACK option reports, in the space of the side that it acknowledges.
type block struct{ lo, hi int64 }

// About is the side that InFlight, Pipe and Rwnd are of.
func (r *Row) About() reconstruct.Side {
	if r.Len > 0 {
		return r.From
	}
	return r.From.Peer()
}

// Add records a segment of the connection.
func (t *Trace) Add(s *analyze.Segment) {
	if s.Swapped {
		for i := range t.Rows {
			t.Rows[i].From = t.Rows[i].From.Peer()
		}
	}
	g := s.Step.Segment
	r := Row{
		At: g.Time.Sub(s.Step.Conn.Start), Frame: int64(g.Frame),
		Seq: int64(s.Seq), End: int64(s.End), Ack: int64(s.Ack), HasAck: s.HasAck,
		Len: int32(min(g.Len, 1<<30)), Flags: g.Flags, Marks: s.Marks, Cause: s.Loss.Cause, From: s.From,
		InFlight: s.Flight.InFlight, Pipe: s.Flight.Pipe, FlightKnown: s.FlightKnown,
		Rwnd: s.Flight.Window, RwndKnown: s.Flight.WindowKnown, Unique: s.Step.Conn.Half[s.From].Unique,
		Cwnd: s.Limit.Cwnd, Ssthresh: s.Limit.Ssthresh, Estimate: s.Limit.Estimate,
		Limit: s.Limit.Limit, LimitKnown: s.LimitKnown, Judged: s.LimitKnown && s.Limit.Judged == g.Time, Verdict: s.Limit.Verdict, Phase: s.Limit.Phase, PhaseKnown: s.LimitKnown && s.Limit.PhaseKnown,
	}
	if !g.Flags.Has(decode.RST) {
		r.Window, r.WindowKnown = s.Step.Conn.Window(s.From, g)
	}
	if s.Delivers {
		r.RTT, r.RTTKnown = s.RTT.RTT, s.RTT.Valid
		if s.RTT.Estimate.Known {
			r.SRTT, r.RTO = s.RTT.Estimate.SRTT, s.RTT.Estimate.RTO()
		}
	}
	t.addSACKs(s, &r)
	t.Rows = append(t.Rows, r)
}

// addSACKs keeps the blocks above the acknowledgement.
func (t *Trace) addSACKs(s *analyze.Segment, r *Row) {
	o := &s.Step.Segment.Options
	h := &s.Step.Conn.Half[s.Step.Conn.Peer(s.From)]
	r.sack = int32(len(t.sacks))
	for _, b := range o.SACK[:o.SACKCount] {
		lo, hi := int64(b.Left.Unwrap(h.ISN, h.Max)), int64(b.Right.Unwrap(h.ISN, h.Max))
		if s.HasAck && lo < hi && lo >= r.Ack {
			t.sacks = append(t.sacks, block{lo, hi})
			r.sackCount++
		}
	}
}

func (t *Trace) blocks(r *Row) []block { return t.sacks[r.sack : int(r.sack)+int(r.sackCount)] }

// Payload returns the bytes that a side sent, copies included.
func (t *Trace) Payload(s reconstruct.Side) (n int64) {
	for i := range t.Rows {
		if r := &t.Rows[i]; r.From == s {
			n += int64(r.Len)
		}
	}
	return n
}

// Busier returns the side that sent more, the client if both sent the same.
func (t *Trace) Busier() reconstruct.Side {
	if t.Payload(reconstruct.Server) > t.Payload(reconstruct.Client) {
		return reconstruct.Server
	}
	return reconstruct.Client
}

// Volume returns the bytes that both sides sent.
func (t *Trace) Volume() int64 {
	return t.Payload(reconstruct.Client) + t.Payload(reconstruct.Server)
}
