package ladder

import (
	"fmt"
	"time"

	"github.com/flowstate-tcp/flowstate/analyze/state"
	"github.com/flowstate-tcp/flowstate/reconstruct"
)

// estimate finds when rows were sent and arrived, as far as the place of the
// tap tells, and says how.
func (l *Ladder) estimate() string {
	up, down, said := l.delays()
	for _, i := range l.Items {
		if r := i.Row; r != nil {
			r.Sent, r.Got = r.At-up[r.From], r.At+down[r.From.Peer()]
		}
	}
	l.yield()
	return said
}

// delays are the times from either side to the tap, and from the tap to either
// side. They are 0 where they are not known.
func (l *Ladder) delays() (up, down [2]time.Duration, said string) {
	v := &l.Conn.Vantage
	half := func(s reconstruct.Side) time.Duration { return v.Half[s].Least / 2 }
	known := func(s reconstruct.Side) bool { return v.Half[s].Known }
	const method = "half of the fastest answer"
	switch v.Vantage {
	case state.VantageClient, state.VantageServer:
		near := reconstruct.Client
		if v.Vantage == state.VantageServer {
			near = reconstruct.Server
		}
		if far := near.Peer(); known(far) {
			up[far], down[far] = half(far), half(far)
			return up, down, fmt.Sprintf("The tap is at the %s (%s). The one-way delay is estimated as %s: %s.", near, v.Certainty, method, short(half(far)))
		}
	case state.VantageBetween:
		if known(0) && known(1) {
			for _, s := range reconstruct.Sides {
				up[s], down[s] = half(s), half(s)
			}
			return up, down, fmt.Sprintf("The tap is between both (%s). The one-way delays are estimated as %s: %s to the client, %s to the server.", v.Certainty, method, short(up[0]), short(up[1]))
		}
	case state.VantageAfterDelay:
		if known(0) && known(1) {
			for _, s := range reconstruct.Sides {
				up[s] = v.Half[s].Least // the answer is seen one delay later
			}
			return up, down, fmt.Sprintf("The tap sees packets after the delay of a loopback (%s). That delay is estimated as the fastest answer: %s from the client, %s from the server.", v.Certainty, short(up[0]), short(up[1]))
		}
	}
	return up, down, "Arrows are horizontal, at the time of the tap: the one-way delay is not known."
}

// yield corrects what cannot be: a segment arrived no later than its
// acknowledgement was sent, and left no earlier than what it acknowledges came.
func (l *Ladder) yield() {
	for n := range l.Items {
		ack := l.Items[n].Row
		if ack == nil || !ack.HasAck {
			continue
		}
		for _, i := range l.Items[:n] {
			r := i.Row
			if r == nil || r.From == ack.From || r.RelEnd > ack.RelAck || r.Fate == Lost {
				continue
			}
			if r.RelEnd > r.RelSeq && r.Got > ack.Sent {
				r.Got = max(r.At, ack.Sent)
				ack.Sent = min(ack.At, max(ack.Sent, r.At))
			}
		}
	}
	for _, i := range l.Items {
		if r := i.Row; r != nil {
			r.Sent, r.Got = min(r.Sent, r.At), max(r.Got, r.At)
		}
	}
}

// short writes a duration with three digits.
func short(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + short(-d)
	case d >= 10*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.3g ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.3g µs", float64(d)/float64(time.Microsecond))
}
