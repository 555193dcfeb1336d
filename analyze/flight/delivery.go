package flight

import (
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Delivery is what one acknowledgement, cumulative or selective, reports for
// the first time.
type Delivery struct {
	Octets    int64
	Frame     capture.FrameNumber // latest frame that carried any of it, 0 for none
	Newest    capture.Timestamp   // when the latest of it was sent that was sent once; NoTime for none
	Repeated  capture.Timestamp   // latest time at which any of it was sent again; NoTime for none
	Echoed    capture.Timestamp   // when the earliest of it left whose TSval the acknowledgement echoes; NoTime for none
	Data      bool                // Newest is of payload
	SYN       bool                // the earliest of it is the SYN
	Selective bool                // Newest was SACKed, not acknowledged by number
	Uncertain bool                // some of it did not pass the tap

	echo    uint32 // TSecr of the acknowledgement, meaningful with hasEcho
	hasEcho bool

	oldest    [2]capture.Timestamp // when the earliest that was sent once was sent: acknowledged by number, and SACKed; NoTime for none
	resent    bool                 // some of what is acknowledged by number was sent again, or did not pass the tap
	selecting bool                 // what follows is from a SACK block
}

// begin empties d for what the segment g will report.
func (d *Delivery) begin(g *decode.Segment) {
	*d = Delivery{Newest: capture.NoTime, Repeated: capture.NoTime, Echoed: capture.NoTime}
	d.oldest = [2]capture.Timestamp{capture.NoTime, capture.NoTime}
	if g.Options.Set&decode.OptTimestamps != 0 && g.Options.TSecr != 0 {
		d.echo, d.hasEcho = g.Options.TSecr, true
	}
}

// take adds a segment, unless it was reported before.
func (d *Delivery) take(s *Segment) {
	d.resent = d.resent || !d.selecting && s.Times != 1
	if s.status&sacked != 0 {
		return
	}
	d.Octets += s.octets()
	d.Frame = max(d.Frame, s.Frame)
	if d.hasEcho && s.HasTS() && s.TSval == d.echo && (d.Echoed == capture.NoTime || s.Last < d.Echoed) {
		d.Echoed = s.Last
	}
	switch {
	case s.Times == 0:
		d.Uncertain = true
	case s.Times > 1:
		d.Repeated = max(d.Repeated, s.Last)
	default:
		d.once(s)
	}
}

// once adds a segment that was sent once.
func (d *Delivery) once(s *Segment) {
	if s.First > d.Newest || d.Newest == capture.NoTime {
		d.Newest, d.Data, d.Selective = s.First, s.status&payload != 0, d.selecting
	}
	how := 0
	if d.selecting {
		how = 1
	}
	if s.First < d.oldest[how] || d.oldest[how] == capture.NoTime {
		d.oldest[how], d.SYN = s.First, s.Lo == 0 && s.Hi == 1
	}
}

// Oldest returns when that was sent which a sender times the acknowledgement
// against for its smoothed round trip, as Linux does (tcp_ack_update_rtt): the
// earliest that is acknowledged by number, unless some of it was sent again, or
// else the earliest that is SACKed; ok is false where there is neither.
func (d *Delivery) Oldest() (t capture.Timestamp, ok bool) {
	if d.oldest[0] != capture.NoTime && !d.resent {
		return d.oldest[0], true
	}
	return d.oldest[1], d.oldest[1] != capture.NoTime
}

// Unambiguous tells whether the acknowledgement can only be of transmissions
// whose time is known: Karn's rule (RFC 6298 section 3), and no sooner sent
// segment was repeated meanwhile, whose arrival might have set it off.
func (d *Delivery) Unambiguous() bool {
	return d.Newest != capture.NoTime && !d.Uncertain && d.Repeated < d.Newest
}
