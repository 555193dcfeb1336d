package explain

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/behaviour"
	"github.com/flowstate-tcp/flowstate/analyze/health"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// sending tells what kept each side from sending more, and its congestion
// window as far as it shows.
func (t *teller) sending() (lines []string) {
	for _, side := range reconstruct.Sides {
		l := &t.Sides[side].Limit
		span := l.Span()
		if !l.Known || span <= 0 || t.Half[side].Unique == 0 {
			continue
		}
		if near := at(t.States.Vantage, side); near || l.Time[limit.Unknown] < span {
			lines = append(lines, fmt.Sprintf("What kept the %s from sending more, by time, of %s s: %s.", side, Time(span), LimitShares(l)))
		} else {
			lines = append(lines, fmt.Sprintf("What kept the %s from sending more is not told: it takes a tap at its side.", side))
			continue
		}
		if !at(t.States.Vantage, side) {
			lines = append(lines, fmt.Sprintf("The congestion window of the %s is not told: it shows in what the sender has on the way, and the tap is not known to be there.", side))
			continue
		}
		lines = append(lines, t.congestion(side)...)
	}
	if lines == nil {
		return nil
	}
	return append(lines, t.doubts(true, health.Limits)...)
}

// LimitShares tells what limited a sender, the largest share of time first.
func LimitShares(l *limit.Result) string {
	span := l.Span()
	order := make([]limit.Limit, limit.NumLimits)
	for i := range order {
		order[i] = limit.Limit(i)
	}
	slices.SortStableFunc(order, func(a, b limit.Limit) int { return cmp.Compare(l.Time[b], l.Time[a]) })
	var parts []string
	for _, which := range order {
		if l.Time[which] > 0 {
			parts = append(parts, Percent(l.Time[which], span)+" "+limitWords[which])
		}
	}
	return orNone(parts)
}

