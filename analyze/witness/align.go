package witness

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/ebpf"
)

// Clock is how the times of a text were placed on the clock of the capture.
type Clock struct {
	Kind   TimeKind      // of the text's times
	Offset time.Duration // what is added to them to get nanoseconds since the epoch
	Known  bool
	Agree  int // observations that fall within their bounds under Offset
	Of     int // observations that have bounds
	Zone   time.Duration
	Ahead  time.Duration // of the capture's clock, the zone left out
}

// place puts a text's time on the capture's clock; grain is how much later it
// can have been.
func (k *Clock) place(t Time) (at, grain time.Duration, ok bool) {
	if !k.Known || t.Kind == NoTime || t.Kind != k.Kind {
		return 0, 0, false
	}
	return t.At + k.Offset, t.Grain, true
}

// String says how the times were placed; empty where the text has none.
func (k *Clock) String() string {
	switch {
	case k.Kind == NoTime:
		return ""
	case !k.Known && k.Of == 0:
		return "nothing in it tells how its clock stands to the capture's; its times are left out"
	case !k.Known:
		return "no zone and no offset of its clock makes it agree with the capture; its times are left out"
	}
	text := fmt.Sprintf("%d of %d times fall within bounds", k.Agree, k.Of)
	if k.Of == 0 {
		text = "nothing checks its times"
	}
	switch k.Kind {
	case Since:
		return "its second 0 is " + time.Unix(0, int64(k.Offset)).UTC().Format("2006-01-02T15:04:05.000Z") + "; " + text
	case OfDay:
		return "its clock is UTC" + zoneText(k.Zone) + k.ahead() + "; " + text
	}
	return "its clock is the capture's" + k.ahead() + "; " + text
}

func (k *Clock) ahead() string {
	switch {
	case k.Ahead > 0:
		return ", " + length(k.Ahead) + " ahead"
	case k.Ahead < 0:
		return ", " + length(-k.Ahead) + " behind"
	}
	return ""
}

func zoneText(z time.Duration) string {
	sign := '+'
	if z < 0 {
		sign, z = '-', -z
	}
	return fmt.Sprintf("%c%02d:%02d", sign, int(z.Hours()), int(z.Minutes())%60)
}

// span is where an offset makes one observation agree.
type span struct{ lo, hi int64 }

const far = math.MaxInt64 / 4

// align finds the offset under which most observations fall within their bounds.
func (l *layer) align(found [][]place, groups []*group) Clock {
	k := Clock{}
	for i := range l.text.Observations {
		k.Kind = max(k.Kind, l.text.Observations[i].Time.Kind)
	}
	if k.Kind == NoTime {
		return k
	}
	spans := l.spans(k.Kind, found, groups)
	k.Of = len(spans)
	if len(spans) == 0 {
		k.Known = k.Kind == Absolute
		return k
	}
	k.settle(spans, l.midnight(found))
	return k
}

// spans are the offsets that each observation with bounds allows.
func (l *layer) spans(kind TimeKind, found [][]place, groups []*group) (all []span) {
	add := func(o *Observation, c *Connection, in ebpf.Range) {
		if o.Time.Kind != kind || !in.HasLeast && !in.HasMost {
			return
		}
		s := span{-far, far}
		if in.HasLeast {
			s.lo = int64(c.began() + in.Least - o.Time.At - o.Time.Grain - slack)
		}
		if in.HasMost {
			s.hi = int64(c.began() + in.Most - o.Time.At + slack)
		}
		all = append(all, s)
	}
	for _, g := range groups {
		for i, j := range g.match {
			if j >= 0 {
				add(g.rows[i], l.conns[g.events[j].conn], g.events[j].when)
			}
		}
	}
	for i := range found {
		o := &l.text.Observations[i]
		if o.Kind != InState || o.listens() || len(found[i]) != 1 {
			continue
		}
		c := l.conns[found[i][0].conn]
		list := stays(c.States.Paths[found[i][0].side])
		for j := range list {
			if s := &list[j]; s.state == o.State {
				add(o, c, ebpf.Range{Least: s.entered.Least, HasLeast: s.entered.HasLeast, Most: s.left.Most, HasMost: s.ended && s.left.HasMost})
				break
			}
		}
	}
	return all
}

