package lab

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/capture/workload"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Prediction is how a connection should close.
type Prediction uint8

// The predictions. The zero value is none: an end did not close, or reset.
const (
	NoPrediction Prediction = iota
	ClientFirst
	ServerFirst
	Simultaneous
	TooClose // the FIN arrived while the other end's close() was at work
)

// String returns the name used in tables: that of the close, where there is one.
func (p Prediction) String() string {
	return [...]string{"none", "client-first", "server-first", "simultaneous", "too close"}[p]
}

// Outcome is what a run shows of one connection. Times that are not known are
// zero.
type Outcome struct {
	Number       int           // in the first capture
	HandshakeRTT time.Duration // from the client's capture, where there is one
	Close        state.Close   // what the capture shows
	Gap          time.Duration // between the two calls that send FINs
	OneWay       time.Duration // that the first FIN was under way
	Measured     bool          // OneWay is from two taps; else half of HandshakeRTT
	Predicted    Prediction
	Agrees       bool // the capture shows what was predicted

	// Goodput is that of the larger stream, where it arrived if that was
	// recorded: bits a second, each octet once, from its first data to the
	// acknowledgement of the last.
	Goodput  float64
	Transfer Transfer // of the larger stream
	Run      string   // the name of its run, from the caller
}

// call is a call that sends a FIN, and whose.
type call struct {
	workload.Call
	side reconstruct.Side
}

// Outcomes compares a run's calls with its connections, as taps at the client
// and at the server saw them. Either may be missing.
func Outcomes(calls []workload.Call, client, server []*analyze.Connection) []Outcome {
	main, twins := client, twinsOf(client, server)
	if main == nil {
		main = server
	}
	var all []Outcome
	for i, c := range main {
		o := Outcome{Number: c.Number, HandshakeRTT: c.States.HandshakeRTT, Close: c.States.Close}
		o.Goodput = goodput(c, twins[i], client == nil)
		o.Transfer = transferOf(c, twins[i], client == nil)
		pair, ok := closes(calls, c)
		if ok {
			o.predict(pair, c, twins[i])
		}
		all = append(all, o)
	}
	return all
}

// twin is a connection as the tap at the other end saw it. Where both ends
// open, each tap takes the end beside it for the client.
type twin struct {
	*analyze.Connection // nil: there is none
	swapped             bool
}

// side is what the twin calls a side.
func (t twin) side(s reconstruct.Side) reconstruct.Side {
	if t.swapped {
		return s.Peer()
	}
	return s
}

// goodput is that of the larger stream. The capture c is the client's, unless
// only the server has one.
func goodput(c *analyze.Connection, other twin, atServer bool) float64 {
	sender := busier(c)
	if sender == reconstruct.Client && !atServer && other.Connection != nil {
		c, sender = other.Connection, other.side(sender)
	}
	return c.Sides[sender].Flight.Goodput
}

// twinsOf finds each connection of the client's capture in the server's. The
// same addresses and ports again are told apart by their order.
func twinsOf(client, server []*analyze.Connection) map[int]twin {
	twins := map[int]twin{}
	used := make([]bool, len(server))
	for i, c := range client {
		for j, s := range server {
			swapped := s.Ends == [2]decode.Endpoint{c.Ends[1], c.Ends[0]}
			if !used[j] && (swapped || s.Ends == c.Ends) {
				used[j], twins[i] = true, twin{s, swapped}
				break
			}
		}
	}
	return twins
}

// closes finds the call by which each end sent its FIN, in the order of time.
func closes(calls []workload.Call, c *analyze.Connection) (pair [2]call, ok bool) {
	found := 0
	for _, made := range calls {
		if made.Call != "close" && made.Call != "shutdown" || made.Begin < c.Start {
			continue
		}
		side, ours := sideOf(made, c)
		if !ours || found == 1 && pair[0].side == side {
			continue // a close after the shutdown sends nothing
		}
		if made.Detail != "" && made.Call == "close" {
			return pair, false // it sent a reset
		}
		pair[found] = call{made, side}
		if found++; found == 2 {
			return pair, true
		}
	}
	return pair, false
}

// sideOf tells which end of a connection made a call.
func sideOf(made workload.Call, c *analyze.Connection) (reconstruct.Side, bool) {
	for _, side := range reconstruct.Sides {
		own, peer := c.Ends[side].AddrPort(), c.Ends[c.Peer(side)].AddrPort()
		if made.Local == own && made.Remote == peer {
			return side, true
		}
	}
	return 0, false
}

// predict says how the connection should close, and whether it did.
func (o *Outcome) predict(pair [2]call, c *analyze.Connection, t twin) {
	first, second := pair[0], pair[1]
	o.Gap = second.Begin.Sub(first.Begin)
	if o.Close == state.CloseResetByClient || o.Close == state.CloseResetByServer {
		return
	}
	arrived, ok := o.arrival(first, c, t)
	if !ok {
		return
	}
	switch {
	case arrived == second.Begin && o.Gap == 0: // all at one moment of virtual time: a FIN that skipped the delay
		o.Predicted = TooClose
	case arrived <= second.Begin: // in virtual time, what a FIN causes is at its moment
		o.Predicted = [2]Prediction{ClientFirst, ServerFirst}[first.side]
	case arrived > second.End:
		o.Predicted = Simultaneous
	default:
		o.Predicted = TooClose
	}
	o.Agrees = o.Predicted.allows(o.Close, first.side)
}

// arrival is when the first FIN reached the other end.
func (o *Outcome) arrival(first call, c *analyze.Connection, t twin) (capture.Timestamp, bool) {
	if left, ok := finTime(c, first.side); ok && t.Connection != nil {
		if came, ok := finTime(t.Connection, t.side(first.side)); ok {
			if first.side == reconstruct.Server { // the client's tap saw it come
				left, came = came, left
			}
			o.OneWay, o.Measured = came.Sub(left), true
			return came, true
		}
	}
	o.OneWay = o.HandshakeRTT / 2
	return first.Begin + capture.Timestamp(o.OneWay), o.HandshakeRTT > 0
}

// finTime is when a tap saw an end's first FIN.
func finTime(c *analyze.Connection, side reconstruct.Side) (capture.Timestamp, bool) {
	for _, t := range c.States.Paths[side] {
		sent := t.To == state.FinWait1 || t.To == state.LastAck
		if sent && t.HasLatest && t.Frame > 0 {
			return c.Start + capture.Timestamp(t.Latest), true
		}
	}
	return 0, false
}

// allows tells whether a close is what was predicted.
func (p Prediction) allows(c state.Close, first reconstruct.Side) bool {
	byFirst := [2]state.Close{state.CloseClientFirst, state.CloseServerFirst}[first]
	switch p {
	case ClientFirst, ServerFirst:
		return c == byFirst
	case Simultaneous:
		return c == state.CloseSimultaneous
	case TooClose:
		return c == byFirst || c == state.CloseSimultaneous
	}
	return false
}