// Percent prints a share of a time.
func Percent(part, whole time.Duration) string {
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

var limitWords = [limit.NumLimits]string{
	limit.Rwnd: "its peer's receive window", limit.Cwnd: "its congestion window", limit.App: "its application, which had nothing to send",
	limit.Path: "the path's rate, to which it paced itself", limit.Unknown: "unknown",
}

// congestion tells of the congestion window of a side at the tap.
func (t *teller) congestion(side reconstruct.Side) (lines []string) {
	l := &t.Sides[side].Limit
	if l.Time[limit.Cwnd] == 0 && l.SlowStart.Why == limit.Still && l.Recoveries+l.Timeouts == 0 {
		return []string{"Its congestion window did not hold it back, so that it does not show."}
	}
	if i := &t.Sides[side].Behaviour.Initial; i.Known && i.Exact {
		lines = append(lines, fmt.Sprintf("It sent %s in %s before the first acknowledgement of data: the initial window (RFC 6928).", Count(i.Octets, "octet"), Count(i.Segments, "segment")))
	}
	if l.MaxCwnd > 0 {
		lines = append(lines, fmt.Sprintf("Its congestion window was %s %s at its largest. No header carries it: it is what was on the way while it bound (RFC 5681).", Bound(l.Estimate), Count(l.MaxCwnd, "octet")))
	}
	lines = append(lines, t.slowStart(side))
	if l.Recoveries+l.Timeouts > 0 {
		lines = append(lines, fmt.Sprintf("Recoveries (RFC 6675): %d, %s s in all. Time-outs, back-offs not counted: %d.", l.Recoveries, Time(l.Recovering), l.Timeouts))
	}
	return lines
}

// Bound is how a congestion window is to be read.
func Bound(estimate bool) string {
	if estimate {
		return "about"
	}
	return "at least"
}

// slowStart tells where the first slow start of a side ended.
func (t *teller) slowStart(side reconstruct.Side) string {
	e := &t.Sides[side].Limit.SlowStart
	if e.Why == limit.Still {
		return "Nothing in the capture ends its slow start: no loss, ECN mark or time-out, nor did its growth end by itself."
	}
	return fmt.Sprintf("Its slow start (RFC 5681 3.1) ended at frame %d, %s s, after %s: %s.", e.Frame, Time(e.Time.Sub(t.Start)), Count(e.Bytes, "octet"), EndOfSlowStart(e.Why))
}

// EndOfSlowStart says what ended a slow start.
func EndOfSlowStart(why limit.Ending) string { return endings[why] }

var endings = [...]string{
	limit.Still: "nothing", limit.Loss: "a fast retransmission, with which a sender answers a loss", limit.ECN: "the sender answered an ECN mark (CWR)",
	limit.Timeout: "the retransmission timer ran out", limit.Growth: "the window grew slowly all at once, without a loss (as with HyStart, RFC 9406, or a remembered threshold)",
}

// behaves tells how each side's TCP behaves.
func (t *teller) behaves() (lines []string) {
	for _, side := range reconstruct.Sides {
		b := &t.Sides[side].Behaviour
		lines = append(lines, delayed(side, b)...)
		switch b.Nagle {
		case behaviour.NagleOff:
			lines = append(lines, fmt.Sprintf("Nagle's algorithm (RFC 9293 3.7.4) is off at the %s: %s small segments while an earlier small one was not acknowledged, as with TCP_NODELAY.", side, sentTimes(b.NagleSeen)))
		case behaviour.NagleOn:
			lines = append(lines, fmt.Sprintf("Nagle's algorithm (RFC 9293 3.7.4) is on at the %s: %s a small segment just when everything before it was acknowledged.", side, sentTimes(b.NagleSeen)))
		}
		if n := t.Half[side].Counts[reconstruct.KeepAlive]; n > 0 {
			text := fmt.Sprintf("The %s sent %s (RFC 9293 3.8.4); %d were answered", side, Count(int64(n), "keep-alive"), t.Half[side.Peer()].Counts[reconstruct.KeepAliveACK])
			if k := &b.KeepAlives; k.N > 0 {
				text += fmt.Sprintf(". From one to the next: %s s in the mean, %s s the least and %s s the most", Time(k.Mean.Round(time.Microsecond)), Time(k.Min), Time(k.Max))
			}
			lines = append(lines, text+".")
		}
		if b.Timeouts > 0 {
			lines = append(lines, fmt.Sprintf("The shortest retransmission time-out of the %s was %s s; it ran out %s.", side, Time(b.LeastTimeout), times(b.Timeouts)))
		}
	}
	lines = append(lines, t.ecn()...)
	return append(lines, t.doubts(len(lines) > 0, health.Behaviour)...)
}

func sentTimes(n int64) string { return "it sent " + times(n) }

// delayed tells how a side acknowledges.
func delayed(side reconstruct.Side, b *behaviour.Result) (lines []string) {
	if b.ACKs == 0 {
		return nil
	}
	text := fmt.Sprintf("The %s acknowledged data with %s without data, each of ", side, Count(b.ACKs, "segment"))
	if b.SegmentsEach > 1 {
		text += fmt.Sprintf("%d full segments in the median", b.SegmentsEach)
	} else {
		text += "one segment in the median"
	}
	d := &b.Delayed
	switch {
	case d.Timed > 0:
		text += fmt.Sprintf(". Segments that came alone, not close upon another: %d, of them %d acknowledged by a timer, after about %s s in the median, %s to %s s for most (delayed acknowledgements, RFC 9293 3.8.6.3)", d.Alone, d.Timed, Time(d.Median.Round(time.Microsecond)), Time(d.P10.Round(time.Microsecond)), Time(d.P90.Round(time.Microsecond)))
	case d.Alone > 0:
		text += fmt.Sprintf(". Segments that came alone, not close upon another: %d, none of them acknowledged by a timer", d.Alone)
	}
	return []string{text + "."}
}

// ecn tells what was agreed on and marked.
func (t *teller) ecn() (lines []string) {
	said := map[behaviour.ECN]string{
		behaviour.ECNNotOffered: "ECN was not offered by the SYN (RFC 3168 6.1.1).",
		behaviour.ECNRefused:    "ECN was offered, and not accepted (RFC 3168 6.1.1).",
		behaviour.ECNClassic:    "ECN was agreed on (RFC 3168 6.1.1).",
		behaviour.ECNAccurate:   "Accurate ECN was agreed on (RFC 9768).",
	}[t.ECN]
	if said == "" {
		return nil
	}
	lines = append(lines, said)
	if t.ECN != behaviour.ECNClassic && t.ECN != behaviour.ECNAccurate {
		return lines
	}
	for _, side := range reconstruct.Sides {
		m := &t.Sides[side].Behaviour.Marks
		lines = append(lines, fmt.Sprintf("Of the %s's packets, %d were marked ECT, and %d CE by the path; %d of its segments had ECE, %d CWR.", side, m.Capable, m.CE, m.ECE, m.CWR))
	}
	return lines
}
