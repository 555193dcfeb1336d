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
	Newest    capture.Timestamp   // when the latest and
	Oldest    capture.Timestamp   // the earliest of it was sent that was sent once; NoTime for none
	Repeated  capture.Timestamp   // latest time at which any of it was sent again; NoTime for none
	Echoed    capture.Timestamp   // when the earliest of it left whose TSval the acknowledgement echoes; NoTime for none
	Data      bool                // Newest is of payload
	SYN       bool                // Oldest is of the SYN
	Selective bool                // Newest was SACKed, not acknowledged by number
	Uncertain bool                // some of it did not pass the tap

	echo    uint32 // TSecr of the acknowledgement, meaningful with hasEcho
	hasEcho bool

	selecting bool // what follows is from a SACK block
}

// begin empties d for what the segment g will report.
func (d *Delivery) begin(g *decode.Segment) {
	*d = Delivery{Newest: capture.NoTime, Oldest: capture.NoTime, Repeated: capture.NoTime, Echoed: capture.NoTime}
	if g.Options.Set&decode.OptTimestamps != 0 && g.Options.TSecr != 0 {
		d.echo, d.hasEcho = g.Options.TSecr, true
	}
}

// take adds a segment, unless it was reported before.
func (d *Delivery) take(s *Segment) {
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
		if s.First > d.Newest || d.Newest == capture.NoTime {
			d.Newest, d.Data, d.Selective = s.First, s.status&payload != 0, d.selecting
		}
		if s.First < d.Oldest || d.Oldest == capture.NoTime {
			d.Oldest, d.SYN = s.First, s.Lo == 0 && s.Hi == 1
		}
	}
}

// Unambiguous tells whether the acknowledgement can only be of transmissions
// whose time is known: Karn's rule (RFC 6298 section 3), and no sooner sent
// segment was repeated meanwhile, whose arrival might have set it off.
func (d *Delivery) Unambiguous() bool {
	return d.Newest != capture.NoTime && !d.Uncertain && d.Repeated < d.Newest
}
