package tcptrace

import (
	"cmp"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/capture"
	"github.com/flowstate-tcp/flowstate/reconstruct/seq"
)

// run is a range of a stream as one segment sent it, or several that were all
// acknowledged.
type run struct {
	lo, hi seq.Offset // hi is behind the last
	time   capture.Timestamp
	resent int
	acks   int
}

// runs are in the order of the stream and do not overlap.
type runs []run

// maxRuns bounds them: beyond it the earlier half is forgotten.
const maxRuns = 10000

// sent is what became of a segment among the runs.
type sent struct {
	again      int64 // bytes seen before
	outOfOrder bool
}

// add puts a segment among the runs.
func (s *Side) add(lo, hi seq.Offset, now capture.Timestamp) (r sent) {
	list := s.runs
	at, _ := slices.BinarySearchFunc(list, lo, func(r run, lo seq.Offset) int {
		if r.hi <= lo {
			return -1
		}
		return 1
	})
	split := false
	for ; lo < hi && at < len(list); at++ {
		if lo < list[at].lo {
			r.outOfOrder = r.outOfOrder || hi <= list[at].hi-1
			end := min(hi, list[at].lo)
			list = slices.Insert(list, at, run{lo: lo, hi: end, time: now})
			lo = end
			continue
		}
		s.resend(&list[at], now, split)
		end := min(hi, list[at].hi)
		r.again += int64(end - lo)
		lo, split = end, true
	}
	if lo < hi {
		list = append(list, run{lo: lo, hi: hi, time: now})
	}
	if len(list) > maxRuns {
		list = slices.Delete(list, 0, maxRuns/2) // many at once, or each segment would move all
	}
	s.runs = list
	return r
}

// resend notes that a run is sent again; of a segment that covers several only
// the first is timed.
func (s *Side) resend(r *run, now capture.Timestamp, split bool) {
	r.resent++
	if split {
		return
	}
	if r.acks == 0 {
		s.MaxResent = max(s.MaxResent, r.resent)
		s.Resend.add(now.Sub(r.time))
	}
	r.time = now
}

// acknowledge takes an acknowledgement of everything below a.
func (s *Side) acknowledge(a seq.Offset, now capture.Timestamp) (rtt time.Duration) {
	latest := capture.NoTime
	changed := false
	for i := range s.runs {
		r := &s.runs[i]
		if a <= r.lo {
			break
		}
		latest = max(latest, r.time)
		r.acks++
		if r.acks > 1 {
			continue
		}
		changed = true
		if a == r.hi {
			rtt = s.sample(r, now, latest > r.time)
		} else {
			s.CumulativelyACKed++
		}
	}
	if changed {
		s.collapse()
	}
	return rtt
}

// endsAt tells whether a segment that is remembered ends at a.
func (s *Side) endsAt(a seq.Offset) bool {
	_, found := slices.BinarySearchFunc(s.runs, a, func(r run, a seq.Offset) int { return cmp.Compare(r.hi, a) })
	return found
}

// sample times the acknowledgement of a run; late tells that something before
// it was sent after it.
func (s *Side) sample(r *run, now capture.Timestamp, late bool) time.Duration {
	took := now.Sub(r.time)
	switch {
	case late:
		s.PostLoss++
	case r.resent > 0:
		s.LastRTT.add(took)
	default:
		s.RTT.add(took)
		if r.lo == s.synFirst && s.SYNs > 0 || s.FINs > 0 && r.lo == s.fin {
			return took // no data
		}
		size := int64(r.hi - r.lo)
		if size > s.fullSize {
			s.fullSize, s.FullRTT = size, Stat{}
		}
		if size == s.fullSize {
			s.FullRTT.add(took)
		}
		return took
	}
	return 0
}

// collapse joins the runs at the front that are acknowledged.
func (s *Side) collapse() {
	list := s.runs
	n := 1
	for n < len(list) && list[n].acks > 0 && list[0].acks > 0 && list[n].lo == list[0].hi {
		list[0].hi, list[0].acks = list[n].hi, list[n].acks
		list[0].time = max(list[0].time, list[n].time)
		n++
	}
	s.runs = slices.Delete(list, 1, n)
}
