package witness

import (
	"strconv"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// shown is one number of a tool on its way to be laid beside ours.
type shown struct {
	Value
	o    *Observation
	conn *Connection
	side reconstruct.Side
}

// measure is how one kind of number is laid beside ours: ours returns our range
// and how it is meant; slack is how much outside it still agrees, apart from the
// share of it that every estimate is given.
type measure struct {
	ours  func(v *shown) Range
	why   string
	share int64 // of the range's ends, in percent
	slack func(v *shown) int64
	// grows is set for a counter: the tool may have looked before the last packet,
	// so that less than ours agrees too.
	grows bool
}

// measures are the numbers that are compared, by the tools' names. It is never
// written to.
var measures = map[string]measure{
	"rtt": {share: 10, slack: millisecond, why: "the smoothed round trip of RFC 6298, over the connection",
		ours: func(v *shown) Range { return v.ranges().SRTT }},
	"rttvar": {share: 10, slack: millisecond, why: "the variation of RFC 6298, over the connection",
		ours: func(v *shown) Range { return v.ranges().RTTVar }},
	"minrtt": {share: 10, slack: millisecond, why: "the shortest round trip of the connection",
		ours: func(v *shown) Range { e := &v.measured().RTT.Estimate; return exactly(int64(e.Least), e.Known) }},
	"rto": {share: 10, slack: timerTick, why: "that stack's time-out over the connection, without back-off; Linux' variation decays more slowly than RFC 6298's",
		ours: func(v *shown) Range {
			r, timer := v.ranges(), v.measured().Timer
			return Range{int64(r.shortest.Timeout(timer)), int64(r.longest.Timeout(timer)), r.shortest.Known}
		}},
	"cwnd": {slack: segment, why: "the estimated congestion window, over the connection",
		ours: func(v *shown) Range { return v.ranges().Cwnd }},
	"ssthresh": {slack: segment, why: "the estimated threshold, over the connection",
		ours: func(v *shown) Range { return v.ranges().Ssthresh }},
	"snd_wnd": {why: "the peer's advertised window, over the connection",
		ours: func(v *shown) Range { return v.ranges().Window }, slack: segment},
	"unacked": {grows: true, slack: segment, why: "the most that was in flight",
		ours: func(v *shown) Range { r := v.ranges().InFlight; return exactly(r.Most, r.Known) }},
	"mss":        {why: "the payload of a full segment", ours: func(v *shown) Range { return segments(v.measured()) }},
	"snd_wscale": {why: "the peer's option on its SYN", ours: func(v *shown) Range { return scale(v, v.side.Peer()) }},
	"rcv_wscale": {why: "its own option on its SYN", ours: func(v *shown) Range { return scale(v, v.side) }},
	"bytes_sent": {grows: true, why: "payload that it sent, copies included, up to the last packet",
		ours: func(v *shown) Range { return exactly(v.half().Payload, true) }},
	"bytes_retrans": {grows: true, why: "payload that it sent again, up to the last packet",
		ours: func(v *shown) Range { return exactly(v.half().Retransmitted, true) }},
	"bytes_acked": {grows: true, why: "what its peer acknowledged, SYN and FIN counting one each, up to the last packet",
		ours: func(v *shown) Range { h := v.half(); return exactly(int64(h.Acked), h.SYNSeen) }},
	"bytes_received": {grows: true, why: "the peer's stream, each byte once and its FIN as one, up to the last packet",
		ours: func(v *shown) Range { return exactly(received(&v.conn.Half[v.side.Peer()]), true) }},
	"segs_out": {grows: true, why: "packets of it in the capture; offload makes the kernel count several as one",
		ours: func(v *shown) Range { return exactly(v.half().Packets, true) }},
	"segs_in": {grows: true, why: "packets of its peer in the capture; offload makes the kernel count several as one",
		ours: func(v *shown) Range { return exactly(v.conn.Half[v.side.Peer()].Packets, true) }},
	"retrans": {grows: true, why: "segments that it sent again, up to the last packet",
		ours: func(v *shown) Range { return exactly(resent(v.measured()), true) }},
}

// infinite is from where a threshold is one that was never set: Linux has 2^31-1
// packets, FreeBSD 2^30-2^14 octets.
const infinite = 1 << 29

// values lays each number of an observation beside ours.
func (l *layer) values(o *Observation, p place) {
	for i := range o.Values {
		v := shown{o.Values[i], o, l.conns[p.conn], p.side}
		m, known := measures[v.Name]
		if !known {
			continue
		}
		c := l.of(o, p, v.Name)
		c.IsNumber, c.Shown = true, v.Text
		if v.Unit == Packets && (v.Name == "cwnd" || v.Name == "ssthresh" || v.Name == "unacked") {
			mss, told := o.value("mss")
			if !told || v.Amount > infinite {
				mss = 1
			}
			c.Shown += " × " + strconv.FormatInt(mss, 10)
			v.Amount, v.Unit = v.Amount*mss, Octets
		}
		c.Number, c.Unit, c.Range = v.Amount, v.Unit, m.ours(&v)
		l.judge(&c, &v, &m)
		l.add(p, c)
	}
}

// judge compares a number with our range.
func (l *layer) judge(c *Comparison, v *shown, m *measure) {
	r := c.Range
	c.Why = m.why
	switch {
	case v.Name == "ssthresh" && v.Amount >= infinite:
		c.Why = "the tool's threshold was never set"
		return
	case !r.Known:
		c.Why = "not known of this endpoint: " + m.why
		return
	case !m.grows && l.partial(v):
		c.Why = "the capture was taken elsewhere than at this endpoint, where alone this is what the tool sees"
		return
	}
	slack := int64(0)
	if m.slack != nil {
		slack = m.slack(v)
	}
	low, high := r.Least-r.Least/100*m.share-slack, r.Most+r.Most/100*m.share+slack
	switch {
	case m.grows && v.Amount <= high:
		c.Verdict = Agrees
	case v.Amount >= low && v.Amount <= high:
		c.Verdict = Agrees
	case v.Name == "cwnd" && v.Amount > high && v.ranges().CwndAtLeast:
		c.Why = "the capture shows only the least that it can have been: " + m.why
	case l.repeats(place{v.conn.index, v.side}):
		c.Why = "other connections have the same addresses and ports: " + m.why
	default:
		c.Verdict = Differs
	}
}

// atEndpoint are the numbers that only a capture at the endpoint itself shows
// as its kernel has them. It is never written to.
var atEndpoint = map[string]bool{"rtt": true, "rttvar": true, "minrtt": true, "rto": true, "cwnd": true, "ssthresh": true}

func (l *layer) partial(v *shown) bool { return atEndpoint[v.Name] && !v.conn.isAt(v.side) }

func exactly(n int64, known bool) Range { return Range{n, n, known} }

func millisecond(*shown) int64 { return int64(time.Millisecond) }

// timerTick covers the ticks in which timers run.
func timerTick(*shown) int64 { return int64(50 * time.Millisecond) }

// segment is the payload of a full segment, as the tool or the capture has it.
func segment(v *shown) int64 {
	if mss, ok := v.o.value("mss"); ok {
		return mss
	}
	return v.measured().Behaviour.Room
}

func (v *shown) ranges() *Ranges             { return &v.conn.Sides[v.side] }
func (v *shown) measured() *analyze.Measures { return &v.conn.Connection.Sides[v.side] }
func (v *shown) half() *reconstruct.Half     { return &v.conn.Half[v.side] }

// segments is from the payload of the largest segment to what the options leave
// room for.
func segments(m *analyze.Measures) Range {
	b := &m.Behaviour
	if b.Room == 0 {
		return exactly(b.Segment, b.Segment > 0)
	}
	return exactly(b.Room, true)
}

func scale(v *shown, of reconstruct.Side) Range {
	shift, known := v.conn.WindowScale(of)
	return exactly(int64(shift), known)
}

// received is the peer's stream as Linux counts it, its FIN included.
func received(peer *reconstruct.Half) int64 {
	if peer.FINSeen {
		return peer.Unique + 1
	}
	return peer.Unique
}

// resent counts the segments that were sent again, for whatever cause.
func resent(m *analyze.Measures) (n int64) {
	for _, cause := range loss.Retransmissions {
		n += int64(m.Causes[cause])
	}
	return n
}
