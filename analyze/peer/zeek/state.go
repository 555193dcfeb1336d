package zeek

import "github.com/flowstate-tcp/flowstate/reconstruct/decode"

// state is where Zeek thinks that an endpoint is.
type state uint8

const (
	inactive state = iota
	synSent
	synACKSent
	partial
	established
	closed
	reset
)

func (e *endpoint) move(to state) {
	if e.state != to {
		e.before, e.state = e.state, to
	}
}

// advance moves an endpoint by the flags that it sent.
func (t *Tracker) advance(me, peer *endpoint, orig bool, s *decode.Segment) {
	switch me.state {
	case inactive:
		t.awake(me, peer, orig, s)
	case synSent, synACKSent:
		me.finish(s, true)
	case established, partial:
		if s.Flags&(decode.SYN|decode.ACK) == decode.SYN && me.state == partial && peer.state == inactive {
			me.move(synSent)
		}
		if s.Flags.Has(decode.FIN) && peer.state == reset && peer.before == closed {
			peer.move(closed) // a FIN and then a RST was an orderly end after all
		}
		me.finish(s, !s.Flags.Has(decode.RST))
	case closed:
		if s.Flags.Has(decode.RST) && peer.state != closed {
			me.move(reset)
		}
	}
}

// finish moves an endpoint that sent a FIN or RST.
func (e *endpoint) finish(s *decode.Segment, fin bool) {
	if fin && s.Flags.Has(decode.FIN) {
		e.move(closed)
	}
	if s.Flags.Has(decode.RST) {
		e.move(reset)
	}
}

// awake is the first packet of an endpoint.
func (t *Tracker) awake(me, peer *endpoint, orig bool, s *decode.Segment) {
	switch {
	case s.Flags.Has(decode.SYN) && orig && s.Flags.Has(decode.ACK):
		me.move(synACKSent)
	case s.Flags.Has(decode.SYN) && orig:
		me.move(synSent)
	case s.Flags.Has(decode.SYN):
		if peer.state == synSent {
			peer.move(established)
		}
		me.move(established)
	}
	me.finish(s, true)
	switch {
	case me.state != inactive:
	case !orig && s.Len == 0 && peer.state == synSent:
		// an acknowledgement ahead of the SYN-ACK
	case s.Flags.Has(decode.ACK) && peer.state == established:
		me.move(established) // only the SYN is not in the capture
	default:
		me.move(partial)
	}
}

// verdict is conn_state, by the states in which both ended.
func verdict(orig, resp *endpoint) string {
	switch {
	case resp.state == reset && (orig.state == synSent || orig.state == synACKSent ||
		orig.state == reset && orig.bytes() == 0 && resp.bytes() == 0):
		return "REJ"
	case resp.state == reset && orig.state == inactive:
		return "RSTRH"
	case resp.state == reset:
		return "RSTR"
	case orig.state == reset && resp.state == inactive:
		return "RSTOS0"
	case orig.state == reset:
		return "RSTO"
	case orig.state == closed && resp.state == closed:
		return "SF"
	case orig.state == closed && resp.state == inactive:
		return "SH"
	case orig.state == closed:
		return "S2"
	case resp.state == closed && orig.state == inactive:
		return "SHR"
	case resp.state == closed:
		return "S3"
	case orig.state == synSent && resp.state == inactive:
		return "S0"
	case orig.state == established && resp.state == established:
		return "S1"
	}
	return "OTH"
}
