package model

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// Life is the truth about one endpoint in one incarnation of the connection:
// from CLOSED until it is CLOSED again, or the run ends.
type Life struct {
	Side     reconstruct.Side
	ISS, IRS seq.Number
	HasISS   bool // it sent a SYN
	HasIRS   bool // it met one
	Passive  bool
	Changes  []Change
	Sent     int64 // payload bytes handed in by the application, and put on the wire
	Received int64 // payload bytes given to the application, in order
	Corrupt  bool  // a byte was not the one that was sent: the model is broken
}

// Change is one true transition.
type Change struct {
	At       time.Duration // since the run began
	From, To state.State
	Cause    state.Cause
	Event    string              // in words
	Packet   int                 // the segment sent or received, 0 if none
	Frame    capture.FrameNumber // its frame, 0 if the tap did not record it: the copy received, or the first copy sent
}

// States returns the states of the life in order, CLOSED first.
func (l *Life) States() []state.State {
	list := []state.State{state.Closed}
	for _, c := range l.Changes {
		list = append(list, c.To)
	}
	return list
}

// StateAt returns the state in which the endpoint was just after a moment.
func (l *Life) StateAt(at time.Duration) state.State {
	s := state.Closed
	for _, c := range l.Changes {
		if c.At <= at {
			s = c.To
		}
	}
	return s
}

// Final returns the last state.
func (l *Life) Final() state.State {
	if n := len(l.Changes); n > 0 {
		return l.Changes[n-1].To
	}
	return state.Closed
}
