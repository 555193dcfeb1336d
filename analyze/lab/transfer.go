package lab

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Transfer is what the capture nearest to the sender of a connection's larger
// stream shows of that stream. The zero value is that of none.
type Transfer struct {
	Known   bool
	Sender  reconstruct.Side // in that capture
	Tap     reconstruct.Side // whose capture it is; the other end's where there is none of the sender's
	Number  int              // of the connection in that capture
	Bytes   int64            // of the stream
	Took    time.Duration    // from its first octet to the acknowledgement of the last
	RTT     time.Duration    // median of its data
	Most    int64            // octets on the way
	Window  int64            // largest that the receiver advertised
	Resent  int64            // octets sent again
	Rwnd    float64          // share of time in which the receiver's window kept it back
	Cwnd    float64          // and its congestion window
	Opening Opening
}

// Opening is the time until a sender has as much on the way as it is let: slow
// start. Where no loss, mark or time-out ended it, and its growth did not end
// by itself either, it counts as over when 85 % of what was ever on the way were
// there first; then the receive window, the send buffer or the end of
// the data kept it from growing.
type Opening struct {
	Why    limit.Ending  // Still: as said above
	Took   time.Duration // since the first payload
	Bytes  int64         // sent until then
	Window int64         // octets on the way then
	After  float64       // goodput of the rest, bits a second; 0 where too little is left to tell
}

// transferOf measures the larger stream of a connection, of which c and other
// are the captures at the client and at the server. Either may be missing.
func transferOf(c *analyze.Connection, other twin, atServer bool) Transfer {
	t := Transfer{Known: true, Sender: busier(c)}
	if atServer {
		t.Tap = reconstruct.Server
	}
	if t.Sender != t.Tap && other.Connection != nil {
		c, t.Tap, t.Sender = other.Connection, t.Sender, other.side(t.Sender)
	}
	m := &c.Sides[t.Sender]
	if m.Flight.Transfer <= 0 {
		return Transfer{}
	}
	t.Number, t.Bytes, t.Took = c.Number, c.Half[t.Sender].Unique, m.Flight.Transfer
	t.RTT, t.Most, t.Resent = time.Duration(m.RTT.Best().Median), m.Flight.MaxInFlight, c.Half[t.Sender].Retransmitted
	t.Window = c.Sides[t.Sender.Peer()].Flight.Windows.Max
	if span := m.Limit.Span(); span > 0 {
		t.Rwnd = m.Limit.Time[limit.Rwnd].Seconds() / span.Seconds()
		t.Cwnd = m.Limit.Time[limit.Cwnd].Seconds() / span.Seconds()
	}
	if climbed, ok := c.Extra.(*Climb); ok {
		t.open(&climbed.sides[t.Sender], &m.Limit.SlowStart)
	}
	return t
}

// busier is the side that sent more.
func busier(c *analyze.Connection) reconstruct.Side {
	if c.Half[reconstruct.Server].Unique > c.Half[reconstruct.Client].Unique {
		return reconstruct.Server
	}
	return reconstruct.Client
}

// open finds the end of slow start.
func (t *Transfer) open(c *climb, exit *limit.Exit) {
	full, ok := c.full()
	if !ok {
		return
	}
	t.Opening = Opening{Took: c.since(full.at), Bytes: full.sent, Window: full.level}
	if exit.Why != limit.Still {
		t.Opening = Opening{Why: exit.Why, Took: c.since(exit.Time), Bytes: exit.Bytes, Window: exit.Cwnd}
	}
	const rounds, share = 2, 4 // of round trips, and of the stream, for the rest to have a rate
	rest := t.Took - t.Opening.Took
	if left := t.Bytes - t.Opening.Bytes; left*share >= t.Bytes && rest > rounds*t.RTT && rest > 0 {
		t.Opening.After = float64(left) * 8 / rest.Seconds()
	}
}

// Rounds is a time in round trips, 0 where these are not known.
func (t *Transfer) Rounds(d time.Duration) float64 {
	if t.RTT <= 0 {
		return 0
	}
	return d.Seconds() / t.RTT.Seconds()
}
