package tcptrace

import (
	"math"

	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Result is what is known of a connection at its end.
type Result struct {
	Sides [2]Side
	A     reconstruct.Side // who sent the first packet: tcptrace's host a
}

// From returns what a host sent: 0 for a, 1 for b.
func (r *Result) From(host int) *Side { return &r.Sides[(int(r.A)+host)%2] }

// Tracker follows one connection. The zero value is ready.
type Tracker struct {
	sides   [2]Side
	a       reconstruct.Side
	started bool
	result  *Result // once it was asked for
}

// Observe takes the next segment of the connection.
func (t *Tracker) Observe(step *reconstruct.Step) {
	if step.Swapped {
		t.sides[0], t.sides[1] = t.sides[1], t.sides[0]
		t.a = t.a.Peer()
	}
	if !t.started {
		t.a, t.started = step.From, true
		t.sides[0].window, t.sides[1].window = -1, -1
	}
	v := view{step, step.Segment, &t.sides[step.From], &t.sides[step.Conn.Peer(step.From)]}
	v.count()
	if step.Marks.Has(reconstruct.Duplicate) {
		v.me.Copies++
		return
	}
	if step.Marks.Has(reconstruct.OutOfWindow) {
		v.me.Strays++
	}
	v.offer()
	resent := v.place()
	if v.s.Flags.Has(decode.ACK) {
		v.acknowledge()
	}
	if v.s.Flags.Has(decode.RST) {
		v.me.Resets++
		return
	}
	v.advertise()
	v.begin(resent)
	if !v.s.Flags.Has(decode.SYN) && !resent.outOfOrder && resent.again == 0 {
		v.outstanding()
	}
}

// view is one segment before both sides.
type view struct {
	step     *reconstruct.Step
	s        *decode.Segment
	me, peer *Side
}

// count takes what every packet counts for.
func (v *view) count() {
	me, s := v.me, v.s
	if me.Packets > 0 {
		me.MaxIdle = max(me.MaxIdle, s.Time.Sub(me.latest))
	}
	me.latest = s.Time
	me.Packets++
	if s.Flags.Has(decode.ACK) {
		me.ACKs++
		if s.Len == 0 && s.Flags&(decode.SYN|decode.FIN|decode.RST) == 0 {
			me.PureACKs++
		}
	}
	if s.Quirks&decode.PayloadCut != 0 {
		me.CutPackets++
	}
	if s.Len > 0 {
		v.countData()
	}
}

func (v *view) countData() {
	me, n := v.me, int64(v.s.Len)
	if me.DataPackets == 0 {
		me.firstData = v.s.Time
	}
	me.lastData = v.s.Time
	me.DataPackets++
	me.DataBytes += n
	if v.s.Flags.Has(decode.PSH) {
		me.Pushed++
	}
	if v.s.Flags.Has(decode.URG) {
		me.UrgentPackets++
		me.UrgentBytes += int64(v.s.Urgent)
	}
	me.MaxSegment = max(me.MaxSegment, n)
	if me.MinSegment == 0 || n < me.MinSegment {
		me.MinSegment = n
	}
}

// offer takes the options.
func (v *view) offer() {
	me, o := v.me, &v.s.Options
	if o.Set&decode.OptMSS != 0 {
		me.MSS, me.HasMSS = int64(o.MSS), true
	}
	if o.Set&decode.OptWindowScale != 0 {
		me.AsksScale, me.Scale = true, o.WindowScale
	}
	me.AsksTimestamps = me.AsksTimestamps || o.Set&decode.OptTimestamps != 0
	me.AsksSACK = me.AsksSACK || o.Set&decode.OptSACKPermitted != 0
	if o.Set&decode.OptSACK == 0 || !v.s.Flags.Has(decode.ACK) {
		return
	}
	me.SACKs++
	me.MaxSACKBlocks = max(me.MaxSACKBlocks, int(o.SACKCount))
	if duplicateSACK(o, v.s.Ack) {
		me.DSACKs++
	}
}

// duplicateSACK: RFC 2883 section 4, the first block below the acknowledgement
// or within the second.
func duplicateSACK(o *decode.Options, ack seq.Number) bool {
	first := o.SACK[0]
	if !ack.Before(first.Right) {
		return true
	}
	second := o.SACK[1]
	return o.SACKCount > 1 && !second.Right.Before(first.Right) && !first.Left.Before(second.Left)
}

// place puts what takes sequence space among the runs.
func (v *view) place() (r sent) {
	s, me := v.s, v.me
	syn, fin := s.Flags.Has(decode.SYN), s.Flags.Has(decode.FIN)
	if syn {
		me.SYNs++
		me.synFirst = v.step.Seq
	}
	if fin {
		me.FINs++
		me.fin = v.step.End - 1
	}
	if s.Len == 0 && !syn && !fin {
		return r
	}
	if v.peer.window == 0 {
		me.ProbePackets++
		me.ProbeBytes += int64(s.Len)
		return r
	}
	r = me.add(v.step.Seq, v.step.Seq+v.length(), s.Time)
	if r.outOfOrder {
		me.OutOfOrder++
	}
	again := r.again
	if syn && me.SYNs > 1 {
		again--
	}
	if fin && me.FINs > 1 {
		again--
	}
	me.UniqueBytes += max(int64(s.Len)-again, 0)
	if r.again > 0 {
		me.ResentPackets++
		me.ResentBytes += r.again
	}
	return r
}

// length is that in sequence space, whatever a reset carries.
func (v *view) length() seq.Offset {
	n := seq.Offset(v.s.Len)
	if v.s.Flags.Has(decode.SYN) {
		n++
	}
	if v.s.Flags.Has(decode.FIN) {
		n++
	}
	return n
}

// acknowledge times what the segment acknowledges.
func (v *view) acknowledge() {
	if !v.step.HasAck || v.s.Flags.Has(decode.RST) {
		return
	}
	p := v.peer
	v.repeated()
	rtt := p.acknowledge(v.step.Ack, v.s.Time)
	if p.SYNs == 1 && v.step.Ack == p.synFirst+1 && rtt > 0 && p.Handshake == 0 {
		p.Handshake = rtt
	}
	p.acked = max(p.acked, v.step.Ack)
	if v.step.Ack != p.synFirst+1 || p.SYNs == 0 {
		p.dataACKed = true
	}
}

// repeated counts duplicate acknowledgements: the highest number again, no
// data, the same window, and data outstanding.
func (v *view) repeated() {
	p := v.peer
	window, _ := v.step.Conn.Window(v.step.From, v.s)
	if v.step.Ack > p.acked {
		p.dups = 0
		return
	}
	if v.step.Ack < p.acked || v.s.Len > 0 || v.s.Flags.Has(decode.SYN) || window != v.me.window {
		return
	}
	if p.top <= v.step.Ack || v.s.Flags.Has(decode.FIN) {
		p.dupError = p.dupError || p.outSamples > 0
		return
	}
	p.DupACKs++
	if !p.endsAt(v.step.Ack) {
		p.DupACKsInside++
	}
	if p.dups++; p.dups == 3 {
		p.TripleDupACKs++
	}
}

// advertise takes the window.
func (v *view) advertise() {
	me := v.me
	window, _ := v.step.Conn.Window(v.step.From, v.s)
	me.window = window
	if v.s.Flags&(decode.ACK|decode.SYN) == 0 {
		return
	}
	if window > 0 && me.AsksScale && v.peer.AsksScale && !v.s.Flags.Has(decode.SYN) && !me.scaled {
		me.scaled, me.MaxWindow, me.MinWindow, me.windows, me.windowSum = true, 0, 0, 0, 0
	}
	me.MaxWindow = max(me.MaxWindow, window)
	if window > 0 && (me.MinWindow == 0 || window < me.MinWindow) {
		me.MinWindow = window
	}
	if window == 0 && v.s.Flags.Has(decode.ACK) {
		me.ZeroWindows++
	}
	me.windows++
	me.windowSum += window
}

// begin takes what counts for the initial window.
func (v *view) begin(r sent) {
	if v.s.Len > 0 && !v.me.dataACKed && r.again == 0 {
		v.me.InitialBytes += int64(v.s.Len)
		v.me.InitialPackets++
	}
}

// outstanding samples the data that is not acknowledged.
func (v *view) outstanding() {
	me := v.me
	end := v.step.Seq + v.length()
	me.top = max(me.top, end)
	out := int64(end - me.acked)
	if v.peer.ACKs == 0 {
		out = int64(v.length())
	}
	if out < 0 {
		return
	}
	me.owinError = true
	me.MaxOut = max(me.MaxOut, out)
	if out > 0 && (me.MinOut == 0 || out < me.MinOut) {
		me.MinOut = out
	}
	if me.outSamples > 0 {
		me.weighted += me.outLast * v.s.Time.Sub(me.outAt).Seconds()
	}
	me.outLast, me.outAt = float64(out), v.s.Time
	me.outSamples++
	me.outSum += out
}

// Corrections that a Side can name.
const (
	correctedOut     = "owin: tcptrace has one byte more"
	correctedDups    = "duplicate acks: tcptrace counts them with nothing outstanding too"
	correctedCopies  = "rexmt data and RTT: packets that the capture holds twice count once"
	correctedMissed  = "missed data: by what was acknowledged; tcptrace subtracts lengths"
	correctedSegment = "avg segm size: tcptrace divides by a thousandth of a packet too many"
	correctedFull    = "RTT full_sz: tcptrace takes SYN and FIN for the largest"
)

// Result returns what is known, once the connection has ended.
func (t *Tracker) Result(c *reconstruct.Connection) *Result {
	if t.result == nil {
		t.result = &Result{Sides: t.sides, A: t.a}
		for _, side := range reconstruct.Sides {
			t.result.Sides[side].conclude(&c.Half[side], c.End.Sub(c.Start).Seconds())
		}
		if a, b := &t.result.Sides[0], &t.result.Sides[1]; !a.AsksScale || !b.AsksScale {
			a.Scale, b.Scale = 0, 0 // only what both ask for is used
		}
	}
	return t.result
}

// conclude finds what depends on the whole connection.
func (s *Side) conclude(h *reconstruct.Half, elapsed float64) {
	if s.DataPackets > 0 {
		s.DataTime = max(s.lastData.Sub(s.firstData), 0)
	}
	if s.windows > 0 {
		s.AvgWindow = s.windowSum / s.windows
	}
	if s.outSamples > 0 {
		s.AvgOut = s.outSum / s.outSamples
	}
	if elapsed > 0 {
		s.Throughput = int64(math.Round(float64(s.UniqueBytes) / elapsed))
		s.WeightedOut = int64(s.weighted / elapsed)
	}
	if s.SYNs > 0 && s.FINs > 0 {
		s.StreamLength, s.StreamKnown = int64(s.fin-s.synFirst)-1, true
	}
	s.Missed = h.Missing
	s.name()
}

// name lists what is not as tcptrace has it.
func (s *Side) name() {
	add := func(differs bool, text string) {
		if differs {
			s.Corrected = append(s.Corrected, text)
		}
	}
	add(s.outSamples > 0, correctedOut)
	add(s.dupError, correctedDups)
	add(s.Copies > 0, correctedCopies)
	add(s.StreamKnown && s.StreamLength-s.UniqueBytes != s.Missed, correctedMissed)
	add(s.FullRTT.N > 0, correctedFull)
	add(s.ShortAverage() != s.AvgSegment(), correctedSegment)
}
