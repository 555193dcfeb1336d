package lab

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze"
	"github.com/flowstate-tcp/flowstate/analyze/loss"
	"github.com/flowstate-tcp/flowstate/analyze/throughput"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Along is what a sender was let, and did, along time.
type Along struct {
	Moments []Moment
	Rates   []throughput.Point // of a trailing window
	Window  time.Duration      // how long that is

	sender reconstruct.Side
	rates  *throughput.Series
}

// Moment is what is known just after a segment. Octets; 0 is unknown.
type Moment struct {
	At       time.Duration // since the connection's first packet
	Frame    int64
	Advert   int64 // window in force for the sender
	Cwnd     int64
	Ssthresh int64
	Flight   int64
	Sent     bool       // by the sender; else it heard
	Estimate bool       // Cwnd is one; else it is the least that it can be
	Cause    loss.Cause // of a segment sent again
}

// NewAlong follows the side of a transfer.
func NewAlong(t *Transfer) *Along {
	window := max(2*t.RTT, t.Took/50, time.Microsecond)
	return &Along{sender: t.Sender, Window: window, rates: throughput.NewSeries(window, max(window/4, 1))}
}

// Add takes the next segment of the connection.
func (a *Along) Add(s *analyze.Segment) {
	a.Rates = a.rates.Observe(a.Rates, s.Step)
	sent := s.From == a.sender && s.Step.Segment.Len > 0
	heard := s.From != a.sender && s.Step.Segment.Len == 0
	if !sent && !heard {
		return
	}
	m := Moment{Sent: sent, At: s.Step.Segment.Time.Sub(s.Step.Conn.Start), Frame: int64(s.Step.Segment.Frame)}
	if s.FlightKnown {
		m.Flight = s.Flight.InFlight
	}
	if s.Flight.WindowKnown {
		m.Advert = s.Flight.Window
	}
	if s.LimitKnown {
		m.Cwnd, m.Ssthresh, m.Estimate = s.Limit.Cwnd, s.Limit.Ssthresh, s.Limit.Estimate
	}
	if sent {
		m.Cause = s.Loss.Cause
	}
	a.Moments = append(a.Moments, m)
}

// Flush ends the rates.
func (a *Along) Flush() { a.Rates = a.rates.Flush(a.Rates) }

// Sender is whose data it is.
func (a *Along) Sender() reconstruct.Side { return a.sender }
