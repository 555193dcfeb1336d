// Package tstat measures a connection for the columns of tstat's
// log_tcp_complete that are about TCP.
//
// Input is each reconstruct.Step in order; output is a Side for each direction
// at the end:
//
//	var t tstat.Tracker
//	t.Observe(step)
//	fmt.Println(t.Side(reconstruct.Client).TTLMax)
//
// Tstat grew out of tcptrace and shares most definitions with it (Numbers is
// package tcptrace's result, with its corrections); this package adds the times
// of the first and last payload and acknowledgement, the times to live and the
// repeated SYNs. Of tstat's classes of what was sent again, package
// analyze/loss has the causes.
//
// Tstat writes only connections whose whole handshake it saw into that log, and
// lets go of a connection after five minutes of silence. Neither is done here:
// every connection of the capture is told. The package refuses what needs
// payload or lists of networks: the classes of applications, and who is
// internal.
package tstat

import (
	"github.com/flowstate-tcp/flowstate/analyze/peer/tcptrace"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Side is what tstat adds about what one side sent. A time is meaningful with
// its flag.
type Side struct {
	FirstData, LastData, FirstACK capture.Timestamp // of payload, and of an acknowledgement without SYN
	HasData, HasACK               bool
	TTLMin, TTLMax                uint8
	SYNsAgain                     int64
	seen                          bool
}

// Tracker follows one connection. The zero value is ready.
type Tracker struct {
	Numbers tcptrace.Tracker
	sides   [2]Side
}

// Side returns what tstat adds about a side.
func (t *Tracker) Side(s reconstruct.Side) *Side { return &t.sides[s] }

// Observe takes the next segment of the connection.
func (t *Tracker) Observe(step *reconstruct.Step) {
	t.Numbers.Observe(step)
	if step.Swapped {
		t.sides[0], t.sides[1] = t.sides[1], t.sides[0]
	}
	g, s := step.Segment, &t.sides[step.From]
	if !s.seen || g.TTL < s.TTLMin {
		s.TTLMin = g.TTL
	}
	s.TTLMax, s.seen = max(s.TTLMax, g.TTL), true
	if g.Len > 0 {
		if !s.HasData {
			s.FirstData, s.HasData = g.Time, true
		}
		s.LastData = g.Time
	}
	if !s.HasACK && g.Flags&(decode.ACK|decode.SYN) == decode.ACK {
		s.FirstACK, s.HasACK = g.Time, true
	}
	if step.Marks.Has(reconstruct.SYNRetransmission) {
		s.SYNsAgain++
	}
}
