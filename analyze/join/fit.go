package join

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// point is how far one clock is ahead of the other, in nanoseconds, at a time
// in nanoseconds since the beginning of a stretch.
type point struct{ t, d float64 }

// lower returns the lower convex hull of points that are sorted by time
// (Andrew's monotone chain, Information Processing Letters 9, 1979): of all
// lines with no point below, each touches it.
func lower(points []point) []point {
	var hull []point
	for _, p := range points {
		for n := len(hull); n >= 2 && turnsDown(hull[n-2], hull[n-1], p); n = len(hull) {
			hull = hull[:n-1]
		}
		hull = append(hull, p)
	}
	return hull
}

func turnsDown(a, b, c point) bool { return (b.t-a.t)*(c.d-a.d) <= (c.t-a.t)*(b.d-a.d) }

// cloud are the points of one way, turned so that delays lie above the clock.
type cloud struct {
	hull []point
	mean float64 // of the times
	n    int
}

func newCloud(points []point) cloud {
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Or(cmp.Compare(a.t, b.t), cmp.Compare(a.d, b.d)) })
	c := cloud{n: len(points), hull: lower(points)}
	for _, p := range points {
		c.mean += p.t / float64(len(points))
	}
	return c
}

// least returns how high a line of a slope can be at time 0 with no point below.
func (c *cloud) least(slope float64) float64 {
	height := math.Inf(1)
	for _, p := range c.hull {
		height = min(height, p.d-slope*p.t)
	}
	return height
}

// depth is how far below its points, in the mean, the highest line of a slope
// lies, up to a constant. It is convex in the slope.
func (c *cloud) depth(slope float64) float64 {
	if c.n == 0 {
		return 0
	}
	return -slope*c.mean - c.least(slope)
}

// steepest returns the slope of the line that lies the least below the points
// of the clouds, each line of its own height.
func steepest(f func(slope float64) float64) float64 {
	const precision = 1e-12
	lo, hi := -MaxDrift, MaxDrift
	for hi-lo > precision {
		third := (hi - lo) / 3
		if f(lo+third) <= f(hi-third) {
			hi -= third
		} else {
			lo += third
		}
	}
	return (lo + hi) / 2
}

const (
	// leastPoints is how many packets each way a drift is found from.
	leastPoints = 8
	// Where there are many packets, so few with the least delay are left out:
	// they may have passed a queue by, which says nothing of the path.
	skipped, many = 2, 100
)

// fit finds the clock of anchors between which no clock was set.
func fit(anchors []anchor) Stretch {
	first := &anchors[0]
	s := Stretch{From: first.frames, Start: first.times[0], N: len(anchors)}
	base := first.delta()
	var points [2][]point
	for i := range anchors {
		a := &anchors[i]
		p := point{float64(a.times[0].Sub(s.Start)), float64(a.delta() - base)}
		if a.way() == 1 {
			p.d = -p.d
		}
		points[a.way()] = append(points[a.way()], p)
	}
	all := [2]cloud{newCloud(points[0]), newCloud(points[1])}
	s.setDrift(&all[0], &all[1])
	usual := [2]cloud{newCloud(without(points[0], s.Drift)), newCloud(without(points[1], -s.Drift))}
	s.setDrift(&usual[0], &usual[1])
	s.setOffset(&usual, &all, base)
	return s
}

// without returns points but for the few that lie lowest above a line of a slope.
func without(points []point, slope float64) []point {
	if len(points) < many {
		return points
	}
	height := func(p point) float64 { return p.d - slope*p.t }
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b point) int { return cmp.Compare(height(a), height(b)) })
	return sorted[skipped:]
}

// setDrift finds the slope that suits both ways, and how far apart those of
// each way are. One that is no more than that may be none.
func (s *Stretch) setDrift(forward, back *cloud) {
	s.Drift, s.DriftSpread, s.DriftKnown = 0, 0, false
	if forward.n < leastPoints || back.n < leastPoints {
		return
	}
	both := steepest(func(v float64) float64 { return forward.depth(v) + back.depth(-v) })
	if math.Abs(both) > 0.99*MaxDrift {
		return // too short to tell
	}
	one, other := steepest(forward.depth), -steepest(back.depth)
	s.DriftKnown, s.Drift = true, both
	s.DriftSpread = max(math.Abs(one-both), math.Abs(other-both))
	if math.Abs(both) <= s.DriftSpread {
		s.Drift, s.DriftSpread = 0, max(s.DriftSpread, math.Abs(both))
	}
}

// setOffset puts the clock in the middle between the usual shortest delays, and
// states what all delays allow.
func (s *Stretch) setOffset(usual, all *[2]cloud, base int64) {
	upper, lower := usual[0].least(s.Drift), -usual[1].least(-s.Drift)
	middle := (upper + lower) / 2
	switch {
	case usual[1].n == 0:
		s.Sided, middle = true, upper
	case usual[0].n == 0:
		s.Sided, middle = true, lower
	default:
		highest, lowest := all[0].least(s.Drift), -all[1].least(-s.Drift)
		s.Error = time.Duration(math.Round(max(math.Abs(highest-middle), math.Abs(middle-lowest))))
	}
	s.Offset = time.Duration(base + int64(math.Round(middle)))
}
