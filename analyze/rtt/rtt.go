package rtt

import (
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/flight"
	"github.com/flowstate-tcp/flowstate/analyze/quantile"
	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/reconstruct/decode"
)

// Method is how round trips were measured.
type Method uint8

// The methods, the better one first.
const (
	Karn Method = iota
	Timestamps
	None       // there is no sample
	numMethods = int(None)
)

var methodNames = [...]string{"karn", "timestamps", "none"}

// String returns the name used in JSON.
func (m Method) String() string { return methodNames[m] }

// Sample is what one acknowledgement tells.
type Sample struct {
	Frame    capture.FrameNumber // latest that it reports, 0 if that did not pass the tap
	RTT      time.Duration       // since then, by Karn; meaningful with Valid
	Valid    bool
	Estimate Estimate // of the side it acknowledges, with this sample
	Before   Smoothed // of that side, without it
}

// Result is what is known of the round trips of one side's octets.
type Result struct {
	Method    Method                       // the better one that has samples
	Samples   [numMethods]quantile.Summary // by method, in nanoseconds
	Selective int64                        // of the samples by Karn, those that a SACK gave
	Handshake time.Duration                // of its SYN or SYN-ACK, meaningful with HasHandshake
	Estimate

	HasHandshake bool // its SYN was sent once
}

// Agreement returns by how much the median of the timestamps' samples exceeds
// that of Karn's; ok is false where either has none.
func (r *Result) Agreement() (d time.Duration, ok bool) {
	karn, stamps := &r.Samples[Karn], &r.Samples[Timestamps]
	return time.Duration(stamps.Median - karn.Median), karn.N > 0 && stamps.N > 0
}

// Best returns the samples of the better method; N is 0 where there are none.
func (r *Result) Best() *quantile.Summary {
	return &r.Samples[min(r.Method, Timestamps)] // with None, that is empty too
}

// Tracker measures both sides of one connection. The zero value is ready.
type Tracker struct{ sides [2]side }

// side is what is known of the round trips of one side's octets.
type side struct {
	samples   [numMethods]quantile.Distribution
	estimate  Estimate
	handshake time.Duration // meaningful with shook
	selective uint32        // samples by Karn that a SACK gave
	echoed    uint32        // highest TSecr that gave a sample, meaningful with heard
	heard     bool
	shook     bool
}

// Reset makes t ready for another connection, and keeps its room.
func (t *Tracker) Reset() {
	for i := range t.sides {
		s := &t.sides[i]
		for m := range s.samples {
			s.samples[m].Reset()
		}
		*s = side{samples: s.samples}
	}
}

// Swap is told that a late SYN showed who is the client: from the next step on,
// Client is who was taken for Server (see reconstruct.Step.Swapped).
func (t *Tracker) Swap() { t.sides[0], t.sides[1] = t.sides[1], t.sides[0] }

// Estimate returns the smoothed round trip of a side's octets.
func (t *Tracker) Estimate(s reconstruct.Side) *Estimate { return &t.sides[s].estimate }

// Smoothed returns the smoothed round trip of a side's octets alone.
func (t *Tracker) Smoothed(s reconstruct.Side) Smoothed { return t.sides[s].estimate.smoothed() }

// Observe takes the next segment of the connection and what it delivered, and
// sets s to what that tells of a round trip; ok is false, and s empty, where it
// delivers nothing new.
func (t *Tracker) Observe(step *reconstruct.Step, d *flight.Delivery, s *Sample) (ok bool) {
	*s = Sample{}
	if d.Octets == 0 || step.Segment.Flags.Has(decode.RST) {
		return false
	}
	to := &t.sides[step.Conn.Peer(step.From)]
	echo, echoed := echo(step, d)
	if echoed && to.hears(step.Segment.Options.TSecr) && step.Ack > 1 {
		to.samples[Timestamps].Add(int64(echo))
	}
	now := step.Segment.Time
	s.Frame, s.Before = d.Frame, to.estimate.smoothed()
	// Where octets are missing before what answers a SYN, its first answer may be too.
	late := d.SYN && step.Marks.Has(reconstruct.GapBefore)
	clear := d.Unambiguous() && !late
	if clear && d.Data && now >= d.Newest {
		s.RTT, s.Valid = now.Sub(d.Newest), true
		to.samples[Karn].Add(int64(s.RTT))
		if d.Selective {
			to.selective++
		}
	}
	switch oldest, timed := d.Oldest(); {
	case timed && !late && now >= oldest:
		to.estimate.Add(now.Sub(oldest))
		if !to.shook && d.SYN {
			to.handshake, to.shook = now.Sub(oldest), true
		}
	case echoed:
		to.estimate.Add(echo)
	}
	s.Estimate = to.estimate
	return true
}

// echo returns the round trip that the timestamps of a step tell, for octets that
// it delivers.
func echo(step *reconstruct.Step, d *flight.Delivery) (rtt time.Duration, ok bool) {
	if d.Echoed == capture.NoTime || step.Segment.Time < d.Echoed {
		return 0, false
	}
	return step.Segment.Time.Sub(d.Echoed), true
}

// hears tells whether a TSecr is seen for the first time: later sights tell of the
// wait for what came after.
func (s *side) hears(value uint32) bool {
	if s.heard && int32(value-s.echoed) <= 0 {
		return false
	}
	s.echoed, s.heard = value, true
	return true
}

// Result returns what is known of a side, once the connection has ended.
func (t *Tracker) Result(about reconstruct.Side) Result {
	s := &t.sides[about]
	r := Result{Method: None, Estimate: s.estimate, Selective: int64(s.selective), Handshake: s.handshake, HasHandshake: s.shook}
	for m := range s.samples {
		if s.samples[m].N() == 0 {
			continue
		}
		r.Method, r.Samples[m] = min(r.Method, Method(m)), s.samples[m].Summary()
	}
	return r
}
