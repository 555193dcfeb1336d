package task

import (
	"fmt"

	"github.com/flowstate-tcp/flowstate/analyze/course"
	"github.com/flowstate-tcp/flowstate/analyze/limit"
	"github.com/flowstate-tcp/flowstate/reconstruct"
	"github.com/flowstate-tcp/flowstate/render/explain"
)

func (t *transfer) leastWindow() (lines []string) {
	peer := t.Peer(t.from)
	if p := &t.heard.SYN; p.Frame != 0 {
		lines = append(lines, fmt.Sprintf("The %s's %s (frame %d) advertises %d octets; the window of a SYN is never scaled (RFC 7323 2.2).", peer, p.Flags, p.Frame, p.RawWindow))
	}
	p := &t.heard.Least
	switch {
	case p.Frame == 0:
		return append(lines, fmt.Sprintf("No window of the %s outside a SYN or a reset was captured.", peer))
	case !p.WindowKnown:
		lines = append(lines, fmt.Sprintf("After it the least is %d as in the header, frame %d. The scale is not known, since the handshake was not captured: the true window may be larger by a power of two up to 2^14 (RFC 7323 2.3).", p.RawWindow, p.Frame))
	default:
		lines = append(lines, fmt.Sprintf("After it the least is %d octets, frame %d at %s s: %s.", p.Window, p.Frame, explain.Time(t.at(p)), t.scaling(peer, p)))
	}
	b := &t.Sides[t.from].Behaviour
	l := &t.Sides[t.from].Limit
	switch span := l.Span(); {
	case b.FullWindows > 0 || t.Sides[peer].Behaviour.ZeroWindows > 0:
		lines = append(lines, fmt.Sprintf("It does throttle the sender: that filled the window %s, and the receiver closed it %s.", times(b.FullWindows), times(t.Sides[peer].Behaviour.ZeroWindows)))
	case !p.WindowKnown:
		lines = append(lines, "Whether it throttles the sender cannot be told without the scale.")
	default:
		lines = append(lines, "The sender never filled it, and it was never closed.")
		if span > 0 && l.Time[limit.Rwnd] == 0 {
			lines = append(lines, "So lack of receiver buffer does not throttle the sender, as far as the capture shows.")
		}
	}
	if span := l.Span(); span > 0 && l.Time[limit.Rwnd] > 0 {
		lines = append(lines, fmt.Sprintf("The window left less than a full segment of room in %s of the transfer's time.", explain.Percent(l.Time[limit.Rwnd], span)))
	}
	return lines
}

// scaling tells how a window is made from the field of the header.
func (t *transfer) scaling(side reconstruct.Side, p *course.Packet) string {
	if shift, _ := t.WindowScale(side); shift > 0 {
		return fmt.Sprintf("%d in the header times 2^%d (RFC 7323 2.2)", p.RawWindow, shift)
	}
	return "as in the header, since no scale was agreed on or it is 0"
}

func (t *transfer) retransmissions() []string {
	h := &t.Connection.Half[t.from]
	lines := []string{"How it was checked: a retransmission carries octets that passed the tap before, by their sequence numbers. In Stevens' plot its dot lies below those before it."}
	total := t.sent.Asked + t.sent.Unasked
	if total == 0 && h.Counts[reconstruct.Retransmission] == 0 {
		return append(lines, "The sender retransmitted nothing that was captured.")
	}
	lines = append(lines, fmt.Sprintf("The sender retransmitted %s of data, %s in all.", explain.Count(total, "segment"), explain.Count(h.Retransmitted, "octet")))
	for i := range t.sent.Again {
		a := &t.sent.Again[i]
		line := fmt.Sprintf("Frame %d at %s s, sequence number %d", a.Frame, explain.Time(t.at(&a.Packet)), a.Seq)
		if a.Of != 0 {
			line += fmt.Sprintf(", repeats frame %d", a.Of)
		}
		line += ". Cause: " + a.Cause
		if a.Witness != "" {
			line += ", by " + a.Witness
		}
		lines = append(lines, line+".")
	}
	if rest := total - int64(len(t.sent.Again)); rest > 0 {
		lines = append(lines, fmt.Sprintf("%d more are not listed; flowstate segments shows them all.", rest))
	}
	return append(lines, explain.Causes(&t.Sides[t.from].Tally))
}