// midnight is that before the first packet of the first connection of the text,
// in UTC.
func (l *layer) midnight(found [][]place) int64 {
	for _, places := range found {
		if len(places) > 0 {
			began := int64(l.conns[places[0].conn].began())
			return began - (began%day+day)%day
		}
	}
	return 0
}

// settle takes the offset that most spans hold, and among those the most likely.
func (k *Clock) settle(spans []span, midnight int64) {
	best, bestScore := span{}, 0
	for _, region := range regions(spans) {
		if region.count < k.Agree {
			continue
		}
		score := k.likelihood(region.span, midnight)
		if region.count > k.Agree || score > bestScore {
			k.Agree, best, bestScore = region.count, region.span, score
		}
	}
	k.choose(best, midnight)
	k.Known = 2*k.Agree > k.Of && (k.Kind == Absolute && k.Ahead == 0 || best.lo > -far && best.hi < far)
}

type region struct {
	span
	count int
}

// regions are the spans of offsets between which the number of agreeing
// observations changes.
func regions(spans []span) []region {
	type edge struct {
		at   int64
		step int
	}
	edges := make([]edge, 0, 2*len(spans))
	for _, s := range spans {
		if s.lo <= s.hi {
			edges = append(edges, edge{s.lo, 1}, edge{s.hi, -1})
		}
	}
	slices.SortFunc(edges, func(a, b edge) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(b.step, a.step)) })
	var all []region
	count := 0
	for i, e := range edges {
		count += e.step
		if e.step > 0 && i+1 < len(edges) {
			all = append(all, region{span{e.at, edges[i+1].at}, count})
		}
	}
	return all
}

const (
	quarter = int64(15 * time.Minute)
	day     = int64(24 * time.Hour)
)

// likelihood ranks regions that agree with as many observations: a clock that is
// right is likelier than one that is not.
func (k *Clock) likelihood(s span, midnight int64) int {
	switch k.Kind {
	case Absolute:
		if s.lo <= 0 && 0 <= s.hi {
			return 2
		}
	case OfDay:
		if _, _, whole := wholeZone(s, midnight); whole {
			return 2
		}
	}
	return 1
}

// wholeZone finds the zone nearest to UTC, in quarters of an hour, one of whose
// offsets lies in a span. The text's day may be the one before or after UTC's.
func wholeZone(s span, midnight int64) (zone, offset int64, ok bool) {
	for step := range int64(14*4 + 1) {
		for _, zone := range [...]int64{step * quarter, -step * quarter} {
			for _, offset := range [...]int64{midnight - zone, midnight - zone - day, midnight - zone + day} {
				if s.lo <= offset && offset <= s.hi {
					return zone, offset, true
				}
			}
		}
	}
	return 0, 0, false
}

// choose takes an offset in a region.
func (k *Clock) choose(s span, midnight int64) {
	middle := s.lo + (s.hi-s.lo)/2
	switch {
	case k.Kind == Absolute && s.lo <= 0 && 0 <= s.hi:
		return
	case k.Kind == OfDay:
		zone, offset, whole := wholeZone(s, midnight)
		if whole {
			middle = offset
		} else {
			zone = roundTo(midnight-middle, quarter)
			k.Ahead = time.Duration(midnight - zone - middle)
		}
		k.Zone = time.Duration((zone%day+day+12*int64(time.Hour))%day - 12*int64(time.Hour))
	case k.Kind == Absolute:
		k.Ahead = time.Duration(-middle)
	}
	k.Offset = time.Duration(middle)
}

func roundTo(n, unit int64) int64 {
	return int64(math.Round(float64(n)/float64(unit))) * unit
}
