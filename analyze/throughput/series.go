package throughput

import (
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// Point are the rates of both sides at a moment of the connection.
type Point struct {
	At    time.Duration // since its first packet
	Sides [2]Rates
}

// Series gives the rates of a trailing window at equal steps from the first
// packet on. Through a pause in which the rates stay 0 it gives only the first
// and the last point, so that no pause, however long, costs anything.
type Series struct {
	meter *Meter
	step  time.Duration
	began capture.Timestamp
	next  time.Duration // the point that is due, since began
	begun bool
}

// NewSeries returns a Series; window and step must be longer than 0.
func NewSeries(window, step time.Duration) *Series {
	return &Series{meter: NewMeter(window), step: step}
}

// Observe takes the next segment and appends the points before it.
func (s *Series) Observe(points []Point, step *reconstruct.Step) []Point {
	now := step.Segment.Time
	if now == capture.NoTime {
		return points
	}
	if !s.begun {
		s.begun, s.began = true, now
	}
	if step.Swapped {
		for i := range points {
			points[i].Sides[0], points[i].Sides[1] = points[i].Sides[1], points[i].Sides[0]
		}
	}
	points = s.until(points, now.Sub(s.began))
	s.meter.Observe(step)
	return points
}

// Flush appends the points up to that in which all rates are 0 again.
func (s *Series) Flush(points []Point) []Point {
	if !s.begun {
		return points
	}
	for {
		points = s.point(points)
		if points[len(points)-1].Sides == [2]Rates{} {
			return points
		}
	}
}

// until appends the points before a moment.
func (s *Series) until(points []Point, now time.Duration) []Point {
	for s.next < now {
		points = s.point(points)
		if left := (now - s.next) / s.step; left > 1 && points[len(points)-1].Sides == [2]Rates{} {
			s.next += left * s.step
			if s.next >= now {
				s.next -= s.step
			}
		}
	}
	return points
}

func (s *Series) point(points []Point) []Point {
	p := Point{At: s.next}
	for _, side := range reconstruct.Sides {
		p.Sides[side] = s.meter.Rates(side, s.began+capture.Timestamp(s.next))
	}
	s.next += s.step
	return append(points, p)
}