func (t *transfer) acks(d *explain.Document) {
	a := &t.sent.Answers
	title := "How much data an acknowledgement covers"
	if len(a.First) == 0 {
		d.Add("acks", title, "No acknowledgement of new data was captured.")
		return
	}
	lines := []string{
		fmt.Sprintf("%s acknowledged new data of the sender: %d octets each in the median, %d the least and %d the most.", explain.Count(a.Octets.N, "segment"), a.Octets.Median, a.Octets.Min, a.Octets.Max),
		fmt.Sprintf("%d covered one segment, %d two, and %d more than two.", a.One, a.Two, a.More),
		"A receiver that acknowledges every other segment covers two at a time: RFC 9293 3.8.6.3 asks for an acknowledgement for at least every second full segment, and within half a second.",
	}
	if a.None > 0 {
		lines = append(lines, fmt.Sprintf("%d covered no captured segment to its end: a part of one, or what the capture lacks.", a.None))
	}
	if t.joined() {
		lines = append(lines, "The capture holds segments that offload had joined: each counts as one here, and was several on the wire.")
	}
	rows := &explain.Table{Columns: []explain.Column{{Name: "frame"}, {Name: "time_s", Unit: "s"}, {Name: "ack"}, {Name: "octets"}, {Name: "segments"}}}
	for i := range a.First {
		p := &a.First[i]
		rows.Rows = append(rows.Rows, []explain.Cell{
			explain.Number(p.Frame), explain.Seconds(t.at(&p.Packet)), explain.Number(p.Ack), explain.Number(p.Octets), explain.Number(p.Segments).Known(p.Segments >= 0),
		})
	}
	d.AddTable("acks", title, rows, append(lines, fmt.Sprintf("The first %d:", len(a.First)))...)
}

// joined tells whether offload joined segments of the sender.
func (t *transfer) joined() bool { return t.Health.Sides[t.from].Offload > 0 }

func (t *transfer) throughput() []string {
	first, last := &t.sent.FirstData, &t.sent.LastAnswer
	f := &t.Sides[t.from].Flight
	if first.Frame == 0 || last.Frame == 0 || f.Transfer <= 0 || f.Goodput <= 0 {
		return []string{"Unknown: it takes data, the acknowledgement of it, and time between the two."}
	}
	acked := t.sent.Answers.Total
	span := last.At.Sub(first.At)
	if span <= 0 {
		return []string{"Unknown: no time passed between the first data and its acknowledgement."}
	}
	return []string{
		"Throughput is the data that was acknowledged, divided by the time from the first segment with data to the last acknowledgement of new data. Headers, handshake and close do not count.",
		fmt.Sprintf("From frame %d at %s s to frame %d at %s s: %s s.", first.Frame, explain.Time(t.at(first)), last.Frame, explain.Time(t.at(last)), explain.Time(span)),
		fmt.Sprintf("The acknowledgements up to there are of %s of data: %.0f octets a second, or %.3f Mbit/s.", explain.Count(acked, "octet"), float64(acked)/span.Seconds(), 8*float64(acked)/span.Seconds()/1e6),
	}
}

func (t *transfer) congestion() []string {
	l := &t.Sides[t.from].Limit
	lines := []string{"See it with: flowstate plot --kind stevens (the lab's Time-Sequence-Graph, Stevens) or --kind in-flight, which shades slow start."}
	if !l.Known || t.sent.FirstData.Frame == 0 {
		return append(lines, "Unknown: the sender sent no data that was captured.")
	}
	p := &t.sent.FirstData
	lines = append(lines, fmt.Sprintf("Slow start begins with the first data, frame %d at %s s (RFC 5681 3.1).", p.Frame, explain.Time(t.at(p))))
	if !near(t.States.Vantage, t.from) {
		return append(lines, fmt.Sprintf("Its end is not told: the congestion window shows only in what the sender has on the way, and the tap is %s. A capture at the sender would answer it.", tapWords(t.States.Vantage)))
	}
	if e := &l.SlowStart; e.Why == limit.Still {
		lines = append(lines, "Nothing in the capture ends it: no loss, no ECN mark and no time-out, and the window did not stop growing while it was what held the sender back.")
	} else {
		lines = append(lines, fmt.Sprintf("It ends at frame %d, %s s, after %d octets: %s. Congestion avoidance takes over from there.", e.Frame, explain.Time(e.Time.Sub(t.Began())), e.Bytes, explain.EndOfSlowStart(e.Why)))
	}
	if l.MaxCwnd > 0 {
		lines = append(lines, fmt.Sprintf("The largest congestion window is %s %d octets (inferred from what was on the way; no header carries it).", explain.Bound(l.Estimate), l.MaxCwnd))
	}
	span := l.Span()
	if span > 0 {
		lines = append(lines, fmt.Sprintf("The ideal of the book, a window that doubles in each round trip and then grows by a segment, shows only while the congestion window holds the sender back. Here that was so in %s of the transfer's time; the receiver's window held it back in %s, and the application, which had nothing to send, in %s.",
			explain.Percent(l.Time[limit.Cwnd], span), explain.Percent(l.Time[limit.Rwnd], span), explain.Percent(l.Time[limit.App], span)))
	}
	return lines
}
